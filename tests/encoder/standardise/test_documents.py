from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.documents import document_kind, document_parts, document_text, read_document, read_number

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
