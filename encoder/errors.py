"""Everything that the encoder raises on purpose, beside the errors of linkage.

::

    CounterfoilError
    ├── InputError
    │   ├── RowError            a row does not fit the schema; names file, row, field and rule, never the value
    │   ├── TableError          a table cannot be read, or its columns do not fit the schema
    │   └── CounterfoilFileError   a counterfoil or a groups file is not valid
    └── RefusedError
        ├── SecretError         the secret is too weak, or others can read its file
        └── GuardError          something tried to open a socket or start a program while the guard was up
"""

from pathlib import Path

from linkage.errors import InputError, RefusedError


class RowError(InputError):
    """A row does not fit the schema.

    Attributes:
        row: number of the row, counted from 1 without the header.
        field: identifier of the field, or the empty string when the row as a whole is at fault.
        rule: what the value would have to be.
    """

    default_code = "row"

    def __init__(
        self, row: int, field: str, rule: str, *, path: Path | None = None, line: int | None = None, hint: str = ""
    ) -> None:
        where = f"row {row:,}" + (f" (line {line:,})" if line else "") + (f", field '{field}'" if field else "")
        super().__init__(f"{path}: {where}: {rule}" if path else f"{where}: {rule}", hint=hint)
        self.row = row
        self.field = field
        self.rule = rule


class TableError(InputError):
    """A table cannot be read, or its columns do not fit the schema."""

    default_code = "table"


class CounterfoilFileError(InputError):
    """A counterfoil or a groups file is not valid."""

    default_code = "counterfoil-file"


class SecretError(RefusedError):
    """The secret is too weak, or others can read its file."""

    default_code = "secret.weak"


class GuardError(RefusedError):
    """Something tried to open a socket or start a program while the guard was up."""

    default_code = "guard"
