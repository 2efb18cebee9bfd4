"""Drawings for the page, as SVG."""

import json
from math import floor
from pathlib import Path

from trial.similarity import BINS, Histogram

GRID_COLUMNS = 64
_SPECIFICATION = Path(__file__).with_name("histogram.vl.json")
_SAME, _DIFFERENT = "same person", "different persons"


def histogram_svg(histogram: Histogram, threshold: float) -> str:
    """Return the histogram as an SVG element: counts on a logarithmic scale, empty bins left out."""
    import vl_convert

    specification = json.loads(_SPECIFICATION.read_text(encoding="utf-8"))
    bars = [
        {"from": number / BINS, "to": (number + 1) / BINS, "pairs": pairs, "kind": kind}
        for kind, counts in ((_DIFFERENT, histogram.others), (_SAME, histogram.matches))
        for number, pairs in enumerate(counts)
        if pairs
    ]
    first = next(number for number in range(BINS) if histogram.others[number] or histogram.matches[number])
    columns, *notes = specification["layer"]
    columns["encoding"]["x"]["scale"]["domain"] = [floor(10 * first / BINS) / 10, 1]
    specification["data"]["values"] = bars
    for note in notes:
        note["data"]["values"] = [{"at": threshold, "label": f"threshold {threshold}"}]
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    return svg


def grid_path(bits: str) -> str:
    """Return an SVG path of one unit square per bit that is "1", in rows of 64."""
    squares = (divmod(place, GRID_COLUMNS) for place, bit in enumerate(bits) if bit == "1")
    return "".join(f"M{column} {row}h1v1h-1z" for row, column in squares)
