"""What is wrong with a configuration, part by part, before anybody relies on it."""

import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

import sqlalchemy as sa

from linkage.errors import CounterfoilError
from linkage.ledger import SignedCheckpoint
from server.audit.witnessing import forks
from server.database import open_engine
from server.keys import IDENTITY_FILE, SEALING_FILE, WRAPPING_FILE
from server.runs.machines import cluster_of
from server.settings import Settings
from server.store import Store

_LEAST_FREE_BYTES: Final = 5 << 30
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Finding(NamedTuple):
    """What was found about one part."""

    part: str
    well: bool
    says: str


def diagnose(settings: Settings) -> list[Finding]:
    """Return a finding for each part of a host: keys, disk, database, ledger, store, jobs, log, cluster."""
    return [
        *_keys(settings),
        _tried("database", lambda: _database(settings)),
        *_ledger(settings),
        _disk(settings),
        _tried("store", lambda: _store(settings)),
        _jobs(settings),
        _log(settings),
        _cluster(settings),
    ]


def _keys(settings: Settings) -> Iterator[Finding]:
    for name in (IDENTITY_FILE, SEALING_FILE, WRAPPING_FILE):
        path = settings.data / name
        if not path.exists():
            yield Finding(name, well=False, says="is missing; the first start makes it, or restore it from its backup")
        elif stat.S_IMODE(path.stat().st_mode) & _OTHERS:
            yield Finding(name, well=False, says="can be read by others than its owner")
        else:
            yield Finding(name, well=True, says="is there, for its owner only")


def _database(settings: Settings) -> str:
    if _is_new(settings):
        raise LookupError("there is none yet; the first start makes it")
    engine = open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return f"{engine.dialect.name} answers, and is empty; the first start makes the tables"
            version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    finally:
        engine.dispose()
    return f"{engine.dialect.name} answers, its tables have form {version}"


def _is_new(settings: Settings) -> bool:
    """Return whether the database would be made by opening it."""
    return not settings.database and not (settings.data / "host.db").exists()


def _ledger(settings: Settings) -> Iterator[Finding]:
    """Yield whether an agency has shown that the ledger is not the one that it was; nothing where there is none yet."""
    if _is_new(settings):
        return
    with suppress(CounterfoilError, sa.exc.SQLAlchemyError):  # told of the database
        engine = open_engine(settings.database_url)
        try:
            with engine.connect() as connection:
                if sa.inspect(connection).has_table("evidence"):
                    yield _continued(forks(connection))
        finally:
            engine.dispose()


def _continued(shown: list[tuple[str, SignedCheckpoint]]) -> Finding:
    if not shown:
        return Finding("ledger", well=True, says="no agency has shown a checkpoint that it does not continue")
    who = ", ".join(f"{agency} (of {signed.checkpoint.size:,} entries)" for agency, signed in shown)
    says = f"entries were lost or changed: it does not continue checkpoints that this host has signed and {who} showed"
    return Finding("ledger", well=False, says=says)


def _store(settings: Settings) -> str:
    if settings.store is None and not settings.data.exists():
        raise LookupError("there is none yet; the first start makes it")
    Store(settings.store_url).check()
    return "takes a sealed file and gives it back"


def _disk(settings: Settings) -> Finding:
    if not settings.data.exists():
        return Finding("disk", well=False, says="the folder of the host is not there; the first start makes it")
    if stat.S_IMODE(settings.data.stat().st_mode) & _OTHERS:
        return Finding("disk", well=False, says="the folder of the host can be read by others than its owner")
    free = shutil.disk_usage(settings.data).free
    return Finding("disk", well=free >= _LEAST_FREE_BYTES, says=f"{free / 2**30:.1f} GiB are free")


def _jobs(settings: Settings) -> Finding:
    if settings.jobs.in_process and settings.listen.processes > 1:
        return Finding("jobs", well=False, says="several web processes need jobs.in_process = false and a worker")
    says = "run in the web process" if settings.jobs.in_process else "need 'counterfoil worker'"
    return Finding("jobs", well=True, says=says)


def _log(settings: Settings) -> Finding:
    says = f"{settings.log} on standard error, no file; how long it is kept is for the journal (docs/hosting.md, Logs)"
    return Finding("log", well=True, says=says)


def _cluster(settings: Settings) -> Finding:
    if settings.cluster is None:
        return Finding("cluster", well=True, says="none; comparisons run on the cores of the workers")
    return _tried("cluster", lambda: _reached(settings))


def _reached(settings: Settings) -> str:
    cluster = cluster_of(settings)
    assert cluster is not None
    with cluster.connect() as client:
        count = len(client.scheduler_info(n_workers=-1)["workers"])
    return f"answers, with {count} workers"


def _tried(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part, well=True, says=check())
    except CounterfoilError as error:
        return Finding(part, well=False, says=error.message)
    except (sa.exc.SQLAlchemyError, OSError, LookupError) as error:
        says = (
            str(error.args[0])
            if isinstance(error, LookupError)
            else f"does not work: {type(error.__cause__ or error).__name__}"
        )
        return Finding(part, well=False, says=says)
