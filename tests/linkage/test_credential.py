from datetime import datetime, timedelta

import pytest

from linkage.agreement import officers
from linkage.canonical import canonical_json
from linkage.credential import Officer, RevocationList, Role, issue, officer_of
from linkage.envelope import Envelope
from linkage.errors import CredentialError
from linkage.identity import Identity
from tests.linkage.agreements import NOW, agreement, keys

OFFICER = Identity.new("atl")
ROOT = keys("atl").root
HOUR = timedelta(hours=1)


def credential(
    role: Role = Role.AGENCY_OFFICER, root: Identity = ROOT, officer: str = "o-17", until: datetime = NOW + 24 * HOUR
) -> bytes:
    return issue(officer, role, OFFICER.public, root, valid_from=NOW - HOUR, valid_until=until)


def revoking(*credentials: bytes, root: Identity = ROOT) -> RevocationList:
    digests = sorted(Officer.claimed(found).digest for found in credentials)
    text = RevocationList(issuer=root.agency, number=1, issued="2026-11-24T00:00:00Z", revoked=tuple(digests))
    return RevocationList.parse(text.signed(root), root.public)


def test_credential_gives_officer_role_and_key() -> None:
    found = officer_of(credential(), ROOT.public, now=NOW)
    assert (found.issuer, found.officer, found.role) == ("atl", "o-17", Role.AGENCY_OFFICER)
    assert found.key.key == OFFICER.public.key
    assert found.key.key_id == OFFICER.public.key_id


def test_it_is_valid_from_its_first_moment_to_before_its_last() -> None:
    for now, good in ((NOW - HOUR, True), (NOW - HOUR - timedelta(seconds=1), False), (NOW + 24 * HOUR, False)):
        if good:
            assert officer_of(credential(), ROOT.public, now=now).officer == "o-17"
        else:
            with pytest.raises(CredentialError) as caught:
                officer_of(credential(), ROOT.public, now=now)
            assert caught.value.code == "credential.time"


def test_a_revoked_one_is_refused_and_others_are_not() -> None:
    other = credential(officer="o-18")
    with pytest.raises(CredentialError) as caught:
        officer_of(credential(), ROOT.public, now=NOW, revocations=revoking(credential(), other))
    assert caught.value.code == "credential.revoked"
    assert officer_of(credential(), ROOT.public, now=NOW, revocations=revoking(other)).officer == "o-17"


def test_one_issuer_cannot_revoke_for_another() -> None:
    foreign = revoking(credential(), root=keys("bor").root)
    assert officer_of(credential(), ROOT.public, now=NOW, revocations=foreign).officer == "o-17"


@pytest.mark.parametrize("root", [keys("bor").root, Identity.new("atl")])
def test_a_credential_by_another_root_is_refused(root: Identity) -> None:
    with pytest.raises(CredentialError) as caught:
        officer_of(credential(root=root), ROOT.public, now=NOW)
    assert caught.value.code == "credential.signature"


def test_an_issuer_cannot_speak_in_the_name_of_another() -> None:
    text = Officer.claimed(credential()).model_copy(update={"issuer": "bor"})
    with pytest.raises(CredentialError) as caught:
        officer_of(text.signed(ROOT), ROOT.public, now=NOW)
    assert caught.value.code == "credential.signature"
    listed = revoking(credential()).model_copy(update={"issuer": "bor"})
    with pytest.raises(CredentialError):
        RevocationList.parse(listed.signed(ROOT), ROOT.public)


@pytest.mark.parametrize("role", list(Role))
def test_an_agency_certifies_its_own_roles_and_the_host_its_own(role: Role) -> None:
    text = agreement()
    for issuer, of_agency in (("atl", True), ("host", False)):
        made = credential(role=role, root=keys(issuer).root)
        if role.of_agency == of_agency:
            assert officers.officer_of(made, text, now=NOW, revocations={}).role == role
        else:
            with pytest.raises(CredentialError) as caught:
                officers.officer_of(made, text, now=NOW, revocations={})
            assert caught.value.code == "credential.role"


def test_under_an_agreement_strangers_and_the_revoked_are_refused() -> None:
    text = agreement()
    with pytest.raises(CredentialError) as caught:
        officers.officer_of(credential(root=Identity.new("dor")), text, now=NOW, revocations={})
    assert caught.value.code == "credential.stranger"
    with pytest.raises(CredentialError) as caught:
        officers.officer_of(credential(), text, now=NOW, revocations={"atl": revoking(credential())})
    assert caught.value.code == "credential.revoked"


def test_every_flipped_bit_is_found() -> None:
    good = credential()
    for place in range(8 * len(good)):
        damaged = bytearray(good)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(CredentialError):
            officer_of(bytes(damaged), ROOT.public, now=NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        credential() + b"\n",
        credential().replace(b'"payload":', b'"payload" :'),
        b" " * 9000,
        Envelope.signed("text/plain", b"{}", ROOT).encode(),
        Envelope.signed(Officer.payload_type, b"{}", ROOT).encode(),
        Envelope.signed(Officer.payload_type, b"\xff", ROOT).encode(),
        Envelope.signed(Officer.payload_type, Officer.claimed(credential()).encode() + b" ", ROOT).encode(),
        revoking(credential()).signed(ROOT),
    ],
)
def test_what_is_no_credential_is_refused(content: bytes) -> None:
    with pytest.raises(CredentialError):
        officer_of(content, ROOT.public, now=NOW)


@pytest.mark.parametrize("until", [NOW - 2 * HOUR, NOW - HOUR, NOW + timedelta(days=1200)])
def test_a_credential_lasts_some_time_and_not_for_ever(until: datetime) -> None:
    with pytest.raises(CredentialError) as caught:
        credential(until=until)
    assert caught.value.code == "credential.time"


def test_no_names_no_root_keys() -> None:
    with pytest.raises(CredentialError, match="officer"):
        credential(officer="Jane Doe")
    with pytest.raises(CredentialError, match="root key"):
        issue("o-17", Role.AGENCY_OFFICER, ROOT.public, ROOT, valid_from=NOW, valid_until=NOW + HOUR)


def test_a_revocation_list_has_one_spelling() -> None:
    digests = ("sha256:" + "22" * 32, "sha256:" + "11" * 32)
    text = {"format": "counterfoil-revocations/1", "issuer": "atl", "number": 1, "issued": "2026-11-24T00:00:00Z"}
    for revoked in (digests, (digests[0], digests[0])):
        payload = canonical_json(text | {"revoked": list(revoked)})
        with pytest.raises(CredentialError, match="in order"):
            RevocationList.parse(Envelope.signed(RevocationList.payload_type, payload, ROOT).encode(), ROOT.public)
