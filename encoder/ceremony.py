"""The key ceremony where the secret itself is handled: at an agency, never at the host.

The maker draws the secret and seals it to the others; each of them opens its copy, checks that it is the secret that
the maker confirms, and states so. The files are those of :mod:`linkage.ceremony`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from encoder.secret import SECRET_BYTES, OperationSecret
from linkage.agreement.model import Agreement
from linkage.agreement.signed import SignedAgreement
from linkage.canonical import base64_text, canonical_json
from linkage.ceremony import (
    Ceremony,
    Confirmation,
    SealedCopy,
    context,
    groups_of_sharers,
    recipients,
    require_agreed,
)
from linkage.errors import CeremonyError
from linkage.identity import Identity
from linkage.manifest import moment_text
from linkage.sealing import SealingKey

_CONFIRMATION_LABEL = b"counterfoil/1 ceremony confirmation"


def sharers_with(agreement: Agreement, agency: str, other: str | None) -> tuple[str, ...]:
    """Return the group that shares a secret: all parties, or `agency` and `other` where each pair has its own.

    Raises:
        CeremonyError: `other` is asked for and missing, or given and not asked for, or a stranger.
    """
    if (agreement.key.scope == "pair") != (other is not None):
        raise CeremonyError(
            "the other agency is named exactly where the agreement says that each pair has a secret of its own",
            code="ceremony.recipients",
        )
    wanted = tuple(sorted((agency, other))) if other is not None else groups_of_sharers(agreement)[0]
    if wanted not in groups_of_sharers(agreement) or agency not in wanted:
        raise CeremonyError("these do not share a secret under the agreement", code="ceremony.recipients")
    return wanted


def make(
    signed: SignedAgreement, sharers: Sequence[str], secret: OperationSecret, identity: Identity, *, now: datetime
) -> bytes:
    """Return the signed ceremony file: `secret`, sealed to every other agency of `sharers`.

    Args:
        signed: the agreement, signed by all.
        sharers: the group that shares the secret, see :func:`sharers_with`.
        secret: one made by us, 256 random bits.
        identity: the maker's root key.
        now: aware.

    Raises:
        CeremonyError: the maker is not one of the sharers or not the key that the agreement names.
        RefusedError: the agreement is not signed by all or has ended, or the host would be a recipient.
    """
    agreement = require_agreed(signed, now)
    _require_root(agreement, identity)
    if not secret.ours:
        raise CeremonyError("a ceremony shares a secret made by Counterfoil only", code="ceremony.secret")
    group = tuple(sharers)
    receivers = recipients(agreement, group, identity.agency)
    unsealed = Ceremony(
        operation=agreement.operation,
        epoch=agreement.key.epoch,
        agreement=agreement.digest,
        sharers=group,
        confirmation=_confirmation(secret, agreement, group),
        key_confirmation=secret.key_confirmation(agreement.linkage_schema.digest),
        maker=identity.agency,
        made=moment_text(now),
        copies=(),
    )
    copies = tuple(
        SealedCopy(
            agency=party.agency,
            key_id=party.sealing.key_id,
            sealed=base64_text(party.sealing.seal(secret.value, context(unsealed, party.agency))),
        )
        for party in receivers
    )
    content = unsealed.model_copy(update={"copies": copies}).signed(identity)
    Ceremony.verified(content, agreement)  # what the others will check
    return content


def open_copy(content: bytes, signed: SignedAgreement, key: SealingKey, *, now: datetime) -> OperationSecret:
    """Return the secret that the ceremony file `content` holds for the owner of `key`.

    Raises:
        CeremonyError: the file is not by a party or not under this agreement, holds no copy for this key, or what
            opens is not the secret that its maker confirms.
        RefusedError: the agreement is not signed by all or has ended, or the host is a recipient.
    """
    agreement = require_agreed(signed, now)
    ceremony = Ceremony.verified(content, agreement)
    key_id = key.public.key_id
    copy = next((copy for copy in ceremony.copies if copy.key_id == key_id), None)
    if copy is None:
        raise CeremonyError(
            "the ceremony holds no copy for this sealing key",
            code="ceremony.stranger",
            hint="the agreement names the sealing key of each agency; use the private half of that one",
        )
    value = key.unseal(copy.sealed_bytes, context(ceremony, copy.agency))
    if value is None or len(value) != SECRET_BYTES:
        raise CeremonyError("the copy does not open; ask its maker for the file again", code="ceremony.damaged")
    secret = OperationSecret(value, 8 * SECRET_BYTES, ours=True)
    own = _confirmation(secret, agreement, ceremony.sharers), secret.key_confirmation(agreement.linkage_schema.digest)
    if own != (ceremony.confirmation, ceremony.key_confirmation):
        raise CeremonyError("what opens is not the secret that its maker confirms", code="ceremony.damaged")
    return secret


def confirm(signed: SignedAgreement, sharers: Sequence[str], secret: OperationSecret, identity: Identity) -> bytes:
    """Return the signed file by which an agency states which secret it holds, for everybody to compare.

    Raises:
        CeremonyError: `identity` is not a party, or not one of the sharers.
    """
    agreement, group = signed.agreement, tuple(sharers)
    _require_root(agreement, identity)
    content = Confirmation(
        operation=agreement.operation,
        epoch=agreement.key.epoch,
        agreement=agreement.digest,
        sharers=group,
        confirmation=_confirmation(secret, agreement, group),
        key_confirmation=secret.key_confirmation(agreement.linkage_schema.digest),
        agency=identity.agency,
    ).signed(identity)
    Confirmation.verified(content, agreement)
    return content


def _confirmation(secret: OperationSecret, agreement: Agreement, sharers: tuple[str, ...]) -> str:
    """Return 64 hexadecimal digits that equal secrets of one group, agreement and epoch have in common.

    HMAC-SHA256 under a key that HKDF-SHA256 derives from the secret with a label of its own; why that gives nothing
    away is said at :meth:`encoder.secret.OperationSecret.key_confirmation`.
    """
    key = HKDF(SHA256(), length=32, salt=None, info=_CONFIRMATION_LABEL).derive(secret.value)
    about = canonical_json([agreement.operation, agreement.key.epoch, agreement.digest, list(sharers)])
    return hmac.new(key, about, hashlib.sha256).hexdigest()


def _require_root(agreement: Agreement, identity: Identity) -> None:
    party = agreement.party(identity.agency)
    if party is None or party.root != identity.public:
        raise CeremonyError("this identity is not the root key of a party to the agreement", code="ceremony.stranger")
