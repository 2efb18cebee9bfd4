"""A comparison on a Dask cluster behind TLS: the host's own certificates open it, and others do not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from distributed import LocalCluster
from distributed.security import Security

from matcher import candidate_pairs
from matcher import cluster as cluster_module
from matcher.cluster import Cluster
from matcher.comparison import TileSize
from matcher.errors import EngineError
from tests.matcher.making import random_encodings, same


class Papers(NamedTuple):
    """PEM files: an authority, and a certificate that it signed, with its key."""

    authority: Path
    certificate: Path
    key: Path

    def cluster(self, address: str) -> Cluster:
        return Cluster(address=address, authority=self.authority, certificate=self.certificate, key=self.key)


def papers(folder: Path) -> Papers:
    """Make an authority and have it sign for one machine."""
    folder.mkdir()
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", "machine")]
    now = datetime.now(UTC)
    made = Papers(folder / "authority.pem", folder / "machine.pem", folder / "machine.key")
    for number, path in enumerate((made.authority, made.certificate)):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(names[number])
            .issuer_name(names[0])
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
            .sign(keys[0], hashes.SHA256())
        )
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


class Machines(NamedTuple):
    """A running cluster and the papers that open it."""

    address: str
    own: Papers


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler and one worker, processes that speak TLS only."""
    own = papers(tmp_path_factory.mktemp("tls") / "own")
    new_security: Any = Security  # distributed is not typed
    security = new_security(
        require_encryption=True,
        tls_ca_file=str(own.authority),
        **{f"tls_{role}_cert": str(own.certificate) for role in ("scheduler", "worker", "client")},
        **{f"tls_{role}_key": str(own.key) for role in ("scheduler", "worker", "client")},
    )
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed is not typed
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=50,
        security=security,
        protocol="tls://",
    ) as running:
        yield Machines(running.scheduler_address, own)


def test_a_cluster_behind_tls_gives_the_bytes_that_threads_give(machines: Machines) -> None:
    assert machines.address.startswith("tls://")
    files = random_encodings(300, 16, 0.4, 1), random_encodings(200, 16, 0.4, 2)
    cluster = machines.own.cluster(machines.address)
    found = candidate_pairs(*files, 0.5, cluster=cluster, tile_size=TileSize(100, 100))
    assert len(found.score) > 1000
    assert same(found, candidate_pairs(*files, 0.5))


def test_papers_of_another_authority_do_not_open_it(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_CONNECT_SECONDS", 2)
    stranger = papers(tmp_path / "stranger")
    with pytest.raises(EngineError, match="no scheduler answers"):
        stranger.cluster(machines.address).connect()
    with pytest.raises(EngineError, match="no scheduler answers"):  # theirs, under our authority's name
        stranger._replace(authority=machines.own.authority).cluster(machines.address).connect()
