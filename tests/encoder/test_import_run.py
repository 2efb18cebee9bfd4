"""Encodings that exist already: they become a package by row number."""

from pathlib import Path

import numpy as np
import pytest

from encoder.errors import RowError
from encoder.import_run import import_encodings
from linkage import load_schema
from linkage.errors import FileError, InterchangeError
from tests.encoder.making import DOCUMENT, encodings_by_id, names_in, order, read_rows

SOURCE = Path("clks.json")


def encodings(count: int, width: int = 32) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(1, 256, (count, width), dtype=np.uint8)


def test_rows_become_records_by_their_number(tmp_path: Path) -> None:
    made = order(tmp_path)
    rows = encodings(60_000)
    manifest = import_encodings(made, SOURCE, rows)
    found = encodings_by_id(made.package, made.counterfoil)
    assert found == {str(number): row.tobytes() for number, row in enumerate(rows, start=1)}
    assert manifest.fields_used == ("name", "born")
    assert manifest.fields_dropped == ()
    assert manifest.quality.fields == ()
    assert manifest.quality.rows_read == 60_000
    assert manifest.quality.mean_fill == pytest.approx(0.5, abs=0.02)
    assert manifest.software.engine == "imported from CLK JSON"


def test_encoding_without_a_bit_stops_or_is_set_aside(tmp_path: Path) -> None:
    rows = encodings(3)
    rows[1] = 0
    with pytest.raises(RowError, match=r"clks\.json: row 2: the record is empty"):
        import_encodings(order(tmp_path), SOURCE, rows)
    assert names_in(tmp_path) == set()
    made = order(tmp_path, bad_rows=tmp_path / "bad.csv")
    manifest = import_encodings(made, SOURCE, rows)
    assert [row[:2] for row in read_rows(tmp_path / "bad.csv")] == [["2", ""]]
    assert set(encodings_by_id(made.package, made.counterfoil)) == {"1", "3"}
    assert (manifest.quality.rows_read, manifest.quality.rows_set_aside) == (3, 1)


def test_no_bit_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match="no encoding has a bit set"):
        import_encodings(order(tmp_path, bad_rows=tmp_path / "bad.csv"), SOURCE, np.zeros((2, 32), dtype=np.uint8))
    assert names_in(tmp_path) == set()


def test_encodings_must_have_the_length_of_the_schema(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match=r"an encoding has 16 bytes, and the schema says 32"):
        import_encodings(order(tmp_path), SOURCE, encodings(2, 16))
    odd = load_schema({**DOCUMENT, "clkConfig": {"l": 253, "kdf": {"type": "HKDF"}}} | {"features": _double_hashed()})
    rows = encodings(2)
    rows[:, -1] = [0b11111000, 0b11111100]
    with pytest.raises(InterchangeError, match=r"row 2: has bits beyond the 253 of the schema"):
        import_encodings(order(tmp_path, schema=odd), SOURCE, rows)
    manifest = import_encodings(order(tmp_path, schema=odd), SOURCE, rows[:1])
    assert manifest.bits == 256
    assert manifest.quality.mean_fill == pytest.approx(int(np.bitwise_count(rows[:1]).sum()) / 253, abs=1e-6)


def test_output_never_takes_the_place_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is given for two things"):
        import_encodings(order(tmp_path), tmp_path / "out.csv", encodings(2))


def _double_hashed() -> list[dict[str, object]]:
    (name, *_) = DOCUMENT["features"]
    return [{**name, "hashing": {**name["hashing"], "hash": {"type": "doubleHash", "prevent_singularity": True}}}]
