"""What a demonstration through a service found, as values that the text and --json are made from."""

from dataclasses import dataclass
from typing import Any

from trial.evaluation import Evaluation
from trial.leak import LeakSearch
from trial.program import Step
from trial.verification import LastAct


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Everything that a demonstration through a service found.

    Attributes:
        agencies: agency -> records submitted.
        hits: agency -> its records with a counterpart elsewhere.
        run: what the host told of the run.
        linkage: how good the groups are that the agencies' hits make.
        groups_by_files: groups that `counterfoil match` makes of the same packages.
        differing_groups: groups that only one of the two ways makes.
        leak_search: for raw values, in all that the host has.
        words_of_the_agreement: values not looked for, because the agreement, written before any data, has that word.
        keys_found: places there that hold the operation secret or a private key of an agency.
        last_act: what a data protection officer finds in the compliance pack, and in one with a byte changed.
        seconds: the whole.
    """

    seed: int
    threshold: float
    agencies: dict[str, int]
    hits: dict[str, int]
    run: dict[str, Any]
    steps: tuple[Step, ...]
    linkage: Evaluation
    groups_by_files: int
    differing_groups: int
    leak_search: LeakSearch
    words_of_the_agreement: int
    keys_found: int
    last_act: LastAct
    seconds: float

    def document(self) -> dict[str, Any]:
        """Return everything as JSON-like data."""
        return {
            "seed": self.seed,
            "threshold": self.threshold,
            "agencies": [
                {"agency": agency, "records": records, "hits": self.hits[agency]}
                for agency, records in self.agencies.items()
            ],
            "run": self.run,
            "linkage": self.linkage.document(),
            "groups_by_files": self.groups_by_files,
            "differing_groups": self.differing_groups,
            "leak_search": self.leak_search.document(),
            "words_of_the_agreement": self.words_of_the_agreement,
            "keys_found": self.keys_found,
            "verification": self.last_act.document(),
            "steps": [{"party": step.party, "command": step.command, "seconds": step.seconds} for step in self.steps],
            "seconds": self.seconds,
        }
