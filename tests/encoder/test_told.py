"""Names and cities read as the nationality beside them says: which, in which schemas, under which further names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from encoder import ClkEncoder, encode_clks
from encoder.columns import find_columns, wanted_columns
from encoder.encode_run import encode_table
from encoder.engines import make_engine
from encoder.preview_standard import standardised
from encoder.profile import ColumnProfile
from encoder.standardise.names import read_name, told
from encoder.standardise.rules import standardiser
from encoder.table import TableOptions, open_table
from encoder.texts import numbered_texts
from encoder.told import ToldFields, told_columns
from linkage import Schema, load_schema
from linkage.package import open_package
from linkage.schema import STANDARDISATION
from tests.encoder.making import order, write_csv

SECRET = b"a secret of the operation, for tests only"


def schema(nationality: str = "nationality", **more: Any) -> Schema:
    """Return a schema of name, nationality and names of any script, the name being of two fields."""
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 60}}
    standards = {"spelling": "name.folded", "sound": "name.phonetic", "state": "country"}
    sources = {"spelling": "name", "sound": "name", "state": nationality}
    features = [
        {
            "identifier": identifier,
            "source": sources[identifier],
            "format": {"type": "standard", "standard": standard},
            "hashing": hashing,
        }
        for identifier, standard in standards.items()
    ]
    clk = {"l": 1024, "kdf": {"type": "HKDF", "hash": "SHA512"}}
    return load_schema(
        {"version": "counterfoil/1", "standardisation": STANDARDISATION, "clkConfig": clk, "features": features, **more}
    )


def encoded(of: Schema, name: str, nationality: str) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = ClkEncoder(of, SECRET).encode([[name], [name], [nationality]]).encodings[0]
    return found


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the Dice coefficient of two filters."""
    return (
        2 * int(np.bitwise_count(one & other).sum()) / int(np.bitwise_count(one).sum() + np.bitwise_count(other).sum())
    )


@pytest.mark.parametrize(
    ("characters", "elsewhere", "nationality"),
    [
        ("金宇南", "김우남", "KR"),
        ("金宇南", "김우남", "Republic of Korea"),
        ("阮富仲", "Nguyen Phu Trong", "VNM"),
        ("何俊仁", "Ho Chun Yan", "HK"),
        ("林太郎", "HAYASHI TARO", "JP"),
    ],
)
def test_record_in_characters_meets_the_one_in_other_letters(characters: str, elsewhere: str, nationality: str) -> None:
    plain = alike(
        encoded(schema("country"), characters, nationality), encoded(schema("country"), elsewhere, nationality)
    )
    said = alike(encoded(schema(), characters, nationality), encoded(schema(), elsewhere, nationality))
    assert said > plain + 0.1
    assert said > 0.75


@pytest.mark.parametrize("nationality", ["", "unknown", "CN", "FR", "JP/KR", "Utopia"])
def test_nationality_that_tells_no_language_changes_nothing(nationality: str) -> None:
    names = ["金宇南", "岡本健一", "Kim", "김우남"]
    assert told(names, [nationality] * len(names)) == names


@pytest.mark.parametrize(
    ("spelled", "elsewhere", "nationality"),
    [
        ("Xasan Cabdullaahi", "Hassan Abdullahi", "SO"),
        ("Le Da Lan", "Lê Đa Lan", "VN"),
        ("Ma. Lourdes Santos", "Maria Lourdes Santos", "PH"),
        ("Youssef Ben Brahim", "Youssef Benbrahim", "MA"),
        ("Sawicka Chalupa", "Савицкая Халупа", "PL"),
        ("林志玲", "Lin Chih-ling", "TW"),
    ],
)
def test_spelling_of_a_country_meets_the_one_elsewhere(spelled: str, elsewhere: str, nationality: str) -> None:
    plain = alike(encoded(schema("country"), spelled, nationality), encoded(schema("country"), elsewhere, nationality))
    said = alike(encoded(schema(), spelled, nationality), encoded(schema(), elsewhere, nationality))
    assert said > plain + 0.05
    assert said > 0.9


@pytest.mark.parametrize("words", ["Dr Van Le", "MR VAN LE"])
def test_titles_are_dropped_from_names_that_are_told(words: str) -> None:
    (name,) = told([words], ["VN"])
    assert [token.folded for token in read_name(name).tokens] == ["van", "le"]


def test_city_of_several_is_that_of_the_nationality() -> None:
    of = ToldFields(cities=(0,), nationality=1)
    place = standardiser("place")

    def parts(city: str, nationality: str) -> list[str]:
        return [*place(told_columns([numbered_texts([city]), numbered_texts([nationality])], of)[0].texts[0])]

    assert len(parts("San Fernando", "")) == 4
    assert len(parts("San Fernando", "Spain")) == 1
    assert parts("San Fernando", "JP") == parts("San Fernando", "ES/PH") == parts("San Fernando", "")
    assert parts("London, Canada", "GB") == parts("London", "CA")
    assert parts("Nowhere Ville", "FR") == parts("Nowhere Ville", "")


def test_schema_person_tells_names_and_cities() -> None:
    person = load_schema("person")
    fields = ToldFields.of(person)
    assert {person.fields[place].column for place in fields.names} == {"full_name"}
    assert {person.fields[place].column for place in fields.cities} == {"birth_city"}


def test_names_in_the_letters_of_the_country_are_not_told() -> None:
    names = ["Kim", "김우남", "ヤマダ", "", "Kim 金"]
    said = told(names, ["KR"] * len(names))
    assert list(said[:4]) == names[:4]
    assert said[4] != names[4]
    assert [token.folded for token in read_name(said[4]).tokens] == [
        token.folded for token in read_name(names[4]).tokens
    ]


def test_a_name_that_says_nothing_says_nothing_in_any_language() -> None:
    for nationality in ("JP", "KR", "VN", "HK"):
        assert read_name(told(["不詳"], [nationality])[0]).tokens == ()


def test_columns_of_a_schema_without_nationality_stay_as_they_are() -> None:
    of = schema("country_of_birth")
    assert ToldFields.of(of).names == ()
    columns = [numbered_texts([text]) for text in ("金宇南", "金宇南", "KR")]
    assert told_columns(columns, ToldFields.of(of)) == columns


def test_fields_made_of_one_column_stay_one_column() -> None:
    names = ["金宇南", "Ana"]
    columns = numbered_texts(names), numbered_texts(["KR", "KR"])
    one, other, states = told_columns([columns[0], *columns], ToldFields.of(schema()))
    assert one is other
    assert states.texts == ["KR", "KR"]
    assert one.texts == told(names, ["KR", "KR"]) != names


def test_rows_given_one_by_one_are_read_alike() -> None:
    rows = [("金宇南", "金宇南", "KR"), ("Ana", "Ana", "PT")]
    expected = [encoded(schema(), name, state) for name, _, state in rows]
    np.testing.assert_array_equal(encode_clks(rows, schema(), SECRET), np.array(expected))


def test_further_names_are_read_as_the_nationality_says(tmp_path: Path) -> None:
    of = schema(aliases={"source": "aka", "of": "name"})
    path = write_csv(
        tmp_path / "a.csv",
        [["1", "Kim", "金宇南", "KR"], ["2", "金宇南", "", "KR"]],
        ["id", "name", "aka", "nationality"],
    )
    made = order(tmp_path, schema=of)
    table = open_table(path, TableOptions(), wanted=wanted_columns(of, None, "id"))
    columns = find_columns(path, table.header, of, None, "id")
    encode_table(made, table, columns, make_engine("native", of, made.secret.value))
    rows = [row.tobytes() for row in open_package(made.package).encodings.to_bytes()]
    assert sorted(rows.count(row) for row in set(rows)) == [1, 2]


def test_preview_shows_the_reading_that_is_compared() -> None:
    profile = ColumnProfile(columns={"full_name": "name", "nationality": "state"})
    assert standardised({"full_name": "金宇南", "nationality": "KR"}, profile)["full_name"] == "kim unam"
    assert standardised({"full_name": "金宇南", "nationality": "CN"}, profile)["full_name"] == "jin junan"
    assert standardised({"full_name": "金宇南"}, profile)["full_name"] == "jin junan"
