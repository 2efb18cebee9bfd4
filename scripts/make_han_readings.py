"""Write encoder/standardise/names/tables/readings.tsv.xz: Korean, Cantonese and Vietnamese readings of characters.

    python scripts/make_han_readings.py Unihan_Readings.txt Unihan_Variants.txt

The files are those of the Unicode Character Database (Debian's unicode-data has them). A line of the table: the
Chinese character, its Hangul syllable, its Cantonese syllable as Hong Kong spells it in names, and its Vietnamese
syllable without marks; each may be empty. A simplified character is read in Korean and Vietnamese, which do not have it,
as the one that it stands for.
"""

import lzma
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "encoder/standardise/names/tables/readings.tsv.xz"
FIRST, LAST = 0x4E00, 0x9FFF
OF_TRADITIONAL = ("kHangul", "kVietnamese")
# From Jyutping to the spelling of Hong Kong's registry, which nobody wrote down: what most bearers have.
INITIALS = (("gw", "kw"), ("kw", "kw"), ("ng", "ng"), ("b", "p"), ("d", "t"), ("g", "k"), ("z", "ch"), ("c", "ch"),
            ("j", "y"))  # fmt: skip
FINALS = {
    "aa": "a", "aai": "ai", "aau": "au", "aam": "am", "aan": "an", "aang": "ang", "aap": "ap", "aat": "at", "aak": "ak",
    "oe": "eu", "oeng": "eung", "oek": "euk", "eoi": "ui", "eon": "un", "eot": "ut", "yun": "yuen", "ou": "o",
}  # fmt: skip


def hong_kong(jyutping: str) -> str:
    """Return a syllable of Jyutping, with its tone, as names spell it: gwong1 is kwong, jyu5 is yu."""
    sound = jyutping.rstrip("0123456789")
    initial, final = next(
        ((spelled, sound.removeprefix(written)) for written, spelled in INITIALS if sound.startswith(written)),
        (sound[:1], sound[1:]) if sound[:1] not in "aeiouy" else ("", sound),
    )
    if initial == "y" and final.startswith("yu"):
        final = final[1:]
    return initial + FINALS.get(final, final)


def unmarked(syllable: str) -> str:
    """Return a Vietnamese syllable in plain letters, as passports print it."""
    plain = unicodedata.normalize("NFD", syllable.replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fields(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield character, kind and value of a file of Unihan."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("U+"):
            code, kind, value = line.split("\t")
            yield chr(int(code.removeprefix("U+"), 16)), kind, value.split()[0]


def main(readings: Path, variants: Path) -> None:
    """Write the table."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for character, kind, value in fields(readings):
        found[character][kind] = value
    for character, kind, value in fields(variants):
        traditional = chr(int(value.split("<")[0].removeprefix("U+"), 16))
        for reading in OF_TRADITIONAL if kind == "kTraditionalVariant" else ():
            if reading in found.get(traditional, {}):
                found[character].setdefault(reading, found[traditional][reading])
    lines = []
    for character in sorted(found):
        korean = found[character].get("kHangul", "").split(":")[0]
        cantonese = found[character].get("kCantonese", "")
        vietnamese = unmarked(found[character].get("kVietnamese", ""))
        if FIRST <= ord(character) <= LAST and (korean or cantonese or vietnamese):
            lines.append(f"{character}\t{korean}\t{hong_kong(cantonese) if cantonese else ''}\t{vietnamese}")
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
