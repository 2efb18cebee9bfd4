"""Standard formats: a value's parts are tokenised each by itself, and several fields may have one source."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder import ClkEncoder
from encoder.parts import TokenReader
from encoder.reference import encode_record
from encoder.standardise import NO_FACTS, Facts, standardiser
from linkage import load_schema
from linkage.errors import SchemaError
from linkage.schema import STANDARDISATION, Field, Schema, Standard
from linkage.schema.model import NgramComparison

SECRET = b"a secret of the operation, for tests only"


def document(*features: dict[str, object], **more: object) -> dict[str, object]:
    kdf = {"type": "HKDF", "hash": "SHA512"}
    return {
        "version": "counterfoil/1",
        "standardisation": STANDARDISATION,
        "clkConfig": {"l": 1024, "kdf": kdf},
        "features": list(features),
        **more,
    }


def feature(identifier: str, standard: Standard, source: str, n: int | None = None) -> dict[str, object]:
    return {
        "identifier": identifier,
        "source": source,
        "format": {"type": "standard", "standard": standard},
        "hashing": {
            "comparison": {"type": "exact"} if n is None else {"type": "ngram", "n": n},
            "strategy": {"bitsPerFeature": 40},
        },
    }


NAMES = load_schema(
    document(feature("spelling", "name.folded", "name", 2), feature("sound", "name.phonetic", "name", 2))
)


def encoded(schema: Schema, *columns: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return ClkEncoder(schema, SECRET).encode(columns).encodings


def dice(
    one: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], other: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> float:
    common = int(np.bitwise_count(one & other).sum())
    return 2 * common / int(np.bitwise_count(one).sum() + np.bitwise_count(other).sum())


def test_order_of_the_parts_of_a_name_is_no_matter() -> None:
    names = ["Anna Maria Kovács", "KOVACS, Anna Maria", "Kovács Anna Maria"]
    one, two, three = encoded(NAMES, names, names)
    assert dice(one, two) == dice(one, three) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Александр Пушкин", "Alexandre Pouchkine"),
        ("محمد حسن", "Muhammad Hassan"),
        ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
    ],
)
def test_name_meets_itself_in_another_script_and_not_a_stranger(one: str, other: str) -> None:
    names = [one, other, "Wilhelmina de Vries"]
    native, latin, stranger = encoded(NAMES, names, names)
    assert dice(native, latin) > dice(latin, stranger) + 0.2


def test_villages_meet_by_their_letters_across_scripts_and_cities_do_not() -> None:
    schema = load_schema(document(feature("spelling of place", "place.spelling", "place", 2)))
    village, typing_error, cyrillic, other = encoded(
        schema, ["Krasnoselovka", "Krasnoselovca", "Красноселовка", "Umbundo"]
    )
    assert dice(village, typing_error) > 0.7
    assert dice(village, cyrillic) > 0.7
    assert dice(village, other) < 0.4
    assert not encoded(schema, ["Kyiv"]).any()


def test_fields_with_one_source_are_keyed_apart() -> None:
    twice = load_schema(document(feature("a", "name.folded", "name", 2), feature("b", "name.folded", "name", 2)))
    once = load_schema(document(feature("a", "name.folded", "name", 2)))
    assert twice.columns == ("name",)
    assert (
        np.bitwise_count(encoded(twice, ["Ivan"], ["Ivan"])).sum()
        > 1.5 * np.bitwise_count(encoded(once, ["Ivan"])).sum()
    )


@pytest.mark.parametrize(
    ("standard", "value"),
    [
        ("name.folded", "unknown"),
        ("name.class", ""),
        ("date.day", "1980-01-01"),
        ("date.year", "not recorded"),
        ("sex", "?"),
        ("country", "withheld"),
        ("place", "-"),
        ("place.spelling", "-"),
        ("place.spelling", "Kyiv"),
        ("document", "000000000"),
    ],
)
def test_what_says_nothing_sets_no_bits_and_counts_as_missing(standard: Standard, value: str) -> None:
    schema = load_schema(document(feature("f", standard, "f")))
    batch = ClkEncoder(schema, SECRET).encode([[value]])
    assert not batch.encodings.any()
    assert batch.faults == []
    assert batch.empty[0].tolist() == [True]


def test_two_strangers_born_on_new_years_day_share_only_what_is_known() -> None:
    fields = [feature(part, f"date.{part}", "born") for part in ("year", "month", "day")]  # type: ignore[arg-type]
    schema = load_schema(document(*fields))
    cells = ["1980-01-01", "1980-01-01", "1980"]
    one, two, year = encoded(schema, cells, cells, cells)
    assert (one == two).all()
    assert (one == year).all()


def test_facts_of_a_column_decide_what_the_text_leaves_open() -> None:
    schema = load_schema(document(feature("day", "date.day", "born")))
    cells = [["04/06/1983"]]
    day_first = ClkEncoder(schema, SECRET, facts={"born": Facts(order="day-first")}).encode(cells).encodings
    month_first = ClkEncoder(schema, SECRET, facts={"born": Facts(order="month-first")}).encode(cells).encodings
    stated = ClkEncoder(schema, SECRET).encode([["1983-06-04"]]).encodings
    assert (day_first == stated).all()
    assert (day_first != month_first).any()


def test_parts_are_tokenised_one_by_one() -> None:
    field = NAMES.fields[0]
    tokens, faults = TokenReader(field, validate=True, facts=NO_FACTS).read(["ab cd", "", "ab"])
    spelled = [tokens.vocabulary[index] for index in tokens.ids]
    parts = standardiser("name.folded")("ab cd")
    assert faults == {}
    assert tokens.counts.tolist()[1] == 0
    assert len(parts) == 2
    assert sorted(spelled[: int(tokens.counts[0])]) == sorted(
        gram
        for part in parts
        for gram in (f" {part}"[i : i + 2] if i < len(part) else f"{part[-1]} " for i in range(len(part) + 1))
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"standardisation": None}, "standardisation must be given"),
        ({"standardisation": STANDARDISATION - 1}, "standardisation"),
        ({"aliases": {"source": "aka", "of": "nobody"}}, "aliases.of must name a column"),
        ({"aliases": {"source": "name", "of": "name"}}, "aliases.source must not be"),
    ],
)
def test_schema_that_contradicts_itself_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(SchemaError, match=problem):
        load_schema(document(feature("a", "name.folded", "name", 2), **changes))


def test_version_of_the_rules_decides_the_digest() -> None:
    assert isinstance(NAMES.fields[0], Field)
    assert NAMES.fields[0].hashing is not None
    assert isinstance(NAMES.fields[0].hashing.comparison, NgramComparison)
    assert NAMES.document()["standardisation"] == STANDARDISATION
    other = load_schema(
        document(feature("spelling", "name.skeleton", "name", 2), feature("sound", "name.phonetic", "name", 2))
    )
    assert other.digest != NAMES.digest


@settings(deadline=None)  # the first values load the tables
@given(
    st.lists(
        st.tuples(
            st.text(max_size=20) | st.sampled_from(["Анна Ким", "محمد علي", "王小明", "金宇南", "O'Neil, Mary", ""]),
            st.dates().map(str) | st.sampled_from(["1980", "04/06/1983", "12 марта 1971", "?"]),
            st.sampled_from(["Kyiv", "Київ", "nowhere", ""]),
            st.sampled_from(["KR", "Japan", "HK/MO", "CN", "?", ""]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_fast_and_plain_encoder_agree_on_standard_forms(rows: list[tuple[str, str, str, str]]) -> None:
    schema = load_schema(
        document(
            feature("spelling", "name.folded", "name", 2),
            feature("class", "name.class", "name"),
            feature("years", "date.near_years", "born"),
            feature("numbers", "date.numbers", "born"),
            feature("place", "place", "place"),
            feature("spelling of place", "place.spelling", "place", 2),
            feature("nationality", "country", "nationality"),
        )
    )
    names, dates, places, states = (list(column) for column in zip(*rows, strict=True))
    fast = encoded(schema, names, names, dates, dates, places, places, states)
    plain = [
        encode_record((name, name, date, date, place, place, state), schema, SECRET)
        for name, date, place, state in rows
    ]
    np.testing.assert_array_equal(fast, np.array(plain))
