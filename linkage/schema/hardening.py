"""The steps that harden encodings, as a schema declares them: in order, each with its parameters and its reference.

What each step withstands is measured, not promised: docs/privacy.md has the attacks and the figures.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Key

from linkage.symbols import SYMBOL_BITS

Measure = Literal["dice", "hamming", "symbols"]
Unrelated = Literal["binomial"]
LARGEST_CODE_BITS = 1 << 16


class _Step(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Saul(_Step):
    """Majority of keyed vectors, XOR of several: SAUL (Armknecht & Schaefer, PoPETs 2026(2)).

    It takes the place of the filter, so it is the first step. Young: no independent analysis is known.
    """

    step: Literal["saul"]
    repetitions: int = Key(default=3, ge=1, le=8, description="K, how many majorities are combined by XOR")
    bits: int = Key(default=4096, ge=64, le=LARGEST_CODE_BITS, multiple_of=64, description="L, length of an encoding")

    def width(self, bits: int) -> int:  # noqa: ARG002 - as of every step; this one does not depend on the filter
        """Bits of the outcome."""
        return self.bits


class Apart(_Step):
    """Fields whose tokens have symbols of their own, and no part in the others.

    What is told by them adds to what is told by the rest, and takes nothing from it where they differ. A record without
    any of their tokens has symbols of the rest in these places.
    """

    fields: tuple[str, ...] = Key(min_length=1, strict=False, description="identifiers of hashed fields")
    symbols: int = Key(ge=1, le=64, description="how many symbols they have")


class MinHash(_Step):
    """Each symbol a keyed hash of several tokens, each of which a lottery of its own drew from the record's.

    Minwise hashing (Broder, "On the resemblance and containment of documents", 1997), several draws together as in
    locality-sensitive hashing (Indyk & Motwani, STOC 1998), of which few bits are kept (Li & Koenig, "b-bit minwise
    hashing", WWW 2010). A token is drawn in proportion to its weight (Moulton & Jiang, "Maximally consistent sampling
    and the Jaccard index of probability distributions", ICDM 2018). With J that index, J^components of the symbols are
    expected to be equal, and one in 4,096 of the others. It takes the place of the filter, and no other step goes with
    it.

    Adding up what independent sources tell, as `apart` does, is Fellegi & Sunter's way (JASA 1969).
    """

    step: Literal["minhash"]
    components: int = Key(default=7, ge=1, le=7, description="K, how many draws each symbol is a hash of")
    symbols: int = Key(
        default=3584,
        ge=64,
        le=LARGEST_CODE_BITS // SYMBOL_BITS,
        multiple_of=64,
        description="n, symbols of an encoding, 12 bits each",
    )
    draws: int = Key(
        default=1792, ge=64, le=LARGEST_CODE_BITS // SYMBOL_BITS, multiple_of=64, description="how many draws there are"
    )
    apart: tuple[Apart, ...] = Key(default=(), max_length=8, strict=False, description="fields that are drawn apart")

    def width(self, bits: int) -> int:  # noqa: ARG002 - as of every step; this one does not depend on the filter
        """Bits of the outcome."""
        return SYMBOL_BITS * self.symbols


class Balance(_Step):
    """The filter beside its complement, in an order set by the key: every encoding has as many bits set.

    Schnell & Borgs, "Randomized response and balanced Bloom filters", ICDM workshops 2016. Hides popcounts; the
    similarities stay, so graph matching is not hindered.
    """

    step: Literal["balance"]

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return 2 * bits


class Fold(_Step):
    """The first half of an encoding XOR the second, `times` times.

    Schnell & Borgs, "XOR-folding for Bloom filter-based encryptions", IJPDS 2016. Linear over GF(2).
    """

    step: Literal["fold"]
    times: int = Key(default=1, ge=1, le=10)

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return bits >> self.times


class Rule90(_Step):
    """Each bit the XOR of its two neighbours in a ring, `rounds` times.

    Schnell & Borgs, "Protecting record linkage identifiers using a language model for patient names", 2018, after
    Wolfram's elementary cellular automaton. Linear over GF(2).
    """

    step: Literal["rule90"]
    rounds: int = Key(default=1, ge=1, le=64)

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return bits


class Permute(_Step):
    """The bits in an order set by the key. Hides which position means what; changes no similarity."""

    step: Literal["permute"]

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return bits


class Diffuse(_Step):
    """Each bit the XOR of `taps` bits at places set by the key: linear diffusion.

    Armknecht, Heng & Schnell, "Strengthening privacy-preserving record linkage using diffusion", PoPETs 2023(2).
    Linear over GF(2): broken by the relation-graph attack (Armknecht & Schaefer, PoPETs 2026(2)).
    """

    step: Literal["diffuse"]
    taps: int = Key(ge=1, le=64)
    bits: int | None = Key(
        default=None,
        ge=64,
        le=LARGEST_CODE_BITS,
        multiple_of=8,
        description="length of an encoding; as before if absent",
    )

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return self.bits or bits


class Blip(_Step):
    """Each bit flipped with the chance `flip`: randomised response, drawn once for each record and remembered.

    Alaggan, Gambs & Kermarrec, "BLIP", SSS 2012; Schnell & Borgs (2016) write f for 2 `flip`. The noise hangs on a
    seed in the agency's counterfoil: with another one at each encoding it could be averaged away. It comes last, so
    that no step spreads it.
    """

    step: Literal["blip"]
    flip: float = Key(ge=0.001, lt=0.5, description="chance that a bit is flipped, taken in steps of 1 / 65,536")

    def width(self, bits: int) -> int:
        """Bits of the outcome."""
        return bits


Step = Annotated[Saul | MinHash | Balance | Fold | Rule90 | Permute | Diffuse | Blip, Key(discriminator="step")]
_BYTE_BITS = 8
_SPREADS_BITS = (Saul, Balance, Diffuse)


def widths(bits: int, steps: Sequence[Step]) -> list[int]:
    """Return the bits of an encoding before the first of `steps`, which is `bits`, and after each of them.

    Raises:
        ValueError: a step cannot be taken where it stands.
    """
    found = [bits]
    if len(steps) > 1 and any(isinstance(step, MinHash) for step in steps):
        raise ValueError("hardening: minhash must be the only step, since bytes are compared and others change bits")
    for place, step in enumerate(steps):
        if isinstance(step, Saul) and place:
            raise ValueError("hardening: saul takes the place of the filter, so it must be the first step")
        if isinstance(step, Blip) and place != len(steps) - 1:
            raise ValueError("hardening: blip must be the last step, so that no other spreads its noise")
        if isinstance(step, Fold) and found[-1] % (8 << step.times):
            raise ValueError("hardening: fold must leave whole bytes")
        found.append(step.width(found[-1]))
        if found[-1] > LARGEST_CODE_BITS:
            raise ValueError(f"hardening: an encoding would have more than {LARGEST_CODE_BITS:,} bits")
    return found


def check_steps(bits: int, folds: int, steps: Sequence[Step], fields: Sequence[str]) -> None:
    """Refuse steps that a filter of `bits`, folded `folds` times, of hashed `fields` cannot take.

    Raises:
        ValueError: that is so.
    """
    if steps and bits % _BYTE_BITS:
        raise ValueError("hardening needs a filter of whole bytes")
    if steps and isinstance(steps[0], Saul | MinHash) and folds:
        raise ValueError(f"{steps[0].step} takes the place of the filter, so xorFolds has no meaning beside it")
    widths(bits, steps)
    for step in steps:
        if isinstance(step, MinHash):
            _check_apart(step, fields)


def _check_apart(step: MinHash, fields: Sequence[str]) -> None:
    named = [field for apart in step.apart for field in apart.fields]
    if any(fields.count(field) != 1 for field in named) or len(set(named)) != len(named):
        raise ValueError("hardening: apart must name hashed fields, each once")
    if named and len(named) == len(fields):
        raise ValueError("hardening: one field at least must not be drawn apart")
    if sum(apart.symbols for apart in step.apart) > step.symbols // 2:
        raise ValueError("hardening: fields drawn apart may have half of the symbols at most")


def measure_of(steps: Sequence[Step]) -> Measure:
    """Return the similarity that hardened encodings are compared by.

    The share of equal symbols, where symbols are made; Hamming's where about half of the bits are set.
    """
    if any(isinstance(step, MinHash) for step in steps):
        return "symbols"
    return "hamming" if any(isinstance(step, _SPREADS_BITS) for step in steps) else "dice"


def unrelated_of(steps: Sequence[Step]) -> Unrelated | None:
    """Return how many bits, or symbols, are equal in two records that have no token in common, where a law says so.

    "binomial": each is, with the chance of one half or of one in 256, whatever the others are. So it is with keyed
    hashes of draws; with majorities of keyed vectors, where distinct ones of their bits are combined by XOR; and where
    each record has noise of its own.
    """
    if steps and isinstance(steps[0], MinHash):
        return "binomial"
    majorities = bool(steps) and isinstance(steps[0], Saul)
    return "binomial" if majorities and all(isinstance(step, Fold | Permute | Blip) for step in steps[1:]) else None
