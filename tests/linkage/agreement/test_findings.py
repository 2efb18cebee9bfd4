from collections.abc import Callable
from typing import Any

import pytest

from linkage.agreement import Agreement, changes_to_tell, doubts, faults
from linkage.canonical import base64_text
from tests.linkage.agreements import AGENCIES, agreement, document, keys

Change = Callable[[dict[str, Any]], object]
SUSPECTS = {"agency": "any", "category": "suspect"}


def changed(change: Change) -> Agreement:
    found = document()
    change(found)
    return Agreement.model_validate(found)


def pairing(left: tuple[str, str], right: tuple[str, str], review: str = "two_reviewers") -> dict[str, Any]:
    sides = [{"agency": agency, "category": category} for agency, category in (left, right)]
    return {"left": sides[0], "right": sides[1], "legal_ground": "law", "review": review}


def test_the_example_has_no_faults() -> None:
    assert faults(agreement()) == ()


def test_the_example_leaves_the_hardening_to_its_schema_and_says_so() -> None:
    assert [doubt for doubt in doubts(agreement()) if "hardening" not in doubt] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text["parties"].__delitem__(slice(1, 3)), "at least two parties"),
        (lambda text: text["parties"].append(text["parties"][0]), "two parties are called atl"),
        (lambda text: text["parties"][0].update(agency="any"), "no party may be called 'any'"),
        (lambda text: text["parties"][0].update(agency="host"), "host is the host, and a host is never a party"),
        (lambda text: text["parties"][0].update(root_key=text["host"]["root_key"]), "atl is the host"),
        (lambda text: text["parties"][2].update(sealing_key=text["host"]["sealing_key"]), "cyr has the sealing key of"),
        (
            lambda text: text["parties"][0].update(root_key=text["parties"][1]["root_key"]),
            "atl and bor have the same root key",
        ),
        (
            lambda text: text["parties"][0].update(sealing_key=text["parties"][2]["sealing_key"]),
            "atl and cyr have the same sealing key",
        ),
        (lambda text: text["categories"].append("missing"), "no party may submit the category missing"),
        (lambda text: text["categories"].append("victim"), "the category victim is named twice"),
        (lambda text: text["parties"][0]["categories"].append("victim"), "atl names the category victim twice"),
        (lambda text: text["parties"][0]["categories"].append("witness"), "category witness, which is not one of"),
        (lambda text: text.update(pairings=[]), "there is no pairing, so nothing may be compared"),
        (
            lambda text: text["pairings"].append(pairing(("dor", "victim"), ("atl", "victim"))),
            "pairing 4 names dor, who is not a party",
        ),
        (
            lambda text: text["pairings"].append(pairing(("any", "missing"), ("atl", "victim"))),
            "category missing, which nobody may submit",
        ),
        (
            lambda text: text["pairings"].append(pairing(("bor", "missing"), ("atl", "victim"))),
            "category missing, which bor never may submit",
        ),
        (
            lambda text: text["pairings"].append(pairing(("bor", "victim"), ("bor", "suspect"))),
            "pairing 4 compares bor with itself",
        ),
        (lambda text: text["pairings"].append(text["pairings"][0]), "pairings 1 and 4 permit the same comparison"),
        (
            lambda text: text["pairings"].append(pairing(("bor", "suspect"), ("atl", "victim"))),
            "pairings 3 and 4 permit the same comparison",
        ),
        (
            lambda text: text["pairings"].extend(
                [pairing(("atl", "suspect"), ("any", "suspect")), pairing(("any", "suspect"), ("bor", "suspect"))]
            ),
            "pairings 4 and 5 permit the same comparison",
        ),
        (lambda text: text.update(version=2), "the first version has no predecessor, and every later one has"),
        (lambda text: text.update(predecessor="sha256:" + "00" * 32), "the first version has no predecessor"),
        (lambda text: text.update(valid_until=text["valid_from"]), "end before it begins"),
        (lambda text: text["runs"].update(by="named"), "who may order runs is named exactly when"),
        (lambda text: text["runs"].update(threshold=0.8), "a threshold of runs is agreed only where submissions"),
        (lambda text: text["runs"].update(agencies=["atl"]), "who may order runs is named exactly when"),
        (lambda text: text.update(runs={"by": "named", "agencies": ["dor"]}), "dor, who may order runs, is not a"),
        (lambda text: text.update(runs={"by": "named", "agencies": ["atl", "atl"]}), "atl is named twice among"),
    ],
)
def test_a_fault_is_one_sentence_that_names_who_and_what(change: Change, said: str) -> None:
    assert any(said in fault for fault in faults(changed(change)))


def test_half_of_the_sealing_key_of_the_host_is_enough_to_be_refused() -> None:
    def mixed(text: dict[str, Any]) -> None:
        host, own = keys("host").sealing.public.key, keys("atl").sealing.public.key
        text["parties"][0]["sealing_key"] = base64_text(own[:1184] + host[1184:])

    assert any("atl has the sealing key of the host" in fault for fault in faults(changed(mixed)))


def test_a_more_particular_pairing_beside_a_general_one_is_no_fault() -> None:
    general_and_particular = [
        pairing(("any", "suspect"), ("any", "victim"), "protection_officer_first"),
        pairing(("atl", "victim"), ("any", "suspect"), "protection_officer_first"),
        pairing(("any", "victim"), ("atl", "suspect"), "protection_officer_first"),  # meets the one before in atl only
        pairing(("atl", "suspect"), ("bor", "victim"), "protection_officer_first"),
    ]
    assert faults(agreement(pairings=general_and_particular)) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.update(pairings=text["pairings"][1:2]), "bor may submit the category suspect"),
        (lambda text: text["pairings"][2].update(review="two_reviewers"), "no protection officer looks first"),
        (lambda text: text["pairings"][1].update(review="one_reviewer"), "one reviewer alone decides"),
        (lambda text: text["retention"].update(logs_days=10), "the logs go before the hits"),
        (lambda text: text.update(hit_shows="score"), "a hit shows its score"),
    ],
)
def test_what_should_be_looked_at_is_said(change: Change, said: str) -> None:
    assert any(said in doubt for doubt in doubts(changed(change)))


def test_an_amendment_is_the_next_version_of_what_it_names() -> None:
    old = agreement()
    new = agreement(version=2, predecessor=old.digest, purpose="narrower")
    assert changes_to_tell(new, old) == ()
    assert faults(new) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"operation": "other"}, "the name of the operation differs"),
        ({"version": 3}, "version 1 is followed by version 2"),
        ({"predecessor": "sha256:" + "00" * 32}, "another text"),
        ({"key": {"scope": "operation", "epoch": 1}}, "epoch of the key may not go back"),
        ({"key": {"scope": "pair", "epoch": 2}}, "others share a secret than before"),
    ],
)
def test_what_is_not_the_next_version_is_said(change: dict[str, Any], said: str) -> None:
    old = agreement(key={"scope": "operation", "epoch": 2})
    new = {"version": 2, "predecessor": old.digest, "key": {"scope": "operation", "epoch": 2}} | change
    assert any(said in reason for reason in changes_to_tell(agreement(**new), old))


def test_who_leaves_knows_the_secret() -> None:
    old = agreement()
    fewer = document()["parties"][:2]
    same_epoch = agreement(version=2, predecessor=old.digest, parties=fewer)
    assert changes_to_tell(same_epoch, old) == (
        f"{AGENCIES[2]} leaves and knows the secret, so the epoch of the key must rise",
    )
    raised = agreement(version=2, predecessor=old.digest, parties=fewer, key={"scope": "operation", "epoch": 2})
    assert changes_to_tell(raised, old) == ()
