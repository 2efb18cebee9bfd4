"""Vector code for one question: which of a few left rows are near which of many right rows?

Numba knows no vectors of bytes, hence an intrinsic that writes LLVM's own language. That is portable: LLVM turns it
into the instructions of the machine (see :mod:`matcher.form`), and vectors that are too long for it into shorter ones.
"""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from matcher import form as form_module
from matcher.form import COUNT, LEFT_ROWS, RIGHT_VECTORS, TABLE, Form

_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
MAKER = zlib.crc32(Path(__file__).read_bytes() + Path(form_module.__file__).read_bytes())
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
    operands: Any,
    right: Any,
    digits: Any,
    limit: Any,
    masks: Any,
    sums: Any,
    lanes: Any,
    tables: Any,
    wide: Any,
    maker: Any,
) -> Any:
    """Return 0 if no pair is within `limit`, and write a bit per pair that says whether it is.

    Pairs are in the order (left row, right vector, lane).

    Args:
        operands: address of those of LEFT_ROWS rows, uint8 (LEFT_ROWS / rows per operand, digits, operand bytes).
        right: address of RIGHT_VECTORS groups of right rows, uint8 (RIGHT_VECTORS, digits, lanes).
        digits: digits of a sketch, a multiple of the form's step.
        limit: largest distance that is near, at most 254, or 65,534 if `wide`.
        masks: address of as many bits to write as there are pairs, the first lowest.
        sums: address of as many uint16 to write the distances to, if any pair is within `limit`; 255 may stand for
            more unless `wide`.
        lanes: constant, right rows per vector.
        tables: constant, 1 for the form "table", 0 for "count".
        wide: constant, 1 to sum in 16 bits, 0 to sum in bytes that saturate at 255.
        maker: constant, MAKER.
    """
    form = (TABLE if tables.literal_value else COUNT)._replace(lanes=lanes.literal_value)

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _Writer(builder, form, *arguments[:6]).near_lanes(wide=bool(wide.literal_value))

    return types.uint64(operands, right, digits, limit, masks, sums, lanes, tables, wide, maker), generate


count_bits: Any = intrinsic(_count_bits)
lowest_bit: Any = intrinsic(_lowest_bit)
near_lanes: Any = intrinsic(prefer_literal=True)(_near_lanes)


class _Writer(NamedTuple):
    """Writes the code of :func:`near_lanes`; what is not the builder or the form is an LLVM value."""

    builder: Any
    form: Form
    operands: Any
    right: Any
    digits: Any
    limit: Any
    masks: Any
    sums: Any

    def near_lanes(self, *, wide: bool) -> Any:
        """Write the loop over chunks of digits, the test and the results."""
        builder, lanes = self.builder, self.form.lanes
        pairs = [(row, group) for row in range(LEFT_ROWS) for group in range(RIGHT_VECTORS)]
        kind = ir.VectorType(ir.IntType(16) if wide else _BYTE, lanes)
        totals = {pair: _Variable(builder, kind) for pair in pairs}
        chunk = _WORD(self.form.chunk)
        with cgutils.for_range_slice(builder, _WORD(0), self.digits, chunk, intp=_WORD) as (start, _):
            end = builder.add(start, chunk)
            stop = builder.select(builder.icmp_unsigned("<", end, self.digits), end, self.digits)
            for pair, distance in self._distances(start, stop).items():
                if wide:
                    totals[pair].value = builder.add(totals[pair].value, builder.zext(distance, kind))
                else:
                    totals[pair].value = _call(builder, f"llvm.uadd.sat.v{lanes}i8", totals[pair].value, distance)
        bound = _splat(builder, builder.trunc(self.limit, kind.element), lanes)
        union = _WORD(0)
        for number, pair in enumerate(pairs):
            near = builder.icmp_unsigned("<=", totals[pair].value, bound)
            mask = builder.bitcast(near, ir.IntType(lanes))
            builder.store(mask, self._pointer(self.masks, _WORD(lanes // 8 * number), mask.type), align=1)
            union = builder.or_(union, mask if lanes == _WORD.width else builder.zext(mask, _WORD))
        with builder.if_then(builder.icmp_unsigned("!=", union, _WORD(0)), likely=False):
            stored = ir.VectorType(ir.IntType(16), lanes)
            for number, pair in enumerate(pairs):
                total = totals[pair].value if wide else builder.zext(totals[pair].value, stored)
                builder.store(total, self._pointer(self.sums, _WORD(2 * lanes * number), stored), align=1)
        return union

    def _distances(self, start: Any, stop: Any) -> dict[tuple[int, int], Any]:
        """Write the loop over the digits of one chunk and return the distances of each left row and right vector."""
        return self._looked_up(start, stop) if self.form.name == "table" else self._counted(start, stop)

    def _counted(self, start: Any, stop: Any) -> dict[tuple[int, int], Any]:
        builder, vector, name = self.builder, self._vector, f"llvm.ctpop.v{self.form.lanes}i8"
        sums = {(row, group): _Variable(builder, vector) for row in range(LEFT_ROWS) for group in range(RIGHT_VECTORS)}
        with cgutils.for_range_slice(builder, start, stop, _WORD(self.form.step), intp=_WORD) as (first, _):
            for step in range(self.form.step):
                self._each(first, step, lambda byte, other: _call(builder, name, builder.xor(byte, other)), sums)
        return {pair: total.value for pair, total in sums.items()}

    def _looked_up(self, start: Any, stop: Any) -> dict[tuple[int, int], Any]:
        """As promised by `_distances`, for operands that are tables for two rows, in the halves of each byte.

        Three distances of at most 4 fit into half a byte. What is then added to `both` is low + 16 high, and high to
        `highs`; so in the end the sum of the low ones is both - 16 highs, in the arithmetic of bytes, which is exact
        because a chunk's sum fits into a byte.
        """
        builder, vector = self.builder, self._vector
        halves = [(operand, group) for operand in range(LEFT_ROWS // 2) for group in range(RIGHT_VECTORS)]
        both = {half: _Variable(builder, vector) for half in halves}
        highs = {half: _Variable(builder, vector) for half in halves}
        four = ir.Constant(vector, [4] * self.form.lanes)
        with cgutils.for_range_slice(builder, start, stop, _WORD(self.form.step), intp=_WORD) as (first, _):
            few = {half: _Variable(builder, vector) for half in halves}
            for step in range(self.form.step):
                self._each(first, step, lambda table, other: _call(builder, "llvm.x86.avx2.pshuf.b", table, other), few)
            for half in halves:
                both[half].value = builder.add(both[half].value, few[half].value)
                highs[half].value = builder.add(highs[half].value, builder.lshr(few[half].value, four))
        distances = {}
        for (operand, group), total in both.items():
            high = highs[operand, group].value
            distances[2 * operand, group] = builder.sub(total.value, builder.shl(high, four))
            distances[2 * operand + 1, group] = high
        return distances

    def _each(
        self, first: Any, step: int, distance: Callable[[Any, Any], Any], sums: "dict[tuple[int, int], _Variable]"
    ) -> None:
        """Add to `sums` what `distance` makes of the operands and right vectors of digit `first` + `step`."""
        builder = self.builder
        digit = builder.add(first, _WORD(step))
        right_at = builder.mul(digit, _WORD(self.form.lanes))
        group_bytes = builder.mul(self.digits, _WORD(self.form.lanes))
        others = []
        for group in range(RIGHT_VECTORS):
            offset = builder.add(right_at, builder.mul(group_bytes, _WORD(group)))
            others.append(builder.load(self._pointer(self.right, offset, self._vector), align=1))
        operand_at = builder.mul(digit, _WORD(self.form.operand_bytes))
        row_bytes = builder.mul(self.digits, _WORD(self.form.operand_bytes))
        for row in range(LEFT_ROWS // self.form.rows_per_operand):
            operand = self._operand(builder.add(operand_at, builder.mul(row_bytes, _WORD(row))))
            for group, other in enumerate(others):
                total = sums[row, group]
                total.value = builder.add(total.value, distance(operand, other))

    def _operand(self, offset: Any) -> Any:
        """Return the operand at `offset`, repeated over a vector."""
        kind = ir.IntType(8 * self.form.operand_bytes)
        operand = self.builder.load(self._pointer(self.operands, offset, kind), align=1)
        repeated = _splat(self.builder, operand, self.form.lanes // self.form.operand_bytes)
        return self.builder.bitcast(repeated, self._vector)

    @property
    def _vector(self) -> ir.VectorType:
        return ir.VectorType(_BYTE, self.form.lanes)

    def _pointer(self, address: Any, offset: Any, kind: ir.Type) -> Any:
        return self.builder.inttoptr(self.builder.add(address, offset), kind.as_pointer())


class _Variable:
    """A variable of the code that is written, zero at this point of it; LLVM keeps it in a register."""

    def __init__(self, builder: Any, kind: ir.Type) -> None:
        self._builder = builder
        self._place = cgutils.alloca_once(builder, kind)  # type: ignore[no-untyped-call]  # numba has none
        builder.store(kind(None), self._place)

    @property
    def value(self) -> Any:
        """The value at this point of the code."""
        return self._builder.load(self._place)

    @value.setter
    def value(self, value: Any) -> None:
        self._builder.store(value, self._place)


def _splat(builder: Any, value: Any, lanes: int) -> Any:
    """Return a vector that repeats `value`."""
    vector = ir.VectorType(value.type, lanes)
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(single, single, ir.Constant(ir.VectorType(ir.IntType(32), lanes), None))


def _call(builder: Any, name: str, *arguments: Any) -> Any:
    """Return the result of an LLVM intrinsic whose result has the type of its arguments."""
    kind = ir.FunctionType(arguments[0].type, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]  # numba
    return builder.call(function, arguments)
