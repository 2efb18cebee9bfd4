import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.dates import (
    REFERENCE,
    Calendar,
    Order,
    PartialDate,
    Unreadable,
    date_of_age,
    read_date,
)

DAYS = st.dates(dt.date(1880, 1, 1), REFERENCE).filter(
    lambda day: not dt.date(1899, 12, 30) <= day <= dt.date(1900, 1, 1)
)
DIGITS = [
    "0123456789",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९",
    "০১২৩৪৫৬৭৮৯",
    "๐๑๒๓๔๕๖๗๘๙",
    "០១២៣៤៥៦៧៨៩",
    "၀၁၂၃၄၅၆၇၈၉",
    "０１２３４５６７８９",
]


def read(text: str, order: Order | None = None, calendar: Calendar | None = None) -> PartialDate:
    date = read_date(text, order=order, calendar=calendar)
    assert isinstance(date, PartialDate)
    return date


def known(date: PartialDate) -> tuple[int | None, int | None, int | None]:
    return date.year, date.month, date.day


@given(DAYS, st.sampled_from(DIGITS), st.sampled_from("-/."))
def test_day_in_any_digits_and_separator_is_read(day: dt.date, digits: str, separator: str) -> None:
    text = f"{day:%d-%m-}{day.year:04}".replace("-", separator).translate(str.maketrans("0123456789", digits))
    assert known(read(text, "day-first")) == (day.year, day.month, day.day)


@given(DAYS, st.sampled_from(["day-first", "month-first", None]))
def test_iso_day_is_read_whatever_the_order(day: dt.date, order: Order | None) -> None:
    date = read(day.isoformat(), order)
    assert (date.iso, len(date.readings), date.notes) == (day.isoformat(), 1, ())


@given(DAYS)
def test_without_an_order_the_true_day_is_always_among_the_readings(day: dt.date) -> None:
    for text in (f"{day:%d/%m/}{day.year}", f"{day:%m/%d/}{day.year}"):
        assert day in [reading.first for reading in read(text).readings]


@given(DAYS)
def test_quick_and_long_way_agree(day: dt.date) -> None:
    quick = read(f"{day:%d/%m/}{day.year}", "day-first")
    assert quick == read(f"{day:%d %m }{day.year}", "day-first")


@given(st.text(max_size=40) | st.text("0123456789/-. xXهـ年月日", max_size=24))
def test_any_text_gives_a_date_a_rule_or_nothing(text: str) -> None:
    date = read_date(text)
    if isinstance(date, PartialDate):
        assert date.year_span[1] >= 1880
        assert all(reading.first <= REFERENCE for reading in date.readings)
    elif isinstance(date, Unreadable):
        assert date.rule.startswith("must")


@pytest.mark.parametrize(
    "text",
    ["", "  ", "-", "--", "--/--/----", "00/00/0000", "0000-00-00", "XX/XX/XXXX", "99/99/9999", "????", "00000000"],
)
def test_blank_date_is_absent(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("31/04/1980", "day that its calendar has"),
        ("29 Feb 1981", "day that its calendar has"),
        ("1850-05-05", "between 1880"),
        ("2035-01-01", "between 1880"),
        ("19XX", "words"),
        ("12/05", "year"),
        ("20 January", "year"),
        ("hello 1980", "words"),
        ("34 years", "which day"),
        ("1900-01-01", "software"),
        ("1899-12-30", "software"),
        ("1 2 3 4 5", "year"),
        ("15 Muharram 1976", "between 1880"),
        ("5 January March 1976", "a date of birth"),
        ("1" * 101, "100 characters"),
    ],
)
def test_unreadable_text_names_its_rule_and_not_itself(text: str, rule: str) -> None:
    found = read_date(text)
    assert isinstance(found, Unreadable)
    assert rule in found.rule
    assert text not in found.rule


def test_two_digit_year_is_never_after_the_last_day_of_birth() -> None:
    early = read_date("5 Jan 15", reference=dt.date(2014, 12, 31))
    late = read_date("5 Jan 15", reference=dt.date(2015, 12, 31))
    assert isinstance(early, PartialDate)
    assert isinstance(late, PartialDate)
    assert (early.year, late.year) == (1915, 2015)


def test_undeclared_year_of_1402_stays_open_between_calendars() -> None:
    date = read("1402/02/18")
    assert {reading.calendar for reading in date.readings} == {
        Calendar.JALALI,
        Calendar.UMM_AL_QURA,
        Calendar.ISLAMIC_CIVIL,
    }
    assert date.year is None
    assert len(date.readings) > 1


def test_declared_calendar_leaves_years_of_another_to_their_range() -> None:
    assert read("1979-03-21", calendar=Calendar.JALALI).iso == "1979-03-21"
    assert read("1358-01-01", calendar=Calendar.JALALI).iso == "1979-03-21"


def test_declared_lunar_calendar_without_rule_leaves_the_day_open() -> None:
    date = read("1402/02/18", calendar=Calendar.HIJRI)
    assert {reading.calendar for reading in date.readings} == {Calendar.UMM_AL_QURA, Calendar.ISLAMIC_CIVIL}
    assert (date.year, date.month) == (1981, 12)


def test_declared_calendar_of_overlapping_years_wins() -> None:
    assert read("01/01/1970", calendar=Calendar.ETHIOPIAN).iso == "1977-09-11"


def test_japanese_year_without_era_may_be_of_several_eras() -> None:
    date = read("05/03/04", calendar=Calendar.JAPANESE)
    assert sorted(reading.first.year for reading in date.readings) == [1916, 1930, 1993, 2023]


def test_day_numbers_of_1904_begin_four_years_later() -> None:
    assert read("27779").iso == "1976-01-20"
    date = read_date("26317", date_system=1904)
    assert isinstance(date, PartialDate)
    assert date.iso == "1976-01-20"


@pytest.mark.parametrize(
    "text",
    [
        "01/01/1980",
        "31.12.1980",
        "1 July 1980",
        "1 Muharram 1402",
        "1 Rajab 1402",
        "1 Farvardin 1358",
        "መስከረም 1 1968 ዓ.ም.",
    ],
)
def test_first_or_last_day_of_a_year_is_a_placeholder(text: str) -> None:
    assert read(text, "day-first").placeholder


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 ጥር 1971", "1979-01-11"),
        ("3 ህዳር 1971", "1978-11-12"),
        ("3 ታህሳስ 1971", "1978-12-12"),
        ("3 ሰኔ 1971", "1979-06-10"),
        ("3 ነሃሴ 1971", "1979-08-09"),
        ("3 ጳጉሜ 1971", "1979-09-08"),
        ("3 غبرګولی 1365", "1986-05-24"),
        ("3 چنګاښ 1365", "1986-06-24"),
        ("3 کب 1365", "1987-02-22"),
    ],
)
def test_months_are_known_as_offices_of_today_spell_them(text: str, day: str) -> None:
    assert read(text, None).iso == day


@pytest.mark.parametrize("text", ["02/01/1980", "1980", "1980-01", "30.12.1980", "1 Mehr 1358"])
def test_other_days_are_no_placeholders(text: str) -> None:
    assert not read(text, "day-first").placeholder


@given(DAYS, st.integers(0, 110))
def test_age_bounds_the_day_of_birth(on: dt.date, age: int) -> None:
    reading = date_of_age(age, on).readings[0]
    assert age_at(reading.first, on) == age_at(reading.last, on) == age
    assert age_at(reading.first - dt.timedelta(days=1), on) == age + 1
    assert age_at(reading.last + dt.timedelta(days=1), on) == age - 1


def age_at(born: dt.date, on: dt.date) -> int:
    """Completed years; who was born on 29 February has a birthday on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def test_age_takes_the_day_of_the_column() -> None:
    date = read_date("34", as_of=dt.date(2019, 5, 1))
    assert isinstance(date, Unreadable), "a bare number may be a year of two digits"
    date = read_date("34 years", as_of=dt.date(2019, 5, 1))
    assert date == date_of_age(34, dt.date(2019, 5, 1))


@pytest.mark.parametrize("years", [-1, 131])
def test_impossible_age_is_refused(years: int) -> None:
    with pytest.raises(ValueError, match="age"):
        date_of_age(years, dt.date(2019, 5, 1))
