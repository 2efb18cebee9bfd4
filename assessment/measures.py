"""What encodings tell by their statistics, before anybody attacks them.

Ordered by the five ways in which encodings can be vulnerable: A. Vidanage, T. Ranbaduge, P. Christen, R. Schnell, "A
vulnerability assessment framework for privacy-preserving record linkage", ACM TOPS 26(3), 2023. Every measure is larger
where more is told. It is taken on the encodings, on the plain CLK of the same records, and on coin flips of the size of
the encodings, since no measure of a sample is exactly 0 where nothing is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assessment.coding import Code
from assessment.likeness import likeness
from assessment.plain import Rows, lengths, plain_likeness, token_table
from assessment.spread import (
    Structure,
    above_edge,
    absolute_phi,
    dimensions_above_noise,
    divergence,
    entropy,
    mutual_information,
    rank_correlation,
)
from linkage import Schema
from linkage.schema.hardening import Measure
from linkage.symbols import SYMBOL_BITS

STRANGERS = 0.5  # Dice of token sets: below it, two records are hardly ever of one person
_BIT_PAIRS = 20_000
_BINS = 10


class Vulnerability(StrEnum):
    """The five types, from the one that needs least to the one that needs most."""

    FREQUENCY = "frequency"
    LENGTH = "length"
    CO_OCCURRENCE = "co-occurrence"
    SIMILARITY = "similarity"
    NEIGHBOURHOOD = "similarity neighbourhood"


@dataclass(frozen=True, eq=False)
class Sample:
    """Encodings and what they stand for.

    Attributes:
        encodings: uint8 (n, w).
        measure: similarity that they are compared by.
        lengths: int64 (n,), characters of each record.
        plain: float32 (pairs,), Dice of the token sets of every two records, in the order of ``numpy.triu_indices``.
    """

    encodings: NDArray[np.uint8]
    measure: Measure
    lengths: NDArray[np.int64]
    plain: NDArray[np.float32]

    @property
    def bits(self) -> NDArray[np.uint8]:
        """One bit per element, (n, 8 w)."""
        return np.unpackbits(self.encodings, axis=1)

    @property
    def popcounts(self) -> NDArray[np.int64]:
        """Bits set in each encoding, (n,)."""
        return np.asarray(np.bitwise_count(self.encodings).sum(axis=1, dtype=np.int64))

    @cached_property
    def encoded(self) -> NDArray[np.float32]:
        """How alike every two encodings are, in the order of `plain`: Dice, or how far letters agree."""
        dice = self.measure == "dice"
        found = likeness(self.encodings, self.encodings, "dice") if dice else self.code.agreement
        return found[np.triu_indices(len(found), 1)]

    @cached_property
    def code(self) -> Code:
        """The encodings as letters."""
        return Code(self.encodings, SYMBOL_BITS if self.measure == "symbols" else 1)

    @cached_property
    def above_noise(self) -> Structure:
        """How much of their similarities is more than noise."""
        if self.measure == "symbols":
            return above_edge(self.code.agreement, self.code.coins)
        return dimensions_above_noise(self.bits)


class Yardstick(NamedTuple):
    """One measure.

    Attributes:
        name: in words.
        vulnerability: which of the five it belongs to.
        meaning: in a sentence.
        of: takes it.
    """

    name: str
    vulnerability: Vulnerability
    meaning: str
    of: Callable[[Sample], float]


class Measured(NamedTuple):
    """A measure of these encodings, of the plain CLK of the same records, and of coin flips."""

    yardstick: Yardstick
    found: float
    control: float
    coins: float

    def document(self) -> dict[str, Any]:
        """Return it as JSON-like data."""
        kind = self.yardstick
        told = {"measure": kind.name, "vulnerability": kind.vulnerability, "meaning": kind.meaning}
        return told | {"encodings": self.found, "control": self.control, "coins": self.coins}


def repeated_share(sample: Sample) -> float:
    """Return the share of records whose encoding another record has too."""
    _, times = np.unique(sample.encodings, axis=0, return_counts=True)
    return float(times[times > 1].sum() / len(sample.encodings))


def largest_class(sample: Sample) -> float:
    """Return the share of the records that have the commonest encoding."""
    return float(np.unique(sample.encodings, axis=0, return_counts=True)[1].max() / len(sample.encodings))


def length_divergence(sample: Sample) -> float:
    """Return the Jensen-Shannon divergence, in bits, of the popcounts of the shortest and the longest third."""
    short, long = np.quantile(sample.lengths, [1 / 3, 2 / 3])
    return divergence(sample.popcounts[sample.lengths <= short], sample.popcounts[sample.lengths >= long], _BINS)


def length_correlation(sample: Sample) -> float:
    """Return the absolute rank correlation (Spearman) of popcount and length."""
    return abs(rank_correlation(sample.popcounts, sample.lengths))


def missing_entropy(sample: Sample) -> float:
    """Return the mean over bit positions of 1 - H(p), p being the share of records with that bit set, in bits."""
    return float(1 - entropy(sample.bits.mean(axis=0)).mean())


def bit_dependence(sample: Sample) -> float:
    """Return the mean absolute phi of pairs of bit positions drawn at random."""
    return absolute_phi(sample.bits, _BIT_PAIRS, np.random.default_rng(0))


def similarity_told(sample: Sample) -> float:
    """Return the rank correlation (Spearman) of the similarity in plain and as encoded, over all pairs."""
    return rank_correlation(sample.plain, sample.encoded)


def strangers_told(sample: Sample) -> float:
    """Return the same over pairs below the similarity at which records are linked."""
    strangers = sample.plain < STRANGERS
    return rank_correlation(sample.plain[strangers], sample.encoded[strangers])


def strangers_information(sample: Sample) -> float:
    """Return the mutual information of both similarities over pairs below that similarity, in bits per pair."""
    strangers = sample.plain < STRANGERS
    return mutual_information(sample.plain[strangers], sample.encoded[strangers], _BINS)


def structure(sample: Sample) -> float:
    """Return the share of the variance of the similarities that stands above the noise of so many bits."""
    return sample.above_noise.share


def structure_dimensions(sample: Sample) -> float:
    """Return how many dimensions of the similarities stand above the noise of so many bits."""
    return sample.above_noise.dimensions


YARDSTICKS = (
    Yardstick(
        "records with a repeated encoding", Vulnerability.FREQUENCY,
        "Records that share their encoding with another one can be aligned with values that are as common.",
        repeated_share,
    ),
    Yardstick(
        "records with the commonest encoding", Vulnerability.FREQUENCY,
        "The commonest encoding stands for the commonest value.",
        largest_class,
    ),
    Yardstick(
        "popcounts of short and long records apart", Vulnerability.LENGTH,
        "The number of bits set tells a short record from a long one: 0 not at all, 1 always.",
        length_divergence,
    ),
    Yardstick(
        "popcount following length", Vulnerability.LENGTH,
        "The more characters a record has, the more bits are set: 0 no such tendency, 1 always.",
        length_correlation,
    ),
    Yardstick(
        "entropy missing per bit", Vulnerability.CO_OCCURRENCE,
        "Bits that are set in many or in few records belong to common or rare pieces of names: 0 says nothing, 1 all.",
        missing_entropy,
    ),
    Yardstick(
        "dependence of bit pairs", Vulnerability.CO_OCCURRENCE,
        "Bits that are set together may come from one piece of a name, which patterns of bits then give away.",
        bit_dependence,
    ),
    Yardstick(
        "similarity told, all pairs", Vulnerability.SIMILARITY,
        "How well the order of pairs by similarity can be read from the encodings: 0 not at all, 1 exactly.",
        similarity_told,
    ),
    Yardstick(
        "similarity told, strangers", Vulnerability.SIMILARITY,
        "The same for pairs of records too different to be linked: no linkage needs it, and attacks live on it.",
        strangers_told,
    ),
    Yardstick(
        "information about strangers", Vulnerability.SIMILARITY,
        "Bits of information that one such pair of encodings gives about how alike the records are.",
        strangers_information,
    ),
    Yardstick(
        "structure above noise", Vulnerability.NEIGHBOURHOOD,
        "The share of the web of similarities that chance would not make; two files can be aligned by it.",
        structure,
    ),
    Yardstick(
        "dimensions above noise", Vulnerability.NEIGHBOURHOOD,
        "How many independent directions of that web can be made out; the more, the more exactly a record is placed.",
        structure_dimensions,
    ),
)  # fmt: skip


def measures(
    rows: Rows,
    schema: Schema,
    encodings: NDArray[np.uint8],
    control: NDArray[np.uint8],
    *,
    control_measure: Measure = "dice",
    random: np.random.Generator,
) -> list[Measured]:
    """Return every measure of the encodings of `rows`, in the order of the vulnerabilities.

    Time and memory grow with the square of the rows; a thousand suffice.

    Args:
        rows: records, one text per field of the schema.
        schema: of the encodings.
        encodings: uint8 (n, w), of these rows.
        control: uint8 (n, v), the same rows as a plain CLK.
        control_measure: how the control is compared.
        random: flips coins.
    """
    plain = plain_likeness(token_table(rows, schema))[np.triu_indices(len(rows), 1)]
    sizes = lengths(rows)
    coins = random.integers(256, size=encodings.shape, dtype=np.uint8)
    samples = (
        Sample(encodings, schema.measure, sizes, plain),
        Sample(control, control_measure, sizes, plain),
        Sample(coins, schema.measure, sizes, plain),
    )
    return [Measured(kind, *(kind.of(sample) for sample in samples)) for kind in YARDSTICKS]
