"""The kinds of data subject."""

from enum import StrEnum


class Category(StrEnum):
    """The kind of data subject of a record (Directive (EU) 2016/680, Art. 6)."""

    SUSPECT = "suspect"
    CONVICTED = "convicted"
    VICTIM = "victim"
    PRESUMED_VICTIM = "presumed_victim"
    WITNESS = "witness"
    MISSING = "missing"
