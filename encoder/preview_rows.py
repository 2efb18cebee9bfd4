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
_COUNT = re.compile(r"[=<>~≈\s]*[\d\s.,']+\s*%?")


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
    names = [name.strip().casefold() for name in header]
    for place, row in enumerate(zip(*columns, strict=True)):
        cells = [(column, text) for column, cell in enumerate(row) if (text := cell.strip())]
        if not cells:
            yield Stray(place, "empty")
            continue
        same = [column for column, text in cells if text.casefold() == names[column]]
        if len(same) > 1 and 2 * len(same) >= len(cells):
            yield Stray(place, "header")
        elif len(row) > 1 and len(cells) <= len(row) // 2 + 1 and _is_total([text for _, text in cells]):
            yield Stray(place, "totals")


def _is_total(cells: Sequence[str]) -> bool:
    words = [cell for cell in cells if not _COUNT.fullmatch(cell)]
    if len(words) != 1:
        return False
    said = words[0].casefold().strip(" :.=").split(":")[0].split()
    return 0 < len(said) <= _TOTALS_PHRASE_WORDS and said[0] in _TOTALS
