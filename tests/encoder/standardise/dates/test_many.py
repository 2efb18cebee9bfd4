from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise import Facts, column_standardiser, standardiser
from encoder.standardise.dates import Calendar, DateComponents, Order
from encoder.standardise.dates.many import plain_days
from linkage.schema import Standard

YEARS = st.sampled_from([1400, 1879, 1880, 1899, 1900, 1901, 2000, 2001, 2026, 2027]) | st.integers(1850, 2030)
PARTS = st.tuples(YEARS, st.integers(0, 13), st.integers(0, 32), st.sampled_from("-/. "), st.sampled_from("-/."))
FORMS = (
    "{0}{1:02}{2:02}",
    "{2:02}{1:02}{0}",
    "{0}{3}{1:02}{3}{2:02}",
    "{2:02}{3}{1:02}{3}{0}",
    "{2:02}{3}{1:02}{4}{0}",
    "{2}{3}{1}{3}{0}",
)
PLACEHOLDERS = ["1983-01-01", "31/12/1983", "01.07.1983", "1900-01-01", "1899-12-30", "2000-02-29", "1900-02-29"]
TEXTS = (
    st.builds(lambda form, parts: form.format(*parts), st.sampled_from(FORMS), PARTS)
    | st.sampled_from([*PLACEHOLDERS, "", "1983", "１983-02-03", "1983-02-0x", "unknown..."])
    | st.text("0123456789-/.", max_size=10)
)
FACTS = st.builds(
    Facts,
    st.sampled_from([None, *get_args(Order)]),
    st.sampled_from([None, Calendar.GREGORIAN, Calendar.HIJRI, Calendar.JULIAN]),
)
STANDARDS: list[Standard] = [
    "date.whole", "date.year", "date.near_years", "date.decade", "date.month", "date.day", "date.numbers",
]  # fmt: skip


@given(st.lists(TEXTS, min_size=1), FACTS)
def test_dates_read_at_once_are_those_read_one_by_one(texts: list[str], facts: Facts) -> None:
    for standard in STANDARDS:
        vocabulary, ids, counts = column_standardiser(standard, facts)(texts)
        found = [[vocabulary[index] for index in run] for run in np.split(ids, np.cumsum(counts)[:-1])]
        assert found == [list(standardiser(standard, facts)(text)) for text in texts]


def test_every_component_is_a_standard_form() -> None:
    assert [standard.removeprefix("date.") for standard in STANDARDS] == list(DateComponents._fields)


@pytest.mark.parametrize(
    ("order", "places"), [(None, [0, 2, 4]), ("day-first", [0, 1, 2, 4]), ("month-first", [0, 1, 2, 4])]
)
def test_plain_dates_are_read_at_once_where_their_order_is_known(order: Order | None, places: list[int]) -> None:
    texts = ["1983-06-04", "04/06/1983", "24.06.1983", "4.6.1983", "19830604"]
    assert plain_days(texts, order, None).places.tolist() == places
