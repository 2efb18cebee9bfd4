"""Write encoder/standardise/names/tables/japanese.tsv.xz: how Japanese names in Chinese characters are read.

    python scripts/make_japanese_names.py Noun.name.csv DATASET

The first file is that of IPADIC (Debian's mecab-ipadic has it), which knows how usual a reading is; the second is the
folder `dataset` of japanese-personal-name-dataset, which has the usual readings of 2,000 family names, and given names
of today: these serve where IPADIC does not know the characters. A line of the table: the characters, their readings as
a family name and as a given name, the usual ones first, in Hepburn spelling with short vowels; either may be empty.
"""

import csv
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from encoder.standardise.names.kana import romanise_kana
from encoder.standardise.names.scripts import script_of

TARGET = Path(__file__).parents[1] / "encoder/standardise/names/tables/japanese.tsv.xz"
MOST_FAMILY, MOST_GIVEN = 2, 3
LONGEST = 5
USUAL_FIRST = ("first_name_man_opti", "first_name_woman_opti", "first_name_man_org", "first_name_woman_org")
FAMILY, GIVEN = "姓", "名"  # in the seventh column of values, counted from 0


def of_ipadic(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield characters, kind and reading, the likeliest first."""
    with path.open(encoding="euc_jp", newline="") as file:
        rows = sorted((int(row[3]), row) for row in csv.reader(file))
    for _, row in rows:
        yield row[0], row[7], row[11]


def given_names(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield characters, kind and reading of given names, usual names first."""
    for name in USUAL_FIRST:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for reading, _, *forms in csv.reader(file):
                yield from ((form, GIVEN, reading) for form in forms)


def family_names(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield characters, kind and reading of family names."""
    with (folder / "last_name_org.csv").open(encoding="utf-8", newline="") as file:
        for form, _, reading, _ in csv.reader(file):
            yield form, FAMILY, reading


def table_of(rows: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return (characters, kind) -> readings, in the order in which they come and each once."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for form, kind, reading in rows:
        spelled = romanise_kana(reading)
        if kind in {FAMILY, GIVEN} and spelled and script_of(form) == "HAN" and len(form) <= LONGEST:
            found[form, kind][spelled] = None
    return {key: list(readings) for key, readings in found.items()}


def main(ipadic: Path, dataset: Path) -> None:
    """Write the table."""
    table = table_of(given_names(dataset)) | table_of([*family_names(dataset), *of_ipadic(ipadic)])
    lines = [
        "\t".join(
            (
                form,
                " ".join(table.get((form, FAMILY), [])[:MOST_FAMILY]),
                " ".join(table.get((form, GIVEN), [])[:MOST_GIVEN]),
            )
        )
        for form in sorted({form for form, _ in table})
    ]
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} names, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
