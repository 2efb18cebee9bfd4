"""Sinhala and Lao, letter for letter as the kindred scripts that are read already: Devanagari and Thai."""

_SINHALA = (
    "අ=अ ආ=आ ඇ=ए ඈ=ए ඉ=इ ඊ=ई උ=उ ඌ=ऊ ඍ=ऋ එ=ए ඒ=ए ඓ=ऐ ඔ=ओ ඕ=ओ ඖ=औ ක=क ඛ=ख ග=ग ඝ=घ ඞ=ङ ඟ=ङ्ग ච=च ඡ=छ ජ=ज ඣ=झ "
    "ඤ=ञ ඥ=ज्ञ ඦ=ञ्ज ට=ट ඨ=ठ ඩ=ड ඪ=ढ ණ=ण ඬ=ण्ड ත=त ථ=थ ද=द ධ=ध න=न ඳ=न्द ප=प ඵ=फ බ=ब භ=भ ම=म ඹ=म्ब ය=य ර=र ල=ल "
    "ව=व ශ=श ෂ=ष ස=स හ=ह ළ=ळ ෆ=फ़ ්=् ා=ा ැ=ॅ ෑ=ॅ ි=ि ී=ी ු=ु ූ=ू ෘ=ृ ෙ=े ේ=े ෛ=ै ො=ो ෝ=ो ෞ=ौ ං=ं"
)
_TO_DEVANAGARI = str.maketrans(dict(pair.split("=") for pair in _SINHALA.split()) | {"\u200d": ""})

_LAO_FIRST, _LAO_LAST, _LAO_AFTER_THAI = 0x0E81, 0x0EDB, 0x80
_LAO = {
    code: code - _LAO_AFTER_THAI for code in range(_LAO_FIRST, _LAO_LAST + 1)
} | str.maketrans({"ົ": "", "ຽ": "ย", "ຼ": "ล", "ໍ": "อ", "ໜ": "น", "ໝ": "ม"})  # fmt: skip


def devanagari_of_sinhala(token: str) -> str:
    """Return `token` in Devanagari."""
    return token.translate(_TO_DEVANAGARI)


def thai_of_lao(token: str) -> str:
    """Return `token` in Thai letters; an o that Lao writes and Thai leaves out is left out."""
    return token.replace("ົວ", "ัว").translate(_LAO)
