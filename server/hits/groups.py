"""From groups of records to hits."""

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from linkage.canonical import canonical_json, digest_of
from matcher import Linkage
from server.runs.plan import Plan

_LIKELY_SHARE: Final = 0.5  # of the way from the threshold to full agreement


class Hit(NamedTuple):
    """One record of one agency that has a counterpart elsewhere."""

    submission: str
    token: str
    agency: str
    hit_group: str
    band: Literal["likely", "possible"]


def found_hits(linkage: Linkage, plan: Plan) -> list[Hit]:
    """Return a hit for each record of each group, in the order of their groups' names and their tokens.

    The name of a group is a digest of its members' tokens, which are random: the same people found again have the
    same name, and a name tells nothing to those who do not have all the tokens. The band is the group's: `likely` if
    every member reaches half of the way from the threshold to full agreement.
    """
    submission = {(planned.agency, planned.category): planned.submission for planned in plan.submissions}
    groups = linkage.groups
    rows = zip(groups.group.tolist(), groups.party.tolist(), groups.index.tolist(), groups.score.tolist(), strict=True)
    tokens = [party.encodings.tokens[party.first_row] for party in linkage.parties]
    likely_from = linkage.threshold + _LIKELY_SHARE * (1 - linkage.threshold)
    found = []
    for _, members in groupby(rows, key=itemgetter(0)):
        own = [
            (linkage.parties[party], tokens[party][index].tobytes().hex(), score) for _, party, index, score in members
        ]
        name = _name([(party.agency, token) for party, token, _ in own])
        band: Literal["likely", "possible"] = "likely" if min(score for *_, score in own) >= likely_from else "possible"
        found += [
            Hit(submission[party.agency, party.category], token, party.agency, name, band) for party, token, _ in own
        ]
    return sorted(found, key=lambda hit: (hit.hit_group, hit.token))


def hits_digest(found: list[Hit]) -> str:
    """Return the digest of a result: equal for equal hits, whatever crashed meanwhile."""
    return digest_of(canonical_json([list(hit) for hit in found]))


def _name(members: list[tuple[str, str]]) -> str:
    text = "\n".join(f"{agency} {token}" for agency, token in sorted(members))
    return hashlib.sha256(b"counterfoil group/1\n" + text.encode()).hexdigest()[:32]
