"""What the outcome of an attack on some encodings and on a plain CLK of the same records allows to be said."""

from enum import StrEnum

from assessment.success import Success

FALLS = 0.05  # of the records, at the lower end of the interval


class Verdict(StrEnum):
    """In the order of badness; there is no "safe"."""

    FALLS = "falls"
    LEAKS = "leaks"
    INCONCLUSIVE = "inconclusive"
    WITHSTANDS = "withstands"


def verdict(found: Success, *controls: Success) -> Verdict:
    """Return what may be said of one attack.

    That encodings withstand it is said only where a control falls to the same attack in the same run: an attack that
    does not work proves nothing.
    """
    if found.low >= FALLS:
        return Verdict.FALLS
    if found.low > found.chance:
        return Verdict.LEAKS
    return Verdict.WITHSTANDS if any(control.low >= FALLS for control in controls) else Verdict.INCONCLUSIVE


def overall(verdicts: list[Verdict]) -> Verdict:
    """Return the worst that was seen; if nothing was seen, whether any attack was shown to work on the control."""
    for bad in (Verdict.FALLS, Verdict.LEAKS):
        if bad in verdicts:
            return bad
    return Verdict.WITHSTANDS if Verdict.WITHSTANDS in verdicts else Verdict.INCONCLUSIVE
