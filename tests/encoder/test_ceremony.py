from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from encoder.ceremony import confirm, make, open_copy, sharers_with
from encoder.secret import OperationSecret
from linkage.agreement import Agreement, SignedAgreement
from linkage.agreement.signed import PAYLOAD_TYPE
from linkage.canonical import base64_text
from linkage.ceremony import Ceremony, Confirmation, context, groups_of_sharers, recipients, standing
from linkage.envelope import Envelope
from linkage.errors import CeremonyError, CounterfoilError, RefusedError
from linkage.identity import Identity
from tests.linkage.agreements import AGENCIES, HOST, NOW, agreement, document, keys, signed

SECRET = OperationSecret.new()
SIGNED = signed()
ATLANTIS, BORNEO, CYRENE = (keys(name) for name in AGENCIES)


def ceremony(secret: OperationSecret = SECRET, agreed: SignedAgreement = SIGNED) -> bytes:
    return make(agreed, AGENCIES, secret, ATLANTIS.root, now=NOW)


def confirmed(secret: OperationSecret, name: str) -> Confirmation:
    return Confirmation.verified(confirm(SIGNED, AGENCIES, secret, keys(name).root), SIGNED.agreement)


def test_every_other_agency_gets_the_secret_of_the_maker() -> None:
    content = ceremony()
    for name in ("bor", "cyr"):
        assert open_copy(content, SIGNED, keys(name).sealing, now=NOW) == SECRET


def test_no_file_shows_the_secret() -> None:
    for content in (ceremony(), confirm(SIGNED, AGENCIES, SECRET, BORNEO.root)):
        for spelled in (SECRET.value, SECRET.value.hex().encode(), base64_text(SECRET.value).encode()):
            assert spelled not in content


@pytest.mark.parametrize("key", [ATLANTIS.sealing, keys(HOST).sealing, keys("dor").sealing])
def test_maker_host_and_strangers_open_nothing(key: Any) -> None:
    with pytest.raises(CeremonyError) as caught:
        open_copy(ceremony(), SIGNED, key, now=NOW)
    assert caught.value.code == "ceremony.stranger"


def test_the_host_opens_no_copy_even_by_force() -> None:
    found = Ceremony.verified(ceremony(), SIGNED.agreement)
    for copy in found.copies:
        for name in (*AGENCIES, HOST):
            assert keys(HOST).sealing.unseal(copy.sealed_bytes, context(found, name)) is None


def party_with(change: dict[str, str]) -> Agreement:
    text = document()
    text["parties"][2] |= change
    text["parties"].sort(key=lambda party: party["agency"])
    return Agreement.model_validate(text)


HOST_KEY = keys(HOST)
HALF_OF_HOST = base64_text(CYRENE.sealing.public.key[:1184] + HOST_KEY.sealing.public.key[1184:])
HOST_IN_DISGUISE = {
    "by its sealing key": {"sealing_key": HOST_KEY.sealing.public.key_text},
    "by half of it": {"sealing_key": HALF_OF_HOST},
    "by its root key": {"root_key": HOST_KEY.root.public.key_text},
    "by its name": {"agency": "host"},
    "by all of them under another name": {
        "agency": "dor",
        "root_key": HOST_KEY.root.public.key_text,
        "sealing_key": HOST_KEY.sealing.public.key_text,
    },
}


@pytest.mark.parametrize("disguise", HOST_IN_DISGUISE)
def test_the_host_cannot_be_a_recipient(disguise: str) -> None:
    text = party_with(HOST_IN_DISGUISE[disguise])
    names = tuple(party.agency for party in text.parties)
    with pytest.raises(RefusedError) as caught:
        recipients(text, names, "atl")
    assert caught.value.code == "ceremony.host"
    # Nor by an agreement that everybody signed in spite of it.
    signatures = {
        found.key_id: found
        for name in (*AGENCIES, HOST)
        for found in Envelope.signed(PAYLOAD_TYPE, text.encode(), keys(name).root).signatures
    }
    forced = SignedAgreement(text, Envelope(PAYLOAD_TYPE, text.encode(), tuple(signatures.values())))
    with pytest.raises(RefusedError) as caught:
        make(forced, names, SECRET, ATLANTIS.root, now=NOW)
    assert caught.value.code == "ceremony.agreement"


def test_a_maker_who_adds_the_host_by_hand_is_found_by_everybody() -> None:
    found = Ceremony.claimed(ceremony())
    host = found.copies[0].model_copy(update={"agency": HOST, "key_id": HOST_KEY.sealing.public.key_id})
    added = found.model_copy(update={"copies": (*found.copies, host)}).signed(ATLANTIS.root)
    swapped_key = found.copies[1].model_copy(update={"key_id": HOST_KEY.sealing.public.key_id})
    swapped = found.model_copy(update={"copies": (found.copies[0], swapped_key)}).signed(ATLANTIS.root)
    widened = found.model_copy(update={"sharers": (*AGENCIES, HOST), "copies": (*found.copies, host)})
    for content in (added, swapped, widened.signed(ATLANTIS.root)):
        with pytest.raises(CeremonyError) as caught:
            open_copy(content, SIGNED, BORNEO.sealing, now=NOW)
        assert caught.value.code == "ceremony.recipients"


@pytest.mark.parametrize("missing", [*AGENCIES, HOST])
def test_no_secret_is_shared_before_all_have_signed(missing: str) -> None:
    partly = signed(names=tuple(name for name in (*AGENCIES, HOST) if name != missing))
    content = ceremony()
    with pytest.raises(RefusedError) as caught:
        make(partly, AGENCIES, SECRET, ATLANTIS.root, now=NOW)
    assert caught.value.code == "ceremony.agreement"
    with pytest.raises(RefusedError) as caught:
        open_copy(content, partly, BORNEO.sealing, now=NOW)
    assert caught.value.code == "ceremony.agreement"


def test_a_ceremony_may_come_before_the_agreement_begins_and_not_after_it_ends() -> None:
    assert make(SIGNED, AGENCIES, SECRET, ATLANTIS.root, now=NOW - timedelta(days=100))
    with pytest.raises(RefusedError):
        make(SIGNED, AGENCIES, SECRET, ATLANTIS.root, now=NOW + timedelta(days=400))


@pytest.mark.parametrize("maker", [Identity.new("atl"), Identity.new("dor"), HOST_KEY.root])
def test_only_the_root_key_of_a_party_makes_a_ceremony_or_confirms(maker: Identity) -> None:
    with pytest.raises(CeremonyError) as caught:
        make(SIGNED, AGENCIES, SECRET, maker, now=NOW)
    assert caught.value.code == "ceremony.stranger"
    with pytest.raises(CeremonyError) as caught:
        confirm(SIGNED, AGENCIES, SECRET, maker)
    assert caught.value.code == "ceremony.stranger"


def test_a_secret_that_people_made_is_not_shared() -> None:
    with pytest.raises(CeremonyError) as caught:
        ceremony(OperationSecret(b"x" * 32, 200, ours=False))
    assert caught.value.code == "ceremony.secret"


def resigned(change: Callable[[Ceremony], dict[str, Any]]) -> bytes:
    found = Ceremony.claimed(ceremony())
    return found.model_copy(update=change(found)).signed(ATLANTIS.root)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _: {"operation": "other"}, "ceremony.agreement"),
        (lambda _: {"epoch": 2}, "ceremony.agreement"),
        (lambda _: {"agreement": "sha256:" + "00" * 32}, "ceremony.agreement"),
        (lambda _: {"maker": "bor"}, "ceremony.signature"),
        (lambda _: {"maker": "dor"}, "ceremony.recipients"),
        (lambda _: {"sharers": ("atl", "bor")}, "ceremony.recipients"),
        (lambda found: {"copies": found.copies[:1]}, "ceremony.recipients"),
        (lambda found: {"copies": found.copies[::-1]}, "ceremony.recipients"),
        (lambda found: {"confirmation": "00" * 32}, "ceremony.damaged"),
        (lambda found: {"key_confirmation": "00" * 32}, "ceremony.damaged"),
        (lambda found: {"copies": swapped(found)}, "ceremony.damaged"),
        (lambda found: {"copies": (found.copies[0].model_copy(update={"sealed": "?"}), found.copies[1])}, "ceremony"),
    ],
)
def test_a_ceremony_that_says_something_else_is_refused(
    change: Callable[[Ceremony], dict[str, Any]], code: str
) -> None:
    with pytest.raises(CounterfoilError) as caught:
        open_copy(resigned(change), SIGNED, BORNEO.sealing, now=NOW)
    assert caught.value.code == code


def swapped(found: Ceremony) -> tuple[Any, ...]:
    """The copies, each agency with that of the other."""
    one, other = found.copies
    return one.model_copy(update={"sealed": other.sealed}), other.model_copy(update={"sealed": one.sealed})


def test_a_copy_of_an_earlier_epoch_does_not_open_under_a_later_one() -> None:
    later = signed(agreement(key={"scope": "operation", "epoch": 2}))
    old = Ceremony.claimed(ceremony())
    new = Ceremony.claimed(ceremony(agreed=later)).model_copy(update={"copies": old.copies})
    with pytest.raises(CeremonyError) as caught:
        open_copy(new.signed(ATLANTIS.root), later, BORNEO.sealing, now=NOW)
    assert caught.value.code == "ceremony.damaged"


def test_each_epoch_and_agreement_has_a_confirmation_of_its_own() -> None:
    values = set()
    for text in (agreement(), agreement(key={"scope": "operation", "epoch": 2}), agreement(title="other")):
        values.add(Ceremony.claimed(ceremony(agreed=signed(text))).confirmation)
    values.add(Ceremony.claimed(ceremony(OperationSecret.new())).confirmation)
    assert len(values) == 4


def test_the_host_sees_who_holds_the_secret_who_another_and_who_has_not_said() -> None:
    found = Ceremony.verified(ceremony(), SIGNED.agreement)
    assert standing(found, [])[1:] == ((), (), AGENCIES)
    own = confirmed(SECRET, "atl")
    strange = confirmed(OperationSecret.new(), "bor")
    partly = standing(found, [own, strange])
    assert (partly.agreeing, partly.differing, partly.waiting) == (("atl",), ("bor",), ("cyr",))
    assert not partly.complete
    whole = standing(found, [confirmed(SECRET, name) for name in AGENCIES])
    assert whole.complete
    assert whole.agreeing == AGENCIES


def test_who_confirms_two_secrets_counts_as_differing() -> None:
    found = Ceremony.verified(ceremony(), SIGNED.agreement)
    both = [confirmed(SECRET, "bor"), confirmed(OperationSecret.new(), "bor")]
    assert standing(found, both).differing == standing(found, both[::-1]).differing == ("bor",)


def test_confirmations_of_another_epoch_do_not_count() -> None:
    later = signed(agreement(key={"scope": "operation", "epoch": 2}))
    content = confirm(later, AGENCIES, SECRET, BORNEO.root)
    with pytest.raises(CeremonyError) as caught:
        Confirmation.verified(content, SIGNED.agreement)
    assert caught.value.code == "ceremony.agreement"
    found = Ceremony.verified(ceremony(), SIGNED.agreement)
    assert standing(found, [Confirmation.verified(content, later.agreement)]).waiting == AGENCIES


def test_a_confirmation_in_the_name_of_another_is_refused() -> None:
    own = confirmed(SECRET, "bor").model_copy(update={"agency": "cyr"})
    with pytest.raises(CeremonyError) as caught:
        Confirmation.verified(own.signed(BORNEO.root), SIGNED.agreement)
    assert caught.value.code == "ceremony.signature"


def test_the_key_confirmation_is_the_one_that_packages_carry() -> None:
    found = Ceremony.claimed(ceremony())
    assert found.key_confirmation == SECRET.key_confirmation(SIGNED.agreement.linkage_schema.digest)


def test_where_each_pair_has_a_secret_the_third_party_opens_nothing() -> None:
    agreed = signed(agreement(key={"scope": "pair", "epoch": 1}))
    assert groups_of_sharers(agreed.agreement) == tuple(combinations(AGENCIES, 2))
    pair = sharers_with(agreed.agreement, "cyr", "atl")
    assert pair == ("atl", "cyr")
    content = make(agreed, pair, SECRET, CYRENE.root, now=NOW)
    assert open_copy(content, agreed, ATLANTIS.sealing, now=NOW) == SECRET
    with pytest.raises(CeremonyError) as caught:
        open_copy(content, agreed, BORNEO.sealing, now=NOW)
    assert caught.value.code == "ceremony.stranger"
    with pytest.raises(CeremonyError) as caught:
        confirm(agreed, pair, SECRET, BORNEO.root)
    assert caught.value.code == "ceremony.recipients"


@pytest.mark.parametrize(
    ("scope", "other"), [("pair", None), ("operation", "bor"), ("pair", "dor"), ("pair", "atl"), ("pair", "host")]
)
def test_a_group_that_shares_no_secret_is_refused(scope: str, other: str | None) -> None:
    with pytest.raises(CeremonyError) as caught:
        sharers_with(agreement(key={"scope": scope, "epoch": 1}), "atl", other)
    assert caught.value.code == "ceremony.recipients"


def test_every_changed_byte_of_a_ceremony_is_found() -> None:
    content = ceremony()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        with pytest.raises(CounterfoilError):
            open_copy(bytes(damaged), SIGNED, BORNEO.sealing, now=NOW)
