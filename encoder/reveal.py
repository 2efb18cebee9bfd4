"""Looking up an agency's own records among the groups that the matcher found."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from encoder.counterfoil import is_token, read_counterfoil
from encoder.local_csv import new_local_csv
from encoder.local_table import local_header, read_local_table, wrong_row
from linkage.files import check_outputs

MEMBER = ("group", "agency", "token")
OWN_MEMBER = ("group", "record_id", "token")
OF_MATCH, OF_SERVICE = ("score",), ("band", "counterparts", "contacts")
BANDS = frozenset({"likely", "possible"})


class Hits(NamedTuple):
    """How many own records are in how many groups."""

    records: int
    groups: int


class _Member(NamedTuple):
    group: str
    told: tuple[str, ...]


def reveal(groups: Path, counterfoil: Path, hits: Path, *, overwrite: bool = False) -> Hits:
    """Write the members of groups whose tokens are in the counterfoil, in the order of the groups file.

    The groups are those of `counterfoil match`, CSV or Parquet, with a score, or the hits of a service, with a band,
    the counterpart agencies and their contacts; what either tells is passed on. The hits name persons: the file is
    readable by its owner only. Memory grows with the groups file, not with the counterfoil.

    Raises:
        FileError: a file cannot be read or written, or `hits` exists and may not be replaced.
        InputError: a file is damaged, or of another format than its name says.
        CounterfoilFileError: a file has another form; names the line or row and the rule.
    """
    check_outputs([hits], [groups, counterfoil])
    told = OF_SERVICE if local_header(groups) == MEMBER + OF_SERVICE else OF_MATCH
    members = _read_groups(groups, told)
    own: dict[str, str] = {}
    for tokens, record_ids in read_counterfoil(counterfoil):
        own.update(pair for pair in zip(tokens, record_ids, strict=True) if pair[0] in members)
    with new_local_csv(hits, OWN_MEMBER + told, overwrite=overwrite) as write_rows:
        write_rows(
            [(member.group, own[token], token, *member.told) for token, member in members.items() if token in own]
        )
    return Hits(len(own), len({members[token].group for token in own}))


def _read_groups(path: Path, told: tuple[str, ...]) -> Mapping[str, _Member]:
    """Return token -> member for every row of a file of groups that tells `told`, in its order."""
    members: dict[str, _Member] = {}
    for batch in read_local_table(path, MEMBER + told):
        for place, (group, agency, token, *rest) in enumerate(zip(*batch.columns, strict=True)):
            problem = _problem(group, agency, token) or (_score_problem if told == OF_MATCH else _band_problem)(*rest)
            if problem is None and token in members:
                problem = "the token stands in an earlier row too"
            if problem is not None:
                raise wrong_row(path, batch, place, problem)
            members[token] = _Member(group, tuple(rest))
    return members


def _problem(group: str, agency: str, token: str) -> str | None:
    if not group or not agency:
        return "group and agency must not be empty"
    return None if is_token(token) else "a token is 32 digits 0-9 and a-f"


def _score_problem(score: str) -> str | None:
    try:
        between = 0 <= float(score) <= 1
    except ValueError:
        between = False
    return None if between else "a score is a number from 0 to 1"


def _band_problem(band: str, counterparts: str, _contacts: str) -> str | None:
    if band not in BANDS:
        return "a band is likely or possible"
    return None if counterparts else "a hit has a counterpart agency"
