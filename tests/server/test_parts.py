"""Settings, keys, store, database: the parts that a host stands on."""

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import strategies as st

import server.ledger.tables  # its tables are of the same metadata
from linkage.errors import KeyFileError
from server.database import metadata, migrate, open_engine, writing
from server.diagnosis import diagnose
from server.errors import DatabaseError, SettingsError
from server.keys import HostKeys
from server.service import Service
from server.settings import Settings
from server.store import CHUNK_BYTES

KEY = bytes(range(32))
SIZES = st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7])


def test_settings_are_read_and_strange_keys_refused(tmp_path: Path) -> None:
    path = tmp_path / "host.toml"
    path.write_text('name = "un"\ndata = "data"\n[listen]\nport = 9000\n')
    settings = Settings.read(path)
    assert (settings.name, settings.listen.port, settings.data) == ("un", 9000, tmp_path / "data")
    path.write_text('data = "data"\nport = 9000\n')
    with pytest.raises(SettingsError, match="port is not a known key"):
        Settings.read(path)
    path.write_text("data = ")
    with pytest.raises(SettingsError, match="not a TOML file"):
        Settings.read(path)


def test_the_first_start_makes_keys_and_the_next_keeps_them(tmp_path: Path) -> None:
    first = HostKeys.at(tmp_path / "host", "host")
    wrapped = first.new_sealing_key("owner")
    again = HostKeys.at(tmp_path / "host", "host")
    assert again.identity.public == first.identity.public
    assert again.sealing_key(wrapped, "owner") == first.sealing_key(wrapped, "owner")
    assert "Ed25519" not in repr(first)
    for name in ("host.key", "host.seal", "wrapping.key"):
        assert stat.S_IMODE((tmp_path / "host" / name).stat().st_mode) == 0o600
    with pytest.raises(KeyFileError, match="not the one that sealed"):
        again.sealing_key(wrapped, "other")
    with pytest.raises(KeyFileError, match="another name"):
        HostKeys.at(tmp_path / "host", "un")


def test_migrations_make_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    assert server.ledger.tables.entries.metadata is metadata
    engine = open_engine(f"sqlite:///{tmp_path / 'host.db'}")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'host.db'}")
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="does not know"):
        migrate(engine)
    engine.dispose()


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    settings = Settings.embedded(tmp_path / "host")
    before = {found.part: found.well for found in diagnose(settings)}
    assert before["host.key"] is before["database"] is before["disk"] is False
    Service.opened(settings).engine.dispose()
    (tmp_path / "host" / "host.key").chmod(0o644)
    after = {found.part: found for found in diagnose(settings)}
    assert after["database"].well
    assert after["store"].well
    assert "read by others" in after["host.key"].says


def test_doctor_makes_no_folder_and_those_of_the_first_start_are_for_their_owner(tmp_path: Path) -> None:
    data = tmp_path / "var" / "host"
    assert [found.says for found in diagnose(Settings.embedded(data)) if found.part == "store"] == [
        "there is none yet; the first start makes it"
    ]
    assert not data.parent.exists()
    Service.opened(Settings.embedded(data)).store.check()
    for folder in (data.parent, data, data / "store", data / "uploads"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    data.chmod(0o755)
    (disk,) = [found for found in diagnose(Settings.embedded(data)) if found.part == "disk"]
    assert (disk.well, disk.says) == (False, "the folder of the host can be read by others than its owner")


def test_doctor_says_of_an_empty_database_that_it_is_empty(tmp_path: Path) -> None:
    settings = Settings.embedded(tmp_path, database=f"sqlite:///{tmp_path / 'new.db'}")
    (database,) = [found for found in diagnose(settings) if found.part == "database"]
    assert database.well
    assert "the first start makes the tables" in database.says


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"database": "postgresql+psycopg://nobody@127.0.0.1:1/none"}, "the database cannot be reached"),
        ({"store": "nowhere://bucket"}, "there is no driver"),
    ],
)
def test_a_host_does_not_start_without_its_database_or_the_driver_of_its_store(
    tmp_path: Path, changes: dict[str, str], error: str
) -> None:
    with pytest.raises((DatabaseError, SettingsError), match=error):
        Service.opened(Settings.embedded(tmp_path / "host", **changes))
