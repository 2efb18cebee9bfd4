"""The bytes of our Parquet files that are not values, all of them a function of number, width and category.

Parquet (https://github.com/apache/parquet-format) is written here by hand, in one way: three required columns, one
plain page per column and row group, no compression, no statistics, no notes. So a table is read by writing these bytes
again and comparing. A general reader would have to trust sizes, counts and offsets that a stranger wrote: pyarrow 26
can be made to end the whole process by one changed byte of a footer.

Structures are in Thrift's compact protocol (https://github.com/apache/thrift, thrift-compact-protocol.md).
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from linkage.encodings import TOKEN_BYTES

MAGIC = b"PAR1"
ROW_GROUP_BYTES = 4 << 20

_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12  # Thrift's kinds
_BYTE_ARRAY, _FIXED_LENGTH_BYTE_ARRAY = 6, 7
_REQUIRED = 0
_UTF8 = 0
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_PLAIN, _RLE, _RLE_DICTIONARY = 0, 3, 8
_UNCOMPRESSED = 0

Field = tuple[int, int, bytes]
"""Number, kind and encoded value of a field of a structure."""


class RowGroup(NamedTuple):
    """What stands before the tokens, between tokens and encodings, and before the encodings of a row group."""

    rows: int
    token_header: bytes
    category_pages: bytes
    encoding_header: bytes


def row_groups(count: int, width: int, category: str) -> Iterator[RowGroup]:
    """Yield the row groups of a table of `count` encodings of `width` bytes: 4 MiB of values each but the last."""
    most = rows_per_group(width)
    whole = _row_group(most, width, category)
    for start in range(0, count, most):
        yield whole if count - start >= most else _row_group(count - start, width, category)


def rows_per_group(width: int) -> int:
    """Return how many rows every row group but the last has."""
    return max(1, ROW_GROUP_BYTES // (TOKEN_BYTES + width))


def footer(count: int, width: int, category: str) -> bytes:
    """Return everything after the last encoding."""
    schema = (
        _struct(_text(4, "schema"), _i32(5, 3)),
        _struct(_i32(1, _FIXED_LENGTH_BYTE_ARRAY), _i32(2, TOKEN_BYTES), _i32(3, _REQUIRED), _text(4, "token")),
        _struct(
            *(_i32(1, _BYTE_ARRAY), _i32(3, _REQUIRED), _text(4, "category"), _i32(6, _UTF8)),
            (10, _STRUCT, _struct((1, _STRUCT, _struct()))),
        ),
        _struct(_i32(1, _FIXED_LENGTH_BYTE_ARRAY), _i32(2, width), _i32(3, _REQUIRED), _text(4, "encoding")),
    )
    position = len(MAGIC)
    groups = []
    for group in row_groups(count, width, category):
        tokens = len(group.token_header) + group.rows * TOKEN_BYTES
        categories = len(group.category_pages)
        encodings = len(group.encoding_header) + group.rows * width
        columns = (
            _plain_column("token", position, group.rows, tokens),
            _category_column(position + tokens, group.rows, categories, category),
            _plain_column("encoding", position + tokens + categories, group.rows, encodings),
        )
        size = tokens + categories + encodings
        groups.append(_struct(_list(1, _STRUCT, columns), _i64(2, size), _i64(3, group.rows)))
        position += size
    metadata = _struct(_i32(1, 2), _list(2, _STRUCT, schema), _i64(3, count), _list(4, _STRUCT, groups))
    return metadata + len(metadata).to_bytes(4, "little") + MAGIC


def table_bytes(count: int, width: int, category: str) -> int:
    """Return the size of the whole table."""
    beside = sum(
        len(group.token_header) + len(group.category_pages) + len(group.encoding_header)
        for group in row_groups(count, width, category)
    )
    return len(MAGIC) + beside + count * (TOKEN_BYTES + width) + len(footer(count, width, category))


def _row_group(rows: int, width: int, category: str) -> RowGroup:
    # One run of `rows` times the dictionary's first text: bits of an index, the length of the run, the index.
    indices = b"\x01" + _varint(rows << 1) + b"\x00"
    return RowGroup(
        rows,
        _data_page(rows, rows * TOKEN_BYTES, _PLAIN),
        _dictionary_page(category) + _data_page(rows, len(indices), _RLE_DICTIONARY) + indices,
        _data_page(rows, rows * width, _PLAIN),
    )


def _data_page(rows: int, size: int, encoding: int) -> bytes:
    about = _struct(_i32(1, rows), _i32(2, encoding), _i32(3, _RLE), _i32(4, _RLE))
    return _struct(_i32(1, _DATA_PAGE), _i32(2, size), _i32(3, size), (5, _STRUCT, about))


def _dictionary_page(category: str) -> bytes:
    text = category.encode("utf-8")
    content = len(text).to_bytes(4, "little") + text
    about = _struct(_i32(1, 1), _i32(2, _PLAIN))
    header = _struct(_i32(1, _DICTIONARY_PAGE), _i32(2, len(content)), _i32(3, len(content)), (7, _STRUCT, about))
    return header + content


def _plain_column(name: str, position: int, rows: int, size: int) -> bytes:
    about = _struct(
        *_column_start(_FIXED_LENGTH_BYTE_ARRAY, (_PLAIN, _RLE), name, rows, size),
        _i64(9, position),
    )
    return _struct(_i64(2, 0), (3, _STRUCT, about))


def _category_column(position: int, rows: int, size: int, category: str) -> bytes:
    about = _struct(
        *_column_start(_BYTE_ARRAY, (_PLAIN, _RLE, _RLE_DICTIONARY), "category", rows, size),
        _i64(9, position + len(_dictionary_page(category))),
        _i64(11, position),
    )
    return _struct(_i64(2, 0), (3, _STRUCT, about))


def _column_start(kind: int, encodings: Iterable[int], name: str, rows: int, size: int) -> tuple[Field, ...]:
    return (
        _i32(1, kind),
        _list(2, _I32, [_zigzag(encoding) for encoding in encodings]),
        _list(3, _BINARY, [_sized(name)]),
        _i32(4, _UNCOMPRESSED),
        _i64(5, rows),
        _i64(6, size),
        _i64(7, size),
    )


def _struct(*fields: Field) -> bytes:
    numbers = [number for number, _, _ in fields]
    steps = [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
    encoded = ((bytes([step << 4 | kind]), value) for step, (_, kind, value) in zip(steps, fields, strict=True))
    return b"".join(chain.from_iterable(encoded)) + b"\x00"


def _i32(number: int, value: int) -> Field:
    return number, _I32, _zigzag(value)


def _i64(number: int, value: int) -> Field:
    return number, _I64, _zigzag(value)


def _text(number: int, value: str) -> Field:
    return number, _BINARY, _sized(value)


def _list(number: int, kind: int, values: Iterable[bytes]) -> Field:
    values = tuple(values)
    short = len(values) < 15  # noqa: PLR2004 - what fits beside the kind
    start = bytes([len(values) << 4 | kind]) if short else bytes([0xF0 | kind]) + _varint(len(values))
    return number, _LIST, start + b"".join(values)


def _sized(text: str) -> bytes:
    content = text.encode("utf-8")
    return _varint(len(content)) + content


def _zigzag(value: int) -> bytes:
    """Return a number of at least 0; the numbers below 0 are the odd ones."""
    return _varint(value << 1)


def _varint(value: int) -> bytes:
    content = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)
