"""Write encoder/standardise/names/tables/readings.tsv.xz: Korean and Cantonese readings of Chinese characters.

    python scripts/make_han_readings.py Unihan_Readings.txt

The file is that of the Unicode Character Database (Debian's unicode-data has it). A line of the table: the character,
its Hangul syllable and its Cantonese syllable as Hong Kong spells it in names; either may be empty.
"""

import lzma
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[1] / "encoder/standardise/names/tables/readings.tsv.xz"
FIRST, LAST = 0x4E00, 0x9FFF
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


def main(readings: Path) -> None:
    """Write the table."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in readings.read_text(encoding="utf-8").splitlines():
        if line.startswith("U+"):
            code, kind, value = line.split("\t")
            found[chr(int(code.removeprefix("U+"), 16))][kind] = value.split()[0]
    lines = []
    for character in sorted(found):
        korean = found[character].get("kHangul", "").split(":")[0]
        cantonese = found[character].get("kCantonese", "")
        if FIRST <= ord(character) <= LAST and (korean or cantonese):
            lines.append(f"{character}\t{korean}\t{hong_kong(cantonese) if cantonese else ''}")
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
