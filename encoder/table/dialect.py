"""How a text table is written: its encoding, told by its byte order mark, and its delimiter, told by its header."""

import codecs
import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from encoder.errors import TableError
from encoder.table.code_page import guess_code_page
from linkage.files import unusable

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE_BYTES = 1 << 18
_SAMPLE_ROWS = 1_000
_BLOCK_BYTES = 1 << 20

# The four-byte marks come first: that of UTF-32 LE begins with that of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", {"utf-32", "utf-32-le"}),
    (codecs.BOM_UTF32_BE, "utf-32", {"utf-32", "utf-32-be"}),
    (codecs.BOM_UTF8, "utf-8-sig", {"utf-8", "utf-8-sig"}),
    (codecs.BOM_UTF16_LE, "utf-16", {"utf-16", "utf-16-le"}),
    (codecs.BOM_UTF16_BE, "utf-16", {"utf-16", "utf-16-be"}),
)
ENCODING_HINT = (
    "say which encoding it has, as code_page in the column profile, or to encode by --encoding: "
    "cp1252 (Western Europe), cp1250 (Central Europe), cp1251 (Cyrillic), cp1253 (Greek), cp1254 (Turkish), "
    "cp1256 (Arabic), gb18030 (Chinese), utf-16-le; or save it again as UTF-8"
)


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What the user says about a text table; None leaves it to be told from the file.

    Attributes:
        encoding: name of a text encoding that Python knows.
        delimiter: one character.
        quote: one character, or "" when quotes have no meaning.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'


class Dialect(NamedTuple):
    """How a text table is written. An empty `quote` means that quotes have no meaning."""

    encoding: str
    delimiter: str
    quote: str


def find_dialect(path: Path, options: TextOptions, wanted: Collection[str] = ()) -> Dialect:
    """Return how the text table in `path` is written.

    Args:
        path: a regular file that is not empty.
        options: what the user says; it is believed.
        wanted: names of columns that are looked for; they tell the delimiter where several would do.

    Raises:
        FileError: the file cannot be read.
        TableError: an option makes no sense, the text does not have the encoding, or the delimiter cannot be told.
    """
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE_BYTES)
    except OSError as error:
        raise unusable(path, "read", error) from error
    encoding = _encoding(path, sample, options.encoding)
    for name, character in (("delimiter", options.delimiter), ("quote", options.quote or None)):
        if character is not None and (len(character) != 1 or character in "\r\n\0 "):
            raise TableError(f"--{name} must be one character, and not a blank or a line break")
    if options.delimiter == options.quote:
        raise TableError("--delimiter and --quote must differ")
    delimiter = options.delimiter
    if delimiter is None and path.suffix.lower() in {".tsv", ".tab"}:
        delimiter = "\t"
    if delimiter is None:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            raise undecodable(path, encoding) from None
        delimiter = _delimiter(path, text, options.quote, wanted, cut=len(sample) == SAMPLE_BYTES)
    return Dialect(encoding, delimiter, options.quote)


def csv_rows(lines: Iterable[str], dialect: Dialect) -> "Reader":
    """Return a reader of `lines`; strict, so that a stray quote is an error and not a guess."""
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        strict=True,
    )


def undecodable(path: Path, encoding: str) -> TableError:
    """Return the error that says where `path` stops being text in `encoding`; reads the file from its start."""
    strict = codecs.getincrementaldecoder(encoding)()
    lenient = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("ignore"), translate=True)
    consumed, line = 0, 1
    name = "UTF-8" if encoding.startswith("utf-8") else encoding
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK_BYTES)
            held = len(strict.getstate()[0])
            try:
                strict.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += lenient.decode(block[: max(0, error.start - held)]).count("\n")
                where = f"byte {consumed - held + error.start:,}, on line {line:,}"
                break
            if not block:  # it was text when the file was read the first time
                where = "it changed while it was read"
                break
            line += lenient.decode(block).count("\n")
            consumed += len(block)
    guess = guess_code_page(block)
    hint = f"it looks like {guess.name} ({guess.languages}), so try that; else " if guess else ""
    return TableError(f"{path} is not {name} text: {where}", code="table.encoding", hint=hint + ENCODING_HINT)


def _encoding(path: Path, start: bytes, named: str | None) -> str:
    if named is not None:
        try:
            named = codecs.lookup(named).name
            "".encode(named)
        except (LookupError, UnicodeError):
            raise TableError("--encoding does not name a text encoding", hint=ENCODING_HINT) from None
    for mark, encoding, names in _MARKS:
        if start.startswith(mark):
            if named is not None and named not in names:
                raise TableError(
                    f"{path} begins with the byte order mark of {encoding.removesuffix('-sig')} and --encoding names "
                    "another encoding",
                    code="table.encoding",
                    hint="leave out --encoding",
                )
            return encoding
    if named in {"utf-16", "utf-32"}:
        raise TableError(
            f"{path} has no byte order mark, so the order of its bytes is not known",
            code="table.encoding",
            hint=f"say --encoding {named}-le or {named}-be",
        )
    return named or "utf-8"


class _Fit(NamedTuple):
    """How well a delimiter fits a sample; the larger, the better."""

    wanted: int
    separates: bool
    well_formed: bool
    regular: float


def _delimiter(path: Path, text: str, quote: str, wanted: Collection[str], *, cut: bool) -> str:
    """Return the delimiter that makes the header hold most wanted names and the rows as long as the header."""
    names = {name.casefold() for name in wanted}
    fits = {character: _fit(text, Dialect("", character, quote), names, cut=cut) for character in DELIMITERS}
    best = max(fits.values())
    found = [character for character, fit in fits.items() if fit == best]
    if len(found) > 1 and best.separates:
        which = " and ".join(DELIMITERS[character] for character in found)
        raise TableError(
            f"{path}: the delimiter cannot be told, {which} would do", code="table.delimiter", hint="say --delimiter"
        )
    return found[0]


def _fit(text: str, dialect: Dialect, names: set[str], *, cut: bool) -> _Fit:
    reader = csv_rows(io.StringIO(text, newline=""), dialect)
    rows: list[list[str]] = []
    well_formed = True
    try:
        for row in islice(reader, _SAMPLE_ROWS):
            rows.append(row)  # noqa: PERF402 - what was read before an error counts
    except csv.Error as error:
        well_formed = cut and "end of data" in str(error)
    if cut and len(rows) > 1:
        rows.pop()
    if not rows:
        return _Fit(0, separates=False, well_formed=False, regular=0.0)
    width = len(rows[0])
    widths = [len(row) for row in rows if row]
    return _Fit(
        wanted=len(names & {name.casefold() for name in rows[0]}),
        separates=width > 1,
        well_formed=well_formed,
        regular=widths.count(width) / max(1, len(widths)),
    )
