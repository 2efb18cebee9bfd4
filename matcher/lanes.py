"""Vector code for one question: which rows of a stripe have enough bits in common with a left row?

Numba knows no vectors, hence an intrinsic that writes LLVM's own language. That is portable: LLVM turns it into the
instructions of the machine (three-operand logic on AVX-512), and vectors that are too long for it into shorter ones.
"""

import zlib
from pathlib import Path
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_WORD = ir.IntType(64)
_OFFSET = ir.IntType(16)
_TERNARY, _TERNARY_LANES = "llvm.x86.avx512.pternlog.q.512", 512
_ODD, _MOST = 0x96, 0xE8  # tables of three operands: an odd number of them, two or all of them
LEVELS = 4
GROUP = 1 << LEVELS
"""Columns that are added up together."""
LETTER_BITS = 6
"""Bits of a letter: see :mod:`matcher.letters`."""
MAKER = zlib.crc32(Path(__file__).read_bytes())
"""Stands for what makes the code. Numba's cache looks only at the file of the function that it compiled; as a constant
of that function, this number keeps it from going on with code that an older version of this module made."""


def _count_bits(_context: Any, word: Any) -> Any:
    """Return the number of bits set in a uint64."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate if word == types.uint64 else None


def _lowest_bit(_context: Any, word: Any) -> Any:
    """Return the position of the lowest bit set in a uint64 that is not zero."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate if word == types.uint64 else None


def _add_columns(  # noqa: PLR0917 - compiled code has no keywords
    _context: Any,
    offsets: Any,
    groups: Any,
    columns: Any,
    start: Any,
    sums: Any,
    lanes: Any,
    planes: Any,
    levels: Any,
    maker: Any,
) -> Any:
    """Write, for each lane, its start and the number of the columns asked for that have its bit set.

    Args:
        offsets: address of uint16, where the columns begin that are added up, in words from `columns`.
        groups: how many columns, in units of 2 ** levels.
        columns: address of the columns, each `lanes` bits.
        start: address of `planes` vectors of `lanes` bits: the binary digits of the lanes' starts, the lowest first.
        sums: address of as much to write; all sums are below 2 ** planes.
        lanes: constant, bits of a vector.
        planes: constant, binary digits of a sum, more than `levels`.
        levels: constant, how often columns are doubled that are added up together.
        maker: constant, MAKER.
    """

    def generate(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        writer = _Writer.of(target, builder, lanes.literal_value, planes.literal_value)
        writer.add_columns(*arguments[:5], levels=levels.literal_value)
        return target.get_dummy_value()

    return types.none(offsets, groups, columns, start, sums, lanes, planes, levels, maker), generate


def _add_sums(_context: Any, sums: Any, others: Any, lanes: Any, planes: Any, maker: Any) -> Any:
    """Add other sums of all lanes to sums; addresses and constants are as of :func:`add_columns`."""

    def generate(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        _Writer.of(target, builder, lanes.literal_value, planes.literal_value).add_sums(*arguments[:2])
        return target.get_dummy_value()

    return types.none(sums, others, lanes, planes, maker), generate


def _enough(  # noqa: PLR0917 - compiled code has no keywords
    _context: Any, sums: Any, target: Any, masks: Any, lanes: Any, planes: Any, maker: Any
) -> Any:
    """Return whether any lane's sum is at least `target`, and write a bit per lane that says whether its sum is.

    Args:
        sums: address of sums, as :func:`add_columns` writes them.
        target: from 0, below 2 ** planes.
        masks: address of `lanes` bits to write, the first lowest.
        lanes: constant, bits of a vector.
        planes: constant, binary digits of a sum.
        maker: constant, MAKER.
    """

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _Writer.of(context, builder, lanes.literal_value, planes.literal_value).enough(*arguments[:3])

    return types.boolean(sums, target, masks, lanes, planes, maker), generate


def _write_letters(_context: Any, columns: Any, table: Any, lanes: Any, maker: Any) -> Any:
    """Write, for each value of a letter, which lanes hold that letter or one that differs from it in one bit.

    Args:
        columns: address of the LETTER_BITS columns that hold the letters of the lanes, the lowest bit first.
        table: address of 2 ** LETTER_BITS columns to write.
        lanes: constant, bits of a vector.
        maker: constant, MAKER.
    """

    def generate(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        _Writer.of(target, builder, lanes.literal_value, LETTER_BITS).write_letters(*arguments[:2])
        return target.get_dummy_value()

    return types.none(columns, table, lanes, maker), generate


count_bits: Any = intrinsic(_count_bits)
lowest_bit: Any = intrinsic(_lowest_bit)
add_columns: Any = intrinsic(prefer_literal=True)(_add_columns)
add_sums: Any = intrinsic(prefer_literal=True)(_add_sums)
enough: Any = intrinsic(prefer_literal=True)(_enough)
write_letters: Any = intrinsic(prefer_literal=True)(_write_letters)


class _Writer(NamedTuple):
    """Writes code for vectors of one length.

    Attributes:
        builder: takes the code.
        vector: type of a vector.
        planes: binary digits of a sum.
        ternary: whether the machine has one instruction for any function of three vectors.
    """

    builder: Any
    vector: ir.VectorType
    planes: int
    ternary: bool

    @classmethod
    def of(cls, target: Any, builder: Any, lanes: int, planes: int) -> "_Writer":
        """Return the writer for the constants of a function, on the machine that Numba compiles for."""
        vector = ir.VectorType(_WORD, lanes // _WORD.width)
        ternary = lanes == _TERNARY_LANES and "+avx512f" in target.codegen().magic_tuple()[2]
        return cls(builder, vector, planes, ternary)

    def add_columns(self, offsets: Any, groups: Any, columns: Any, start: Any, sums: Any, *, levels: int) -> None:
        """Write the loop over groups of columns."""
        builder = self.builder
        totals = [_Variable(builder, value) for value in self._digits(start)]
        bytes_per_group = _WORD((1 << levels) * _OFFSET.width // 8)
        with cgutils.for_range(builder, groups, intp=_WORD) as loop:
            place = builder.add(offsets, builder.mul(loop.index, bytes_per_group))
            carry = self._added(totals, levels, place, columns)
            for total in totals[levels:-1]:
                value = total.value
                total.value = builder.xor(value, carry)
                carry = builder.and_(value, carry)
            totals[-1].value = builder.or_(totals[-1].value, carry)
        self._store(sums, [total.value for total in totals])

    def add_sums(self, sums: Any, others: Any) -> None:
        """Write the addition, digit by digit."""
        carry = ir.Constant(self.vector, [_WORD(0)] * self.vector.count)
        digits = []
        for one, other in zip(self._digits(sums), self._digits(others), strict=True):
            digit, carry = self._summed(one, other, carry)
            digits.append(digit)
        self._store(sums, digits)

    def enough(self, sums: Any, target: Any, masks: Any) -> Any:
        """Write the test: sum >= target where sum + (2 ** planes - 1 - target) + 1 carries out of the highest digit."""
        builder = self.builder
        carry = ir.Constant(self.vector, [_WORD(-1)] * self.vector.count)
        for plane, total in enumerate(self._digits(sums)):
            digit = builder.and_(builder.lshr(target, _WORD(plane)), _WORD(1))
            added = _splat(builder, builder.sub(digit, _WORD(1)), self.vector)
            carry = self._summed(total, added, carry)[1]
        builder.store(carry, builder.inttoptr(masks, self.vector.as_pointer()), align=1)
        all_lanes = ir.IntType(self.vector.count * _WORD.width)
        return builder.icmp_unsigned("!=", builder.bitcast(carry, all_lanes), all_lanes(0))

    def write_letters(self, columns: Any, table: Any) -> None:
        """Write a letter's table from its halves: one is equal, the other differs in one of its three bits at most."""
        builder = self.builder
        digits = self._digits(columns)
        half = LETTER_BITS // 2
        equal, near = [], []  # of each half, by its value
        for part in (digits[:half], digits[half:]):
            signs = [(builder.not_(digit), digit) for digit in part]
            same = [[signs[place][(value >> place) & 1] for place in range(half)] for value in range(1 << half)]
            equal.append([builder.and_(builder.and_(one, other), third) for one, other, third in same])
            near.append([self._summed(*three)[1] for three in same])
        values = [(value & ((1 << half) - 1), value >> half) for value in range(1 << LETTER_BITS)]
        self._store(
            table,
            [
                builder.or_(builder.and_(equal[0][low], near[1][high]), builder.and_(near[0][low], equal[1][high]))
                for low, high in values
            ],
        )

    def _added(self, totals: "list[_Variable]", level: int, offsets: Any, columns: Any, first: int = 0) -> Any:
        """Write the addition of 2 ** level columns, from number `first` on, to the lowest `level` digits of the sums.

        Returns:
            What is carried to the digit `level`.
        """
        builder = self.builder
        if level == 0:
            place = builder.add(offsets, _WORD(first * _OFFSET.width // 8))
            offset = builder.load(builder.inttoptr(place, _OFFSET.as_pointer()), align=1)
            return self._load(builder.add(columns, builder.shl(builder.zext(offset, _WORD), _WORD(3))))
        one = self._added(totals, level - 1, offsets, columns, first)
        other = self._added(totals, level - 1, offsets, columns, first + (1 << (level - 1)))
        total = totals[level - 1]
        total.value, carry = self._summed(one, other, total.value)
        return carry

    def _summed(self, one: Any, other: Any, third: Any) -> tuple[Any, Any]:
        """Write the addition of three digits and return the digit of the sum and the one carried."""
        builder = self.builder
        if self.ternary:
            kind = ir.FunctionType(self.vector, [self.vector] * 3 + [ir.IntType(32)])
            logic = cgutils.get_or_insert_function(builder.module, kind, _TERNARY)  # type: ignore[no-untyped-call]
            codes = (ir.IntType(32)(code) for code in (_ODD, _MOST))
            odd, most = (builder.call(logic, [one, other, third, code]) for code in codes)
            return odd, most
        odd = builder.xor(one, other)
        return builder.xor(odd, third), builder.or_(builder.and_(one, other), builder.and_(odd, third))

    def _digits(self, address: Any) -> list[Any]:
        size = self.vector.count * _WORD.width // 8
        return [self._load(self.builder.add(address, _WORD(size * plane))) for plane in range(self.planes)]

    def _store(self, address: Any, digits: list[Any]) -> None:
        size = self.vector.count * _WORD.width // 8
        for plane, digit in enumerate(digits):
            place = self.builder.add(address, _WORD(size * plane))
            self.builder.store(digit, self.builder.inttoptr(place, self.vector.as_pointer()), align=1)

    def _load(self, address: Any) -> Any:
        return self.builder.load(self.builder.inttoptr(address, self.vector.as_pointer()), align=1)


class _Variable:
    """A variable of the code that is written, with a first value; LLVM keeps it in a register."""

    def __init__(self, builder: Any, value: Any) -> None:
        self._builder = builder
        self._place = cgutils.alloca_once(builder, value.type)  # type: ignore[no-untyped-call]  # numba has none
        builder.store(value, self._place)

    @property
    def value(self) -> Any:
        """The value at this point of the code."""
        return self._builder.load(self._place)

    @value.setter
    def value(self, value: Any) -> None:
        self._builder.store(value, self._place)


def _splat(builder: Any, value: Any, vector: ir.VectorType) -> Any:
    """Return a vector that repeats `value`."""
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(single, single, ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None))
