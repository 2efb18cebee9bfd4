from datetime import UTC, datetime
from itertools import permutations

import pytest

from linkage.agreement import SignedAgreement
from linkage.agreement.signed import PAYLOAD_TYPE
from linkage.canonical import canonical_json
from linkage.envelope import Envelope, Signature
from linkage.errors import AgreementError
from linkage.identity import Identity
from tests.linkage.agreements import AGENCIES, HOST, NOW, agreement, keys, signed

ALL = (*AGENCIES, HOST)


def test_signed_by_all_it_is_in_force() -> None:
    whole = signed()
    assert whole.in_force(NOW)
    assert whole.not_in_force(NOW) == ()
    assert whole.signers == ("atl", "bor", "cyr", "host (host)")
    assert whole.missing == ()


@pytest.mark.parametrize("absent", ALL)
def test_without_one_signature_it_is_not_in_force(absent: str) -> None:
    names = tuple(name for name in ALL if name != absent)
    (reason,) = signed(names=names).not_in_force(NOW)
    assert reason == f"{absent}{' (host)' if absent == HOST else ''} has not signed"


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), "valid only from 2026-11-01T00:00:00Z"),
        (datetime(2026, 11, 1, tzinfo=UTC), None),
        (datetime(2027, 10, 31, 23, 59, 59, tzinfo=UTC), None),
        (datetime(2027, 11, 1, tzinfo=UTC), "valid only until 2027-11-01T00:00:00Z"),
    ],
)
def test_it_is_in_force_from_its_first_moment_to_before_its_last(moment: datetime, reason: str | None) -> None:
    reasons = signed().not_in_force(moment)
    assert (reason is None) == signed().in_force(moment) == (reasons == ())
    assert reason is None or reason in reasons[0]


def test_parsing_gives_back_what_was_written() -> None:
    whole = signed()
    assert SignedAgreement.parse(whole.encode()) == whole
    assert SignedAgreement.parse(whole.encode()).encode() == whole.encode()


def test_signatures_made_apart_merge_in_any_order_to_one_file() -> None:
    alone = [SignedAgreement.signed_first(agreement(), keys(name).root) for name in ALL]
    files = set()
    for order in permutations(alone):
        merged = order[0]
        for other in order[1:]:
            merged = merged.merged(other)
        files.add(merged.encode())
    assert files == {signed().encode()}


def test_signing_twice_is_signing_once() -> None:
    whole = signed()
    assert whole.signed_also(keys("atl").root) == whole


def test_signatures_of_different_texts_do_not_merge() -> None:
    with pytest.raises(AgreementError) as caught:
        signed(names=("atl",)).merged(signed(agreement(title="other"), ("bor",)))
    assert caught.value.code == "agreement.different"


@pytest.mark.parametrize("stranger", [Identity.new("atl"), Identity.new("dor")])
def test_a_stranger_cannot_sign(stranger: Identity) -> None:
    with pytest.raises(AgreementError) as caught:
        SignedAgreement.signed_first(agreement(), stranger)
    assert caught.value.code == "agreement.stranger"


def test_an_agreement_with_a_fault_cannot_be_signed_and_signed_otherwise_is_not_in_force() -> None:
    faulty = agreement(pairings=[])
    with pytest.raises(AgreementError, match="no pairing") as caught:
        SignedAgreement.signed_first(faulty, keys("atl").root)
    assert caught.value.code == "agreement.faulty"
    by_other_means = [Envelope.signed(PAYLOAD_TYPE, faulty.encode(), keys(name).root).signatures[0] for name in ALL]
    envelope = Envelope(PAYLOAD_TYPE, faulty.encode(), tuple(sorted(by_other_means)))
    assert "contradicts itself" in SignedAgreement.parse(envelope.encode()).not_in_force(NOW)[0]


def spoilt() -> dict[str, Envelope]:
    envelope = signed().envelope
    first, *rest = envelope.signatures
    stranger = Envelope.signed(PAYLOAD_TYPE, envelope.payload, Identity.new("dor")).signatures
    flipped = Signature(first.key_id, bytes([first.value[0] ^ 1]) + first.value[1:])
    return {
        "doubled": Envelope(PAYLOAD_TYPE, envelope.payload, (first, first, *rest)),
        "out of order": Envelope(PAYLOAD_TYPE, envelope.payload, tuple(reversed(envelope.signatures))),
        "by a stranger": Envelope(PAYLOAD_TYPE, envelope.payload, tuple(sorted((*envelope.signatures, *stranger)))),
        "false": Envelope(PAYLOAD_TYPE, envelope.payload, (flipped, *rest)),
        "of another text": Envelope(PAYLOAD_TYPE, agreement(title="other").encode(), envelope.signatures),
        "of another kind": Envelope.signed("text/plain", envelope.payload, keys("atl").root),
        "not canonical inside": Envelope.signed(PAYLOAD_TYPE, envelope.payload + b"\n", keys("atl").root),
        "empty inside": Envelope.signed(PAYLOAD_TYPE, canonical_json({}), keys("atl").root),
    }


@pytest.mark.parametrize("kind", spoilt())
def test_a_spoilt_signature_spoils_the_file(kind: str) -> None:
    with pytest.raises(AgreementError):
        SignedAgreement.parse(spoilt()[kind].encode())


def test_a_file_beyond_its_size_is_refused() -> None:
    with pytest.raises(AgreementError, match="larger"):
        SignedAgreement.parse(b" " * (17 << 20))
