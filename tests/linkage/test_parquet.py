"""The hand-written Parquet, against pyarrow."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.canonical import digest_of
from linkage.package import parquet
from linkage.package.parquet import footer, row_groups, rows_per_group, table_bytes
from tests.linkage import making

FOOTER_DIGEST = "sha256:96fe55ee40f288fed7912d95a1d4282870661f80b175cb4e15e0fe7887db87a4"
SCHEMA = """required group field_id=-1 schema {
  required fixed_len_byte_array(16) field_id=-1 token;
  required binary field_id=-1 category (String);
  required fixed_len_byte_array(7) field_id=-1 encoding;
}
"""


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 200), width=st.integers(1, 40), group_bytes=st.sampled_from([1, 100, 700, 4 << 20]))
def test_pyarrow_reads_the_rows_that_were_written(count: int, width: int, group_bytes: int) -> None:
    tokens, encodings = making.rows(count, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_BYTES", group_bytes)
        content = making.table((tokens, encodings))
        assert len(content) == table_bytes(count, width, "suspect")
        groups = -(-count // rows_per_group(width))
    table = pq.read_table(io.BytesIO(content))
    assert table.num_rows == count
    assert pq.read_metadata(io.BytesIO(content)).num_row_groups == groups
    assert table.column("token").to_pylist() == [token.tobytes() for token in tokens]
    assert table.column("category").to_pylist() == ["suspect"] * count
    assert table.column("encoding").to_pylist() == [row.tobytes() for row in encodings]
    table.validate(full=True)


def test_columns_are_plain_and_carry_nothing_else() -> None:
    content = making.table(making.rows(20, 7))
    metadata = pq.read_metadata(io.BytesIO(content))
    assert SCHEMA in str(metadata.schema)
    assert metadata.metadata is None
    assert metadata.format_version == "2.6"
    for number, encodings in enumerate((("PLAIN", "RLE"), ("PLAIN", "RLE", "RLE_DICTIONARY"), ("PLAIN", "RLE"))):
        column = metadata.row_group(0).column(number)
        assert column.compression == "UNCOMPRESSED"
        assert column.encodings == encodings
        assert not column.is_stats_set
    schema = pq.read_schema(io.BytesIO(content))
    assert schema.field("token").type == pa.binary(16)
    assert schema.field("category").type == pa.string()
    assert schema.field("encoding").type == pa.binary(7)
    assert not any(field.nullable for field in schema)


def test_bytes_are_those_of_yesterday() -> None:
    """A change here is a change of the format: packages of before could no longer be read."""
    group = next(row_groups(300, 2, "victim"))
    assert group.token_header.hex() == "150015804b15804b2c15d8041500150615060000"
    assert group.category_pages.hex() == (
        "1504151415144c1502150000000600000076696374696d1500150815082c15d804151015061506000001d80400"
    )
    assert digest_of(footer(300, 2, "victim")) == FOOTER_DIGEST


@pytest.mark.parametrize(("width", "rows"), [(1, 246_723), (128, 29_127), (1 << 17, 31), (1 << 23, 1)])
def test_row_group_holds_four_mebibytes_and_at_least_one_row(width: int, rows: int) -> None:
    assert rows_per_group(width) == rows
    groups = list(row_groups(3 * rows + 1, width, "suspect"))
    assert [group.rows for group in groups] == [rows, rows, rows, 1]


def test_values_are_as_they_are_in_memory() -> None:
    tokens, encodings = making.rows(5, 3)
    content = making.table((tokens, encodings))
    assert tokens.tobytes() in content
    assert np.ascontiguousarray(encodings).tobytes() in content
