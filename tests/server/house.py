"""A host in a folder with a clock that tests set, and agencies that call it through Flask's test client."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import sqlalchemy as sa
from flask.testing import FlaskClient

from linkage.category import Category
from linkage.credential import Role, issue
from linkage.http_signature import Request, sign
from linkage.identity import Identity
from linkage.manifest import Draft, Quality, SchemaReference, Software, moment_text
from linkage.package import open_package, write_package
from server.api.app import create_app
from server.hosting import worker
from server.service import Service
from server.settings import Settings
from tests.linkage.agreements import HOST, NOW, agreement, keys, signed

OPERATION = "lantern"
SCHEMA = "sha256:" + "1a" * 32
WIDTH = 32


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Officer:
    """Somebody who signs requests."""

    client: FlaskClient
    clock: Clock
    host_key_id: str
    agency: str
    role: Role
    key: Identity
    credential: bytes
    sent: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def asks(self, method: str, path: str, document: Any = None, *, body: bytes | None = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else body
        if document is not None:
            content = json.dumps(document).encode()
            given.setdefault("content-type", "application/json")
        bare, _, query = path.partition("?")
        request = Request(method, bare, query, given)
        nonce = secrets.token_bytes(16)
        signature = sign(
            request,
            hashlib.sha256(content).digest(),
            self.key,
            host_key_id=self.host_key_id,
            now=self.clock.now,
            nonce=nonce,
        )
        self.sent.append((method, path, given | signature, content))
        return self.again()

    def again(self) -> Any:
        """Send the last request once more, as it was."""
        method, path, headers, content = self.sent[-1]
        return self.client.open(path, method=method, headers=headers, data=content, environ_overrides={"RAW_URI": path})

    def joins(self) -> Any:
        return self.asks("POST", "/credentials", json.loads(self.credential))

    def submits(self, content: bytes, *, part: int = 1 << 20, supplement: bool = False) -> Any:
        announced = {"size": len(content), "digest": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        begun = self.asks("POST", f"/operations/{OPERATION}/uploads", announced)
        if begun.status_code != 201:
            return begun
        path = f"/uploads/{begun.json['upload']}"
        for start in range(0, len(content), part):
            piece = content[start : start + part]
            done = self.sends_part(path, piece, start, len(content))
            assert done.status_code == 200, done.json
        return self.asks("POST", f"{path}/submission" + ("?supplement=true" if supplement else ""))

    def sends_part(self, path: str, piece: bytes, start: int, size: int) -> Any:
        stated = f"bytes {start}-{start + len(piece) - 1}/{size}"
        return self.asks("PATCH", path, body=piece, content_type="application/octet-stream", content_range=stated)

    def orders(self, threshold: float | str = 0.8) -> Any:
        plan = self.asks("GET", f"/operations/{OPERATION}/plan").json
        order = {"plan": plan["digest"], "threshold": threshold, "justification": "investigation"}
        return self.asks("POST", f"/operations/{OPERATION}/runs", order)

    def hits(self, run: str) -> list[dict[str, Any]]:
        answer = self.asks("GET", f"/runs/{run}/hits?justification=investigation&limit=1000")
        assert answer.status_code == 200, answer.json
        found: list[dict[str, Any]] = answer.json["hits"]
        return found


@dataclass
class House:
    """The host and those who call it."""

    service: Service
    clock: Clock
    client: FlaskClient
    folder: Path
    database: ClassVar[Callable[[], str | None]] = lambda: None  # the URL of a new one; None: SQLite in the folder
    engines: ClassVar[list[sa.Engine]] = []

    @classmethod
    def at(cls, folder: Path, **settings: Any) -> "House":
        data = folder / "host"
        data.mkdir(mode=0o700)
        keys(HOST).root.write(data / "host.key")
        clock = Clock()
        service = Service.opened(Settings.embedded(data, name=HOST, **({"database": cls.database()} | settings)), clock)
        cls.engines.append(service.engine)
        app = create_app(service)
        return cls(service, clock, app.test_client(), folder)

    def officer(self, agency: str, role: Role = Role.AGENCY_OFFICER) -> Officer:
        key = Identity.new(agency)
        credential = issue(
            f"{agency}-{role.value}",
            role,
            key.public,
            keys(agency).root,
            valid_from=self.clock.now - timedelta(days=1),
            valid_until=self.clock.now + timedelta(days=300),
        )
        host_key_id = keys(HOST).root.public.key_id
        return Officer(self.client, self.clock, host_key_id, agency, role, key, credential)

    def registers(self, **changes: Any) -> Any:
        operator = self.officer(HOST, Role.HOST_OPERATOR)
        assert operator.joins().status_code == 201
        text = agreement(**changes)
        names = (*(party.agency for party in text.parties), HOST)
        return operator.asks("POST", "/operations", json.loads(signed(text, names).encode()))

    def joined(self, agency: str, role: Role = Role.AGENCY_OFFICER) -> Officer:
        officer = self.officer(agency, role)
        answer = officer.joins()
        assert answer.status_code == 201, answer.json
        return officer

    def works(self) -> int:
        """Do all jobs that are there; return how many."""
        own, done = worker(self.service, "worker-0"), 0
        while own.work_once():
            done += 1
        return done


def package(folder: Path, agency: str, rows: np.ndarray[Any, Any], *, seed: int, **changes: Any) -> bytes:
    """A package of `agency` with random tokens, signed by its root key."""
    random = np.random.default_rng(seed)
    tokens = np.unique(random.integers(0, 256, (len(rows), 16), dtype=np.uint8), axis=0)
    stated: dict[str, Any] = {
        "category": Category.SUSPECT,
        "created": moment_text(NOW - timedelta(days=1)),
        "expires": moment_text(NOW + timedelta(days=90)),
        "linkage_schema": SchemaReference(name="person", digest=SCHEMA),
        "key_confirmation": "2b" * 32,
        "bits": 8 * rows.shape[1],
        "measure": "dice",
        "fields_used": ("surname",),
        "fields_dropped": (),
        "quality": Quality(rows_read=len(rows), rows_set_aside=0, fields=(), mean_fill=0.5),
        "software": Software(counterfoil="0.1.0", engine="native"),
    }
    path = folder / f"{agency}-{secrets.token_hex(4)}.cfp"
    write_package(path, [(tokens, rows)], Draft(**(stated | changes)), keys(agency).root)
    return path.read_bytes()


def tokens_of(folder: Path, content: bytes) -> list[str]:
    """The tokens of a package, in the order of its rows."""
    path = folder / f"{secrets.token_hex(4)}.read.cfp"
    path.write_bytes(content)
    return open_package(path).encodings.token_texts()


def people(count: int, seed: int) -> np.ndarray[Any, Any]:
    """Encodings of people who are not alike."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, WIDTH), dtype=np.uint8)
