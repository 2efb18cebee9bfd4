"""Everything that the server raises on purpose, beside the errors of linkage and matcher.

::

    CounterfoilError
    ├── InputError
    │   ├── SettingsError        the host's configuration cannot be used
    │   ├── DatabaseError        the database cannot be opened, or is newer than this program
    │   ├── ServiceError         the host could not be reached, or answered what a host does not answer
    │   └── LetterError          a letter that was carried to the host cannot be followed
    └── RefusedError
        ├── NotAllowedError      a rule of the host or of the agreement forbids it (403)
        ├── AbsentError          there is no such thing for this caller (404)
        ├── ConflictError        what is there now does not allow it (409)
        └── UnauthenticatedError the request is not signed as it must be (401)
    LeaseLostError               a job is no longer this worker's; it ends without a trace
    CancelledError               the run was cancelled by a party

Messages are lower case, without a full stop, and never quote what a caller sent.
"""

from linkage.errors import CounterfoilError, InputError, RefusedError


class SettingsError(InputError):
    """The host's configuration cannot be used."""

    default_code = "settings"


class DatabaseError(InputError):
    """The database cannot be opened, or is newer than this program."""

    default_code = "database"


class ServiceError(InputError):
    """The host could not be reached, or answered what a host does not answer."""

    default_code = "service"


class LetterError(InputError):
    """A letter that was carried to the host cannot be followed."""

    default_code = "letter"


class NotAllowedError(RefusedError):
    """A rule of the host or of the agreement forbids it."""

    default_code = "not-allowed"


class AbsentError(RefusedError):
    """There is no such thing for this caller."""

    default_code = "absent"


class ConflictError(RefusedError):
    """What is there now does not allow it."""

    default_code = "conflict"


class UnauthenticatedError(RefusedError):
    """The request is not signed as it must be."""

    default_code = "unauthenticated"


class LeaseLostError(CounterfoilError):
    """A job is no longer this worker's; it ends without a trace."""

    default_code = "lease"


class CancelledError(CounterfoilError):
    """The run was cancelled by a party."""

    default_code = "cancelled"
