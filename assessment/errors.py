"""Everything that the assessment raises on purpose.

::

    linkage.errors.InputError        what was given cannot be used as it is (exit code 3)
    └── AssessmentError              the records do not suffice for what is asked
"""

from linkage.errors import InputError


class AssessmentError(InputError):
    """The records do not suffice for what is asked."""

    default_code = "assessment"
