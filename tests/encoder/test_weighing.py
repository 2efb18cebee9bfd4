"""Frequency weights made from a table: which tokens are listed with which percent, and what is refused."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from encoder.errors import RowError, TableError
from encoder.weighing import Frequencies, Weighing, read_frequencies, weighed
from linkage import load_schema
from linkage.command.program import run
from linkage.errors import SchemaError
from linkage.schema import STANDARDISATION, Schema

CENSUS = Weighing("a census", rare=0.001, least=40)
SURNAMES = [("Smith", "100"), ("SMYTHE", "10"), ("Nowak", "40"), ("smith", "60"), ("", "99780"), ("rare", "10")]


def schema_of(comparison: dict[str, Any] | None = None, **content: Any) -> Schema:
    hashing = {"comparison": comparison or {"type": "exact"}, "strategy": {"bitsPerFeature": 40}}
    name = {"type": "standard", "standard": "name.folded"}
    surname = {"identifier": "surname", "format": name, "hashing": hashing | content.pop("hashing", {})} | content
    year = {"identifier": "year", "format": {"type": "standard", "standard": "date.year"}, "hashing": hashing}
    return load_schema(
        {
            "version": "counterfoil/1",
            "standardisation": STANDARDISATION,
            "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
            "features": [surname, year],
        }
    )


def table(folder: Path, rows: list[tuple[str, str]], header: str = "value,count") -> Path:
    path = folder / "surnames.csv"
    path.write_text("\n".join([header, *(f"{value},{count}" for value, count in rows)]) + "\n", encoding="utf-8")
    return path


def frequencies(folder: Path, rows: list[tuple[str, str]]) -> Frequencies:
    return read_frequencies(table(folder, rows), "value", "count")


def percents(schema: Schema, found: Frequencies, weighing: Weighing = CENSUS) -> dict[str, int]:
    made, (field,) = weighed(schema, ["surname"], found, weighing)
    hashing = made.fields[0].hashing
    assert hashing is not None
    assert hashing.strategy.percents == field.percents
    return field.percents


def test_common_values_as_the_field_reads_them_have_the_weight_of_their_frequency(tmp_path: Path) -> None:
    # Of 100,000 people 160 are Smith: 100 log(1/.0016) / log(1/.001) = 93. 40 are Nowak, which is read as novak: 113.
    assert percents(schema_of(), frequencies(tmp_path, SURNAMES)) == {"smit": 90}
    rarer = Weighing("a census", rare=0.0001, least=40)
    assert percents(schema_of(), frequencies(tmp_path, SURNAMES), rarer) == {"smit": 70, "novak": 80}


def test_percent_is_that_of_the_formula_to_the_nearest_ten_and_not_below_the_least(tmp_path: Path) -> None:
    rows = [("one", "4900"), ("two", "600"), ("three", "60"), ("four", "2"), ("five", "5"), ("", "4433")]
    found = percents(schema_of(), frequencies(tmp_path, rows))
    exact = {name: 100 * math.log(int(count) / 10_000) / math.log(0.001) for name, count in rows if name}
    assert {round(exact[name]) for name in ("one", "two", "three")} == {10, 41, 74}
    assert list(found.values()) == [40, 40, 70]


def test_an_n_gram_has_the_frequency_of_the_values_that_have_it_each_counted_once(tmp_path: Path) -> None:
    rows = [("banana", "3"), ("ana", "1"), ("nowak", "6"), ("", "90")]
    found = percents(schema_of({"type": "ngram", "n": 2}), frequencies(tmp_path, rows), Weighing("a census", 0.01, 5))
    # Of a hundred people four have "an", though banana has it twice; the six with "no" are more.
    assert found["no"] == found[" n"] == found["k "] == 60
    assert found["an"] == found["na"] == found["a "] == 70
    assert found["ba"] == 80
    assert list(found)[:3] == [" n", "ak", "k "]


def test_weights_are_replaced_and_all_else_stays(tmp_path: Path) -> None:
    schema = schema_of()
    once, _ = weighed(schema, ["surname"], frequencies(tmp_path, SURNAMES), CENSUS)
    twice, found = weighed(once, ["surname", "surname"], frequencies(tmp_path, [("Nowak", "7")]), CENSUS)
    assert [list(field.percents) for field in found] == [["novak"]]
    document = twice.document()
    weights = document["features"][0]["hashing"]["strategy"].pop("frequencyWeights")
    assert weights == {"source": "a census", "percent": {"40": ["novak"]}}
    assert load_schema(document) == schema
    rare, _ = weighed(once, ["surname"], frequencies(tmp_path, [("Nowak", "1"), ("", "99999")]), CENSUS)
    assert rare == schema


@pytest.mark.parametrize("count", ["0", "-3", "1.5", "1,000", "many", "", "٣", "1e3", "1234567890123456"])
def test_count_that_is_none_is_told_by_file_and_row_and_not_quoted(tmp_path: Path, count: str) -> None:
    path = table(tmp_path, [("smith", "4"), ("nowak", f'"{count}"')])
    with pytest.raises(RowError) as caught:
        read_frequencies(path, "value", "count")
    rule = "must be a whole number above 0, of at most 15 digits"
    assert caught.value.message == f"{path}: row 2 (line 3), field 'count': {rule}"


def test_value_that_does_not_fit_the_field_is_told_by_file_and_row_and_not_quoted(tmp_path: Path) -> None:
    lower = schema_of(format={"type": "string", "case": "lower"})
    found = frequencies(tmp_path, [("smith", "4"), ("Nowak", "2")])
    with pytest.raises(RowError) as caught:
        weighed(lower, ["surname"], found, CENSUS)
    assert caught.value.message == f"{found.path}: row 2 (line 3), field 'surname': must be written in lower case"


def test_damaged_row_is_told(tmp_path: Path) -> None:
    with pytest.raises(RowError, match=r"surnames\.csv: row 2 \(line 3\)"):
        frequencies(tmp_path, [("smith", "4"), ("nowak", "2,5,6")])


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([("smith", "4")], "name,count", "must have one column 'value', and has 0"),
        ([("smith", "4")], "count,count", "must have one column 'value', and has 0"),
        ([("smith", "4,5")], "value,count,count", "must have one column 'count', and has 2"),
        ([], "value,count", "has no rows"),
    ],
)
def test_table_without_what_is_needed_is_refused(
    tmp_path: Path, rows: list[tuple[str, str]], header: str, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        read_frequencies(table(tmp_path, rows, header), "value", "count")


def test_table_of_nothing_that_the_field_hashes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no value has anything that the field 'year' would hash"):
        weighed(schema_of(), ["year"], frequencies(tmp_path, [("", "4")]), CENSUS)


def test_fields_that_cannot_be_weighed_are_refused(tmp_path: Path) -> None:
    found = frequencies(tmp_path, SURNAMES)
    numeric = {"type": "numeric", "thresholdDistance": 1, "resolution": 1}
    as_number = schema_of(format={"type": "integer"}, hashing={"comparison": numeric})
    for schema, identifier, message in [
        (schema_of(), "name", "no hashed field is called 'name'"),
        (as_number, "surname", "field 'surname': tokens of numbers, and salted ones, cannot be weighed"),
        (schema_of(hashing={"salt": "year"}), "surname", "field 'surname': tokens of numbers, and salted ones"),
    ]:
        with pytest.raises(SchemaError, match=message):
            weighed(schema, [identifier], found, CENSUS)


def test_command_writes_the_schema_and_says_what_weighs_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)
    rows = [(f"name{chr(97 + place)}", str(900 - 9 * place)) for place in range(12)]
    table(tmp_path, rows, "name,people")
    command = ["schema", "weigh", "person", "surnames.csv", "--field", "name equivalents", "--field", "name"]
    command += ["--source", "a census", "--value-column", "name", "--count-column", "people", "-o", "ours.json"]
    assert run(command) == 0
    made = load_schema(Path("ours.json"))
    told = capsys.readouterr().out
    assert told.startswith(f"ours.json: digest {made.digest}\nfield 'name equivalents': 12 tokens weigh less\n")
    assert "\n  namea  40 %\n" in told
    assert "\n  namek" not in told
    assert run([*command, "--force", "--json", "--least", "55"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["fields"][0]["field"] == "name equivalents"
    assert found["fields"][0]["tokens"] == 12
    assert list(found["fields"][0]["commonest"].values()) == [55] * 10
    assert run(command) == 3
    assert "ours.json exists already" in capsys.readouterr().err
    assert run(["schema", "check", "ours.json"]) == 0
    assert "16 bits per value, less for 12 common tokens (down to 55 %; a census)" in capsys.readouterr().out
