"""Words that several reports use for what the law and the field call by codes."""

from linkage.agreement.model import Agreement
from linkage.agreement.wording import REVIEWS
from linkage.category import Category

SUBJECTS = {
    Category.SUSPECT: "persons suspected of an offence",
    Category.CONVICTED: "persons convicted of an offence",
    Category.VICTIM: "victims",
    Category.PRESUMED_VICTIM: "persons presumed to be victims",
    Category.WITNESS: "witnesses and other persons",
    Category.MISSING: "missing persons",
}
_DAY = 10


def pairing_rows(agreement: Agreement) -> list[tuple[str, str, str, str]]:
    """Return a row for each pairing of an agreement: who, with whom, on what ground, how it is reviewed."""
    return [
        (
            f"{found.left.agency} {found.left.category}",
            f"{found.right.agency} {found.right.category}",
            found.legal_ground,
            REVIEWS[found.review],
        )
        for found in agreement.pairings
    ]


def day(moment: str) -> str:
    """Return a moment to the minute, in UTC, as people write it."""
    return f"{moment[:_DAY]} {moment[_DAY + 1 : _DAY + 6]}"


def short(identifier: str) -> str:
    """Return the beginning of a random id, enough to find it in a list."""
    return identifier[:8]


def listed(names: list[str], none: str = "nobody") -> str:
    """Return names as a list in a sentence."""
    if not names:
        return none
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
