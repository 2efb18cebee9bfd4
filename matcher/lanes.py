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
_LEVELS = 4
GROUP = 1 << _LEVELS
"""Columns that are added up together."""
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


def _near_lanes(  # noqa: PLR0917 - compiled code has no keywords
    _context: Any,
    offsets: Any,
    groups: Any,
    columns: Any,
    start: Any,
    target: Any,
    masks: Any,
    lanes: Any,
    planes: Any,
    maker: Any,
) -> Any:
    """Return whether any lane's sum is at least `target`, and write a bit per lane that says whether its sum is.

    The sum of a lane is its start and the number of the columns asked for that have its bit set.

    Args:
        offsets: address of uint16, where the columns begin that are added up, in words from `columns`.
        groups: how many columns, in units of GROUP.
        columns: address of the columns, each `lanes` bits.
        start: address of `planes` vectors of `lanes` bits: the binary digits of the lanes' starts, the lowest first.
        target: from 0, below 2 ** planes, as is every sum.
        masks: address of `lanes` bits to write, the first lowest.
        lanes: constant, bits of a vector.
        planes: constant, binary digits of a sum, more than _LEVELS.
        maker: constant, MAKER.
    """

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(_WORD, lanes.literal_value // _WORD.width)
        return _Writer(builder, vector, *arguments[:6]).near_lanes(planes.literal_value)

    return types.boolean(offsets, groups, columns, start, target, masks, lanes, planes, maker), generate


count_bits: Any = intrinsic(_count_bits)
lowest_bit: Any = intrinsic(_lowest_bit)
near_lanes: Any = intrinsic(prefer_literal=True)(_near_lanes)


class _Writer(NamedTuple):
    """Writes the code of :func:`near_lanes`; what is not the builder or the type of a vector is an LLVM value."""

    builder: Any
    vector: ir.VectorType
    offsets: Any
    groups: Any
    columns: Any
    start: Any
    target: Any
    masks: Any

    def near_lanes(self, planes: int) -> Any:
        """Write the loop over groups of columns, the test and the result."""
        builder = self.builder
        size = self.vector.count * _WORD.width // 8
        totals = [_Variable(builder, self._load(self.start, _WORD(size * plane))) for plane in range(planes)]
        bytes_per_group = _WORD(GROUP * _OFFSET.width // 8)
        with cgutils.for_range(builder, self.groups, intp=_WORD) as loop:
            offsets = builder.add(self.offsets, builder.mul(loop.index, bytes_per_group))
            carry = self._added(totals, _LEVELS, offsets, 0)
            for total in totals[_LEVELS:]:
                value = total.value
                total.value = builder.xor(value, carry)
                carry = builder.and_(value, carry)
        # sum >= target where sum + (2 ** planes - 1 - target) + 1 carries out of the highest digit
        enough = ir.Constant(self.vector, [_WORD(-1)] * self.vector.count)
        for plane, total in enumerate(totals):
            digit = builder.and_(builder.lshr(self.target, _WORD(plane)), _WORD(1))
            added = _splat(builder, builder.sub(digit, _WORD(1)), self.vector)
            either, both = builder.or_(total.value, added), builder.and_(total.value, added)
            enough = builder.or_(both, builder.and_(either, enough))
        builder.store(enough, builder.inttoptr(self.masks, self.vector.as_pointer()), align=1)
        all_lanes = ir.IntType(self.vector.count * _WORD.width)
        return builder.icmp_unsigned("!=", builder.bitcast(enough, all_lanes), all_lanes(0))

    def _added(self, totals: "list[_Variable]", level: int, offsets: Any, first: int) -> Any:
        """Write the addition of 2 ** level columns, from number `first` on, to the lowest `level` digits of the sums.

        Returns:
            What is carried to the digit `level`.
        """
        builder = self.builder
        if level == 0:
            place = builder.add(offsets, _WORD(first * _OFFSET.width // 8))
            offset = builder.load(builder.inttoptr(place, _OFFSET.as_pointer()), align=1)
            return self._load(self.columns, builder.shl(builder.zext(offset, _WORD), _WORD(3)))
        one = self._added(totals, level - 1, offsets, first)
        other = self._added(totals, level - 1, offsets, first + (1 << (level - 1)))
        total = totals[level - 1]
        value = total.value
        odd = builder.xor(one, other)
        total.value = builder.xor(odd, value)
        return builder.or_(builder.and_(one, other), builder.and_(odd, value))

    def _load(self, address: Any, offset: Any) -> Any:
        place = self.builder.inttoptr(self.builder.add(address, offset), self.vector.as_pointer())
        return self.builder.load(place, align=1)


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
