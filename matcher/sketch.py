"""Sketches: shorter bit rows whose Hamming distance never exceeds that of the encodings they stand for.

A bit of a *folded* sketch is the exclusive or of some bits of the encoding, and no bit is used twice. Two sketches can
differ only in bits that stand for a differing bit, so sketch distance <= distance, and a pair whose sketches are
already too far apart can be left out without looking at the rest. Folding also makes sparse encodings denser, so that a
short sketch tells much: 1,024 bits of which 30 % are set, folded to 300, are half set, and two unrelated ones differ in
about 147 bits.

Where a stated loss is allowed, a sketch may also be a *sample* of the bits, chosen at random. A pair of distance d then
has a sketch distance that is hypergeometric, near its mean d bits / width, and may be left out when it is so far above
that mean that this happens with at most the stated probability. Balanced codes, of which exact tests must read most
bits, are compared several times as fast.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from linkage.compiled import compiled
from matcher.cores import equal_parts, on_cores
from matcher.form import Form, Sums
from matcher.lanes import GROUP, LETTER_BITS
from matcher.similarity import Requirement

_PIECE_BITS = 16
_WORD_BITS = 64
_LARGEST_SKETCH_BITS = 8176  # offsets of columns, in words of vectors of 512 bits, are held in 16 bits
_LEAST_SAMPLE, _LARGEST_SAMPLE = 64, 512
_PAIRS_PER_SAMPLE = 256  # of the pairs to compare, so that choosing takes a small share of the time
_CHOICES = 64
_COARSE = 8  # of the choices, every so manieth is looked at first
# What things take, in vector instructions, measured on AVX2; only the proportions matter, and those little.
_COLUMN_COST = 5.7
_STRIPE_COST = 80.0
_DIGIT_COST = 4.0
_LETTER_COST = 4.4
_LETTER_STRIPE_COST = 40.0
_TABLE_COST = 680.0
_ROWS_PER_TABLE = 2048
_NEAR_COST = 80.0
_WORD_COST = 6.0


LETTERS_AT_ONCE = 8
"""Letters that are added up together."""
FAR = 2
"""Bits in which far letters differ at least."""
_PART_BITS = LETTERS_AT_ONCE * LETTER_BITS
_LETTER_MASK = np.uint64((1 << LETTER_BITS) - 1)
Pieces = NDArray[np.uint16]


class Reach(NamedTuple):
    """For each popcount on the left, the range of right rows whose popcounts allow them to pass: int64 each."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]


class Ordered(NamedTuple):
    """The rows of one side by rising popcount.

    Attributes:
        words: uint64 (n, words), as they come.
        numbers: uint32 (n,), the index of each row in `words`.
        popcounts: int64 (n,), rising.
    """

    words: NDArray[np.uint64]
    numbers: NDArray[np.uint32]
    popcounts: NDArray[np.int64]


class Sketch(NamedTuple):
    """One way to make sketches.

    Attributes:
        bits: how many they have.
        positions: int64 (bits,), which bits of an encoding they are; None where they are folded.
        letters: how many letters of LETTER_BITS bits they are read as, a multiple of LETTERS_AT_ONCE; 0 where bits are
            counted.
    """

    bits: int
    positions: NDArray[np.int64] | None = None
    letters: int = 0

    @classmethod
    def of_letters(cls, letters: int) -> Self:
        """Return the one that is read as so many letters."""
        return cls(letters * LETTER_BITS, letters=letters)

    def of(
        self, words: NDArray[np.uint64], numbers: NDArray[np.uint32] | None = None, *, threads: int = 1
    ) -> NDArray[np.uint64]:
        """Return the sketches of encodings, uint64 (n, words of a sketch), filled up with zeros.

        Args:
            words: the encodings, uint64 (n, words).
            numbers: those of the encodings in the order in which their sketches are wanted, each once; as they come
                without it.
            threads: how many threads, at most.
        """
        # encodings are read one after the other: memory waits for what is read here and there, not for what is written
        places = np.arange(len(words), dtype=np.uint32)
        if numbers is not None:
            places[numbers] = places.copy()
        words = np.ascontiguousarray(words)
        sketches = np.zeros((len(words), -(-self.bits // _WORD_BITS)), dtype=np.uint64)

        def write(some: slice) -> None:
            if self.positions is None:
                _fold(words[some].view(np.uint16), places[some], self.bits // _PIECE_BITS, sketches.view(np.uint16))
            else:
                _gather(words[some], places[some], self.positions, sketches)

        on_cores(write, equal_parts(len(words), threads), threads)
        return sketches


@compiled
def far_letters(sketches: NDArray[np.uint64], letters: int) -> NDArray[np.int64]:
    """Return how many letters have two bits set or more, of sketches of differences: int64 (n,)."""
    far = np.zeros(len(sketches), dtype=np.int64)
    for row in range(len(sketches)):
        for part in range(letters // LETTERS_AT_ONCE):
            bits = some_letters(sketches, row, part)
            for _ in range(LETTERS_AT_ONCE):
                letter = bits & _LETTER_MASK
                far[row] += (letter & (letter - np.uint64(1))) != 0 and letter != 0
                bits >>= np.uint64(LETTER_BITS)
    return far


@compiled
def some_letters(sketches: NDArray[np.uint64], row: int, part: int) -> np.uint64:
    """Return LETTERS_AT_ONCE letters of a sketch, those of number `part`, the first lowest."""
    word, shift = part * _PART_BITS // _WORD_BITS, part * _PART_BITS % _WORD_BITS
    bits: np.uint64 = sketches[row, word] >> np.uint64(shift)
    if shift > _WORD_BITS - _PART_BITS:
        bits |= sketches[row, word + 1] << np.uint64(_WORD_BITS - shift)
    return bits


def sample_limits(distances: NDArray[np.int64], bits: int, sample_bits: int, loss: float) -> NDArray[np.int64]:
    """Return, for each distance, the least sketch distance that samples of such a pair exceed with at most `loss`.

    Of `bits` positions `distances` differ and `sample_bits` are drawn without return, so that the number of drawn ones
    that differ is hypergeometric. Its tail falls with fewer differing positions, so the limit of a distance holds for
    all smaller ones.

    Args:
        distances: from 0 to `bits`; -1 stays -1.
        bits: width of an encoding.
        sample_bits: width of a sketch.
        loss: the largest probability of exceeding, above 0.
    """
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, bits + 1)))])
    known, place = np.unique(distances, return_inverse=True)
    limits = np.full(len(known), -1, dtype=np.int64)
    for number, distance in enumerate(known.tolist()):
        if distance < 0:
            continue
        least, most = max(0, sample_bits - (bits - distance)), min(sample_bits, distance)
        drawn = np.arange(least, most + 1)
        log_ways = (
            log_factorial[distance]
            - log_factorial[drawn]
            - log_factorial[distance - drawn]
            + log_factorial[bits - distance]
            - log_factorial[sample_bits - drawn]
            - log_factorial[bits - distance - sample_bits + drawn]
        )
        all_ways = log_factorial[bits] - log_factorial[sample_bits] - log_factorial[bits - sample_bits]
        at_least = np.cumsum(np.exp(log_ways - all_ways)[::-1])[::-1]  # from the small end, exact where it is small
        limits[number] = least + int(np.count_nonzero(at_least[1:] > loss * (1 - 1e-9)))
    return limits[place]


def best_sketch(
    left: Ordered, right: Ordered, reach: Reach, requirement: Requirement, form: Form, *, bits: int, loss: float
) -> Sketch:
    """Return the sketch that promises the least work, judged on a sample of pairs that popcounts leave.

    The choice changes the speed; it changes the result only as far as `loss` allows.

    Args:
        left: rows of one file.
        right: rows of the other.
        reach: which of them popcounts leave.
        requirement: what the threshold asks.
        form: how the kernel computes.
        bits: width of an encoding.
        loss: see :func:`matcher.sides.plan`.
    """
    words: int = left.words.shape[1]
    full = words * _WORD_BITS
    step: int = max(_PIECE_BITS, full // _CHOICES // _PIECE_BITS * _PIECE_BITS)
    largest = min(full, _LARGEST_SKETCH_BITS)
    sizes = [*range(step, largest, step), largest]
    random = np.random.default_rng(0)
    wanted = len(left.numbers) * len(right.numbers) // _PAIRS_PER_SAMPLE
    rows = random.integers(len(left.numbers), size=min(max(wanted, _LEAST_SAMPLE), _LARGEST_SAMPLE))
    first, last = reach.first[left.popcounts[rows]], reach.last[left.popcounts[rows]]
    rows, first, last = (array[last > first] for array in (rows, first, last))
    if not len(rows):
        return Sketch(step)
    others = random.integers(first, last)
    limits = requirement.distance[left.popcounts[rows] + right.popcounts[others]].astype(np.int64)
    one = left.words[left.numbers[rows]]
    different = one ^ right.words[right.numbers[others]]
    positions = random.permutation(bits)

    def cost(sketch: Sketch, limits: NDArray[np.int64]) -> float:
        # both ways are linear: the sketch of a difference is the difference of the sketches
        near = float(np.mean(np.bitwise_count(sketch.of(different)).sum(axis=1) <= limits))
        sketches = sketch.of(one)
        sums = Sums.of(int(np.bitwise_count(sketches).sum(axis=1).max()))
        teams = -(-len(sketches) // sums.team)  # the sample may be smaller than one team
        several = np.resize(sketches, (teams, sums.team, sketches.shape[1]))
        columns = float(np.bitwise_count(np.bitwise_or.reduce(several, axis=1)).sum(axis=1).mean())
        filled = columns + (1 << sums.team) * GROUP / 2
        team = _COLUMN_COST * filled + _DIGIT_COST * sums.planes * sums.additions
        return (_STRIPE_COST + team / sums.team) / form.lanes + near * (_NEAR_COST + _WORD_COST * words)

    def folded(size: int) -> tuple[float, Sketch]:
        return cost(Sketch(size), limits), Sketch(size)

    def sampled(size: int) -> tuple[float, Sketch]:
        sketch = Sketch(size, np.sort(positions[:size]))
        return cost(sketch, sample_limits(limits, bits, size, loss)), sketch

    def spelled(letters: int) -> tuple[float, Sketch]:
        sketch = Sketch.of_letters(letters)
        room = limits - FAR * far_letters(sketch.of(different), letters)
        near = max(float(np.mean(room >= 0)), _normal_share(room))
        tables = _TABLE_COST * letters / min(len(left.numbers), _ROWS_PER_TABLE)
        row = _LETTER_STRIPE_COST + _LETTER_COST * letters + tables
        return row / form.lanes + near * (_NEAR_COST + _WORD_COST * words), sketch

    found = [_cheapest(sizes, folded)]
    letters = range(LETTERS_AT_ONCE, min(full // LETTER_BITS, form.letters) + 1, LETTERS_AT_ONCE)
    if letters:
        found.append(_cheapest(letters, spelled))
    if loss > 0 and step < bits:
        found.append(_cheapest([size for size in sizes if size < bits], sampled))
    return min(found, key=lambda choice: choice[0])[1]


def _normal_share(values: NDArray[np.int64]) -> float:
    """Return the share of values from 0 on if they are normal: of the rarest, more than a sample can tell."""
    spread = float(values.std())
    return math.erfc(-float(values.mean()) / spread / math.sqrt(2)) / 2 if spread else 0.0


def _cheapest(sizes: Sequence[int], priced: Callable[[int], tuple[float, Sketch]]) -> tuple[float, Sketch]:
    """Return the cost of the cheapest of several sketches, and it, among rising sizes.

    A short sketch costs little and tells nothing; from where it tells something on, the cost falls, then rises. On
    codes whose threshold lies near chance that is at the very end.
    """
    known: dict[int, tuple[float, Sketch]] = {}

    def cheapest(numbers: Iterable[int]) -> int:
        known.update({number: priced(sizes[number]) for number in numbers if number not in known})
        return min(known, key=lambda number: known[number][0])

    middle = cheapest([*range(0, len(sizes), _COARSE), len(sizes) - 1])
    step = _COARSE // 2
    while step:
        middle = cheapest(number for number in (middle - step, middle + step) if 0 <= number < len(sizes))
        step //= 2
    return known[middle]


@compiled
def _fold(pieces: Pieces, places: NDArray[np.uint32], kept: int, sketches: Pieces) -> None:
    """Set sketches, zeros so far, to the exclusive or of the first `kept` pieces of encodings, the next, and so on."""
    for row in range(len(pieces)):
        place = places[row]
        for start in range(0, pieces.shape[1], kept):
            for piece in range(min(kept, pieces.shape[1] - start)):
                sketches[place, piece] ^= pieces[row, start + piece]


@compiled
def _gather(
    words: NDArray[np.uint64], places: NDArray[np.uint32], positions: NDArray[np.int64], sketches: NDArray[np.uint64]
) -> None:
    """Set the bits of sketches, zeros so far, to those of encodings at some positions."""
    for row in range(len(words)):
        place = places[row]
        for number in range(len(positions)):
            position = positions[number]
            bit = (words[row, position >> 6] >> np.uint64(position & 63)) & np.uint64(1)
            sketches[place, number >> 6] |= bit << np.uint64(number & 63)
