"""Looking up an agency's own records among the groups that the matcher found."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from encoder.counterfoil import is_token, read_counterfoil
from encoder.local_csv import new_local_csv, read_local_csv, wrong_row
from linkage.errors import FileError

GROUPS_COLUMNS = ("group", "agency", "token", "score")
HITS_COLUMNS = ("group", "record_id", "token", "score")


class Hits(NamedTuple):
    """How many own records are in how many groups."""

    records: int
    groups: int


class _Member(NamedTuple):
    group: str
    score: str


def reveal(groups: Path, counterfoil: Path, hits: Path, *, overwrite: bool = False) -> Hits:
    """Write the members of groups whose tokens are in the counterfoil, in the order of the groups file.

    The hits name persons: the file is readable by its owner only. Memory grows with the groups file, not with the
    counterfoil.

    Raises:
        FileError: a file cannot be read or written, or `hits` exists and may not be replaced.
        TableError: a file is damaged.
        CounterfoilFileError: a file has another form; names the line and the rule.
    """
    if hits.resolve() in {groups.resolve(), counterfoil.resolve()}:
        raise FileError(f"{hits} is given for two things", code="file.twice", hint="give every output its own name")
    members = _read_groups(groups)
    own: dict[str, str] = {}
    for tokens, record_ids in read_counterfoil(counterfoil):
        own.update(pair for pair in zip(tokens, record_ids, strict=True) if pair[0] in members)
    with new_local_csv(hits, HITS_COLUMNS, overwrite=overwrite) as write_rows:
        write_rows(
            [(member.group, own[token], token, member.score) for token, member in members.items() if token in own]
        )
    return Hits(len(own), len({members[token].group for token in own}))


def _read_groups(path: Path) -> Mapping[str, _Member]:
    """Return token -> member for every line of a groups file, in its order."""
    members: dict[str, _Member] = {}
    for batch in read_local_csv(path, GROUPS_COLUMNS):
        for place, (group, agency, token, score) in enumerate(zip(*batch.columns, strict=True)):
            problem = _problem(group, agency, token, score)
            if problem is None and token in members:
                problem = "the token occurs on an earlier line"
            if problem is not None:
                raise wrong_row(path, batch, place, problem)
            members[token] = _Member(group, score)
    return members


def _problem(group: str, agency: str, token: str, score: str) -> str | None:
    if not group or not agency:
        return "group and agency must not be empty"
    if not is_token(token):
        return "a token is 32 digits 0-9 and a-f"
    try:
        between = 0 <= float(score) <= 1
    except ValueError:
        between = False
    return None if between else "a score is a number from 0 to 1"
