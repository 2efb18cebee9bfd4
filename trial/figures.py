"""What a demonstration found, as values that the text, the page and --json are made from."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from trial.baseline import Baseline
from trial.evaluation import Evaluation
from trial.leak import LeakSearch
from trial.program import Step
from trial.similarity import Histogram


class UsedField(NamedTuple):
    """A field of the linkage schema and how many bits one value of it may set."""

    name: str
    bits: int


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency: what it put in, what left it, what it learnt."""

    name: str
    rows: int
    package_bytes: int
    encode_seconds: float
    hits: int


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair.

    Attributes:
        agency: who holds it.
        row: column -> value; only the agency sees this.
        token: 32 hexadecimal digits; with the category and the encoding, all that the matcher sees.
        category: the kind of data subject.
        encoding: its bytes.
    """

    agency: str
    row: dict[str, str]
    token: str
    category: str
    encoding: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a demonstration found.

    Attributes:
        persons: number of agencies that hold a person -> number of such persons.
        overlap: pair of agencies -> persons that both hold.
        equal_pairs: true pairs whose two records are equal in every value.
        pair: two records that the matcher joined.
        equal_bytes: of these two.
        plaintext: linkage of the raw records with recordlinkage.
        equality: joining records by one identifying number alone.
        seconds: the whole, from the dealing of the records to the last figure.
    """

    seed: int
    threshold: float
    schema: str
    fields: tuple[UsedField, ...]
    persons: dict[int, int]
    overlap: dict[tuple[str, str], int]
    equal_pairs: int
    agencies: tuple[AgencyFigures, ...]
    steps: tuple[Step, ...]
    pair: tuple[Side, Side]
    equal_bytes: int
    linkage: Evaluation
    plaintext: Baseline
    equality: Baseline
    leak_search: LeakSearch
    histogram: Histogram
    match_seconds: float
    seconds: float

    @property
    def rows(self) -> int:
        """Records of all agencies together."""
        return sum(agency.rows for agency in self.agencies)

    @property
    def encode_and_match_seconds(self) -> float:
        """Processes of all agencies' encoding and of the matching, one after the other."""
        return sum(agency.encode_seconds for agency in self.agencies) + self.match_seconds

    @property
    def pairs_compared(self) -> int:
        """Pairs of records of different agencies."""
        return sum(self.histogram.matches) + sum(self.histogram.others)

    def document(self) -> dict[str, Any]:
        """Return everything but the raw record of the example as JSON-like data."""
        seen = self.pair[0]
        return {
            "seed": self.seed,
            "threshold": self.threshold,
            "schema": {"name": self.schema, "fields": {used.name: used.bits for used in self.fields}},
            "rows": self.rows,
            "persons_by_number_of_agencies": {str(count): persons for count, persons in self.persons.items()},
            "equal_pairs": self.equal_pairs,
            "agencies": [
                {
                    "agency": agency.name,
                    "rows": agency.rows,
                    "package_bytes": agency.package_bytes,
                    "encode_seconds": agency.encode_seconds,
                    "hits": agency.hits,
                }
                for agency in self.agencies
            ],
            "matcher_sees": {
                "agency": seen.agency,
                "token": seen.token,
                "category": seen.category,
                "encoding_bytes": len(seen.encoding),
                "encoding_hex": seen.encoding.hex(),
            },
            "pairs_compared": self.pairs_compared,
            "match_seconds": self.match_seconds,
            "linkage": self.linkage.document(),
            "baselines": {
                "plaintext": {**self.plaintext.evaluation.document(), "seconds": self.plaintext.seconds},
                "equal_soc_sec_id": {**self.equality.evaluation.document(), "seconds": self.equality.seconds},
            },
            "leak_search": self.leak_search.document(),
            "equal_bytes": self.histogram.document(),
            "steps": [{"party": step.party, "command": step.command, "seconds": step.seconds} for step in self.steps],
            "seconds": self.seconds,
        }
