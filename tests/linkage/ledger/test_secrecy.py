"""What a pack shows about the operation secret, and about the schema that it was used with."""

from typing import Any

import pytest

from encoder.ceremony import confirm, make
from encoder.secret import OperationSecret
from linkage.canonical import canonical_json, digest_of
from linkage.ceremony import Ceremony
from linkage.envelope import Envelope
from linkage.ledger import Entry
from linkage.ledger.audit import Audit, audit
from linkage.ledger.pack import Attached
from linkage.schema import load_schema
from tests.linkage.agreements import AGENCIES, NOW, agreement, keys, signed
from tests.linkage.ledger import making

SECRET, OTHER = OperationSecret.new(), OperationSecret.new()
CEREMONY = make(making.AGREEMENT, AGENCIES, SECRET, keys("atl").root, now=NOW)
AGREED = Ceremony.claimed(CEREMONY).key_confirmation


def confirmation(name: str, secret: OperationSecret = SECRET) -> bytes:
    return confirm(making.AGREEMENT, AGENCIES, secret, keys(name).root)


CONFIRMED = [confirmation(name) for name in AGENCIES]


def story(**made_with: str) -> tuple[list[Entry], tuple[str, ...]]:
    """The story and its manifests, each agency's submission made with a secret."""
    entries, manifests = making.story(), []
    for at, name in ((1, "atl"), (2, "bor"), (3, "cyr")):
        manifest = making.manifest(name, confirmation=made_with.get(name, AGREED))
        manifests.append(manifest.decode())
        digests = {**entries[at].digests, "manifest": digest_of(manifest)}
        entries[at] = entries[at].model_copy(update={"digests": digests})
    return entries, tuple(manifests)


def audited(*ceremony: bytes, made_with: dict[str, str] | None = None, **attached: Any) -> Audit:
    entries, manifests = story(**made_with or {})
    documents = (*making.pack([]).documents, *manifests)
    added = Attached(ceremony=tuple(content.decode() for content in ceremony), **attached)
    return audit(making.pack(entries, documents=documents, attached=added), making.NOW, host=making.HOST.public)


def of_secret(found: Audit) -> list[str]:
    return [each.sentence for each in found.findings if each.check == "secret"]


def test_whole_ceremony_says_to_whom_the_secret_went_and_that_never_to_the_host() -> None:
    found = audited(CEREMONY, *CONFIRMED)
    assert found.passed
    told = (
        "atl made the secret of epoch 1 and sealed it to bor, cyr, never to host, and atl, bor, cyr confirmed the same "
        "one; every submission was made with the secret so confirmed"
    )
    assert of_secret(found) == [told]
    assert not any("holds the secret of epoch" in each or "key ceremony is not" in each for each in found.unchecked)
    assert any("no record can show that" in each for each in found.unchecked)


def test_without_a_ceremony_it_is_said_what_stays_open() -> None:
    found = audited()
    assert of_secret(found) == ["what was compared with each other was made with one and the same secret"]
    assert any("the record of the key ceremony is not in the pack" in each for each in found.unchecked)


def test_who_has_not_confirmed_is_named() -> None:
    found = audited(CEREMONY, *CONFIRMED[:2])
    assert found.passed
    assert any("whether cyr holds the secret of epoch 1" in each for each in found.unchecked)


def test_who_confirmed_another_secret_is_named() -> None:
    found = audited(CEREMONY, *CONFIRMED[:2], confirmation("cyr", OTHER))
    assert of_secret(found) == ["cyr confirmed another secret than atl made"]


def test_confirmations_alone_say_that_all_hold_one_secret() -> None:
    found = audited(*CONFIRMED)
    told = "atl, bor, cyr confirmed which secret they hold, and those who share one hold the same"
    assert of_secret(found) == [f"{told}; what was compared was made with one secret"]
    assert any("the record of the key ceremony is not in the pack" in each for each in found.unchecked)
    assert of_secret(audited(*CONFIRMED[:2], confirmation("cyr", OTHER))) == [
        "those who share a secret confirmed different ones"
    ]


def test_submission_made_with_another_secret_is_named() -> None:
    found = audited(CEREMONY, *CONFIRMED, made_with={"bor": "0a" * 32})
    assert of_secret(found) == [
        "submission s-bor of bor was made with another secret than agreed",
        "run run-1 compared submissions that were made with different secrets",
    ]
    assert of_secret(audited(made_with={"bor": "0a" * 32})) == [
        "run run-1 compared submissions that were made with different secrets"
    ]


def tampered(**changes: Any) -> bytes:
    """A ceremony whose text was changed, signed anew by its maker."""
    claimed = Ceremony.claimed(CEREMONY)
    return claimed.model_copy(update=changes).signed(keys("atl").root)


HOST_COPY = (
    Ceremony.claimed(CEREMONY)
    .copies[0]
    .model_copy(update={"agency": "host", "key_id": keys("host").sealing.public.key_id})
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tampered(copies=(*Ceremony.claimed(CEREMONY).copies, HOST_COPY)), "the copies are not exactly those"),
        (tampered(copies=()), "the copies are not exactly those"),
        (tampered(agreement="sha256:" + "0" * 64), "it is about an agreement that is not in the pack"),
        (Ceremony.claimed(CEREMONY).signed(keys("bor").root), "not signed by the key of atl that counts"),
        (Envelope.signed("x", b"{}", keys("atl").root).encode(), "what is signed is something else"),
        (b"{}", "a file of the key ceremony does not hold"),
    ],
)
def test_ceremony_that_does_not_hold_is_told(content: bytes, said: str) -> None:
    found = audited(content)
    assert not found.passed
    assert any(said in sentence for sentence in of_secret(found)), of_secret(found)


def test_schema_is_held_to_the_agreement() -> None:
    schema = load_schema("person")
    text = canonical_json(schema.document()).decode()
    agreed = signed(agreement(linkage_schema={"name": "person", "digest": schema.digest}))
    registered = making.registered(digests={"agreement": agreed.digest})
    pack = making.pack([registered], agreements=(agreed.encode().decode(),), attached=Attached(schemas=(text,)))
    found = audit(pack, making.NOW)
    assert [each.sentence for each in found.findings if each.check == "schema"] == [
        "the linkage schema in the pack is the one that the parties agreed on"
    ]
    assert not any("--schema" in each for each in found.unchecked)
    for wrong, said in (
        (text.replace('"name":"person"', '"name":"x"', 1), ""),
        (febrl(), "is not the agreed"),
        ("[]", "cannot be read"),
        ('"person"', "cannot be read"),
    ):
        changed = making.pack([registered], agreements=(agreed.encode().decode(),), attached=Attached(schemas=(wrong,)))
        red = [each.sentence for each in audit(changed, making.NOW).findings if not each.passed]
        assert bool(red) == bool(said)
        assert all(said in sentence for sentence in red)


def febrl() -> str:
    return canonical_json(load_schema("febrl4").document()).decode()
