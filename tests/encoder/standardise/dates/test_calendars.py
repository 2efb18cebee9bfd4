import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.dates import Calendar
from encoder.standardise.dates.calendars import days_of

TABULAR = [Calendar.JULIAN, Calendar.ISLAMIC_CIVIL, Calendar.JALALI, Calendar.ETHIOPIAN, Calendar.INDIAN]
YEARS = {
    Calendar.JULIAN: (1880, 2026),
    Calendar.ISLAMIC_CIVIL: (1297, 1448),
    Calendar.UMM_AL_QURA: (1343, 1448),
    Calendar.JALALI: (1258, 1405),
    Calendar.ETHIOPIAN: (1872, 2019),
    Calendar.INDIAN: (1801, 1948),
    Calendar.HEBREW: (5640, 5787),
    Calendar.NEPALI: (1975, 2083),
    Calendar.GREGORIAN: (1880, 2026),
    Calendar.BUDDHIST: (2423, 2569),
    Calendar.ROC: (1, 115),
}


@pytest.mark.parametrize("calendar", YEARS)
def test_years_follow_each_other_without_gap(calendar: Calendar) -> None:
    first, last = YEARS[calendar]
    for year in range(first, last):
        assert days_of(calendar, year)[1] + dt.timedelta(days=1) == days_of(calendar, year + 1)[0]


@pytest.mark.parametrize("calendar", YEARS)
@given(data=st.data())
def test_months_fill_the_year(calendar: Calendar, data: st.DataObject) -> None:
    year = data.draw(st.integers(*YEARS[calendar]))
    following, end = days_of(calendar, year)
    for month in range(1, 14):
        try:
            first, last = days_of(calendar, year, month)
        except ValueError:
            continue
        assert first == following
        following = last + dt.timedelta(days=1)
    assert following == end + dt.timedelta(days=1)


@pytest.mark.parametrize("calendar", YEARS)
@given(data=st.data())
def test_days_fill_the_month(calendar: Calendar, data: st.DataObject) -> None:
    year, month = data.draw(st.integers(*YEARS[calendar])), data.draw(st.integers(1, 12))
    try:
        first, last = days_of(calendar, year, month)
    except ValueError:
        assert (calendar, month) == (Calendar.HEBREW, 6)
        return
    length = (last - first).days + 1
    assert days_of(calendar, year, month, 1) == (first, first)
    assert days_of(calendar, year, month, length) == (last, last)
    with pytest.raises(ValueError, match="day"):
        days_of(calendar, year, month, length + 1)


def test_adar_one_is_a_month_of_leap_years_only() -> None:
    assert days_of(Calendar.HEBREW, 5784, 6)[0] == dt.date(2024, 2, 10)
    with pytest.raises(ValueError, match="no such month"):
        days_of(Calendar.HEBREW, 5783, 6)


@pytest.mark.parametrize("calendar", [Calendar.UMM_AL_QURA, Calendar.NEPALI])
def test_year_beyond_the_table_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="no table"):
        days_of(calendar, 1300)


def test_month_thirteen_is_refused_where_there_are_twelve() -> None:
    with pytest.raises(ValueError, match="month"):
        days_of(Calendar.JALALI, 1358, 13)
