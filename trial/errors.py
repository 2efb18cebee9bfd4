"""Everything that the trial raises on purpose, beside the errors of linkage.

::

    CounterfoilError
    ├── InputError
    │   └── EvaluationError     groups, counterfoils and truth do not fit together
    ├── RefusedError
    │   └── OutputFolderError   the folder for the demonstration holds something else
    └── StepError               a command of the demonstration failed
"""

from linkage.errors import CounterfoilError, InputError, RefusedError


class EvaluationError(InputError):
    """Groups, counterfoils and truth do not fit together."""

    default_code = "evaluation"


class OutputFolderError(RefusedError):
    """The folder for the demonstration holds something else."""

    default_code = "demo.folder"


class StepError(CounterfoilError):
    """A command of the demonstration failed."""

    default_code = "demo.step"
