"""Identity data brought to one form before it is hashed: names, dates, sex, nationality, places, documents.

Pure functions of the text (and of tables that are loaded when first used): the same text gives the same parts
everywhere. Nobody can repair a spelling after it was hashed, so all of it happens here, at the source. What a schema
may ask for is in ``rules``; docs/standardisation.md says what it does to a value of each kind and script.
"""

from encoder.standardise.column_parts import ColumnParts
from encoder.standardise.columns import ColumnStandardiser, column_standardiser
from encoder.standardise.rules import NO_FACTS, Facts, Parts, Standardiser, standardiser

__all__ = [
    "NO_FACTS",
    "ColumnParts",
    "ColumnStandardiser",
    "Facts",
    "Parts",
    "Standardiser",
    "column_standardiser",
    "standardiser",
]
