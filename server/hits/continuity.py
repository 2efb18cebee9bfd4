"""Names of groups that stay from run to run: a group keeps its name when members come and go."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from server.hits.groups import FoundGroup


def continued(groups: Sequence[FoundGroup], former: Mapping[str, str], run: str) -> list[str]:
    """Return a name for each group: that of the former group with which it has most records in common.

    Each former name goes to one group; ties go to the smaller name and then to the earlier group. A group without one
    gets a name that no earlier run has given.

    Args:
        groups: of this run.
        former: the name of the last group of each token.
        run: this run.
    """
    shared = [
        (-count, name, number)
        for number, group in enumerate(groups)
        for name, count in Counter(former[member.token] for member in group.members if member.token in former).items()
    ]
    names: dict[int, str] = {}
    given: set[str] = set()
    for _, name, number in sorted(shared):
        if number not in names and name not in given:
            names[number] = name
            given.add(name)
    return [names.get(number) or _fresh(group, run) for number, group in enumerate(groups)]


def _fresh(group: FoundGroup, run: str) -> str:
    return hashlib.sha256(f"counterfoil standing group/1\n{run}\n{group.name}".encode()).hexdigest()[:32]
