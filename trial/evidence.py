"""Reading what an evaluation rests on: groups, counterfoils and truth, each a CSV or a Parquet file."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from trial.columns import read_columns
from trial.errors import EvaluationError
from trial.evaluation import RecordKey

_TOLD = ("score", "band", "counterparts", "contacts")  # of match, or of a service


class Evidence(NamedTuple):
    """What the files say together.

    Attributes:
        groups: the records of every group, in the order of the file; every group has at least two.
        persons: record -> person, for every record that a counterfoil names.
        records: token -> record, for the same records.
    """

    groups: list[list[RecordKey]]
    persons: dict[RecordKey, str]
    records: dict[str, RecordKey]


def read_evidence(groups: Sequence[Path], truth: Path, counterfoils: Sequence[Path]) -> Evidence:
    """Return what the files say. The truth may know records that no counterfoil names; they are left out.

    Args:
        groups: tables with group, agency, token, score; or the hits that each agency fetched from a service.
        truth: a table with record_id, person_id and, where record ids repeat among agencies, agency.
        counterfoils: tables with token, record_id; one or more per agency. The groups say whose it is; one of whose
            tokens none is in a group is its own agency, named like the file up to the first dot.

    Raises:
        FileError: a file cannot be read.
        InputError: a file is not what it should be.
        EvaluationError: the files do not fit together; the message names file and row.
    """
    members = list(_read_groups(groups))
    groups_of = {member.group: member.path for member in members}
    agency_of_token = {member.token: member.agency for member in members}
    records: dict[str, RecordKey] = {}
    origins: dict[RecordKey, Path] = {}
    for path in counterfoils:
        tokens = _read_counterfoil(path)
        agency = _owner(path, {agency_of_token[token] for token in tokens if token in agency_of_token})
        for token, record_id in tokens.items():
            record = RecordKey(agency, record_id)
            if token in records:
                raise EvaluationError(f"{path} and {origins[records[token]]} name the same token")
            if record in origins:
                raise EvaluationError(f"{path} and {origins[record]} name the same record of agency '{agency}'")
            records[token], origins[record] = record, path
    by_group: dict[str, list[RecordKey]] = {}
    for member in members:
        if member.token not in records:
            raise EvaluationError(
                f"{member.path}: row {member.row:,}: no counterfoil names this token",
                hint="give the counterfoil of every agency that took part, each with its own --counterfoil",
            )
        by_group.setdefault(member.group, []).append(records[member.token])
    for name, group in by_group.items():
        if len(group) == 1:
            raise EvaluationError(f"{groups_of[name]}: group {name} has one record only, and a group has at least two")
    return Evidence(list(by_group.values()), _persons(truth, origins), records)


class _Member(NamedTuple):
    path: Path
    row: int
    group: str
    agency: str
    token: str


def _read_groups(paths: Sequence[Path]) -> Iterator[_Member]:
    seen: set[str] = set()
    for path in paths:
        for row, (group, agency, token, score, *_) in read_columns(path, ("group", "agency", "token"), _TOLD):
            if token in seen:
                raise EvaluationError(f"{path}: row {row:,}: the token stands in an earlier row too")
            if score and not _is_share(score):
                raise EvaluationError(f"{path}: row {row:,}: score must be a number from 0 to 1")
            seen.add(token)
            yield _Member(path, row, group, agency, token)


def _is_share(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return isfinite(value) and 0 <= value <= 1


def _read_counterfoil(path: Path) -> dict[str, str]:
    tokens: dict[str, str] = {}
    for row, (token, record_id, _) in read_columns(path, ("token", "record_id"), ("noise",)):
        if token in tokens:
            raise EvaluationError(f"{path}: row {row:,}: the token stands in an earlier row too")
        tokens[token] = record_id
    return tokens


def _owner(path: Path, agencies: set[str]) -> str:
    if len(agencies) > 1:
        raise EvaluationError(f"{path}: its tokens belong to several agencies: {', '.join(sorted(agencies))}")
    return agencies.pop() if agencies else path.name.split(".")[0]


def _persons(path: Path, records: Mapping[RecordKey, Path]) -> dict[RecordKey, str]:
    """Return the person of each of `records` (record -> the counterfoil that names it)."""
    known: dict[tuple[str, str], str] = {}
    for row, (record_id, person_id, agency) in read_columns(path, ("record_id", "person_id"), ("agency",)):
        if (agency, record_id) in known:
            raise EvaluationError(f"{path}: row {row:,}: the record stands in an earlier row too", hint=_WITH_AGENCY)
        known[agency, record_id] = person_id
    with_agency = {bool(agency) for agency, _ in known}
    if len(with_agency) > 1:
        raise EvaluationError(f"{path}: agency must be given in every row or in none")
    persons: dict[RecordKey, str] = {}
    claimed: dict[tuple[str, str], RecordKey] = {}
    for record, origin in records.items():
        key = (record.agency if True in with_agency else "", record.record_id)
        rival = claimed.setdefault(key, record)
        if rival != record:
            raise EvaluationError(f"{origin} and {records[rival]} use the same record id", hint=_WITH_AGENCY)
        if key not in known:
            raise EvaluationError(f"{path}: no person is given for a record that {origin} names", hint=_EVERY_RECORD)
        persons[record] = known[key]
    return persons


_WITH_AGENCY = "where agencies use the same record ids, add a column agency to the truth"
_EVERY_RECORD = "the truth has a row with record_id and person_id for every record of every counterfoil"
