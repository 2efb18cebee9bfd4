"""The figures of a demonstration as one self-contained HTML page: no script, no request, no other file."""

from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from linkage.page import render_page
from trial.chart import GRID_COLUMNS, grid_path, histogram_svg
from trial.evaluation import Evaluation
from trial.figures import Figures, Side
from trial.report import COUNTS, leak_headline, leak_scope, share

_TEMPLATE = Path(__file__).with_name("page.html.jinja")


class Value(NamedTuple):
    """One value of the example: how each of the two agencies has it."""

    column: str
    left: str
    right: str


class Contender(NamedTuple):
    """A way of linking, and how good it was."""

    name: str
    sees: str
    evaluation: Evaluation
    seconds: float


def demonstration_page(figures: Figures, commands: list[str]) -> str:
    """Return the page for `figures`, with the commands to repeat it."""
    left, right = figures.pair
    same, different = figures.histogram.reaching(figures.threshold)
    return render_page(
        _TEMPLATE,
        figures=figures,
        share=share,
        chart=Markup(histogram_svg(figures.histogram, figures.threshold)),  # noqa: S704 - drawn from counts only
        values=[Value(column, value, right.row[column]) for column, value in left.row.items()],
        picture=grid_path(_equal_places(left, right)),
        grid=(GRID_COLUMNS, -(-len(left.encoding) // GRID_COLUMNS)),
        contenders=_contenders(figures),
        counts=COUNTS,
        same=same,
        different=different,
        leak_headline=leak_headline(figures.leak_search),
        leak_scope=leak_scope(figures.leak_search),
        commands=commands,
    )


def _equal_places(one: Side, other: Side) -> list[int]:
    return [place for place, (mine, its) in enumerate(zip(one.encoding, other.encoding, strict=True)) if mine == its]


def _contenders(figures: Figures) -> list[Contender]:
    return [
        Contender("Counterfoil", "encodings", figures.linkage, figures.encode_and_match_seconds),
        Contender(
            "Probabilistic linkage with recordlinkage",
            "every value of every record",
            figures.plaintext.evaluation,
            figures.plaintext.seconds,
        ),
        Contender(
            "Equal social security number and nothing else",
            "every number",
            figures.equality.evaluation,
            figures.equality.seconds,
        ),
    ]
