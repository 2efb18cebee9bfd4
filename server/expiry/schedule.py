"""The schedule: what has expired is thrown away, and what was given up is tried again, without anybody's asking."""

from datetime import timedelta
from math import inf
from pathlib import Path

import sqlalchemy as sa

from server.database import writing
from server.database.tables import couples, hits, nonces, runs, submissions, uploads
from server.expiry.logs import erase_logs
from server.hits.erasing import erase_hits
from server.operations.registry import agreement_of
from server.runs.again import try_again
from server.runs.standing import ACTIVE, follow
from server.service import Service
from server.submissions.keeping import discard, erase
from server.submissions.uploads import path_of, unlink

_LEFT_BEHIND_SECONDS = 3600


def expire(service: Service) -> None:
    """Throw away submissions, hits, logs, uploads and nonces whose time is over, and files that a crash left behind.

    Runs of standing operations that were given up are ordered anew.
    """
    now = service.now_text()
    with service.engine.connect() as connection:  # mostly there is nothing, and then nobody has to wait
        due = [
            *connection.execute(
                sa.select(submissions.c.id).where(submissions.c.state == "stored", submissions.c.expires <= now)
            ).scalars()
        ]
        stale = [*connection.execute(sa.select(uploads.c.id).where(uploads.c.expires <= now)).scalars()]
        old_hits = connection.execute(sa.select(hits.c.run).where(hits.c.expires <= now).distinct()).scalars().all()
        old_nonces = connection.execute(sa.select(nonces.c.key_id).where(nonces.c.expires <= now).limit(1)).first()
    for submission in due:
        with writing(service.engine) as connection:
            row = connection.execute(sa.select(submissions).where(submissions.c.id == submission)).one()
            files = []
            if row.state == "stored":
                files = erase(connection, service, None, submission, "expired").files
                follow(connection, service, agreement_of(connection, row.operation))
        for name in files:
            discard(service, name)
    if stale or old_nonces:
        with writing(service.engine) as connection:
            connection.execute(uploads.delete().where(uploads.c.id.in_(stale)))
            connection.execute(nonces.delete().where(nonces.c.expires <= now))
    for upload in stale:
        unlink(path_of(service, upload))
    for run in old_hits:
        with writing(service.engine) as connection:
            erase_hits(connection, service, sa.and_(hits.c.run == run, hits.c.expires <= now), "expired")
    erase_logs(service)
    try_again(service)
    _sweep(service)


def _sweep(service: Service) -> None:
    """Delete the files that nobody knows any more, sealed or not; a young one may be just beginning."""
    youngest = service.now() - timedelta(seconds=_LEFT_BEHIND_SECONDS)
    with service.engine.connect() as connection:
        known = {path_of(service, found) for found in connection.execute(sa.select(uploads.c.id)).scalars()}
        stored = set(connection.execute(sa.select(submissions.c.file).where(submissions.c.state == "stored")).scalars())
        paired = set(connection.execute(sa.select(couples.c.file).where(couples.c.file.is_not(None))).scalars())
        active = set(connection.execute(sa.select(runs.c.id).where(runs.c.state.in_(ACTIVE))).scalars())
    for path in service.settings.uploads.iterdir():
        if path not in known and _changed(path) < youngest.timestamp():
            unlink(path)
    for folder, live in (("submissions", stored), ("comparisons", active), ("couples", paired)):
        for name in service.store.strays(folder, live, youngest):
            discard(service, name)


def _changed(path: Path) -> float:
    """Return when a file was last written, in seconds of the epoch; never, if another worker has swept it up."""
    try:
        return path.stat().st_mtime
    except OSError:
        return inf
