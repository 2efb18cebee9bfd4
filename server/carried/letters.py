"""Letters that were carried to the host: what they ask is done under the rules, and as the officer, of the API."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from linkage.envelope import Envelope
from linkage.ledger import SignedCheckpoint
from server import journal
from server.api.authorisation import authorise
from server.audit.witnessing import witness
from server.database import writing
from server.database.tables import nonces
from server.errors import LetterError, UnauthenticatedError
from server.letter import CancellationWish, FreezeWish, Letter, RunWish, Wish, WithdrawalWish
from server.operations.freezing import freeze
from server.operations.officers import officer_with
from server.rules import rule_table
from server.runs.orders import cancel, order
from server.service import Caller, Service
from server.submissions.withdrawal import withdraw, withdraw_records


def follow_letter(service: Service, content: bytes) -> bytes:
    """Do what the letter in `content` asks, and return the host's signed word for it.

    Raises:
        LetterError: not a letter, not for this host, not valid now, or followed before.
        UnauthenticatedError: the key that signed it is not that of an officer here.
        RefusedError: it carries a checkpoint that this ledger does not continue.
        NotAllowedError, AbsentError, ConflictError: as over HTTP.
    """
    letter, caller = _written(service, content)
    route, method, names = _asked(letter.wish, letter.operation)
    authorise(service, rule_table()[route, method], caller, names)
    if letter.checkpoint is not None:
        witness(service, caller, SignedCheckpoint.parse(letter.checkpoint.encode(), "checkpoint of the letter"))
    with _once(service, letter, caller):
        return _done(service, letter, caller)


def _written(service: Service, content: bytes) -> tuple[Letter, Caller]:
    """Return the letter, and the officer who has signed it."""
    letter = Letter.claimed(content)
    key_id = Envelope.parse(content).signatures[0].key_id
    with service.engine.connect() as connection:
        found = officer_with(connection, service, key_id)
    if found is None:
        raise UnauthenticatedError(
            "the key is not that of an officer here",
            code="unauthenticated.key",
            hint="bring the credential first: counterfoil host import CREDENTIAL",
        )
    caller, key = found
    Letter.parse(content, key)
    letter.require(host=service.keys.identity.public.key_id, now=service.now())
    return letter, caller


def _asked(wish: Wish, operation: str) -> tuple[str, str, dict[str, Any]]:
    """Return the route and method that a request would have, and the object that it would name."""
    match wish:
        case RunWish():
            return "/operations/<operation>/runs", "POST", {"operation": operation}
        case FreezeWish():
            return "/operations/<operation>/freeze", "POST", {"operation": operation}
        case CancellationWish():
            return "/runs/<run>/cancellation", "POST", {"run": wish.run}
        case WithdrawalWish(tokens=None):
            return "/submissions/<submission>", "DELETE", {"submission": wish.submission}
        case WithdrawalWish():
            return "/submissions/<submission>/withdrawals", "POST", {"submission": wish.submission}


@contextmanager
def _once(service: Service, letter: Letter, caller: Caller) -> Iterator[None]:
    """Let a letter be followed in the block, unless it was before; where the block fails, it may be brought again."""
    mine = sa.and_(nonces.c.key_id == caller.key_id, nonces.c.nonce == letter.number)
    values = {"key_id": caller.key_id, "nonce": letter.number, "expires": letter.until}
    try:
        with writing(service.engine) as connection:
            connection.execute(nonces.insert().values(**values))
    except sa.exc.IntegrityError:
        raise LetterError("the letter was followed before", code="letter.repeated") from None
    try:
        yield
    except Exception:
        with suppress(sa.exc.DBAPIError), writing(service.engine) as connection:
            connection.execute(nonces.delete().where(mine))
        raise


def _done(service: Service, letter: Letter, caller: Caller) -> bytes:
    wish = letter.wish
    match wish:
        case WithdrawalWish():
            if wish.tokens is None:
                return withdraw(service, caller, wish.submission)
            return withdraw_records(service, caller, wish.submission, wish.tokens, reason=wish.reason)
        case RunWish():
            run = order(
                service,
                caller,
                letter.operation,
                plan_digest=wish.plan,
                threshold=None if wish.threshold == "auto" else wish.threshold,
                justification=wish.justification,
                remarks=wish.remarks,
            )
            return _word(service, letter, {"run": run, "plan": wish.plan})
        case CancellationWish():
            cancel(service, caller, wish.run)
            return _word(service, letter, {"run": wish.run})
        case FreezeWish():
            why, remarks = wish.justification, wish.remarks
            since = freeze(service, caller, letter.operation, justification=why, remarks=remarks)
            return _word(service, letter, {"frozen": since})


def _word(service: Service, letter: Letter, stated: dict[str, Any]) -> bytes:
    """Return the host's signed word that it has followed a letter."""
    with service.engine.connect() as connection:
        statement = {
            "letter": letter.digest,
            "asked": letter.wish.kind,
            "operation": letter.operation,
            "done": service.now_text(),
            "checkpoint": journal.checkpoint(connection, service),
        }
    return journal.signed_receipt(service, statement | stated)
