"""The tables that linking writes, each file whole or absent: CSV (UTF-8, no quotes needed) or Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkage.files import unusable, whole_file
from matcher.linking import Linkage
from matcher.party import Party
from matcher.values import PartyPairs

GROUP_COLUMNS = ("group", "agency", "token", "score")
PAIR_COLUMNS = ("left_agency", "left_token", "right_agency", "right_token", "score")
_ROWS_AT_A_TIME = 1 << 16


def write_groups(path: Path, linkage: Linkage, *, agency: str | None = None) -> None:
    """Write one row per member: group (g1, g2, ... in the order of groups), agency, token, score.

    Args:
        path: the file.
        linkage: what was found.
        agency: write the rows of this agency only, which is what may be given to it.
    """
    _write(path, GROUP_COLUMNS, _group_rows(linkage, agency))


def write_pairs(path: Path, parties: Sequence[Party], comparisons: Iterable[PartyPairs]) -> int:
    """Write one row per candidate pair, by falling score within two packages, and return how many there are.

    Args:
        path: the file.
        parties: the packages.
        comparisons: pairs of records; those of two packages may come in pieces, of which one at a time is held.
    """
    return _write(path, PAIR_COLUMNS, _pair_rows(parties, comparisons))


def _group_rows(linkage: Linkage, agency: str | None) -> Iterator[pa.RecordBatch]:
    groups = linkage.groups
    agencies = np.array([party.agency for party in linkage.parties])
    members = np.arange(len(groups.group)) if agency is None else np.flatnonzero(agencies[groups.party] == agency)
    for start in range(0, len(members), _ROWS_AT_A_TIME):
        part = members[start : start + _ROWS_AT_A_TIME]
        party, index = groups.party[part], groups.index[part]
        tokens = np.empty((len(party), 16), dtype=np.uint8)
        for number in np.unique(party):
            mine = party == number
            tokens[mine] = linkage.parties[number].tokens(index[mine])
        names = [f"g{group + 1}" for group in groups.group[part].tolist()]
        yield _batch(GROUP_COLUMNS, [names, agencies[party].tolist(), _texts(tokens)], groups.score[part])


def _pair_rows(parties: Sequence[Party], comparisons: Iterable[PartyPairs]) -> Iterator[pa.RecordBatch]:
    for left_party, right_party, pairs in comparisons:
        sides = ((parties[left_party], pairs.left), (parties[right_party], pairs.right))
        for start in range(0, len(pairs.score), _ROWS_AT_A_TIME):
            part = slice(start, start + _ROWS_AT_A_TIME)
            columns = [column for party, records in sides for column in _agency_and_tokens(party, records[part])]
            yield _batch(PAIR_COLUMNS, columns, pairs.score[part])


def _agency_and_tokens(party: Party, records: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    return [party.agency] * len(records), _texts(party.tokens(records))


def _texts(tokens: NDArray[np.uint8]) -> list[str]:
    """Return tokens as 32 lower-case hexadecimal digits each."""
    return [token.tobytes().hex() for token in tokens]


def _batch(names: Sequence[str], texts: Sequence[list[str]], score: NDArray[np.float64]) -> pa.RecordBatch:
    columns: list[pa.Array[Any]] = [pa.array(column, type=pa.string()) for column in texts]
    return pa.record_batch([*columns, pa.array(score)], schema=_schema(names))


def _schema(names: Sequence[str]) -> pa.Schema:
    """Return the schema of columns of text, the last one of scores."""
    kinds: dict[str, pa.DataType] = dict.fromkeys(names, pa.string()) | {names[-1]: pa.float64()}
    return pa.schema(kinds)


def _write(path: Path, names: Sequence[str], batches: Iterator[pa.RecordBatch]) -> int:
    """Write a table in the format that the name of the file asks for, and return its rows.

    Raises:
        FileError: it cannot be written.
    """
    try:
        with whole_file(path) as temporary, _writer(temporary, path.suffix.lower(), _schema(names)) as writer:
            rows = 0
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
    except OSError as error:
        raise unusable(path, "written", error) from error
    return rows


def _writer(path: Path, suffix: str, schema: pa.Schema) -> Any:
    if suffix == ".parquet":
        return pq.ParquetWriter(path, schema)
    unquoted: Any = {"quoting_style": "none", "quoting_header": "none"}  # newer than the stubs of pyarrow
    return pa_csv.CSVWriter(path, schema, write_options=pa_csv.WriteOptions(**unquoted))
