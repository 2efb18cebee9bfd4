"""Opening the database, and the transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from server.errors import DatabaseError

_BUSY_MILLISECONDS = 30_000
_WRITE_LOCK = 0x636F756E746572  # "counter", of the advisory locks of this database
_MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str) -> sa.Engine:
    """Return an engine whose writers wait for each other and whose commits are on disk when they return."""
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that writes; it commits when the block ends well.

    It holds the one right to write from the start, so that what it read stays true until it commits. Each change
    appends to the ledger, which has one end, so writers would wait for each other anyway.
    """
    with engine.connect() as connection:
        connection.info["writing"] = True
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
                yield connection
        finally:
            connection.info.pop("writing", None)


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to the form that this program knows.

    Raises:
        DatabaseError: it cannot be reached, or was made by a newer program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    try:
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise DatabaseError(
            "the database has a form that this program does not know",
            code="database.newer",
            hint="a newer Counterfoil has used it; start that one",
        ) from None
    except sa.exc.OperationalError:
        raise DatabaseError(
            "the database cannot be reached, or does not let this user in",
            code="database.unusable",
            hint="counterfoil doctor says what works and what does not",
        ) from None


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin as `_begin_sqlite` says
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writing") else "BEGIN")
