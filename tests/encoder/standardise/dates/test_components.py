import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.dates import Calendar, DateComponents, Order, PartialDate, components, read_date
from encoder.standardise.dates.components import _of_day


def tokens(text: str, order: Order | None = "day-first", calendar: Calendar | None = None) -> DateComponents:
    date = read_date(text, order=order, calendar=calendar)
    assert isinstance(date, PartialDate)
    return components(date)


def test_day_gives_every_component() -> None:
    assert tokens("04/06/1983") == DateComponents(
        ("d19830604",), ("y1983",), ("n1982", "n1983", "n1984"), ("t198",), ("m06",), ("x04",), ("u04", "u06")
    )


def test_swapped_day_and_month_share_their_numbers() -> None:
    true, swapped = tokens("04/06/1983"), tokens("06/04/1983")
    assert true.numbers == swapped.numbers
    assert true.year == swapped.year
    assert not set(true.month) & set(swapped.month)


@pytest.mark.parametrize(("apart", "shared"), [(0, 3), (1, 2), (2, 1), (3, 0)])
def test_near_years_share_the_less_the_further_they_are(apart: int, shared: int) -> None:
    years = [set(tokens(f"{1979 + step}-05-17").near_years) for step in (0, apart)]
    assert len(years[0] & years[1]) == shared


@pytest.mark.parametrize("text", ["01/01/1983", "31/12/1983", "01/07/1983"])
def test_strangers_of_one_placeholder_share_no_day_and_month(text: str) -> None:
    found = tokens(text)
    assert found.year == ("y1983",)
    assert found.whole == found.month == found.day == found.numbers == ()


def test_open_order_gives_both_readings() -> None:
    found = tokens("04/06/1983", None)
    assert found.month == ("m04", "m06")
    assert found.whole == ("d19830406", "d19830604")
    assert found.numbers == tokens("06/04/1983").numbers


def test_year_alone_gives_no_month() -> None:
    assert tokens("1983") == DateComponents((), ("y1983",), ("n1982", "n1983", "n1984"), ("t198",))


def test_month_gives_no_day() -> None:
    found = tokens("06/1983")
    assert (found.month, found.day, found.numbers) == (("m06",), (), ())


def test_month_of_another_calendar_gives_both_months_it_touches() -> None:
    assert tokens("مهر 1340").month == ("m09", "m10")


def test_year_of_another_calendar_gives_both_years() -> None:
    assert tokens("1358", calendar=Calendar.JALALI).year == ("y1979", "y1980")


def test_decade_gives_nothing_but_the_decade() -> None:
    assert tokens("1980s") == DateComponents(decade=("t198",))


def test_long_span_tells_its_decades_at_most() -> None:
    assert tokens("1975-1984") == DateComponents(decade=("t197", "t198"))
    assert tokens("1965-1984") == DateComponents()


def test_span_of_three_years_gives_each() -> None:
    assert tokens("1975-1977").year == ("y1975", "y1976", "y1977")


@given(st.dates(dt.date(1900, 1, 2), dt.date(2026, 12, 31)))
def test_quick_way_of_one_day_agrees_with_the_general_one(day: dt.date) -> None:
    date = read_date(day.isoformat())
    assert isinstance(date, PartialDate)
    again = PartialDate(date.readings * 2)
    assert _of_day(day, placeholder=date.placeholder) == components(again) == components(date)
