from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.check_digit import check_digit, checked, without_confusions
from encoder.standardise.mrz import read_mrz

Vectors = Callable[[str], list[dict[str, Any]]]

PAGE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
VISA_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
VISA_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"


def test_every_zone_is_read_as_its_vector_says(vectors: Vectors) -> None:
    for case in vectors("mrz.json"):
        zone = read_mrz("\n".join(case["lines"]))
        assert zone is not None, case["lines"]
        assert zone.format == case["format"]
        read = {name: getattr(zone, name) for name in case["read"]}
        assert read == case["read"], case["lines"]


def test_undamaged_zones_say_what_another_program_parsed(vectors: Vectors) -> None:
    whole = [case for case in vectors("mrz.json") if case["holds_as_printed"]]
    assert len(whole) >= 15
    for case in whole:
        zone = read_mrz("\n".join(case["lines"]))
        assert zone is not None
        assert zone.holds
        printed = case["printed"]
        assert (zone.issuer, zone.nationality) == (printed["issuing_state"], printed["nationality"])
        assert (zone.surname, zone.given_names) == (printed["last_name"], printed["first_name"])
        assert zone.sex == printed["sex"]
        assert zone.birth.replace("-", "")[2:] == printed["birth_yymmdd"]
        assert zone.number.startswith(printed["document_number"].removesuffix("+optional"))


def test_zones_that_another_program_refused_do_not_hold_as_printed(vectors: Vectors) -> None:
    for case in vectors("mrz.json"):
        zone = read_mrz("\n".join(case["lines"]))
        assert zone is not None
        if case["holds_as_printed"] is False:
            assert set(zone.checks.values()) & {"fails", "repaired"}


@pytest.mark.parametrize(("lines", "format_"), [(VISA_A, "MRV-A"), (VISA_B, "MRV-B")])
def test_visa_is_read_without_a_digit_over_the_whole(lines: tuple[str, str], format_: str) -> None:
    zone = read_mrz("\n".join(lines))
    assert zone is not None
    assert (zone.format, zone.number, zone.nationality, zone.birth) == (format_, "L8988901C", "XXX", "1940-09-07")
    assert "whole" not in zone.checks
    assert zone.holds


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PAGE),
        "\r\n".join(PAGE),
        " / ".join(PAGE),
        "".join(PAGE),
        "   ".join(PAGE),
        "\n".join(PAGE).lower(),
        f"{PAGE[0].rstrip('<')}<\n{PAGE[1]}",
        "\n".join(PAGE).replace("<<", "«"),
        "\n".join(PAGE).replace("ERIKSSON", "ER1K5S0N"),
        " ".join(PAGE),
        ", ".join(PAGE),
        "\\n".join(PAGE),
        f"{PAGE[0].rstrip('<')} {PAGE[1]}",
    ],
)
def test_zone_is_read_however_it_was_copied(text: str) -> None:
    zone = read_mrz(text)
    assert zone is not None
    assert (zone.surname, zone.given_names, zone.number) == ("ERIKSSON", "ANNA MARIA", "L898902C3")


@pytest.mark.parametrize("joint", ["\n", " ", "|"])
def test_upper_line_of_a_card_may_have_lost_its_fillers(joint: str) -> None:
    zone = read_mrz(joint.join(["I<UTOD231458907", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA"]))
    assert zone is not None
    assert (zone.format, zone.number, zone.surname, zone.holds) == ("TD1", "D23145890", "ERIKSSON", True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "L898902C3",
        "P<UTO",
        "\n".join(PAGE)[:-1],
        "Name < Name",
        "X<" + "A" * 86,
        f"{PAGE[0]}\n{PAGE[1]}\n{PAGE[1]}",
    ],
)
def test_what_is_no_zone_gives_none(text: str) -> None:
    assert read_mrz(text) is None


def test_unknown_parts_of_a_birth_date_stay_open() -> None:
    for birth, expected in (("74<<<<", "1974"), ("7408<<", "1974-08"), ("<<<<<<", "")):
        line = f"L898902C36UTO{birth}{check_digit(birth)}F1204159ZE184226B<<<<<1"
        rest = line[:10] + line[13:20] + line[21:43]
        zone = read_mrz(f"{PAGE[0]}\n{line}{check_digit(rest)}")
        assert zone is not None
        assert zone.birth == expected
        assert zone.holds


def test_birth_lies_before_the_expiry() -> None:
    for birth, expiry, expected in (
        ("200101", "300101", "2020"),
        ("310101", "300101", "1931"),
        ("500101", "950101", "1950"),
    ):
        line = f"L898902C36UTO{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}{'<' * 14}0"
        zone = read_mrz(f"{PAGE[0]}\n{line}{check_digit(line[:10] + line[13:20] + line[21:43])}")
        assert zone is not None
        assert zone.birth[:4] == expected
        assert zone.holds


def test_name_that_fills_its_place_is_marked_as_cut() -> None:
    zone = read_mrz(f"P<UTO{'A' * 20}<<{'B' * 17}\n{PAGE[1]}")
    assert zone is not None
    assert zone.names_cut
    whole = read_mrz("\n".join(PAGE))
    assert whole is not None
    assert not whole.names_cut


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=1, max_size=20))
def test_text_with_its_own_check_digit_holds_unchanged(text: str) -> None:
    digit = check_digit(text)
    assert digit in "0123456789"
    assert checked(text, digit) == (text, "holds")


@given(
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=1, max_size=12), st.sampled_from("0123456789")
)
def test_repair_changes_one_confusable_character_and_satisfies_the_digit(text: str, digit: str) -> None:
    found = checked(text, digit)
    if found.check == "repaired":
        assert check_digit(found.text) == digit
        assert sum(a != b for a, b in zip(text, found.text, strict=True)) == 1
        assert without_confusions(found.text) == without_confusions(text)
    else:
        assert found.text == text


def test_repair_is_not_made_where_two_confusions_fit() -> None:
    # 7-3-1 weights repeat after three places: O in the first or in the fourth place is the same repair.
    text = "O12O45"
    digit = check_digit("012O45")
    assert digit == check_digit("O12045")
    assert checked(text, digit) == (text, "fails")


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused_without_an_error(text: str) -> None:
    read_mrz(text)
    read_mrz(text + "<" * 44)
