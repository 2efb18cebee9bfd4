"""A host with an operation of three agencies, on SQLite and, where `-m postgres` asks for it, on PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from server.database import migrate, open_engine
from tests.server.bucket import running_bucket
from tests.server.house import House
from tests.server.postgres import running_postgres

SMOKE = ("test_story", "test_ledger", "test_faults")  # modules whose tests take PostgreSQL in the default run too


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let every test that stands on a database stand on both."""
    if "database" in metafunc.fixturenames:
        short = metafunc.module.__name__.rpartition(".")[2] in SMOKE
        marks = [pytest.mark.postgres, *([pytest.mark.smoke] if short else [])]
        metafunc.parametrize("database", ["sqlite", pytest.param("postgres", marks=marks)], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Return what makes a new database with our tables, in a PostgreSQL of this test run."""
    numbers = itertools.count()
    with running_postgres() as server:

        def fresh() -> str:
            name = f"host{next(numbers)}"
            with psycopg.connect(server.uri, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE formed".encode())
            return server.url.replace("/postgres?", f"/{name}?")

        with psycopg.connect(server.uri, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE formed")
        engine = open_engine(server.url.replace("/postgres?", "/formed?"))
        migrate(engine)
        engine.dispose()
        yield fresh


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """Return the URL of a bucket of an S3 of this test run."""
    with running_bucket() as url:
        yield url


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str | None]]:
    """Return what gives the URL of a new database; None is SQLite in the host's own folder."""
    House.database = request.getfixturevalue("postgres") if request.param == "postgres" else lambda: None
    yield House.database
    House.database = lambda: None


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close the connections of all hosts after each test."""
    yield
    for engine in House.engines:
        engine.dispose()


@pytest.fixture
def house(tmp_path: Path, database: object) -> House:
    """A host that has registered the agreement."""
    made = House.at(tmp_path)
    assert made.registers().status_code == 201
    return made
