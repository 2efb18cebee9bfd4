"""A host that has worked with an earlier program goes on with this one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import server.database
from linkage.credential import Officer
from server.database import migrate, open_engine, writing
from tests.server.house import House


def changed_to(engine: sa.Engine, revision: str) -> None:
    """Bring the tables of an empty database to an earlier form."""
    config = Config()
    config.set_main_option("script_location", str(Path(server.database.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


OPERATION = {"id": "lantern", "version": 1, "digest": "d", "agreement": b"a", "registered": "r"}
SUBMISSION = {
    "id": "5" * 32,
    "operation": "lantern",
    "agency": "atl",
    "category": "suspect",
    "digest": "d",
    "manifest": b"m",
    "records": 5,
    "encodings": 5,
    "state": "stored",
    "accepted": "a",
    "expires": "e",
    "sealing_key": b"k",
    "receipt": b"r",
}


@pytest.fixture
def empty(tmp_path: Path, database: Callable[[], str | None]) -> sa.Engine:
    """A database without tables."""
    url = database()
    engine = open_engine(url or f"sqlite:///{tmp_path / 'host.db'}")
    House.engines.append(engine)
    if url is not None:
        with writing(engine) as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    return engine


def insert(connection: sa.Connection, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)  # noqa: S608 - ours


def test_officers_and_submissions_of_the_first_form_go_on(empty: sa.Engine, tmp_path: Path) -> None:
    credential = House.at(tmp_path).officer("atl").credential
    changed_to(empty, "0001")
    with writing(empty) as connection:
        insert(connection, "operations", OPERATION)
        insert(connection, "submissions", SUBMISSION)
        officer = {"key_id": "1" * 32, "agency": "atl", "officer": "o-1", "role": "agency.officer"}
        more = {"public_key": "p", "credential": credential, "root_key": "r", "valid_until": "v"}
        insert(connection, "officers", officer | more)
    migrate(empty)
    with empty.connect() as connection:
        row = connection.execute(sa.text("SELECT digest FROM officers")).one()
        assert row.digest == Officer.claimed(credential).digest
        row = connection.execute(sa.text("SELECT file, counterpart, sealing_key FROM submissions")).one()
        assert (row.file, row.counterpart, bytes(row.sealing_key)) == ("5" * 32, None, b"k")
