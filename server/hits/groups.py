"""From groups of records to hits."""

import hashlib
from collections.abc import Collection, Iterable
from itertools import combinations, groupby
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from linkage.canonical import canonical_json, digest_of
from matcher import Linkage
from server.runs.files import AgencyFile

# Of the way from the threshold to full agreement. Hardened codes of one person lie near the threshold: on the
# multi-script records (docs/measurements.md) .5 with filters, .15 with codes of bits and .05 with codes of symbols made
# 53 to 56 % of the pairs likely, of which 98, 99 and 96 % were right.
_LIKELY_SHARE: Final = {"dice": 0.5, "jaccard": 0.5, "hamming": 0.15, "symbols": 0.05}
Band = Literal["likely", "possible"]


class Member(NamedTuple):
    """One record of a group."""

    agency: str
    token: str
    submission: str


class FoundGroup(NamedTuple):
    """Records taken to be one person.

    Attributes:
        members: in the order of agencies and tokens.
        band: `likely` if every member is far enough on the way from the threshold to full agreement.
    """

    members: tuple[Member, ...]
    band: Band

    @property
    def name(self) -> str:
        """A digest of the members' tokens, which are random.

        The same people found again have the same name, and it tells nothing to those who do not have all the tokens.
        """
        text = "\n".join(f"{member.agency} {member.token}" for member in self.members)
        return hashlib.sha256(b"counterfoil group/1\n" + text.encode()).hexdigest()[:32]

    def rests_on(self, couples: Collection[frozenset[str]]) -> bool:
        """Return whether two members are of submissions that are such a couple."""
        own = {member.submission for member in self.members}
        return any(frozenset(couple) in couples for couple in combinations(own, 2))


class Hit(NamedTuple):
    """One record of one agency that has a counterpart elsewhere."""

    submission: str
    token: str
    agency: str
    hit_group: str
    band: Band


def found_groups(linkage: Linkage, files: Iterable[AgencyFile]) -> list[FoundGroup]:
    """Return the groups of a linkage of `files`."""
    by_name = {(file.package.manifest.agency, file.package.manifest.category.value): file for file in files}
    parties = [(party, by_name[party.agency, party.category]) for party in linkage.parties]
    groups = linkage.groups
    rows = zip(groups.group.tolist(), groups.party.tolist(), groups.index.tolist(), groups.score.tolist(), strict=True)
    measure = next((file.package.manifest.measure for file in by_name.values()), "dice")
    likely_from = linkage.threshold + _LIKELY_SHARE[measure] * (1 - linkage.threshold)
    found = []
    for _, of_group in groupby(rows, key=itemgetter(0)):
        members, scores = [], []
        for _, number, index, score in of_group:
            party, file = parties[number]
            row = int(party.first_row[index])
            token = party.encodings.tokens[row].tobytes().hex()
            members.append(Member(party.agency, token, file.submission_of(row)))
            scores.append(score)
        found.append(FoundGroup(tuple(sorted(members)), "likely" if min(scores) >= likely_from else "possible"))
    return found


def hits_of(named: Iterable[tuple[str, FoundGroup]]) -> list[Hit]:
    """Return a hit for each record of each group, in the order of their groups' names and their tokens."""
    found = [
        Hit(member.submission, member.token, member.agency, name, group.band)
        for name, group in named
        for member in group.members
    ]
    return sorted(found, key=lambda hit: (hit.hit_group, hit.token))


def hits_digest(found: list[Hit]) -> str:
    """Return the digest of a result: equal for equal hits, whatever crashed meanwhile."""
    return digest_of(canonical_json([list(hit) for hit in found]))
