"""Key ceremonies of the agencies of a house, as their own programs hold them."""

import json
from typing import Any

import sqlalchemy as sa

from encoder import ceremony
from encoder.secret import OperationSecret
from linkage.agreement import SignedAgreement
from server.database.tables import operations
from tests.linkage.agreements import keys
from tests.server.house import OPERATION, SCHEMA, House, Officer


def agreed(house: House) -> SignedAgreement:
    """The agreement that the host has registered."""
    with house.service.engine.connect() as connection:
        found = sa.select(operations.c.agreement).where(operations.c.id == OPERATION)
        return SignedAgreement.parse(connection.execute(found).scalar_one())


def made(house: House, maker: str, secret: OperationSecret, other: str | None = None) -> bytes:
    """A ceremony file of `maker`."""
    signed = agreed(house)
    sharers = ceremony.sharers_with(signed.agreement, maker, other)
    return ceremony.make(signed, sharers, secret, keys(maker).root, now=house.clock.now)


def confirmation(house: House, agency: str, secret: OperationSecret, other: str | None = None) -> bytes:
    """A confirmation of `agency`."""
    signed = agreed(house)
    return ceremony.confirm(signed, ceremony.sharers_with(signed.agreement, agency, other), secret, keys(agency).root)


def sends(officer: Officer, content: bytes) -> Any:
    """The answer to a ceremony file."""
    return officer.asks("POST", f"/operations/{OPERATION}/ceremonies", json.loads(content))


def confirms(officer: Officer, which: str, content: bytes) -> Any:
    """The answer to a confirmation."""
    return officer.asks("POST", f"/ceremonies/{which}/confirmations", json.loads(content))


def relayed(house: House, officer: Officer, secret: OperationSecret, other: str | None = None) -> Any:
    """The answer to a ceremony that shares `secret`."""
    return sends(officer, made(house, officer.agency, secret, other))


def confirmed_by(secret: OperationSecret) -> str:
    """The key confirmation of the packages that are made with a secret."""
    return secret.key_confirmation(SCHEMA)
