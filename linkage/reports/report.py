"""What reports are made of: sections of sentences, lists and tables, as a page that prints well, as text, as JSON."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from linkage.page import render_page
from linkage.report import table as aligned

_TEMPLATE = Path(__file__).with_name("report.html.jinja")
_NUMBER = re.compile(r"[0-9][0-9,.]*")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")


class Table(NamedTuple):
    """Rows below column heads; `empty` is what to say when there are none."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = "none"

    def kind(self, column: int) -> Literal["number", "moment", "text"]:
        """Return what a column holds, for its place on the page."""
        cells = [row[column] for row in self.rows]
        if all(_NUMBER.fullmatch(cell) for cell in cells):
            return "number"
        return "moment" if any(_MOMENT.fullmatch(cell) for cell in cells) else "text"


class Section(NamedTuple):
    """A heading, the article that asks for it, and what is said below it."""

    heading: str
    basis: str = ""
    sentences: Sequence[str] = ()
    items: Sequence[str] = ()
    tables: Sequence[Table] = ()

    def document(self) -> dict[str, Any]:
        """Return the section as JSON-like data."""
        return {
            "heading": self.heading,
            "basis": self.basis,
            "sentences": list(self.sentences),
            "items": list(self.items),
            "tables": [
                {
                    "caption": found.caption,
                    "rows": [dict(zip(found.columns, row, strict=True)) for row in found.rows],
                }
                for found in self.tables
            ],
        }


class Standing(NamedTuple):
    """How far what a report says can be relied on: in a sentence, what is wrong, and what was not checked."""

    good: bool
    sentence: str
    points: Sequence[str] = ()
    unchecked: Sequence[str] = ()


class Report(NamedTuple):
    """A report: what kind, its title, the gist, how far it can be relied on, its sections, and data for programs."""

    kind: str
    title: str
    lead: str
    standing: Standing
    sections: Sequence[Section]
    data: dict[str, Any] = {}  # noqa: RUF012 - read only, as the whole

    def document(self) -> dict[str, Any]:
        """Return the report as JSON-like data."""
        return {
            "format": "counterfoil-report/1",
            "kind": self.kind,
            "title": self.title,
            "lead": self.lead,
            "relied_on": {
                **self.standing._asdict(),
                "points": list(self.standing.points),
                "unchecked": list(self.standing.unchecked),
            },
            "sections": [section.document() for section in self.sections],
            **self.data,
        }

    def page(self) -> str:
        """Return the report as one self-contained HTML page: no script, no request, no other file."""
        return render_page(_TEMPLATE, report=self)

    def text(self) -> str:
        """Return the report as lines for a terminal."""
        return "\n".join(self._lines())

    @property
    def parts(self) -> Sequence[Section]:
        """The sections, and a last one with what the verification of the pack did not check."""
        told = [f"{point[:1].upper()}{point[1:]}." for point in self.standing.unchecked]
        return [*self.sections, *([Section("What was not checked", items=told)] if told else [])]

    def _lines(self) -> Iterator[str]:
        yield from (self.title, "", self.lead, "", self.standing.sentence)
        yield from (f"  - {point}" for point in self.standing.points)
        for section in self.parts:
            yield from ("", section.heading + (f" ({section.basis})" if section.basis else ""))
            yield from (f"  {sentence}" for sentence in section.sentences)
            yield from (f"  - {item}" for item in section.items)
            for found in section.tables:
                yield f"  {found.caption}:" if found.rows else f"  {found.caption}: {found.empty}"
                if found.rows:
                    right = [column for column in range(len(found.columns)) if found.kind(column) == "number"]
                    yield from (
                        f"    {line}" for line in aligned([found.columns, *found.rows], right=right).split("\n")
                    )
