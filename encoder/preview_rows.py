"""Rows of a spreadsheet that are no records: empty ones, the header once more, totals."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

StrayKind = Literal["empty", "header", "totals"]

# fmt: off
_TOTALS = frozenset({
    "celkem", "count", "cộng", "genel", "general", "gesamt", "grand", "général", "insgesamt", "jumlah",
    "keseluruhan", "ogółem", "razem", "som", "soma", "somma", "somme", "součet", "subtotal", "sum", "suma",
    "summe", "toplam", "totaal", "total", "totale", "totals", "totaux", "tổng", "zwischensumme", "összesen",
    "σύνολο", "всего", "всього", "итого", "общо", "разом", "сумма", "усього", "כולל", "סהכ", "סה״כ",
    "الإجمالي", "المجموع", "جمع", "مجموع", "कुल", "योग", "মোট", "รวม", "รวมทั้งสิ้น", "合計", "合计", "小計", "小计",
    "总计", "総計", "總計", "計", "소계", "총계", "합계",
})
# fmt: on
_TOTALS_PHRASE_WORDS = 3
_COUNT = re.compile(
    r"(?!\s*(?:\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}\.\d{1,2}\.\d{1,2})\s*$)[=<>~≈\s]*[\d\s.,']+\s*%?"
)  # no date
_SAYS_TOTAL = re.compile(rf"[\s.=:]*(?:{'|'.join(map(re.escape, sorted(_TOTALS)))})(?!\w)", re.IGNORECASE)


class Stray(NamedTuple):
    """A row that is no record: its index and what it is."""

    row: int
    kind: StrayKind


def stray_rows(header: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[Stray]:
    """Yield the rows of a batch that are no records.

    A row is the header once more when two cells or more, and at least half of those filled, repeat the name of their
    column. It is a total when one cell says so in any of some thirty languages and every other cell is empty or a
    number.

    Args:
        header: names of the columns that follow.
        columns: all columns of the table, of one length.
    """
    for place, row in enumerate(zip(*columns, strict=True)):
        kind = _kind(header, row)
        if kind is not None:
            yield Stray(place, kind)


def stray_among_records(header: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Stray]:
    """Return those rows of :func:`stray_rows` that say something: totals and repeated headers. Looks at few rows."""
    places: set[int] = set()
    for name, column in zip(header, columns, strict=True):
        words = " ".join(column).casefold().replace(":", " ").split()
        if not _TOTALS.isdisjoint(words):
            places.update(place for place, cell in enumerate(column) if _SAYS_TOTAL.match(cell))
        if name in column:
            places.update(place for place, cell in enumerate(column) if cell == name)
    kinds = ((place, _kind(header, [column[place] for column in columns])) for place in sorted(places))
    return [Stray(place, kind) for place, kind in kinds if kind is not None]


def _kind(header: Sequence[str], row: Sequence[str]) -> StrayKind | None:
    cells = [(column, text) for column, cell in enumerate(row) if (text := cell.strip())]
    if not cells:
        return "empty"
    same = [column for column, text in cells if text.casefold() == header[column].strip().casefold()]
    if len(same) > 1 and 2 * len(same) >= len(cells):
        return "header"
    if len(row) > 1 and len(cells) <= len(row) // 2 + 1 and _is_total([text for _, text in cells]):
        return "totals"
    return None


def _is_total(cells: Sequence[str]) -> bool:
    words = [cell for cell in cells if not _COUNT.fullmatch(cell)]
    if len(words) != 1:
        return False
    said = words[0].casefold().strip(" :.=").split(":")[0].split()
    return 0 < len(said) <= _TOTALS_PHRASE_WORDS and said[0] in _TOTALS
