"""Records of one table that are probably one person, found in clear text at the agency by recordlinkage.

Pairs to look at come from sorted neighbourhoods of the names and from blocks of equal date of birth or document number;
each is scored by how alike names, date, document, sex and place of birth are. It is a reading list for a person, who
decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoder.errors import TableError
from encoder.headers_content import plain_digits
from encoder.local_csv import new_local_csv
from encoder.preview_rows import stray_rows
from encoder.profile import (
    ALIASES,
    FULL_NAME,
    NAME_COLUMNS,
    NAME_PARTS,
    RECORD_ID,
    ColumnProfile,
    DateFacts,
    FileFacts,
    exact_profile,
    joined,
)
from encoder.standardise.aliases import tell_apart
from encoder.standardise.dates import PartialDate, read_date
from encoder.standardise.missing import missing_kind
from encoder.standardise.names import read_name, told
from encoder.standardise.names.from_columns import whole_names
from encoder.standardise.sex import sex_parts
from encoder.table import open_table
from linkage.command import OnProgress

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("row_1", "row_2", "record_id_1", "record_id_2", "score")
_KEYS = ("name", "written", "born", "document", "sex", "city")
_FIELDS = ("date_of_birth", "document_number", "sex", "nationality", "birth_city")
_WINDOW = 9
_LARGEST_BLOCK = 100  # of equal dates: 1 January tells nothing, and its pairs are the square of its rows
_CHUNK_PAIRS = 200_000
_WEIGHTS: Mapping[str, float] = {"name": 4.0, "born": 3.0, "document": 3.0, "sex": 0.5, "city": 1.0}
_UNLIKE: Mapping[str, float] = {"name": 0.7, "born": 0.6, "document": 0.7, "sex": 0.5, "city": 0.7}  # and below is 0
_RENEWED = 0.3  # weight that is left of a document number that differs: people get new documents
_SILENCE = 0.15  # share of its weight by which a missing field lowers the score


@dataclass(frozen=True, slots=True)
class People:
    """The records of a table: numbers of their rows (from 1), record ids, and standardised keys, "" where missing."""

    rows: Sequence[int]
    record_ids: Sequence[str]
    keys: Mapping[str, Sequence[str]]


class Pair(NamedTuple):
    """Two records, as places in `People`, the earlier first, and how alike they are, 0 to 1."""

    first: int
    second: int
    score: float


def read_people(
    path: Path, profile: ColumnProfile | None, sheet: str | None = None, *, on_progress: OnProgress | None = None
) -> People:
    """Return the records in `path`, without rows that repeat the header, hold totals or are empty.

    Raises:
        FileError: the file cannot be read.
        TableError: it is damaged, or no profile is given and its columns do not have the names of the source columns.
    """
    file = FileFacts() if profile is None else profile.file
    if sheet is not None:
        file = file.model_copy(update={"sheet": sheet})
    table = open_table(path, file.options())
    used = exact_profile(table.header) if profile is None else profile
    if not used.columns.keys() & set(NAME_COLUMNS):
        raise TableError(
            f"{path}: no column is known to hold names",
            code="table.columns",
            hint="make a column profile with 'counterfoil preview --save-profile FILE' and give it by --columns",
        )
    mapping = used.apply(path, table.header)
    dates = used.dates.get("date_of_birth", DateFacts())
    rows: list[int] = []
    record_ids: list[str] = []
    standard: dict[str, list[str]] = {key: [] for key in _KEYS}
    for batch in table.batches(range(len(table.header))):
        stray = {row for row, _ in stray_rows(table.header, batch.columns)}
        fields = {
            field: used.mended(field, joined(field, [batch.columns[table.header.index(name)] for name in names]))
            for field, names in mapping.items()
        }
        nothing = [""] * len(batch)
        keys = _standardised({field: fields.get(field, nothing) for field in (*_FIELDS, *NAME_COLUMNS)}, dates)
        kept = [row for row in range(len(batch)) if row not in stray]
        rows += [batch.first_row + row for row in kept]
        record_ids += [fields.get(RECORD_ID, nothing)[row] for row in kept]
        for key, values in keys.items():
            standard[key] += [values[row] for row in kept]
        if on_progress is not None:
            on_progress(len(rows), round(len(rows) / batch.share_read))
    return People(rows, record_ids, standard)


def find_duplicates(people: People, *, threshold: float) -> list[Pair]:
    """Return the pairs whose score is at least `threshold`, the likeliest first.

    Raises:
        TableError: recordlinkage is not installed.
    """
    try:
        import pandas as pd
        import recordlinkage  # noqa: F401 - asked for here, so that the message is ours
    except ModuleNotFoundError as error:
        raise TableError(
            f"finding duplicates needs the library {error.name}, which is not installed",
            code="dedupe.missing",
            hint="it is of the extra 'reference'",
        ) from None
    if len(people.rows) < 2:  # noqa: PLR2004 - a pair
        return []
    frame = pd.DataFrame({key: pd.Series(values, dtype=object) for key, values in people.keys.items()})
    frame = frame.mask(frame == "", None)
    pairs = _candidates(frame)
    found: list[Pair] = []
    for start in range(0, len(pairs), _CHUNK_PAIRS):
        chunk = pairs[start : start + _CHUNK_PAIRS]
        scores = _scores(chunk, frame)
        for place in np.flatnonzero(scores >= threshold).tolist():
            one, other = map(int, chunk[place])
            found.append(Pair(min(one, other), max(one, other), round(float(scores[place]), 4)))
    return sorted(found, key=lambda pair: (-pair.score, pair.first, pair.second))


def write_duplicates(path: Path, people: People, pairs: Iterable[Pair], *, overwrite: bool) -> None:
    """Write the pairs as a CSV file that its owner alone can read.

    Raises:
        FileError: it cannot be written, or exists and may not be replaced.
    """
    with new_local_csv(path, COLUMNS, overwrite=overwrite) as write_rows:
        write_rows(
            (
                str(people.rows[pair.first]),
                str(people.rows[pair.second]),
                people.record_ids[pair.first],
                people.record_ids[pair.second],
                f"{pair.score:.4f}",
            )
            for pair in pairs
        )


def _standardised(fields: Mapping[str, Sequence[str]], dates: DateFacts) -> dict[str, list[str]]:
    """Return key -> values; a key is empty where its cells say nothing."""
    full_names, _ = tell_apart(fields[FULL_NAME], fields[ALIASES])
    parts = whole_names([fields[name] for name in NAME_PARTS])
    whole = [full or name for full, name in zip(full_names, parts, strict=True)]
    written = list(map(_name, told(whole, fields["nationality"])))
    return {
        "name": [" ".join(sorted(name.split())) for name in written],
        "written": written,
        "born": [_born(text, dates) for text in fields["date_of_birth"]],
        "document": [_document(text) for text in fields["document_number"]],
        "sex": ["".join(sex_parts(text)) for text in fields["sex"]],
        "city": [_name(text) for text in fields["birth_city"]],
    }


@lru_cache(maxsize=200_000)
def _name(text: str) -> str:
    return "" if missing_kind(text, "name") else " ".join(token.folded for token in read_name(text).tokens)


@lru_cache(maxsize=100_000)
def _born(text: str, facts: DateFacts) -> str:
    """Return the digits of a date as far as it is known, YYYYMMDD at most; within one table the order is one."""
    date = read_date(text, order=facts.order or "day-first", calendar=facts.calendar)
    return date.iso.replace("-", "") if isinstance(date, PartialDate) else ""


def _document(text: str) -> str:
    plain = "".join(filter(str.isalnum, plain_digits(text))).upper()
    return "" if missing_kind(text, "document") else plain


def _candidates(frame: "pd.DataFrame") -> Any:
    """Return the pairs to look at, each once, as a MultiIndex."""
    import recordlinkage

    keys = frame.assign(
        family_first=frame["written"].map(lambda name: " ".join(name.split()[::-1]), na_action="ignore"),
        born=_without_large_blocks(frame["born"]),
        document=_without_large_blocks(frame["document"]),
    )
    pairs: Any = None
    for index in (
        recordlinkage.index.SortedNeighbourhood("name", window=_WINDOW),
        recordlinkage.index.SortedNeighbourhood("written", window=_WINDOW),
        recordlinkage.index.SortedNeighbourhood("family_first", window=_WINDOW),
        recordlinkage.index.Block("born"),
        recordlinkage.index.Block("document"),
    ):
        found = index.index(keys)
        pairs = found if pairs is None else pairs.union(found)
    return pairs


def _without_large_blocks(column: "pd.Series[Any]") -> "pd.Series[Any]":
    counts = column.map(column.value_counts())
    return column.mask(counts > _LARGEST_BLOCK, None)


def _scores(pairs: Any, frame: "pd.DataFrame") -> NDArray[np.float64]:
    """Return the score of each pair: the mean of what is alike, weighted; what is missing lowers it a little."""
    import recordlinkage

    compare = recordlinkage.Compare()
    compare.string("name", "name", method="jarowinkler", missing_value=np.nan, label="name")
    compare.string("written", "written", method="jarowinkler", missing_value=np.nan, label="written")
    compare.string("born", "born", method="damerau_levenshtein", missing_value=np.nan, label="born")
    compare.string("document", "document", method="damerau_levenshtein", missing_value=np.nan, label="document")
    compare.exact("sex", "sex", missing_value=np.nan, label="sex")
    compare.string("city", "city", method="jarowinkler", missing_value=np.nan, label="city")
    alike = compare.compute(pairs, frame)
    alike["name"] = alike[["name", "written"]].max(axis=1)
    total, weight = np.zeros(len(pairs)), np.zeros(len(pairs))
    for key, full in _WEIGHTS.items():
        likeness = alike[key].to_numpy(dtype=np.float64)
        known = ~np.isnan(likeness)
        likeness = np.clip((np.where(known, likeness, 0.0) - _UNLIKE[key]) / (1 - _UNLIKE[key]), 0.0, 1.0)
        used = np.full(len(pairs), full)
        if key == "document":
            used[likeness == 0.0] *= _RENEWED
        total += np.where(known, used * likeness, 0.0)
        weight += np.where(known, used, full * _SILENCE)
    return total / weight
