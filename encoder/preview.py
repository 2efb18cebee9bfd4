"""What an officer is shown before anything is encoded: columns, rows before and after, problems, what would leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from encoder.errors import TableError
from encoder.headers import Guess, columns_of_birth, guess_headers
from encoder.preview_problems import Problem, Quality
from encoder.preview_rows import stray_rows
from encoder.profile import RECORD_ID, SOURCE_COLUMNS, ColumnProfile, DateFacts, FileFacts, exact_profile, joined
from encoder.standardise.dates.column_calendar import calendar_of_header
from encoder.table import Table, open_table
from encoder.table.code_page import guess_code_page
from encoder.table.dialect import SAMPLE_BYTES
from linkage.command import OnProgress

ROWS_SHOWN = 20
_SAMPLE_ROWS = 500

StandardiseRow = Callable[[Mapping[str, str], ColumnProfile], Mapping[str, str]]
"""Turns source column -> cell, written as the profile says, into field -> what would be compared, for people."""


class ShownRow(NamedTuple):
    """A row as it stands and as it would be encoded; `number` counts from 1 without the header."""

    number: int
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview found.

    Attributes:
        path: the table.
        guesses: what each column seems to be; of a profile or of exact names, with confidence 1.
        guessed: whether the mapping is a guess, so that encoding needs it confirmed.
        code_page: the code page that was guessed because the text is not UTF-8, or None.
        profile: the mapping as a profile that can be saved.
        rows: number of records.
        missing: field -> records without a value.
        problems: all problems, the worst first.
        shown: the first rows before and after.
    """

    path: Path
    guesses: tuple[Guess, ...]
    guessed: bool
    code_page: str | None
    profile: ColumnProfile
    rows: int
    missing: Mapping[str, int]
    problems: Sequence[Problem]
    shown: Sequence[ShownRow]


def preview_table(
    path: Path,
    *,
    profile: ColumnProfile | None,
    sheet: str | None,
    standardise_row: StandardiseRow,
    fields: Sequence[str] = SOURCE_COLUMNS,
    on_progress: OnProgress | None = None,
) -> Preview:
    """Return what there is to see of the table in `path`; the whole table is read once.

    Args:
        path: the table.
        profile: how it is written, or None to go by exact names, else by guesses.
        sheet: sheet of a spreadsheet, before what the profile says.
        standardise_row: what makes the right-hand side of the rows shown.
        fields: the source columns of the schema.
        on_progress: called with (rows read, rows in all as far as can be told).

    Raises:
        FileError: the file cannot be read.
        TableError: it is damaged, a column of the profile is missing, or no column could be told.
    """
    file = profile.file if profile is not None else FileFacts()
    if sheet is not None:
        file = file.model_copy(update={"sheet": sheet})
    table, file, code_page = _opened(path, file)
    guesses, used = _columns(table, profile, fields)
    used = used.model_copy(update={"file": file})
    mapping = used.apply(path, table.header)
    quality = Quality(table.header, mapping, used)
    shown: list[tuple[int, Mapping[str, str]]] = []
    read = 0
    for batch in table.batches(range(len(table.header))):
        quality.add(batch)
        read += len(batch)
        if len(shown) < ROWS_SHOWN:
            stray = {row for row, _ in stray_rows(table.header, batch.columns)}
            cells = {
                field: joined(field, [batch.columns[table.header.index(name)] for name in names])
                for field, names in mapping.items()
            }
            for row in islice((row for row in range(len(batch)) if row not in stray), ROWS_SHOWN - len(shown)):
                before = {field: column[row] for field, column in cells.items()}
                shown.append((batch.first_row + row, before))
        if on_progress is not None:
            on_progress(read, round(read / batch.share_read))
    guessed = profile is None and any(guess.confidence < 1 for guess in guesses if guess.field is not None)
    draft = used
    if profile is None:
        draft = used.model_copy(update={"dates": quality.facts()})
    # Exact names are encoded without a profile, too: then what it would say of dates is not said.
    said = draft if guessed else used

    def after(before: Mapping[str, str]) -> Mapping[str, str]:
        return standardise_row({field: said.mended(field, [text])[0] for field, text in before.items()}, said)

    return Preview(
        path,
        guesses,
        guessed,
        code_page,
        draft,
        quality.rows,
        quality.missing(),
        quality.problems(),
        tuple(ShownRow(number, before, after(before)) for number, before in shown),
    )


def _opened(path: Path, file: FileFacts) -> tuple[Table, FileFacts, str | None]:
    """Return the table, how it was read, and its code page if that had to be guessed."""
    try:
        return open_table(path, file.options()), file, None
    except TableError as error:
        if error.code != "table.encoding" or file.code_page is not None:
            raise
        with path.open("rb") as content:
            guess = guess_code_page(content.read(SAMPLE_BYTES))
        if guess is None:
            raise
    file = file.model_copy(update={"code_page": guess.name})
    return open_table(path, file.options()), file, guess.name


def _columns(
    table: Table, profile: ColumnProfile | None, fields: Sequence[str]
) -> tuple[tuple[Guess, ...], ColumnProfile]:
    """Return what each column is and the profile that says so."""
    if profile is not None:
        applied = profile.apply(table.path, table.header)
        named = {name: field for field, names in applied.items() for name in names}
        return _certain(table.header, named, "named by the profile"), profile
    exact = exact_profile(table.header, fields)
    certain = {name: field for field, names in exact.apply(table.path, table.header).items() for name in names}
    first = next(table.batches(range(len(table.header))), None)
    samples = [[] for _ in table.header] if first is None else [column[:_SAMPLE_ROWS] for column in first.columns]
    guesses = tuple(
        Guess(guess.column, certain[guess.column], 1.0, "has the name of the field")
        if guess.column in certain
        else Guess(guess.column, None, 0.0, "has no name")
        if not guess.column.strip()
        else Guess(guess.column, None, 0.0, "not used")
        if guess.field in certain.values() or guess.field not in fields
        else guess
        for guess in guess_headers(table.header, samples)
    )
    columns: dict[str, tuple[str, ...]] = {}
    for guess in guesses:
        if guess.field is not None:
            columns[guess.field] = (*columns.get(guess.field, ()), guess.column)
    if not columns.keys() - {RECORD_ID}:
        raise TableError(
            f"{table.path}: none of its {len(table.header)} columns is recognised by its name or its values",
            code="table.columns",
            hint="does the first row name the columns? A title above them must go. "
            "Else say which is which in a column profile: docs/columns.md",
        )
    parts = columns_of_birth(table.header)
    if parts is not None and len(columns.get("date_of_birth", ())) == len(parts):
        columns["date_of_birth"] = tuple(table.header[place] for place in parts)
    (record_id,) = columns.pop(RECORD_ID, (None,))
    calendar = calendar_of_header(", ".join(columns.get("date_of_birth", ())))
    return guesses, ColumnProfile(
        record_id=record_id,
        columns={field: names if len(names) > 1 else names[0] for field, names in columns.items()},
        dates={} if calendar is None else {"date_of_birth": DateFacts(calendar=calendar)},
    )


def _certain(header: Sequence[str], named: Mapping[str, str], reason: str) -> tuple[Guess, ...]:
    return tuple(
        Guess(name, named[name], 1.0, reason) if name in named else Guess(name, None, 0.0, "not used")
        for name in header
    )
