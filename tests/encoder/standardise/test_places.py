from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise import places
from encoder.standardise.columns import column_standardiser
from encoder.standardise.countries import country_code
from encoder.standardise.names.fold import skeleton_of
from encoder.standardise.places import read_place, told_places
from encoder.standardise.rules import NO_FACTS, read_told_place

Vectors = Callable[[str], list[dict[str, Any]]]


def test_every_place_is_read_as_its_vector_says(vectors: Vectors) -> None:
    for case in vectors("places.json"):
        texts = case["texts"]
        told = told_places(texts, [case["country"] or ""] * len(texts))
        found = {text: list(read_told_place(cell).parts) for text, cell in zip(texts, told, strict=True)}
        assert found == dict.fromkeys(texts, case["parts"])


def test_city_of_an_unknown_country_gives_the_largest_of_its_name_first_and_four_at_most() -> None:
    found = read_place("San Fernando").cities
    assert len(found) == 4
    assert len({city.country for city in found}) > 1
    assert read_place("London").parts[0] == "2643743"


def test_record_with_the_country_and_one_without_share_a_part() -> None:
    assert set(read_place("London", "CA").parts) & set(read_place("London").parts)


def test_country_that_has_no_such_city_changes_nothing() -> None:
    assert read_place("Osaka", "FR").parts == read_place("Osaka").parts


def test_name_that_no_table_has_goes_through_the_fold_given() -> None:
    assert read_place("Nowhere Ville", fold=lambda text: text.lower().replace(" ", "")).parts == ("~nowhereville",)


def test_spelling_that_the_table_lacks_is_found_by_the_fold_among_the_cities_of_the_country() -> None:
    def without_h(text: str) -> str:
        return text.casefold().replace("h", "")

    assert read_place("Hosakha", "JP").parts == ("~hosakha",)
    assert read_place("Hosakha", "JP", fold=without_h).parts == read_place("Osaka", "JP").parts


def test_only_a_place_that_no_table_has_is_compared_letter_by_letter() -> None:
    assert read_place("Nowhereville").spellings == ("nowhereville",)
    assert read_place("Киев").spellings == read_place("Syria").spellings == read_place("unknown").spellings == ()


def test_place_found_by_consonants_alone_keeps_its_letters_as_it_may_be_another() -> None:
    place = read_place("Kartam", "SD", consonants=skeleton_of)
    assert place.cities == read_place("Khartoum").cities
    assert place.spellings == ("kartam",)
    assert read_place("Kartam", consonants=skeleton_of).cities == ()  # in whatever country, it could be anywhere
    assert read_place("Dugu", "SD", consonants=skeleton_of).cities == ()  # two consonants say too little
    assert read_place("Obede", "SD", consonants=skeleton_of).cities == ()  # a vowel before them is none


def test_city_called_like_a_state_is_one_where_its_country_is_told_or_it_is_large() -> None:
    for text, nationality in (("Santa Lucia", "Guatemala"), ("Lebanon", "USA"), ("السويس", ""), ("Granada", "")):
        cities = read_told_place(told_places([text], [nationality])[0]).cities
        assert cities
        assert cities == read_place(text, country_code(nationality)).cities
    assert {city.country for city in read_told_place("Luxembourg").cities} >= {"LU"}


def test_country_that_is_told_goes_before_that_of_the_script() -> None:
    assert read_told_place(told_places(["ባህር ዳር"], ["Eritrea"])[0]).cities == ()
    assert read_told_place("Αθηένου, Κύπρος").cities == read_told_place("Αθηένου").cities == ()


def test_every_batch_reads_with_the_same_tables() -> None:
    read_told_place(told_places(["Nowhereville"], ["Sudan"])[0])
    made = places._by_consonants.cache_info().misses
    column_standardiser("place", NO_FACTS)(told_places(["Elsewhere"], ["Sudan"]))
    assert places._by_consonants.cache_info().misses == made > 0


@given(st.text(max_size=40))
def test_any_text_gives_few_parts(text: str) -> None:
    parts = read_told_place(text).parts
    assert len(parts) <= 4
    assert all(parts)
