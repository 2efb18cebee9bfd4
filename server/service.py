"""A host as one value: everything that its parts work with."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import sqlalchemy as sa

from linkage.files import OWNER_ONLY_FOLDER
from linkage.ledger.entry import CONSOLE
from linkage.manifest import moment_text
from server.clock import Clock, system_clock
from server.database import migrate, open_engine
from server.keys import HostKeys
from server.settings import Settings
from server.store import Store


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an officer of an agency, known by the key that signed the request."""

    agency: str
    officer: str
    role: str
    key_id: str
    root_key: str


@dataclass(frozen=True, slots=True)
class Service:
    """The settings, keys, database, sealed files and clock of one host."""

    settings: Settings
    keys: HostKeys
    engine: sa.Engine
    store: Store
    clock: Clock

    @classmethod
    def opened(cls, settings: Settings, clock: Clock = system_clock) -> Self:
        """Return the host that `settings` describe, its tables brought to the present form.

        Raises:
            FileError, KeyFileError, DatabaseError: a part of it cannot be used.
        """
        keys = HostKeys.at(settings.data, settings.name)
        settings.uploads.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
        engine = open_engine(settings.database_url)
        migrate(engine)
        return cls(settings, keys, engine, Store(settings.store_url), clock)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()

    def now_text(self) -> str:
        """Return the present moment as tables and documents hold it."""
        return moment_text(self.clock())

    def console(self) -> Caller:
        """Return who works at the host's own machine, where nobody signs a request."""
        public = self.keys.identity.public
        return Caller(public.agency, CONSOLE, "host.operator", public.key_id, public.key_text)


def new_id() -> str:
    """Return a random identifier of 32 hexadecimal digits."""
    return secrets.token_hex(16)
