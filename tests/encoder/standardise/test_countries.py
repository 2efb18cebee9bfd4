from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.countries import code_in_zone, country_code, nationality_parts, read_country

Vectors = Callable[[str], list[dict[str, Any]]]


def test_every_country_is_read_as_its_vector_says(vectors: Vectors) -> None:
    for case in vectors("countries.json"):
        assert {text: list(nationality_parts(text)) for text in case["texts"]} == dict.fromkeys(
            case["texts"], case["parts"]
        )


def test_dissolved_state_meets_each_successor_and_successors_do_not_meet_for_it() -> None:
    soviet = set(nationality_parts("USSR"))
    assert soviet & set(nationality_parts("Ukraine"))
    assert soviet & set(nationality_parts("Estonia"))
    assert not set(nationality_parts("Ukraine")) & set(nationality_parts("Estonia"))
    assert not soviet & set(nationality_parts("Poland"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("unknown", "unknown"), ("XXX", "unknown"), ("N/A", "not_recorded"), ("withheld", "withheld"), ("UNK", "unknown")],
)
def test_missing_nationality_is_told_apart_by_kind(text: str, kind: str) -> None:
    assert read_country(text).missing == kind
    assert nationality_parts(text) == ()


def test_unk_is_kosovo_in_a_machine_readable_zone_only() -> None:
    assert code_in_zone("UNK") == "XK"
    assert country_code("UNK") is None


def test_problems_name_what_the_officer_can_mend() -> None:
    assert read_country("Atlantis").problem == "country-not-understood"
    assert read_country("refugee").problem == "refugee-is-no-nationality"
    assert read_country("unknown").problem is None
    assert read_country("France").problem is None


def test_country_of_birth_or_issue_is_one_or_none() -> None:
    assert country_code("Frankreich") == "FR"
    assert country_code("FR/DE") is None
    assert country_code("") is None


@pytest.mark.parametrize("text", ["France / Atlantis", "Germany and unknown"])
def test_list_with_a_part_that_is_not_understood_is_not_half_read(text: str) -> None:
    assert nationality_parts(text) == ()


@given(st.text(max_size=40))
def test_any_text_gives_distinct_codes_or_nothing(text: str) -> None:
    parts = nationality_parts(text)
    assert len(set(parts)) == len(parts)
    assert all(part.isascii() and part.isupper() for part in parts)
