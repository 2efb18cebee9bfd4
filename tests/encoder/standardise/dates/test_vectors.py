"""Texts and days of tests/vectors/dates.json: what officials of each calendar would accept."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from encoder.standardise.dates import Calendar, PartialDate, read_date
from encoder.standardise.dates.calendars import days_of

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "dates.json").read_text(encoding="utf-8"))
TEXTS = [row for rows in VECTORS["texts"].values() for row in rows]
DAYS = [(calendar, row) for calendar, rows in VECTORS["days"].items() for row in rows]


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row["text"])
def test_text_is_read_as_the_vectors_say(row: dict[str, Any]) -> None:
    calendar = Calendar(row["calendar"]) if "calendar" in row else None
    date = read_date(row["text"], order=row.get("order"), calendar=calendar)
    assert isinstance(date, PartialDate)
    assert (date.iso, list(date.notes)) == (row["iso"], row.get("notes", []))


@pytest.mark.parametrize("calendar", VECTORS["days"])
def test_calendar_agrees_with_other_software(calendar: str) -> None:
    rows = VECTORS["days"][calendar]
    assert len(rows) > 70
    for row in rows:
        gregorian, fields = row.split(" = ")
        day = dt.date.fromisoformat(gregorian)
        assert days_of(Calendar(calendar), *map(int, fields.split("-"))) == (day, day)


def test_every_calendar_has_vectors() -> None:
    named = set(VECTORS["days"]) | {row.get("calendar") for row in TEXTS}
    without = {Calendar.GREGORIAN, Calendar.HIJRI, Calendar.JAPANESE, Calendar.EAST_ASIAN_LUNAR}
    assert set(Calendar) - without <= named
