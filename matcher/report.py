"""What a comparison came to: as JSON-like data, in words, and as one self-contained HTML page."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from linkage.page import render_page
from matcher.linking import Linkage
from matcher.threshold import Estimate, Interval
from matcher.ungrouped import Reason, Remainder

_TEMPLATE = Path(__file__).with_name("report.html.jinja")
_CHART = Path(__file__).with_name("report.vl.json")
_WORTH_TELLING = 0.05  # pairs inside files per link


class PartyRow(NamedTuple):
    """A package in the report."""

    agency: str
    category: str
    records: int
    encodings: int
    grouped: int


class Expected(NamedTuple):
    """A figure and what it is."""

    value: str
    text: str


_MEASURES = {"hamming": "their share of equal bits", "symbols": "their share of equal symbols"}
_NEAR_ZERO = 0.1  # where scores begin that are told apart on a logarithmic scale only


class Search(NamedTuple):
    """How candidate pairs were looked for.

    Attributes:
        measure: similarity.
        recall: share of the pairs at the threshold that is found at least, or None for all of them.
        best: how many pairs of a record were kept, or None for all.
    """

    measure: str
    recall: float | None = None
    best: int | None = None

    def __str__(self) -> str:
        words = _MEASURES.get(self.measure, f"{self.measure} similarity")
        compared = f"All pairs of encodings of every two packages were compared, by {words}"
        if self.recall is not None:
            compared = (
                f"Encodings of every two packages were searched by {words}, so that each pair at the "
                f"threshold was found with a probability of at least {self.recall:g}: some may be missing"
            )
        if self.best is not None:
            return f"{compared}. A pair was kept if it is among the best {self.best:,} of one of its records."
        return f"{compared}." if self.recall is not None else f"{compared}; none was left out."


def report_page(linkage: Linkage, left_out: Remainder, search: Search) -> str:
    """Return the report as HTML: counts only, no token, no encoding.

    Args:
        linkage: what was found.
        left_out: its candidate pairs outside groups.
        search: how they were looked for.
    """
    from markupsafe import Markup

    groups = linkage.groups
    grouped = np.bincount(groups.party, minlength=len(linkage.parties))
    parties = [
        PartyRow(party.agency, party.category, len(party.first_row), len(party.encodings), int(count))
        for party, count in zip(linkage.parties, grouped, strict=True)
    ]
    sizes = group_sizes(linkage)
    estimate = linkage.estimate
    return render_page(
        _TEMPLATE,
        linkage=linkage,
        searched=str(search),
        parties=parties,
        groups=sum(sizes.values()),
        sizes=sizes,
        candidates=sum(len(comparison.pairs.score) for comparison in linkage.comparisons),
        same_party=left_out.count(Reason.SAME_PARTY),
        too_few_agree=left_out.count(Reason.TOO_FEW_AGREE),
        estimate=estimate,
        origin=origin(linkage),
        expected=_expected(estimate) if estimate else [],
        chart=Markup(histogram_svg(estimate)) if estimate else "",  # noqa: S704 - drawn from counts only
    )


def group_sizes(linkage: Linkage) -> dict[int, int]:
    """Return number of records -> groups of that size."""
    sizes = np.bincount(np.bincount(linkage.groups.group))
    return {size: int(count) for size, count in enumerate(sizes) if count}


def origin(linkage: Linkage) -> str:
    """Return in a sentence or two how the threshold came about."""
    estimate = linkage.estimate
    if estimate is None:
        return f"{linkage.threshold:g}, as given."
    learnt = f"{estimate.chance_pairs:,} pairs inside the packages show how alike different people are"
    if estimate.lawful:
        learnt += ", beside the law of chance that these codes follow"
    if estimate.reason == "best F1":
        told = f"{linkage.threshold:g}, of the best expected F1: {learnt}; what lies beyond is people in both."
    else:
        told = (
            f"{linkage.threshold:g}, strict: {learnt}, and between the packages little lies beyond that. So no more is "
            "accepted than keeps packages without a common person to one false group in ten million pairs. "
            "Where people in both are expected all the same, compare again at a lower threshold, and look at every hit."
        )
    if linkage.repeating:
        names = ", ".join(sorted({linkage.parties[number].agency for number in linkage.repeating}))
        told += (
            f" Persons seem to be several times in the package of {names}, so that pairs inside it say nothing of "
            "strangers; 'counterfoil dedupe' finds them before encoding."
        )
    if estimate.repeated >= _WORTH_TELLING:
        told += (
            " Pairs inside the packages that are as alike as records of one person were taken for people who are in "
            "one file twice; duplicates should be removed before encoding."
        )
    return told


def estimate_document(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as JSON-like data."""
    return {
        "threshold": estimate.threshold,
        "reason": estimate.reason,
        "pairs_inside_packages": estimate.chance_pairs,
        "law_of_chance": estimate.lawful,
        "links": estimate.links,
        "false_links": estimate.false_links._asdict(),
        "matches": estimate.matches._asdict(),
        "precision": estimate.precision._asdict(),
        "recall": estimate.recall._asdict(),
        "repeated": estimate.repeated,
    }


def _percent(interval: Interval) -> str:
    """Return a share with its interval, in percent."""
    return f"{interval.value:.1%} ({interval.low:.0%} to {interval.high:.0%})"


def _count(interval: Interval) -> str:
    """Return a number with its interval."""
    return f"{interval.value:,.0f} ({interval.low:,.0f} to {interval.high:,.0f})"


def histogram_svg(estimate: Estimate) -> str:
    """Return candidate pairs, the expected pairs of different people and the threshold as an SVG element."""
    import vl_convert

    curves = estimate.curves
    specification = json.loads(_CHART.read_text(encoding="utf-8"))
    edges = curves.edges.tolist()
    columns = (edges[:-1], edges[1:], curves.candidates.tolist(), curves.different.tolist())
    specification["data"]["values"] = [
        {
            "from": start,
            "middle": (start + stop) / 2,
            "to": stop,
            "pairs": int(pairs),
            "different": different,
        }
        for start, stop, pairs, different in zip(*columns, strict=True)
    ]
    bars, *_, rule, label = specification["layer"]
    near_zero = 0 < edges[0] < _NEAR_ZERO
    scale = {"type": "log" if near_zero else "linear", "domain": [edges[0], edges[-1]], "nice": False}
    bars["encoding"]["x"]["scale"] = scale
    for note in (rule, label):
        note["data"]["values"] = [{"at": estimate.threshold, "label": f"threshold {estimate.threshold:g}"}]
    if estimate.threshold > ((edges[0] * edges[-1]) ** 0.5 if near_zero else (edges[0] + edges[-1]) / 2):
        label["mark"] |= {"align": "right", "dx": -6}
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    return svg


def _expected(estimate: Estimate) -> list[Expected]:
    return [
        Expected(f"{estimate.links:,}", "links that groups are expected to hold"),
        Expected(_count(estimate.false_links), "of them expected to be of different people"),
        Expected(_count(estimate.matches), "pairs of one person expected in all"),
        Expected(
            _percent(estimate.precision) if estimate.links else "of no link",
            "precision: share of the links that are right",
        ),
        Expected(_percent(estimate.recall), "recall: share of the pairs of one person that are linked"),
    ]
