"""A preview in words: for the terminal of the officer who asked, and as JSON for scripts."""

from collections.abc import Iterator, Sequence
from typing import Any

from encoder.preview import Preview
from encoder.preview_problems import Problem

WORST = 5
LEAVES = (
    "per record: a category, a random token and the encoding (bits; one more for each alias)",
    "per package: your agency's name and public key, the name and digest of the schema, dates of making and expiry,",
    "  counts (rows read, set aside, records; per field how many lack a value), the names of the columns not used",
)
STAYS = (
    "every name, date, place, document number and record id; the table itself; the counterfoil; the secret;",
    "which token is which record",
)
_WIDEST_CELL = 40


def preview_document(preview: Preview, *, with_values: bool) -> dict[str, Any]:
    """Return a preview as JSON-like data; cells of records only when `with_values`."""
    document: dict[str, Any] = {
        "table": str(preview.path),
        "rows": preview.rows,
        "guessed": preview.guessed,
        "code_page": preview.code_page,
        "columns": [guess._asdict() for guess in preview.guesses],
        "missing": dict(preview.missing),
        "problems": [
            {**problem._asdict(), "share": round(problem.share, 4), "weight": round(problem.weight, 4)}
            for problem in preview.problems
        ],
        "leaves": [" ".join(line.split()) for line in LEAVES],
        "stays": list(STAYS),
    }
    if with_values:
        document["shown"] = [row._asdict() for row in preview.shown]
    return document


def preview_text(preview: Preview) -> str:
    """Return a preview for people; it quotes the rows shown."""
    return "\n".join(
        (
            f"{preview.path}: {preview.rows:,} {'record' if preview.rows == 1 else 'records'}",
            "",
            *_columns(preview),
            "",
            *_rows(preview),
            "",
            *_problems(preview.problems),
            "",
            "What would leave this computer with a package (this preview sends nothing):",
            *(f"  {line}" for line in LEAVES),
            "What never leaves:",
            *(f"  {line}" for line in STAYS),
        )
    )


def _columns(preview: Preview) -> Iterator[str]:
    if preview.code_page is not None:
        yield f"The text is not UTF-8; it is read as {preview.code_page}, a guess: look whether the names are right."
    if preview.guessed:
        yield "Columns, guessed. Nothing is encoded on a guess: --save-profile FILE, correct it, then --columns FILE"
    else:
        yield "Columns"
    for guess in preview.guesses:
        sure = f", {guess.confidence:.0%} sure" if 0 < guess.confidence < 1 else ""
        missing = preview.missing.get(guess.field or "")
        lacks = f"; {missing / max(1, preview.rows):.0%} lack it" if missing else ""
        yield f"  {guess.column} -> {guess.field or '(not used)'}: {guess.reason}{sure}{lacks}"


def _rows(preview: Preview) -> Iterator[str]:
    if not preview.shown:
        yield "There are no records to show."
        return
    yield f"The first {len(preview.shown)} records, as written -> as compared:"
    for row in preview.shown:
        yield f"  row {row.number:,}"
        for field, after in row.after.items():
            before = row.before.get(field, "")
            if before.strip() or after:  # an alias may stand in the cell of the name
                yield f"    {field}: {_short(before)} -> {_short(after) or '(nothing)'}"


def _short(text: str) -> str:
    """Return a cell for one line: no control characters, and not too long."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in text)
    return shown if len(shown) <= _WIDEST_CELL else shown[: _WIDEST_CELL - 1] + "…"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    if not problems:
        yield "No problems found."
        return
    worst = problems[:WORST]
    more = f" of {len(problems)}" if len(problems) > len(worst) else ""
    yield f"The {len(worst)} worst problems{more}:" if len(worst) > 1 else "One problem:"
    for number, problem in enumerate(worst, start=1):
        where = f"column '{problem.column}': " if problem.column else ""
        rows = "row " + ", ".join(f"{row:,}" for row in problem.first_rows)
        seen = f" ({rows}{' …' if problem.rows > len(problem.first_rows) else ''})" if problem.first_rows else ""
        count = f"{problem.rows:,} {'row' if problem.rows == 1 else 'rows'}"
        yield f"  {number}. {where}{problem.says}: {count}, {problem.share:.1%}{seen}"
        if problem.mend:
            yield f"     to mend: {problem.mend}"
