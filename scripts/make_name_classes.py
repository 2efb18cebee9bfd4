"""Write encoder/standardise/names/tables/classes.tsv.xz: the attested equivalents of names.

    python scripts/make_name_classes.py name_forms_wikidata.parquet nicknames_en.csv

The first file has the columns wikidata_ids, form, script (names grouped by Wikidata item); the second name1,
relationship, name2. What both lack is in equivalents.tsv, beside the table. To be run again whenever the folding
changes: keys and classes are folded spellings.
"""

import csv
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from encoder.standardise.names.classes import MOST_CLASSES, class_key
from encoder.standardise.names.fold import fold

TABLES = Path(__file__).parents[1] / "encoder/standardise/names/tables"
TARGET = TABLES / "classes.tsv.xz"
MOST_HAN_FORMS = 12  # beyond that, a group is a syllable (Korean "Jeong") and no name
MOST_WEIGHT = 40
JOINTS = re.compile(r"[\s'’ʼ.\-]+")
TONES = re.compile("[0-9⁰-₉²³¹]")
HEADS = re.compile("(?:姓|氏)$")


def groups_of(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield the (form, script) pairs of each group."""
    columns = pq.read_table(path).to_pydict()
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for group, form, script in zip(columns["wikidata_ids"], columns["form"], columns["script"], strict=True):
        found[group].append((form, script))
    yield from found.values()


def keys_of(group: Iterable[tuple[str, str]]) -> tuple[Counter[str], set[str]]:
    """Return how often each folded spelling occurs among the letters of a group, and its Chinese characters."""
    folds: Counter[str] = Counter()
    han: set[str] = set()
    for form, script in group:
        if TONES.search(form) or script == "BOPOMOFO":
            continue
        plain = JOINTS.sub("", form)
        if script == "CJK":
            if not (len(plain) > 1 and HEADS.search(plain)):
                han.add(plain)
        else:
            key = fold(plain)
            if len(key) > 1:
                # Latin and kana forms tell the vowels; scripts without vowels must not name a class
                folds[key] += 0 if script in ("ARABIC", "HEBREW") else 4 if script in ("LATIN", "HIRAGANA") else 3
    return folds, han if len(han) <= MOST_HAN_FORMS else set()


def equivalents() -> Iterator[tuple[str, list[str]]]:
    """Yield the name of a class and its further forms, folded, of each row of equivalents.tsv."""
    for row in (TABLES / "equivalents.tsv").read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            name, *others = (fold(JOINTS.sub("", form)) for form in row.replace("\t", " ").split())
            yield name, others


def main(forms: Path, nicknames: Path) -> None:
    """Write the table."""
    groups = [keys_of(group) for group in groups_of(forms)]
    spread = Counter(key for folds, _ in groups for key in folds)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for folds, han in groups:
        if not folds:
            continue
        name = max(folds, key=lambda key: (folds[key], spread[key], key))
        if not folds[name]:
            continue
        for key in (*folds, *han):
            # a group with many forms is of a usual name; a key that names a group belongs to it first of all
            votes[key][name] += min(sum(folds.values()), MOST_WEIGHT) * (2 if key == name else 1)
    with nicknames.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["relationship"] == "has_nickname":
                formal, short = fold(row["name1"]), fold(row["name2"])
                if 1 < len(short) <= len(formal) and formal != short and spread[formal]:
                    votes[short][formal] += 3 * MOST_WEIGHT
    for name, forms_of_it in equivalents():
        for key in (name, *forms_of_it):
            votes[key][name] += 2 * MOST_WEIGHT
    lines = []
    for key in sorted(votes):
        classes = [name for name, _ in sorted(votes[key].items(), key=lambda item: (-item[1], item[0]))][:MOST_CLASSES]
        if classes != [key]:
            lines.append("\t".join((key, *classes)))
    assert all(class_key(line.split("\t")[0]) for line in lines)
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines):,} keys, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
