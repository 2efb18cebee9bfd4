"""The calendar of a column, by its header and by what its dates can be."""

from collections.abc import Sequence

import pytest

from encoder.standardise.dates import Calendar, PartialDate, read_date
from encoder.standardise.dates.column_calendar import CalendarEvidence, calendar_of_header


@pytest.mark.parametrize(
    ("header", "calendar"),
    [
        ("जन्म मिति (वि.सं.)", Calendar.NEPALI),
        ("DOB (BS)", Calendar.NEPALI),
        ("የትውልድ ቀን (ዓ.ም.)", Calendar.ETHIOPIAN),
        ("Date of birth (E.C.)", Calendar.ETHIOPIAN),
        ("تاريخ الميلاد (هجري)", Calendar.HIJRI),
        ("تاریخ تولد (هجری شمسی)", Calendar.JALALI),
        ("تاریخ تولد شمسی", Calendar.JALALI),
        ("تاریخ تولد هجری قمری", Calendar.HIJRI),
        ("出生日期（民國）", Calendar.ROC),
        ("วันเกิด (พ.ศ.)", Calendar.BUDDHIST),
        ("Date of birth (AD)", Calendar.GREGORIAN),
        ("Date of birth", None),
        ("Date of birth (dd/mm/yyyy)", None),
        ("To be born ah", None),
        ("Ethiopian victims DOB", None),
        ("Hebrew DOB", None),
        ("DOB Ethiopian", Calendar.ETHIOPIAN),
        ("Date of birth in Ethiopian calendar", Calendar.ETHIOPIAN),
        ("Hijri Calendar DOB", Calendar.HIJRI),
        ("Fecha de nacimiento, calendario hijri", Calendar.HIJRI),
        ("تاريخ الميلاد م", None),
        ("生年月日（昭和）", None),
    ],
)
def test_header_may_name_the_calendar(header: str, calendar: Calendar | None) -> None:
    assert calendar_of_header(header) is calendar


def evidence(texts: Sequence[str]) -> CalendarEvidence:
    seen = CalendarEvidence()
    for text in texts:
        date = read_date(text)
        if isinstance(date, PartialDate):
            seen.add(date)
        else:
            seen.add_unreadable(text)
    return seen


@pytest.mark.parametrize(
    ("texts", "calendar"),
    [
        (["1365/02/31", "1366/05/04"], Calendar.JALALI),
        (["1421/02/20", "1366/05/04"], Calendar.HIJRI),
        (["1366/05/04"], None),
        (["1365/02/31", "1421/02/20", "1366/05/04"], None),
        (["1365/02/31", "1983-06-04"], None),
        (["1983-06-04", "1984-06-04"], None),
        (["2040-02-31", "2020-05-06", "2021-05-06"], Calendar.NEPALI),
        (["2091-02-03", *["1991-02-03"] * 9], None),
        (["2040-32-32", "2020-05-06"], None),
        (["12/04/1971 ዓ.ም.", "12/04/1971", "13/04/1971"], Calendar.ETHIOPIAN),
        (["12/04/1971 ዓ.ም.", *["12/04/1971"] * 9], None),
        (["12/04/1971 ዓ.ም.", "1365/02/31"], None),
    ],
)
def test_dates_may_prove_the_calendar_of_those_that_leave_it_open(texts: list[str], calendar: Calendar | None) -> None:
    assert evidence(texts).proven is calendar
