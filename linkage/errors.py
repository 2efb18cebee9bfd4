"""Everything that linkage raises on purpose.

::

    CounterfoilError                 the root; every package of Counterfoil derives its own errors from it
    ├── InputError                   what was given cannot be used as it is (exit code 3)
    │   ├── FileError                a file cannot be read or written
    │   ├── SchemaError              a linkage schema is not valid
    │   ├── KeyFileError             a key or secret file is not valid
    │   ├── EncodingsError           encodings have a shape that cannot be
    │   ├── InterchangeError         a CLK JSON file is not valid
    │   ├── AgreementError           an agreement, or a signature on it, is not valid
    │   ├── CredentialError          an officer's credential or a revocation list is not valid
    │   ├── RequestSignatureError    the signature of a request is missing, malformed, stale or false
    │   ├── SealedFileError          a sealed file is damaged, cut short, or sealed to somebody else
    │   ├── CeremonyError            a file of a key ceremony is not valid
    │   ├── LedgerError              an entry, checkpoint, proof or pack of a ledger is not valid
    │   └── PackageError             a package is not what it says it is
    │       ├── ArchiveError         the zip is damaged, oversized, or holds other members than it may
    │       ├── ManifestError        the manifest is not valid
    │       ├── SignatureError       the signature does not hold, or is by an unknown key
    │       └── ContentError         the encodings are not those the manifest signs for
    └── RefusedError                 the request is well-formed and a rule forbids it (exit code 4)

Messages are lower case, without a full stop, and never quote a value of a record.
"""

from typing import ClassVar


class CounterfoilError(Exception):
    """An error with a stable code, a message for people and, where useful, a hint what to do.

    Attributes:
        code: stable dotted identifier, for scripts.
        message: what is wrong and where.
        hint: what to do about it, or the empty string.
    """

    default_code: ClassVar[str] = "counterfoil"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class InputError(CounterfoilError):
    """What was given cannot be used as it is."""

    default_code = "input"
    exit_code = 3


class FileError(InputError):
    """A file cannot be read or written."""

    default_code = "file"


class SchemaError(InputError):
    """A linkage schema is not valid."""

    default_code = "schema"


class KeyFileError(InputError):
    """A key or secret file is not valid."""

    default_code = "key-file"


class EncodingsError(InputError):
    """Encodings have a shape that cannot be."""

    default_code = "encodings"


class InterchangeError(InputError):
    """A CLK JSON file is not valid."""

    default_code = "interchange"


class AgreementError(InputError):
    """An agreement, or a signature on it, is not valid."""

    default_code = "agreement"


class CredentialError(InputError):
    """An officer's credential or a revocation list is not valid."""

    default_code = "credential"


class RequestSignatureError(InputError):
    """The signature of a request is missing, malformed, stale or false."""

    default_code = "request-signature"


class SealedFileError(InputError):
    """A sealed file is damaged, cut short, or sealed to somebody else."""

    default_code = "sealed-file"


class CeremonyError(InputError):
    """A file of a key ceremony is not valid."""

    default_code = "ceremony"


class LedgerError(InputError):
    """An entry, checkpoint, proof or pack of a ledger is not valid."""

    default_code = "ledger"


class PackageError(InputError):
    """A package is not what it says it is."""

    default_code = "package"


class ArchiveError(PackageError):
    """The zip is damaged, oversized, or holds other members than it may."""

    default_code = "package.archive"


class ManifestError(PackageError):
    """The manifest is not valid."""

    default_code = "package.manifest"


class SignatureError(PackageError):
    """The signature does not hold, or is by an unknown key."""

    default_code = "package.signature"


class ContentError(PackageError):
    """The encodings are not those the manifest signs for."""

    default_code = "package.content"


class RefusedError(CounterfoilError):
    """The request is well-formed and a rule forbids it."""

    default_code = "refused"
    exit_code = 4
