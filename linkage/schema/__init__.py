"""Linkage schemas: which fields, how they are hashed, how long the filter is.

``model`` holds our own format, a superset of clkhash's version 3, ``hardening`` the steps that it may declare;
``clkhash_documents`` reads clkhash's versions 1, 2 and 3 into it; ``load`` finds and checks files; ``summary`` says
what a schema does and where it is poor.
"""

from linkage.schema.hardening import Apart, Balance, Blip, Diffuse, Fold, Measure, MinHash, Permute, Rule90, Saul, Step
from linkage.schema.load import builtin_schemas, load_schema
from linkage.schema.model import (
    STANDARDISATION,
    Aliases,
    BlakeHash,
    DateFormat,
    DoubleHash,
    EnumFormat,
    ExactComparison,
    Field,
    Format,
    Hashing,
    IntegerFormat,
    Kdf,
    MissingValue,
    NgramComparison,
    NumericComparison,
    Schema,
    Standard,
    StandardFormat,
    StringFormat,
)
from linkage.schema.strategy import FrequencyWeights, Strategy

__all__ = [
    "STANDARDISATION",
    "Aliases",
    "Apart",
    "Balance",
    "BlakeHash",
    "Blip",
    "DateFormat",
    "Diffuse",
    "DoubleHash",
    "EnumFormat",
    "ExactComparison",
    "Field",
    "Fold",
    "Format",
    "FrequencyWeights",
    "Hashing",
    "IntegerFormat",
    "Kdf",
    "Measure",
    "MinHash",
    "MissingValue",
    "NgramComparison",
    "NumericComparison",
    "Permute",
    "Rule90",
    "Saul",
    "Schema",
    "Standard",
    "StandardFormat",
    "Step",
    "Strategy",
    "StringFormat",
    "builtin_schemas",
    "load_schema",
]
