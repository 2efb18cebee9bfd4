"""The encode run: faults, record ids, quality, limits; with a fake engine where the bits do not matter."""

import time
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoder import encode_clks
from encoder.clk import rows_per_batch
from encoder.columns import find_columns
from encoder.encode_run import encode_table
from encoder.engines import Engine, make_engine
from encoder.errors import CounterfoilFileError, RowError, TableError
from encoder.import_run import import_encodings
from encoder.noise import RememberedNoise
from encoder.order import Order
from encoder.table import open_table
from linkage import load_schema
from linkage.errors import FileError, InputError, InterchangeError
from linkage.manifest import Manifest, moment_text
from linkage.package import open_package
from tests.encoder.making import (
    DOCUMENT,
    NOW,
    SCHEMA,
    SECRET,
    FakeEngine,
    encodings_by_id,
    names_in,
    order,
    read_rows,
    write_csv,
)

GOOD = [["p1", "Anna", "1980-02-03"], ["p2", "Łukasz", ""], ["p3", "محمد", "unknown"]]


def run(
    made: Order, path: Path, engine: Engine | None = None, *, id_column: str | None = "id", **more: Any
) -> Manifest:
    table = open_table(path)
    columns = find_columns(path, table.header, made.schema, None, id_column)
    return encode_table(made, table, columns, engine or FakeEngine(), **more)


def blip(folder: Path, **changes: Any) -> Order:
    document = DOCUMENT | {"version": "counterfoil/1", "hardening": [{"step": "blip", "flip": 0.2}]}
    return order(folder, schema=load_schema(document), **changes)


def people(folder: Path, rows: list[list[str]], **more: Any) -> Path:
    return write_csv(folder / "people.csv", rows, **more)


@pytest.mark.parametrize("engine", ["native", "clkhash"])
def test_encodings_are_those_of_the_bit_level_function(tmp_path: Path, engine: str) -> None:
    made = order(tmp_path)
    people_rows = [[number, name, born or "unknown"] for number, name, born in GOOD]
    run(made, people(tmp_path, people_rows), make_engine(engine, SCHEMA, SECRET.value))
    expected = encode_clks([[name, "", born] for _, name, born in people_rows], SCHEMA, SECRET.value)
    assert encodings_by_id(made.package, made.counterfoil) == {
        row[0]: bits.tobytes() for row, bits in zip(GOOD, expected, strict=True)
    }


def test_manifest_says_what_was_read_and_made(tmp_path: Path) -> None:
    made = order(tmp_path, bad_rows=tmp_path / "bad.csv")
    rows = [*GOOD, ["p4", "bad", ""], ["p5", "Bo", ""]]
    path = people(tmp_path, [[*row, "x"] for row in rows], header=["id", "name", "born", "shoe size"])
    manifest = run(made, path)
    assert open_package(made.package).manifest == manifest
    assert (manifest.records, manifest.encodings, manifest.bits, manifest.measure) == (4, 4, 256, "dice")
    assert manifest.agency == "atl"
    assert manifest.category == "witness"
    assert manifest.created == "2026-06-01T12:00:00Z"
    assert manifest.expires == moment_text(NOW + timedelta(days=10))
    assert manifest.linkage_schema.digest == SCHEMA.digest
    assert manifest.key_confirmation == SECRET.key_confirmation(SCHEMA.digest)
    assert manifest.fields_used == ("name", "born")
    assert manifest.fields_dropped == ("id", "shoe size")
    assert (manifest.quality.rows_read, manifest.quality.rows_set_aside) == (5, 1)
    assert {field.field: field.missing for field in manifest.quality.fields} == {"name": 0, "born": 2 + 1}
    assert manifest.quality.mean_fill == pytest.approx((4 + 2) / (4 * 256), abs=1e-6)
    assert manifest.software.counterfoil == version("counterfoil")
    assert manifest.software.engine == "fake"
    assert manifest.checkpoint is None


def test_without_id_column_the_row_number_is_the_reference(tmp_path: Path) -> None:
    made = order(tmp_path, bad_rows=tmp_path / "bad.csv")
    run(made, people(tmp_path, [["", "Anna", ""], ["", "bad", ""], ["", "Bo", ""]]), id_column=None)
    assert sorted(row[1] for row in read_rows(made.counterfoil)) == ["1", "3"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["p1", "Anna", ""], ["p2", "bad", ""]], r"row 2 \(line 3\), field 'name': must not be bad"),
        ([["p1", "Anna", ""], ["p2", "Bo"]], r"row 2 \(line 3\): has 2 cells where the header has 3"),
        ([["p1", "a", "x"], ["p2", "", ""]], r"row 2 \(line 3\): the record is empty: no field holds a value"),
        ([["p1", "a", ""], ["", "Bo", ""]], r"row 2 \(line 3\), field 'id': the record id is empty"),
        ([["p1", "a\nb", ""], ["p1", "Bo", ""]], r"row 2 \(line 4\), field 'id': .* occurs in an earlier row"),
    ],
)
def test_row_with_a_fault_stops_the_run_and_is_named_without_its_values(
    tmp_path: Path, rows: list[list[str]], problem: str
) -> None:
    path = people(tmp_path, rows)
    with pytest.raises(RowError, match=rf"people\.csv: {problem}") as caught:
        run(order(tmp_path), path)
    assert caught.value.row == 2
    assert "--bad-rows" in caught.value.hint
    assert names_in(tmp_path) == {"people.csv"}


def test_real_engine_names_the_field_and_the_rule(tmp_path: Path) -> None:
    path = people(tmp_path, [["p1", "Anna", "03.02.1980"]])
    with pytest.raises(RowError, match=r"row 1 \(line 2\), field 'born': ") as caught:
        run(order(tmp_path), path, make_engine("native", SCHEMA, SECRET.value))
    assert "03.02" not in str(caught.value)


def test_bad_rows_are_set_aside_by_row_field_and_rule_and_hold_no_values(tmp_path: Path) -> None:
    made = order(tmp_path, bad_rows=tmp_path / "bad.csv")
    rows = [
        ["p1", "Anna", ""],
        ["p2", "bad", ""],
        ["p3", "Bo"],
        ["p4", "", ""],
        ["", "Cy", ""],
        ["p1", "Di", ""],
        ["p2", "Ed", ""],
        ["p2", "Flo", ""],
        ["", "bad", ""],
    ]
    manifest = run(made, people(tmp_path, rows))
    assert read_rows(tmp_path / "bad.csv") == [
        ["2", "name", "must not be bad"],
        ["3", "", "has 2 cells where the header has 3"],
        ["4", "", "the record is empty: no field holds a value"],
        ["5", "id", "the record id is empty"],
        ["6", "id", "the record id occurs in an earlier row"],
        ["8", "id", "the record id occurs in an earlier row"],
        ["9", "name", "must not be bad"],
    ]
    assert sorted(row[1] for row in read_rows(made.counterfoil)) == ["p1", "p2"]
    assert (manifest.records, manifest.quality.rows_set_aside) == (2, 7)
    assert (tmp_path / "bad.csv").stat().st_mode & 0o077 in {0, 0o066}  # systems without such bits say 0o666


def test_file_of_bad_rows_is_there_also_when_there_are_none(tmp_path: Path) -> None:
    run(order(tmp_path, bad_rows=tmp_path / "bad.csv"), people(tmp_path, GOOD))
    assert (tmp_path / "bad.csv").read_text(encoding="utf-8") == "row,field,rule\n"


def test_repeated_id_is_found_across_batches_and_rows_set_aside_do_not_count(tmp_path: Path) -> None:
    long_schema = load_schema({**DOCUMENT, "clkConfig": {"l": 1 << 16, "kdf": {"type": "HKDF"}}})
    size = rows_per_batch(long_schema)
    rows = [[f"p{number}", "Anna", ""] for number in range(2 * size)]
    rows[3] = ["p3", "bad", ""]
    rows[size] = ["p3", "Bo", ""]
    rows[2 * size - 1] = ["p5", "Bo", ""]
    made = order(tmp_path, schema=long_schema, bad_rows=tmp_path / "bad.csv")
    engine = FakeEngine(long_schema.encoding_bytes)
    run(made, people(tmp_path, rows), engine)
    assert engine.batches == 2
    assert [(row, field) for row, field, _ in read_rows(tmp_path / "bad.csv")] == [("4", "name"), (str(2 * size), "id")]


def test_one_bad_row_among_more_than_ten_thousand_does_not_hang(tmp_path: Path) -> None:
    rows = [[f"p{number}", "Anna", "1980-02-03"] for number in range(12_000)]
    rows[11_000][2] = "30 Feb"
    path = people(tmp_path, rows)
    for name in ("native", "clkhash"):
        started = time.process_time()
        with pytest.raises(RowError) as caught:
            run(order(tmp_path), path, make_engine(name, SCHEMA, SECRET.value))
        assert (caught.value.row, caught.value.field) == (11_001, "born")
        assert time.process_time() - started < 60
    assert names_in(tmp_path) == {"people.csv"}


def test_table_without_rows_or_without_a_good_one_is_refused(tmp_path: Path) -> None:
    made = order(tmp_path, bad_rows=tmp_path / "bad.csv")
    with pytest.raises(TableError, match="has a header and no rows"):
        run(made, people(tmp_path, []))
    with pytest.raises(TableError, match="no row could be encoded"):
        run(made, people(tmp_path, [["p1", "bad", ""]]))
    assert names_in(tmp_path) == {"people.csv"}


def test_damage_far_into_the_table_leaves_nothing(tmp_path: Path) -> None:
    path = people(tmp_path, [[f"p{number}", "Anna", ""] for number in range(60_000)])
    with path.open("ab") as file:
        file.write(b"p,M\xfcller,\n")
    with pytest.raises(TableError, match="not UTF-8"):
        run(order(tmp_path), path)
    assert names_in(tmp_path) == {"people.csv"}


@pytest.mark.parametrize("field", ["package", "counterfoil", "bad_rows"])
def test_output_never_takes_the_place_of_an_input_or_another_output(tmp_path: Path, field: str) -> None:
    path = people(tmp_path, GOOD)
    content = path.read_bytes()
    inputs = (tmp_path / "op.secret",)
    for taken in (path, inputs[0], tmp_path / "x" / ".." / "people.csv"):
        with pytest.raises(FileError, match="is given for two things"):
            run(order(tmp_path, overwrite=True, inputs=inputs, **{field: taken}), path)
    with pytest.raises(FileError, match="is given for two things"):
        run(order(tmp_path, overwrite=True, counterfoil=tmp_path / "out.cfp"), path)
    assert path.read_bytes() == content


def test_progress_tells_rows_and_how_many_there_may_be(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    rows = [[f"p{number}", "Anna", "1980-02-03"] for number in range(120_000)]
    run(order(tmp_path), people(tmp_path, rows), on_progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == [100_000, 120_000]
    assert seen[0][1] == pytest.approx(120_000, rel=0.02)
    assert seen[1][1] == 120_000


def test_progress_is_told_of_each_part_of_a_batch(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    long_schema = load_schema({**DOCUMENT, "clkConfig": {"l": 1 << 16, "kdf": {"type": "HKDF"}}})
    size = rows_per_batch(long_schema)
    table = people(tmp_path, [[f"p{number}", "Anna", ""] for number in range(size + 1)])
    engine = FakeEngine(long_schema.encoding_bytes)
    run(order(tmp_path, schema=long_schema), table, engine, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(size, size + 1), (size + 1, size + 1)]


def test_order_does_not_show_the_secret(tmp_path: Path) -> None:
    assert SECRET.value.hex() not in repr(order(tmp_path))
    assert repr(SECRET.value) not in repr(order(tmp_path))


def noisy_run(folder: Path, name: str, rows: list[list[str]], *earlier: str) -> tuple[dict[str, bytes], int]:
    """Encode with noise; return the encodings by record id and how many rows had noise already."""
    made = blip(folder, package=folder / f"{name}.cfp", counterfoil=folder / f"{name}.csv")
    noise = RememberedNoise([folder / f"{one}.csv" for one in earlier], made.draw)
    run(made, people(folder, rows), make_engine("native", made.schema, SECRET.value), noise=noise)
    ids = {token: record_id for token, record_id, _ in read_rows(made.counterfoil)}
    found = open_package(made.package).encodings
    return dict(zip(map(ids.__getitem__, found.token_texts()), map(bytes, found.to_bytes()), strict=True)), (
        noise.remembered
    )


def test_noise_is_kept_from_earlier_counterfoils_and_drawn_for_new_records(tmp_path: Path) -> None:
    anna, lukasz = ["p1", "Anna", "unknown"], ["p2", "Łukasz", "unknown"]
    first, _ = noisy_run(tmp_path, "first", [anna])
    second, remembered = noisy_run(tmp_path, "second", [lukasz, anna], "first")
    assert (second["p1"], remembered) == (first["p1"], 1)
    third, remembered = noisy_run(tmp_path, "third", [anna, lukasz], "first", "second")
    assert (third, remembered) == (second, 2)
    fresh, remembered = noisy_run(tmp_path, "fresh", [anna, lukasz])
    assert remembered == 0
    assert fresh["p1"] != first["p1"]
    assert len({seed for name in ("first", "fresh") for _, _, seed in read_rows(tmp_path / f"{name}.csv")}) == 3


def test_one_person_under_two_references_has_noise_twice(tmp_path: Path) -> None:
    found, _ = noisy_run(tmp_path, "once", [["p1", "Anna", "unknown"], ["p2", "Anna", "unknown"]])
    assert found["p1"] != found["p2"]


def test_aliases_of_a_record_have_its_noise(tmp_path: Path) -> None:
    document = DOCUMENT | {
        "version": "counterfoil/1",
        "hardening": [{"step": "blip", "flip": 0.2}],
        "aliases": {"source": "aka", "of": "name"},
    }
    made = order(tmp_path, schema=load_schema(document))
    path = people(tmp_path, [["p1", "Anna", "unknown", "Anna"]], header=["id", "name", "born", "aka"])
    engine = make_engine("native", made.schema, SECRET.value)
    run(made, path, engine, noise=RememberedNoise([], made.draw))
    one, other = open_package(made.package).encodings.to_bytes()
    assert np.array_equal(one, other)


def test_schema_that_flips_bits_is_refused_where_noise_could_be_drawn_twice(tmp_path: Path) -> None:
    made, path = blip(tmp_path), people(tmp_path, [["p1", "Anna", "unknown"]])
    with pytest.raises(InputError, match="can be averaged away") as caught:
        run(made, path)
    assert caught.value.code == "noise.earlier"
    with pytest.raises(InputError, match="row numbers") as caught:
        run(made, path, id_column=None, noise=RememberedNoise([], made.draw))
    assert caught.value.code == "noise.reference"
    with pytest.raises(InterchangeError, match="noise of encodings") as caught:
        import_encodings(made, path, np.ones((1, 32), dtype=np.uint8))
    assert caught.value.code == "noise.import"
    assert names_in(tmp_path) == {"people.csv"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"token,record_id\n{'0' * 32},7\n", "holds no noise"),
        (f"token,record_id,noise\n{'0' * 32},7,{'A' * 32}\n", "line 2: noise is 32 digits"),
        ("record_id,noise\n", "the first line must be token,record_id,noise"),
    ],
)
def test_earlier_counterfoil_without_noise_or_with_false_one_is_refused(
    tmp_path: Path, content: str, problem: str
) -> None:
    path = tmp_path / "earlier.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CounterfoilFileError, match=problem):
        RememberedNoise([path], bytes)
