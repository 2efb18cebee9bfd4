"""What was not agreed is told, entry by entry, in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from linkage.canonical import digest_of
from linkage.category import Category
from linkage.credential import Officer
from linkage.identity import Identity
from linkage.ledger import Compared, Entry, Kind
from linkage.ledger.audit import audit
from linkage.ledger.pack import Pack
from linkage.ledger.processing import check_processing
from linkage.manifest import moment_text
from tests.linkage import agreements
from tests.linkage.ledger import making
from tests.linkage.ledger.making import HOST, NOW, START

LONG = moment_text(START + timedelta(days=91))
VICTIM = making.side("bor", Category.VICTIM)
MIXED = (Compared(left=making.side("atl"), right=VICTIM),)
TWICE = making.published(6)
FORGED = making.manifest("bor", signer=Identity.new("bor"))
OTHER_GROUND, OTHER_PACKAGE = making.plan(ground="another ground"), making.plan(package="sha256:" + "6a" * 32)
OTHER_PLAN = {"plan": "sha256:" + "7f" * 32}


def with_digest(entry: Entry, **digests: str) -> dict[str, Any]:
    return {"digests": {**entry.digests, **digests}}


def problems(entries: list[Entry], **changes: Any) -> list[str]:
    pack = making.pack(entries, **changes)
    return [found.sentence for found in check_processing(pack, HOST.public, NOW) if not found.passed]


def without(at: int) -> list[Entry]:
    entries = making.story()
    return [*entries[:at], *entries[at + 1 :]]


def instead(at: int, make: Callable[..., Entry], *arguments: Any, **changes: Any) -> list[Entry]:
    entries = making.story()
    return [*entries[:at], make(at, *arguments, **changes), *entries[at + 1 :]]


def inserted(at: int, entry: Entry) -> list[Entry]:
    entries = making.story()
    return [*entries[:at], entry, *entries[at:]]


def ordered_with(plan: bytes) -> list[Entry]:
    """The story with another plan behind its run."""
    entries = making.story()
    for at, entry in ((4, making.ordered(4)), (5, making.published(5))):
        entries[at] = entry.model_copy(update=with_digest(entry, plan=digest_of(plan)))
    return entries


def certificate(**changes: Any) -> bytes:
    return making.certificate("cyr", **changes)


def certified(**changes: Any) -> dict[str, Any]:
    return {"digests": {"certificate": digest_of(certificate(**changes))}, "time": making.moment(13)}


def test_operation_that_went_as_agreed_is_all_green_in_plain_sentences() -> None:
    entries = making.story()
    found = audit(making.pack(entries), NOW, host=HOST.public, held=making.signed(entries[:3]))
    assert found.passed
    assert [each.check for each in found.findings] == [
        *("signature", "whole", "entries", "never-rewritten", "times"),
        *("agreements", "officers", "submissions", "pairings", "comparisons", "looks", "frozen", "deletions"),
        *("logs", "secret"),
    ]
    sentences = "\n".join(each.sentence for each in found.findings)
    assert "never rewritten since the checkpoint you hold: its first 3 entries are unchanged" in sentences
    assert "3 submissions: each was signed by its agency" in sentences
    assert "2 comparisons of two submissions: only pairings that the agreement permits" in sentences
    assert "1 run: each was ordered by an officer of a party that may" in sentences
    assert "2 officers acted: each with a credential" in sentences
    assert "the operation was never frozen" in sentences
    assert "1 of 3 submissions are gone and 0 records of others, each time with a certificate" in sentences
    assert "gone are 0 of 6 hits" in sentences
    assert any("no checkpoint in the pack is cosigned" in each for each in found.unchecked)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (without(0), "the agreement that it names was not registered before"),
        (without(2), "submission s-bor was not accepted before"),
        (without(4), "the run was not ordered before"),
        (without(5), "there was no published run that it could be a look at"),
        (without(11), "submission s-cyr was due for deletion"),
        (instead(0, making.registered, operation="other"), "the agreement is of another operation"),
        (instead(1, making.accepted, "nobody"), "the agency is not a party to the agreement"),
        (instead(1, making.accepted, "atl", Category.WITNESS), "the agency may not submit this category"),
        (instead(1, making.accepted, "atl", due=LONG), "it was to be kept for longer than the agreement allows"),
        (instead(1, making.accepted, "atl", count=2_000_000), "it has more records than a submission may have"),
        (instead(1, making.accepted, "atl", count=41), "number of records are not those of the manifest"),
        (instead(1, making.accepted, "atl", time="2026-10-31T00:00:00Z"), "it is valid only from 2026-11-01"),
        (instead(3, making.accepted, "bor"), "a submission with this id was there before"),
        (instead(4, making.ordered, agency="stranger"), "the agency may not order runs"),
        (instead(4, making.ordered, comparisons=MIXED), "submission s-bor has another agency or category"),
        (instead(4, making.ordered, comparisons=MIXED), "atl suspect with bor victim has no pairing, and so no legal"),
        (instead(5, making.published, comparisons=MIXED), "what was compared is not what was ordered"),
        (instead(6, making.published), "the run had been published before"),
        (instead(6, making.ordered), "a run with this id was ordered before"),
        (instead(7, making.viewed, agency="stranger"), "the agency had no part in the run"),
        (instead(11, making.erased, "cyr", time=making.moment(500)), "and deleted at"),
        (instead(11, making.erased, "nobody"), "no such submission had been accepted"),
        (instead(11, making.erased, "nobody", kind=Kind.RECORDS_WITHDRAWN), "no such submission had been accepted"),
        (instead(4, making.erased, "bor"), "the run was not ordered before"),
        (sorted([*making.story(), making.erased(3, "bor")], key=lambda found: found.time), "s-bor had been deleted"),
        (
            instead(4, making.ordered, **with_digest(making.ordered(4), agreement="sha256:" + "0" * 64)),
            "the agreement that it names is not in the pack",
        ),
        (
            instead(2, making.accepted, "bor", **with_digest(making.accepted(2, "bor"), manifest=digest_of(FORGED))),
            "the manifest is not signed by the key of the agency",
        ),
        (
            instead(2, making.accepted, "bor", **with_digest(making.accepted(2, "bor"), manifest=digest_of(b"{}"))),
            "the manifest is not one",
        ),
        (
            instead(4, making.ordered, **with_digest(making.ordered(4), **OTHER_PLAN)),
            "the plan of the run is not in the pack",
        ),
        (ordered_with(OTHER_GROUND), "the plan combines s-atl and s-bor on another ground than the agreement"),
        (ordered_with(OTHER_PACKAGE), "the plan names another package for submission s-atl than the one accepted"),
        (ordered_with(b"{}"), "the plan of the run is not one"),
        (instead(4, making.ordered, officer="o-99"), "officer o-99 had no credential of atl that was valid then"),
        (instead(7, making.viewed, officer="o-17"), "officer o-17 had no credential of bor that was valid then"),
        (instead(5, making.ended), "there was no published run that it could be a look at"),
        (inserted(5, making.ended(5)), "the run had been called off before"),
        (inserted(1, making.frozen(1)), "(submission-accepted of atl): it happened although the operation was frozen"),
        (inserted(4, making.frozen(4)), "(run-ordered of atl): it happened although the operation was frozen"),
        (inserted(5, making.frozen(5)), "(run-published of host): it happened although the operation was frozen"),
        (inserted(6, making.frozen(6)), "(hits-viewed of bor): it happened although the operation was frozen"),
        (inserted(6, making.repeated(6, result="sha256:" + "0" * 64)), "by anonlink, run run-1 gave ANOTHER result"),
        (inserted(5, making.repeated(5)), "there was no published run to repeat"),
        (inserted(6, making.hits_erased(6, count=7)), "more hits were deleted than the run had"),
        (inserted(5, making.hits_erased(5)), "there was no published run whose hits it could delete"),
        (instead(11, making.erased, "cyr", **certified(hits_after=1)), "does not say that this submission and its"),
        (instead(11, making.erased, "cyr", **certified(submission="s-bor")), "deletion is about something else"),
    ],
)
def test_what_was_not_agreed_is_told(entries: list[Entry], said: str) -> None:
    others = (FORGED, OTHER_GROUND, OTHER_PACKAGE, b"{}", certificate(hits_after=1), certificate(submission="s-bor"))
    documents = (*making.pack([]).documents, *(found.decode() for found in others))
    assert any(said in sentence for sentence in problems(entries, documents=documents))


def test_quotas_of_a_day_are_counted() -> None:
    entries = making.story(200)
    today = [making.accepted(1, "atl", subject=f"s-more-{number}", time=making.moment(1)) for number in range(20)]
    found = problems([*entries[:2], *today, *entries[2:]])
    assert [sentence for sentence in found if "used up its submissions" in sentence] == [
        "entry 21 (submission-accepted of atl): the agency had used up its submissions of the day"
    ]
    orders = [making.ordered(4, f"run-more-{number}", time=making.moment(4)) for number in range(50)]
    found = problems([*entries[:5], *orders, *entries[5:]])
    assert len([sentence for sentence in found if "used up its runs" in sentence]) == 1


def test_documents_that_are_missing_are_told() -> None:
    found = "\n".join(problems(making.story(), documents=(), agreements=()))
    assert "the agreement is not in the pack" in found
    assert "the certificate of deletion is not in the pack" in found
    found = "\n".join(problems(making.story(), documents=()))
    assert "the plan of the run is not in the pack" in found
    assert "the signed manifest is not in the pack" in found


@pytest.mark.parametrize("paper", [b"{}", making.certificate("cyr", signer=making.agency("atl"))])
def test_certificate_that_the_host_did_not_sign_is_told(paper: bytes) -> None:
    entries = instead(11, making.erased, "cyr", digests={"certificate": digest_of(paper)}, time=making.moment(13))
    found = problems(entries, documents=(*making.pack([]).documents, paper.decode()))
    assert [sentence.partition("): ")[2] for sentence in found] == [
        "the certificate of deletion is not one that the host has signed"
    ]


def test_agreement_that_somebody_did_not_sign_is_told_and_binds_nobody() -> None:
    lacking = agreements.signed(names=("atl", "bor", "host"))
    found = problems(making.story(), agreements=(lacking.encode().decode(),))
    assert "entry 0 (agreement-registered of host): cyr has not signed the agreement" in found
    assert "entry 1 (submission-accepted of atl): the agreement was not in force: cyr has not signed" in found


def test_disclosed_value_is_held_to_its_commitment() -> None:
    entries = making.story()
    true, wrong = making.disclosed(7), making.disclosed(7).model_copy(update={"value": "something else"})
    assert audit(making.pack(entries, openings=(true,)), NOW).passed
    for opening in (wrong, making.disclosed(5), true.model_copy(update={"number": 99})):
        found = audit(making.pack(entries, openings=(opening,)), NOW)
        assert [each.check for each in found.findings if not each.passed] == ["openings"]


def test_what_was_not_checked_is_said() -> None:
    entries = making.story()
    cosigned = making.signed(entries).cosigned(making.agency("atl"), NOW).encode().decode()
    bare = audit(making.pack(entries), NOW).unchecked
    full = audit(
        making.pack(entries, checkpoints=(cosigned,), openings=tuple(making.disclosed(at) for at in range(6, 11))),
        NOW,
        host=HOST.public,
        held=making.signed(entries),
    ).unchecked
    assert set(full) < set(bare)
    assert len(bare) - len(full) == 4
    partial = making.pack(entries, entries=making.pack(entries).entries[:3])
    assert any("the other 9 entries" in each for each in audit(partial, NOW).unchecked)


def test_pack_of_another_host_is_told() -> None:
    other = Identity.new("host")
    found = audit(making.pack(making.story()), NOW, host=other.public)
    assert {each.check for each in found.findings if not each.passed} >= {"signature", "deletions"}


def test_pack_parses_to_itself_and_other_spellings_are_refused() -> None:
    pack = making.pack(making.story(), openings=(making.disclosed(6),))
    content = pack.encode()
    assert Pack.parse(content) == pack
    assert Pack.parse(content).encode() == content
    from linkage.errors import LedgerError

    for other in (b" " + content, content + b"\n", b"\xef\xbb\xbf" + content, content[:-1], b"[]", b""):
        with pytest.raises(LedgerError):
            Pack.parse(other)


def test_kinds_all_have_a_rule() -> None:
    from linkage.ledger.entry import RULES

    assert set(RULES) == set(Kind)


def test_deletions_are_looked_at_up_to_when_the_pack_was_made() -> None:
    late = START + timedelta(days=400)
    pack = making.pack(making.story())
    assert audit(pack, late).passed
    assert f"what happened after {pack.made}, when the pack was made" in audit(pack, late).unchecked
    later = making.pack(making.story(), made=moment_text(late))
    sentences = [each.sentence for each in audit(later, late).findings if not each.passed]
    assert [sentence.split()[0] for sentence in sentences] == ["submission", "submission", "6"]
    assert all("not deleted" in sentence for sentence in sentences)
    earlier = making.pack(making.story(), made=moment_text(START))
    assert any("made before its last entry" in each.sentence for each in audit(earlier, late).findings)


def test_credential_that_was_stale_forged_or_revoked_does_not_count() -> None:
    stale = making.credential("bor", "o-4", days=0 + 1).decode()
    forged = making.credential("bor", "o-4", signer="atl").decode()
    good = making.credential("bor", "o-4").decode()
    late = [*making.story()[:11], making.viewed(300), making.story()[11]]
    for texts in ((stale,), (forged,), ("{}",), ()):
        told = problems(sorted(late, key=lambda found: found.time), credentials=(texts))
        assert any("officer o-4 had no credential" in sentence for sentence in told), texts
    revoked = making.entry(
        6, kind=Kind.CREDENTIAL_REVOKED, agency="bor", digests={"credential": Officer.claimed(good.encode()).digest}
    )
    told = problems(inserted(8, revoked))
    numbers = [sentence.split()[1] for sentence in told]
    assert numbers == ["9", "10", "11"], "looks before the revocation were rightful"


def test_frozen_operation_goes_on_with_a_next_agreement() -> None:
    entries = making.story()
    frozen = [*entries[:4], making.frozen(4), *entries[4:]]
    assert problems(frozen)
    told = list(check_processing(making.pack([*entries, making.frozen(60)]), HOST.public, NOW))
    assert all(each.passed for each in told)
    assert any("nothing was submitted, compared or looked at while it was" in each.sentence for each in told)
    again = [*entries[:4], making.frozen(4), making.registered(4), *entries[4:]]
    assert not problems(again)


def test_repetition_that_gave_the_published_result_is_told() -> None:
    found = audit(making.pack(inserted(6, making.repeated(6))), NOW, host=HOST.public)
    assert found.passed
    assert any(
        "1 run repeated at the host from the sealed encodings (by anonlink)" in each.sentence for each in found.findings
    )
    assert any("whether the host repeated runs as it says" in each for each in found.unchecked)
    assert not any("were not repeated" in each for each in found.unchecked)


def test_every_hit_is_accounted_for_in_the_end() -> None:
    late = START + timedelta(days=200)
    entries = [*making.story(), making.erased(13, "atl", time=moment_text(START + timedelta(days=60)))]
    kept = [sentence for sentence in problems_at(entries, late) if "hits of run" in sentence]
    assert len(kept) == 1
    assert kept[0].startswith("6 hits of run run-1 were due for deletion at 2027-05-01")
    gone = making.hits_erased(14, time=moment_text(START + timedelta(days=180)))
    assert not [sentence for sentence in problems_at([*entries, gone], late) if "hits of run" in sentence]


def problems_at(entries: list[Entry], now: datetime) -> list[str]:
    pack = making.pack(entries, made=moment_text(now))
    return [found.sentence for found in check_processing(pack, HOST.public, now) if not found.passed]
