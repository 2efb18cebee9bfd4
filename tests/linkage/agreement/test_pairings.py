from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.agreement import Submitted, allowed, plan
from linkage.agreement.model import ANY, Agreement, Pairing, Side
from linkage.agreement.pairings import ambiguities
from linkage.category import Category
from tests.linkage.agreements import AGENCIES, agreement, document

VICTIM, SUSPECT, WITNESS = Category.VICTIM, Category.SUSPECT, Category.WITNESS
NAMES = (*AGENCIES, "host", "dor", "any")


def test_no_ground_no_comparison() -> None:
    assert allowed(agreement(), "bor", VICTIM, "cyr", SUSPECT) is None
    assert allowed(agreement(), "bor", VICTIM, "atl", SUSPECT) is None  # the pairing is atl's victims, bor's suspects
    assert allowed(agreement(pairings=[]), "atl", SUSPECT, "bor", SUSPECT) is None


def test_a_pairing_permits_either_way_round() -> None:
    one = allowed(agreement(), "atl", VICTIM, "bor", SUSPECT)
    other = allowed(agreement(), "bor", SUSPECT, "atl", VICTIM)
    assert one == other
    assert one is not None
    assert one.review == "protection_officer_first"


@pytest.mark.parametrize(("left", "right"), list(product(NAMES, NAMES)))
def test_only_two_different_parties_are_compared(left: str, right: str) -> None:
    found = allowed(agreement(), left, SUSPECT, right, SUSPECT)
    assert (found is not None) == (left != right and {left, right} <= set(AGENCIES))


def test_a_category_that_a_party_may_not_submit_is_not_compared() -> None:
    text = document()
    text["parties"][0]["categories"] = ["suspect"]
    assert allowed(Agreement.model_validate(text), "atl", VICTIM, "cyr", VICTIM) is None
    assert allowed(Agreement.model_validate(text), "bor", VICTIM, "cyr", VICTIM) is not None


def test_the_pairing_that_names_more_agencies_counts() -> None:
    text = document()
    text["pairings"].append(
        {
            "left": {"agency": "bor", "category": "suspect"},
            "right": {"agency": "cyr", "category": "suspect"},
            "legal_ground": "a treaty of bor and cyr",
            "review": "two_reviewers",
        }
    )
    changed = Agreement.model_validate(text)
    particular = allowed(changed, "cyr", SUSPECT, "bor", SUSPECT)
    assert particular is not None
    assert particular.legal_ground == "a treaty of bor and cyr"
    general = allowed(changed, "cyr", SUSPECT, "atl", SUSPECT)
    assert general is not None
    assert general.legal_ground == text["pairings"][0]["legal_ground"]


def test_a_plan_holds_the_permitted_comparisons_and_their_grounds_only() -> None:
    submissions = [
        Submitted("atl", SUSPECT, "1"),
        Submitted("atl", VICTIM, "2"),
        Submitted("bor", SUSPECT, "3"),
        Submitted("cyr", VICTIM, "4"),
        Submitted("dor", SUSPECT, "5"),
    ]
    found = plan(agreement(), submissions)
    assert [(made.left.submission, made.right.submission) for made in found] == [("1", "3"), ("2", "3"), ("2", "4")]
    assert [made.pairing.review for made in found] == ["one_reviewer", "protection_officer_first", "two_reviewers"]
    assert {plan(agreement(), order) for order in permutations(submissions)} == {found}


@given(
    st.lists(
        st.builds(Submitted, st.sampled_from(NAMES), st.sampled_from(Category), st.uuids().map(str)),
        max_size=8,
        unique=True,
    )
)
def test_a_plan_is_every_couple_that_is_allowed(submissions: list[Submitted]) -> None:
    text = agreement()
    due = {
        frozenset((one, other))
        for one, other in permutations(submissions, 2)
        if allowed(text, one.agency, one.category, other.agency, other.category)
    }
    made = plan(text, submissions)
    assert {frozenset((comparison.left, comparison.right)) for comparison in made} == due
    assert len(made) == len(due)


PAIRINGS = st.lists(
    st.builds(
        lambda left, right: Pairing(left=left, right=right, legal_ground="law", review="one_reviewer"),
        *[st.builds(Side, agency=st.sampled_from([*AGENCIES, ANY]), category=st.sampled_from([VICTIM, SUSPECT]))] * 2,
    ),
    max_size=5,
)


def fits(pairing: Pairing, left: tuple[str, Category], right: tuple[str, Category]) -> bool:
    return any(
        all(side.agency in (ANY, agency) and side.category == category for side, (agency, category) in both)
        for both in (
            ((pairing.left, left), (pairing.right, right)),
            ((pairing.left, right), (pairing.right, left)),
        )
    )


def named(pairing: Pairing) -> int:
    return sum(side.agency != ANY for side in (pairing.left, pairing.right))


COMPARISONS = [
    (left, right) for left, right in product(product(AGENCIES, [VICTIM, SUSPECT]), repeat=2) if left[0] < right[0]
]


@given(PAIRINGS)
def test_what_is_allowed_and_what_is_ambiguous_is_what_the_plain_definition_says(pairings: list[Pairing]) -> None:
    text = agreement().model_copy(update={"pairings": tuple(pairings)})
    ambiguous = False
    for left, right in COMPARISONS:
        fitting = [pairing for pairing in pairings if fits(pairing, left, right)]
        most = max(map(named, fitting), default=0)
        best = [pairing for pairing in fitting if named(pairing) == most]
        found = allowed(text, *left, *right)
        assert found in best if best else found is None
        ambiguous |= any(
            sum(named(pairing) == count for pairing in fitting) > 1 for count in {named(pairing) for pairing in fitting}
        )
    same_agency = {pairing.key for pairing in pairings if pairing.left.agency == pairing.right.agency != ANY}
    told = [pair for pair in ambiguities(text) if pairings[pair[0] - 1].key not in same_agency]
    assert bool(told) == ambiguous
