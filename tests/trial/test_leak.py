"""The leak search finds what is planted, in every form and place, and nothing in random bytes."""

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import trial.leak
from tests.trial.making import some_package
from trial.layers import Layer, layers
from trial.leak import LeakSearch, search_packages
from trial.patterns import BASE_64, HEXADECIMAL, UTF_8, UTF_16, PatternIndex, patterns_of

VALUE, SHORT = "montgomery", "zoe"
VALUES = {VALUE, "elizabeth", "19630814", SHORT, "42"}
LONG_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=20)


def with_member(package: bytes, content: bytes, name: str = "more") -> bytes:
    changed = io.BytesIO(package)
    with zipfile.ZipFile(changed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return changed.getvalue()


def forms_found(package: bytes) -> set[str]:
    return {find.form for find in search_packages({"p": package}, VALUES).finds}


def as_column(
    values: list[str], *, compression: Literal["zstd", "none"] = "none", metadata: dict[str, str] | None = None
) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table({"column": values}, metadata=metadata), content, compression=compression)
    return content.getvalue()


def test_nothing_is_found_in_random_encodings_and_the_control_holds(package: bytes) -> None:
    search = search_packages({"a.cfp": package, "b.cfp": some_package(3)}, VALUES)
    assert search.verdict == "nothing found"
    assert search.finds == ()
    assert search.control_held
    assert (search.values, search.short_values) == (3, 2)
    assert search.bytes_searched > 2 * len(package)
    assert search.patterns > 30


@pytest.mark.parametrize(
    ("planted", "form"),
    [
        (b"montgomery", UTF_8),
        (b"\x93\x01montgomery\xff", UTF_8),
        (b"MONTGOMERY", UTF_8),
        (b"Montgomery", UTF_8),
        ("montgomery".encode("utf-16-le"), UTF_16),
        ("montgomery".encode("utf-16-be"), UTF_16),
        (b"montgomery".hex().encode(), HEXADECIMAL),
        (b"montgomery".hex().upper().encode(), HEXADECIMAL),
        (base64.b64encode(b"montgomery"), BASE_64),
        (base64.b64encode(b"x montgomery y"), BASE_64),
        (base64.b64encode(b"xy montgomery"), BASE_64),
        (base64.b64encode(b"Elizabeth II"), BASE_64),
        (b"born 19630814", UTF_8),
    ],
)
def test_planted_value_is_found_in_every_form(package: bytes, planted: bytes, form: str) -> None:
    assert form in forms_found(with_member(package, planted))


@given(LONG_TEXTS, st.binary(max_size=9), st.binary(max_size=9))
def test_any_text_is_found_between_any_bytes_in_every_form(text: str, before: bytes, after: bytes) -> None:
    index = PatternIndex([text])
    raw = text.encode()
    for content, form in (
        (raw, UTF_8),
        (text.encode("utf-16-le"), UTF_16),
        (raw.hex().encode(), HEXADECIMAL),
    ):
        found = [pattern.form for _, pattern in index.occurrences(before + content + after)]
        assert form in found
    for coded in (base64.b64encode(before + raw + after), base64.urlsafe_b64encode(before + raw + after)):
        assert BASE_64 in [pattern.form for _, pattern in index.occurrences(coded)]


@given(st.lists(LONG_TEXTS, min_size=1, max_size=5), st.binary(max_size=300))
def test_index_finds_exactly_what_a_plain_search_finds(texts: list[str], content: bytes) -> None:
    content += texts[0].encode() + base64.b64encode(content + texts[-1].encode()) + content
    patterns = {pattern for text in texts for pattern in patterns_of(text)}
    plain = {
        (match.start(), pattern)
        for pattern in patterns
        for match in re.finditer(b"(?=" + re.escape(pattern.content) + b")", content)
        if pattern.stands_at(match.start(), content)
    }
    index = PatternIndex(texts)
    assert set(index.occurrences(content)) == plain
    assert len(index) == len(patterns)


@pytest.mark.parametrize("before", [b"", b"x", b"xy"])
def test_base64_of_a_neighbouring_number_is_not_taken_for_the_number(before: bytes) -> None:
    index = PatternIndex(["4955092"])
    assert list(index.occurrences(base64.b64encode(before + b"4955092"))) != []
    assert list(index.occurrences(base64.b64encode(before + b"4955091"))) == []
    assert list(index.occurrences(base64.b64encode(before + b"4955091 and more"))) == []
    assert list(index.occurrences(base64.b64encode(before + b"4955092").rstrip(b"="))) != []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (as_column([VALUE], compression="zstd"), "more, column column"),
        (as_column(["x"], metadata={"made by": f"mr {VALUE}"}), "more, names and metadata"),
        (json.dumps({"a": [{"b": f"mr {VALUE}"}]}).encode(), "more, texts"),
        (json.dumps({"a": VALUE}).replace("m", "\\u006d").encode(), "more, texts"),
        (
            json.dumps({"payload": base64.b64encode(json.dumps({"x": VALUE}).encode()).decode()}).encode(),
            "more, decoded",
        ),
        (json.dumps({"payload": base64.urlsafe_b64encode(b"???" + VALUE.encode()).decode()}).encode(), "more, decoded"),
    ],
)
def test_value_is_found_in_what_must_be_decoded_first(package: bytes, content: bytes, place: str) -> None:
    assert place in {find.place for find in search_packages({"p": with_member(package, content)}, VALUES).finds}


def test_short_value_is_found_as_a_whole_field_only(package: bytes) -> None:
    assert "whole field" in forms_found(some_package(4, texts=(SHORT,)))
    assert "whole field" in forms_found(with_member(package, as_column(["x", "42"])))
    assert forms_found(some_package(4, texts=("zoey", "a zoe"))) == set()
    assert forms_found(with_member(package, b"zoe 42")) == set()


def test_short_value_padded_into_a_fixed_width_cell_is_found(package: bytes) -> None:
    content = io.BytesIO()
    pq.write_table(pa.table({"token": pa.array([SHORT.encode().ljust(16, b"\0")], pa.binary(16))}), content)
    assert "whole field" in forms_found(with_member(package, content.getvalue()))


def test_value_split_over_two_cells_is_found(package: bytes) -> None:
    content = io.BytesIO()
    pq.write_table(pa.table({"token": pa.array([b"mont", b"gome", b"ry\0\0"], pa.binary(4))}), content)
    assert UTF_8 in forms_found(with_member(package, content.getvalue()))


def test_numbers_inside_digests_are_counted_apart(package: bytes) -> None:
    digest = "ab" * 12 + "19630814" + "cd" * 12
    search = search_packages({"p": with_member(package, json.dumps({"digest": digest}).encode())}, VALUES)
    assert search.finds == ()
    assert search.by_chance > 0
    assert 0 < search.expected_by_chance < 0.01
    coded = json.dumps({"payload": base64.b64encode(json.dumps({"digest": digest}).encode()).decode()}).encode()
    assert search_packages({"p": with_member(package, coded)}, VALUES).finds == ()


def test_number_beside_other_text_is_no_digest(package: bytes) -> None:
    assert forms_found(with_member(package, json.dumps({"born": "ab" * 6 + "19630814"}).encode())) == {UTF_8}


def test_search_that_misses_what_was_planted_is_inconclusive(package: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(content: bytes) -> Iterator[Layer]:
        return (layer for layer in layers(content) if "column" not in layer.place)

    monkeypatch.setattr(trial.leak, "layers", blind)
    search = search_packages({"p": package}, VALUES)
    assert not search.control_held
    assert search.verdict == "inconclusive"


def test_find_counts_even_when_the_control_fails(package: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial.leak, "with_planted", lambda content, _value, _short: content)
    assert search_packages({"p": with_member(package, VALUE.encode())}, VALUES).verdict == "found"


def test_result_tells_places_and_never_a_value(package: bytes) -> None:
    search = search_packages({"atl.cfp": with_member(package, as_column([VALUE, SHORT]))}, VALUES)
    document = json.dumps(search.document())
    assert search.verdict == "found"
    assert ("atl.cfp", "more, column column") in {(find.package, find.place) for find in search.finds}
    assert not any(value in document for value in (VALUE, SHORT))


def test_repeated_finds_of_one_form_in_one_place_are_one_entry(package: bytes) -> None:
    search = search_packages({"p": with_member(package, b"montgomery " * 5)}, VALUES)
    assert [find.times for find in search.finds if find.place == "more"] == [5]


@pytest.mark.parametrize(("packages", "values"), [({}, {VALUE}), ({"p": b""}, {SHORT})])
def test_search_without_anything_to_plant_is_refused(packages: dict[str, bytes], values: set[str]) -> None:
    with pytest.raises(ValueError, match="a search needs a"):
        search_packages(packages, values)


def test_documented_verdicts_are_the_only_ones() -> None:
    verdicts = {
        LeakSearch(1, 0, 1, 1, 1, finds, 0, 0.0, held, 0.0).verdict
        for finds in ((), (trial.leak.Find("p", "place", UTF_8, 1),))
        for held in (True, False)
    }
    assert verdicts == {"nothing found", "found", "inconclusive"}
