"""Dates of birth: read in any script, calendar and order, and taken apart for hashing. See docs/standardisation.md."""

from encoder.standardise.dates.column_order import OrderEvidence, order_evidence, prove_order
from encoder.standardise.dates.components import DateComponents, components
from encoder.standardise.dates.reading import REFERENCE, date_of_age, read_date
from encoder.standardise.dates.value import Calendar, Note, Order, PartialDate, Precision, Reading, Unreadable

__all__ = [
    "REFERENCE",
    "Calendar",
    "DateComponents",
    "Note",
    "Order",
    "OrderEvidence",
    "PartialDate",
    "Precision",
    "Reading",
    "Unreadable",
    "components",
    "date_of_age",
    "order_evidence",
    "prove_order",
    "read_date",
]
