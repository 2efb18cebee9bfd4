"""Everything that the matcher raises on purpose, beside the errors of linkage.

::

    CounterfoilError
    ├── InputError
    │   ├── ComparisonError     encodings cannot be compared as asked: widths, threshold, measure, counts
    │   ├── GroupingError       candidate pairs cannot be grouped as asked: parties, repeated pairs, merge threshold
    │   └── EngineError         the engine asked for cannot run here, or cannot do what was asked
    └── RefusedError
        └── MismatchError       packages that must not be compared with each other
"""

from linkage.errors import InputError, RefusedError


class ComparisonError(InputError):
    """Encodings cannot be compared as asked."""

    default_code = "comparison"


class GroupingError(InputError):
    """Candidate pairs cannot be grouped as asked."""

    default_code = "grouping"


class EngineError(InputError):
    """The engine asked for cannot run here, or cannot do what was asked."""

    default_code = "engine"


class MismatchError(RefusedError):
    """Packages that must not be compared with each other."""

    default_code = "match.refused"
