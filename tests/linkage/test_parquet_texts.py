"""Parquet read as the texts of the same table in CSV."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import FileError, InputError
from linkage.parquet_texts import ParquetTexts


def texts(path: Path) -> dict[str, list[str]]:
    table = ParquetTexts.open(path)
    columns: dict[str, list[str]] = {name: [] for name in table.header}
    for first_row, batch in table.batches():
        for name, cells in zip(table.header, batch, strict=True):
            assert len(columns[name]) == first_row - 1
            columns[name] += cells
    return columns


def written(folder: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "x.parquet")
    return folder / "x.parquet"


@given(numbers=st.lists(st.floats() | st.floats(0, 1) | st.sampled_from([0.0, 1.0, 1e-5, 1e-7, 1 / 3]), min_size=1))
def test_numbers_are_texts_as_in_csv(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    csv = io.BytesIO()
    pa_csv.write_csv(pa.table({"score": pa.array(numbers)}), csv)
    cells = csv.getvalue().decode().splitlines()[1:]
    assert texts(written(tmp_path_factory.mktemp("x"), score=pa.array(numbers)))["score"] == cells


def test_texts_of_every_kind_are_read_and_nothing_is_the_empty_text(tmp_path: Path) -> None:
    cells = ["007", "Łukasz", None, "longer than twelve"]
    kinds = {str(kind): pa.array(cells, kind) for kind in (pa.string(), pa.large_string(), pa.string_view())}
    found = texts(written(tmp_path, **kinds, whole=pa.array([1, -2, None, 3]), none=pa.array([None] * 4, pa.float64())))
    assert [found[kind] for kind in kinds] == [["007", "Łukasz", "", "longer than twelve"]] * 3
    assert (found["whole"], found["none"]) == (["1", "-2", "", "3"], [""] * 4)


def test_many_rows_come_in_their_order(tmp_path: Path) -> None:
    cells = [str(number) for number in range(120_001)]
    assert texts(written(tmp_path, cell=cells))["cell"] == cells
    assert texts(written(tmp_path, cell=pa.array([], pa.string()))) == {"cell": []}


@pytest.mark.parametrize(
    "column",
    [[b"a"], [True], [["a"]], [{"a": "b"}], pa.array([0.5], pa.float32())],
    ids=lambda column: str(type(column[0])),
)
def test_column_of_another_type_is_refused_by_its_name(tmp_path: Path, column: Any) -> None:
    with pytest.raises(
        InputError, match=r"column 'odd' has the type .*, and only texts and numbers can be read"
    ) as found:
        texts(written(tmp_path, cell=["a"], odd=column))
    assert found.value.code == "table"


@pytest.mark.parametrize("cell", ["secret\0", "secret" * 30_000])
def test_cell_that_csv_could_not_have_is_refused_by_row(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match="row 60,002: name is too long or has a NUL character") as found:
        texts(written(tmp_path, name=[*["a"] * 60_001, cell]))
    assert "secret" not in str(found.value)


def test_damaged_file_is_refused_without_the_words_of_the_library(tmp_path: Path) -> None:
    path = written(tmp_path, cell=[f"secret {number}" for number in range(1000)])
    whole = path.read_bytes()
    middle = len(whole) // 2
    not_utf8 = pa.Array.from_buffers(pa.string(), 1, pa.array([b"secret \xfc"]).buffers())
    for content in (whole[:middle], whole[:8] + b"\xff" * (middle - 8) + whole[middle:], b"PAR1", None):
        if content is None:
            written(tmp_path, cell=not_utf8)
        else:
            path.write_bytes(content)
        with pytest.raises(InputError) as found:
            texts(path)
        assert found.value.message == f"{path} is damaged"
    with pytest.raises(FileError, match="cannot be read: no such file or directory"):
        ParquetTexts.open(tmp_path / "absent.parquet")
