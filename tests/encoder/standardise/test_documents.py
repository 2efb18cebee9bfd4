from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.standardise.check_digit import carries_check_digit, carry_check_digits, check_digit
from encoder.standardise.documents import (
    document_kind,
    document_parts,
    document_text,
    document_texts,
    read_document,
    read_number,
)
from encoder.standardise.many_documents import parts_of_documents

Vectors = Callable[[str], list[dict[str, Any]]]

ZONE = "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\nC01X0006H1D<<6408125F1710319<<<<<<<<<<<<<<<0"


def test_every_number_is_read_as_its_vector_says(vectors: Vectors) -> None:
    for case in vectors("documents.json"):
        for text in case["texts"]:
            found = read_number(text)
            assert (found.number, found.check) == (case["number"], case["check"]), text
            assert list(document_parts(text)) == case["parts"], text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "P",
            ["P", "Passport", "PASSEPORT", "Reisepass", "паспорт", "загранпаспорт", "جواز سفر", "護照", "여권", "PO"],
        ),
        (
            "I",
            ["ID", "DNI", "Cédula", "kimlik", "удостоверение личности", "هوية", "身份证", "주민등록증", "CNIC", "NID"],
        ),
        ("R", ["residence permit", "titre de séjour", "ВНЖ", "在留カード"]),
        ("V", ["visa", "виза", "تأشيرة"]),
        ("D", ["driving licence", "permis de conduire", "Führerschein", "водительское удостоверение"]),
        ("T", ["travel document", "laissez-passer"]),
        (None, ["", "unknown", "library card", "-"]),
    ],
)
def test_kind_of_document_is_known_in_many_languages(kind: str | None, words: list[str]) -> None:
    assert {word: document_kind(word) for word in words} == dict.fromkeys(words, kind)


def parts(kind: str, country: str, number: str) -> tuple[str, ...]:
    return document_parts(document_text(kind, country, number))


def test_whole_documents_are_read_as_their_vectors_say(vectors: Vectors) -> None:
    for case in vectors("whole_documents.json"):
        for cells in case["documents"]:
            assert list(parts(*cells)) == case["parts"], cells


def test_equal_numbers_of_two_countries_or_kinds_share_the_number_alone() -> None:
    german = parts("passport", "Germany", "C01X0006H")
    for stranger in (parts("passport", "France", "C01X0006H"), parts("identity card", "D", "C01X0006H")):
        assert set(german) & set(stranger) == {"C01X0006H"}
    assert set(parts("", "", "C01X0006H")) <= set(german)


@pytest.mark.parametrize(("kind", "country"), [("", "DE"), ("passport", ""), ("library card", "DE"), ("P", "Atlantis")])
def test_document_of_unknown_kind_or_country_is_its_number_alone(kind: str, country: str) -> None:
    assert parts(kind, country, "C01X0006H") == ("C01X0006H",)


def test_document_without_a_number_is_nothing() -> None:
    assert parts("passport", "DE", "unknown") == parts("passport", "DE", "") == ()


def test_number_copied_with_its_check_digit_meets_the_whole_document_without_it() -> None:
    assert parts("P", "UTO", "L898902C36")[0] == parts("P", "UTO", "L898902C3")[0]


def test_zone_in_the_number_cell_tells_kind_and_country() -> None:
    document = read_document("", "", ZONE)
    assert (document.kind, document.country) == ("P", "DE")
    assert (document.number.number, document.number.check) == ("C01X0006H", "holds")


def test_problems_name_what_the_officer_can_mend() -> None:
    assert read_number("L898902C<3").problem is None
    assert read_number("L8989O2C<3").problem == "check-digit-repaired"
    assert read_number("L898902C<6").problem == "check-digit-fails"
    assert read_number("AB").problem == "number-too-short"
    assert read_number("unknown").problem is None


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=3, max_size=12))
def test_number_and_its_misreading_share_a_part(number: str) -> None:
    misread = number.replace("0", "O").replace("1", "I").replace("5", "S").replace("8", "B")
    found = document_parts(number)
    if found and document_parts(misread):
        assert set(found) & set(document_parts(misread))


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_any_text_gives_parts_of_letters_and_digits_only(number: str, kind: str, country: str) -> None:
    for part in document_parts(number.replace(";", "")):
        assert part.isalnum()
        assert part == part.upper()
    parts(kind, country, number)


SIGNS = "ABNOIUMRSabnoimrs0125890  -./;<#_\n٣é"
WORDS = [
    "No. 7",
    "NUMBER",
    "numero 12345",
    "n/a",
    "not recorded",
    "withheld",
    "0000000",
    "xxxx",
    "123-456",
    "1234567",
    "12345678X",
    "0000",
    "111",
    "11112",
    "NN1234",
    "L898902C36",
]
NUMBERS = (
    st.text(SIGNS, max_size=12) | st.from_regex("[A-Z0-9]{9,10}", fullmatch=True) | st.sampled_from([*WORDS, ZONE])
)
KINDS = st.sampled_from(["", "P", "passport", "паспорт", "library card", "P;", "id"])
COUNTRIES = st.sampled_from(["", "D", "Germany", "Atlantis", "UTO", "France; Spain"])


@settings(deadline=None)  # the first documents load the tables
@given(st.lists(st.tuples(KINDS, COUNTRIES, NUMBERS) | NUMBERS.map(lambda number: ("", "", number)), max_size=8))
def test_documents_read_at_once_are_those_read_one_by_one(documents: list[tuple[str, str, str]]) -> None:
    texts = [document_text(*cells) for cells in documents]
    assert document_texts(*map(list, zip(*documents, strict=True) if documents else ([], [], []))) == texts
    raw = [*texts, *(";".join(cells) for cells in documents)]
    vocabulary, ids, counts = parts_of_documents(tuple(raw))
    found = [[vocabulary[index] for index in run] for run in np.split(ids, np.cumsum(counts)[:-1])] if raw else []
    assert found == [list(document_parts(text)) for text in raw]


@given(st.lists(st.from_regex("[A-Z0-9]{9,11}", fullmatch=True)))
def test_check_digits_that_are_carried_are_found_at_once(numbers: list[str]) -> None:
    numbers += [number[:9] + check_digit(number[:9]) for number in numbers]
    assert carry_check_digits(numbers).tolist() == list(map(carries_check_digit, numbers))
