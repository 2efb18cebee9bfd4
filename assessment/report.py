"""The assessment as one self-contained HTML page and as a few lines of text: shares and counts, no record."""

from pathlib import Path

from assessment.assessing import NOT_TRIED, Assessment
from assessment.case import PACKAGES
from assessment.success import Success
from assessment.verdict import Verdict
from linkage.page import render_page

_SMALL = 0.01
_TEMPLATE = Path(__file__).with_name("report.html.jinja")
MEANING = {
    Verdict.FALLS: "Someone with a register learns who is behind at least one encoding in twenty.",
    Verdict.LEAKS: "An attack did better than blind guesses. The encodings say more than they should.",
    Verdict.INCONCLUSIVE: "No attack did better than blind guesses, and none felled a plain CLK either: "
    "nothing follows about these encodings.",
    Verdict.WITHSTANDS: "At least one attack that fells a plain CLK of the same records did no better than blind "
    "guesses here. Other attacks were not tried.",
}


def report_page(found: Assessment) -> str:
    """Return the report as HTML."""
    return render_page(
        _TEMPLATE, found=found, meaning=MEANING[found.verdict], percent=percent, not_tried=NOT_TRIED, packages=PACKAGES
    )


def report_text(found: Assessment) -> str:
    """Return the report as lines of text."""
    lines = [f"{found.verdict}: {MEANING[found.verdict]}"]
    lines += [
        f"{finding.attack.name:20} {percent(finding.found):24} plain CLK {percent(finding.control):24} "
        f"usual CLK {percent(finding.usual):24} {finding.verdict or 'expected with the secret'}"
        for finding in found.findings
    ]
    return "\n".join(lines)


def percent(share: Success) -> str:
    """Return a share with its interval; small ones to two places, as a blind guess is of that size."""
    told = [f"{part:.2%}" if 0 < part < _SMALL else f"{part:.1%}" for part in (share.share, share.low, share.high)]
    return "{} ({} to {})".format(*told)
