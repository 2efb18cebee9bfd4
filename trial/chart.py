"""Drawings for the page, as SVG."""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from trial.similarity import Histogram

GRID_COLUMNS = 64
_SPECIFICATION = Path(__file__).with_name("histogram.vl.json")
_SAME, _DIFFERENT = "same person", "different persons"
_SINGLE_BARS = 32
_WIDER = 1.08  # than the bar before, beyond those of a single number


def histogram_svg(histogram: Histogram, threshold: float) -> str:
    """Return the histogram as an SVG element, scales logarithmic, a bar for several numbers where these are many."""
    import vl_convert

    specification = json.loads(_SPECIFICATION.read_text(encoding="utf-8"))
    specification["data"]["values"] = [
        {"from": start, "to": stop, "pairs": pairs, "kind": kind}
        for kind, counts in ((_DIFFERENT, histogram.others), (_SAME, histogram.matches))
        for start, stop in pairwise(_edges(histogram.bytes))
        if (pairs := sum(counts[start:stop]))
    ]
    columns, *notes = specification["layer"]
    columns["encoding"]["x"]["scale"]["domain"] = [0, histogram.bytes]
    for note in notes:
        note["data"]["values"] = [{"at": threshold * histogram.bytes, "label": f"threshold {threshold}"}]
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    return svg


def _edges(largest: int) -> list[int]:
    """Return where bars begin, and the end of the last one."""
    edges = list(range(min(_SINGLE_BARS, largest + 1)))
    while edges[-1] <= largest:
        edges.append(max(edges[-1] + 1, int(edges[-1] * _WIDER)))
    return edges


def grid_path(places: Iterable[int]) -> str:
    """Return an SVG path of one unit square per place, in rows of 64."""
    squares = (divmod(place, GRID_COLUMNS) for place in places)
    return "".join(f"M{column} {row}h1v1h-1z" for row, column in squares)
