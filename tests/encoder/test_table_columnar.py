"""Parquet and Arrow: which types become which text, streaming, damage."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from encoder.errors import TableError
from encoder.table import TableOptions, TextOptions, open_table
from encoder.table.batch import BATCH_ROWS
from linkage.files import LARGEST_CELL_CHARACTERS

Write = Callable[[Any, Path], None]


def write_parquet(table: Any, path: Path) -> None:
    pq.write_table(table, path, row_group_size=1_000_000)


def write_feather(table: Any, path: Path) -> None:
    pa.feather.write_feather(table, str(path), compression="lz4")


def write_stream(table: Any, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


writers = pytest.mark.parametrize("write", [write_parquet, write_feather, write_stream])

COLUMNS = {
    "text": pa.array(["007", "Łukasz", None]),
    "large": pa.array(["a", None, "محمد"], pa.large_string()),
    "coded": pa.array(["x", "y", None]).dictionary_encode(),
    "whole": pa.array([12, -3, None], pa.int64()),
    "small": pa.array([12, 255, None], pa.uint8()),
    "born": pa.array([date(1980, 2, 3), date(1, 1, 1), None], pa.date32()),
    "moment": pa.array([datetime(1980, 2, 3), None, datetime(2001, 1, 1)], pa.timestamp("us")),  # noqa: DTZ001 - none
    "nothing": pa.nulls(3),
}
TEXTS = {
    "text": ["007", "Łukasz", ""],
    "large": ["a", "", "محمد"],
    "coded": ["x", "y", ""],
    "whole": ["12", "-3", ""],
    "small": ["12", "255", ""],
    "born": ["1980-02-03", "0001-01-01", ""],
    "moment": ["1980-02-03", "", "2001-01-01"],
    "nothing": ["", "", ""],
}


@writers
def test_texts_whole_numbers_and_dates_become_text(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "people"
    write(pa.table(COLUMNS), path)
    table = open_table(path)
    assert table.header == tuple(COLUMNS)
    (batch,) = table.batches(range(len(COLUMNS)))
    assert dict(zip(table.header, map(list, batch.columns), strict=True)) == TEXTS
    assert not batch.faults


def test_string_views_become_text(tmp_path: Path) -> None:
    write_stream(
        pa.table({"name": pa.array(["a", None, "a longer one than twelve"], pa.string_view())}), tmp_path / "x"
    )
    (batch,) = open_table(tmp_path / "x").batches([0])
    assert batch.columns == (["a", "", "a longer one than twelve"],)


@writers
def test_columns_come_in_the_order_asked_for(tmp_path: Path, write: Write) -> None:
    write(pa.table({"a.b": ["1"], "c": ["2"], "d": ["3"]}), tmp_path / "x")
    (batch,) = open_table(tmp_path / "x").batches([2, 0])
    assert batch.columns == (["3"], ["1"])


@writers
def test_rows_come_in_batches(tmp_path: Path, write: Write) -> None:
    count = 2 * BATCH_ROWS + 5
    write(pa.table({"id": [str(number) for number in range(1, count + 1)]}), tmp_path / "x")
    batches = list(open_table(tmp_path / "x").batches([0]))
    assert all(len(batch) <= BATCH_ROWS for batch in batches)
    assert [batch.columns[0][0] for batch in batches] == [str(batch.first_row) for batch in batches]
    assert sum(map(len, batches)) == count
    assert 0.99 < batches[-1].share_read <= 1


@writers
@pytest.mark.parametrize(
    "array",
    [
        pa.array([1.5]),
        pa.array([True]),
        pa.array([b"x"]),
        pa.array([{"a": 1}]),
        pa.array([["a"]]),
        pa.array([datetime(2001, 1, 1)], pa.timestamp("s", "UTC")),  # noqa: DTZ001 - the column has the zone
    ],
    ids=lambda array: str(array.type),
)
def test_column_of_another_type_is_refused_by_name_and_only_if_used(tmp_path: Path, write: Write, array: Any) -> None:
    write(pa.table({"id": ["1"], "odd": array}), tmp_path / "x")
    table = open_table(tmp_path / "x")
    assert [batch.columns for batch in table.batches([0])] == [(["1"],)]
    with pytest.raises(TableError, match="column 'odd' has the type"):
        list(table.batches([0, 1]))


@writers
def test_time_of_day_is_a_fault_of_the_row(tmp_path: Path, write: Write) -> None:
    moments = pa.array([datetime(1980, 2, 3), datetime(1980, 2, 3, 4), None], pa.timestamp("ms"))  # noqa: DTZ001 - none
    write(pa.table({"born": moments}), tmp_path / "x")
    (batch,) = open_table(tmp_path / "x").batches([0])
    assert batch.faults == ((1, "born", "must be a date without a time of day"),)


@writers
@pytest.mark.parametrize(
    ("cell", "problem"), [("a\0b", "a NUL character"), ("x" * (LARGEST_CELL_CHARACTERS + 1), "more than 131,072")]
)
def test_cell_that_no_rule_can_read_stops_by_column(tmp_path: Path, write: Write, cell: str, problem: str) -> None:
    write(pa.table({"id": ["1"], "name": [cell]}), tmp_path / "x")
    with pytest.raises(TableError, match=f"column 'name' has a cell .*{problem}"):
        list(open_table(tmp_path / "x").batches([1]))


@writers
def test_table_without_rows_has_no_batches(tmp_path: Path, write: Write) -> None:
    write(pa.table({"id": pa.array([], pa.string())}), tmp_path / "x")
    assert list(open_table(tmp_path / "x").batches([0])) == []


@writers
def test_damaged_file_is_refused_without_the_words_of_the_library(tmp_path: Path, write: Write) -> None:
    write(pa.table({"id": [str(number) for number in range(1000)]}), tmp_path / "x")
    whole = (tmp_path / "x").read_bytes()
    middle = len(whole) // 2
    for name, content in {"cut": whole[:middle], "holed": whole[:8] + b"\xff" * (middle - 8) + whole[middle:]}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(TableError, match="is damaged, or is not a file of its kind"):
            list(open_table(path).batches([0]))


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    wrong = pa.Array.from_buffers(pa.string(), 1, pa.array([b"M\xfc"]).buffers())
    write_parquet(pa.table({"name": wrong}), tmp_path / "x")
    with pytest.raises(TableError, match="is damaged"):
        list(open_table(tmp_path / "x").batches([0]))


def test_options_of_other_kinds_have_no_meaning(tmp_path: Path) -> None:
    write_parquet(pa.table({"id": ["1"]}), tmp_path / "x")
    for options in (TableOptions(sheet="one"), TableOptions(TextOptions(delimiter=";"))):
        with pytest.raises(TableError, match="no meaning"):
            open_table(tmp_path / "x", options)
