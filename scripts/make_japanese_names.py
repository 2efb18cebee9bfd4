"""Write encoder/standardise/names/tables/japanese.tsv.xz: how Japanese names in Chinese characters are read.

    python scripts/make_japanese_names.py Noun.name.csv DATASET

The first file is that of IPADIC (Debian's mecab-ipadic has it), which knows how usual a reading is; the second is the
folder `dataset` of japanese-personal-name-dataset, which serves where IPADIC does not know the characters: it has the
given names of today. A line of the table: the characters, their readings as a family name and as a given name, the usual
ones first, in Hepburn spelling with short vowels; either may be empty.
"""

import csv
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterator
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


def of_dataset(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield characters, kind and reading, of usual given names first."""
    for name in USUAL_FIRST:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for reading, _, *forms in csv.reader(file):
                yield from ((form, GIVEN, reading) for form in forms)
    with (folder / "last_name_org.csv").open(encoding="utf-8", newline="") as file:
        for form, _, reading, _ in csv.reader(file):
            yield form, FAMILY, reading


def main(ipadic: Path, dataset: Path) -> None:
    """Write the table."""
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: {FAMILY: [], GIVEN: []})
    for source in (of_ipadic(ipadic), of_dataset(dataset)):
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for form, kind, reading in source:
            if kind in {FAMILY, GIVEN} and script_of(form) == "HAN" and len(form) <= LONGEST:
                found[form, kind][romanise_kana(reading)] = None
        for (form, kind), readings in found.items():
            table[form][kind] = table[form][kind] or list(filter(None, readings))
    lines = [
        "\t".join((form, " ".join(kinds[FAMILY][:MOST_FAMILY]), " ".join(kinds[GIVEN][:MOST_GIVEN])))
        for form, kinds in sorted(table.items())
    ]
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} names, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
