import pytest

from encoder.standardise.dates import Order, OrderEvidence, order_evidence, prove_order


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["04/06/1983", "13/06/1983"], "day-first"),
        (["04/06/1983", "06/13/1983"], "month-first"),
        (["٠٤/٠٦/١٩٨٣", "١٣/٠٦/١٩٨٣"], "day-first"),
        (["74/10/17", "04/06/05"], "year-first"),
        (["04/06/1983", "05/07/1984"], None),
        (["13/06/1983", "06/13/1983"], None),
        (["1983-06-13", "1983", ""], None),
        ([], None),
    ],
)
def test_column_proves_its_order(values: list[str], order: Order | None) -> None:
    assert prove_order(values) == order


def test_one_contrary_date_in_ten_is_a_mistake_and_two_are_doubt() -> None:
    assert prove_order(["13/06/1983"] * 10 + ["06/13/1983"]) == "day-first"
    assert prove_order(["13/06/1983"] * 10 + ["06/13/1983"] * 2) is None


def test_evidence_counts_what_is_open() -> None:
    values = ["04/06/1983", "05/05/1983", "13/06/1983", "06/13/1983", "1983-06-13 00:00:00"]
    assert order_evidence(values) == OrderEvidence(day_first=1, month_first=1, year_first=0, open=1)
