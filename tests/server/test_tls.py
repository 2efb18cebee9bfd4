"""The agency's side believes the authority of its desk, and without one no stranger's certificate."""

import http.server
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from linkage.identity import Identity
from server.client import Desk, RemoteHost
from server.errors import ServiceError
from tests.linkage.agreements import signed


class Server(NamedTuple):
    url: str
    certificate: Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A web server behind TLS that answers everything with 404, and its own certificate."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    certificate, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private)
    served = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    served.socket = context.wrap_socket(served.socket, server_side=True)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield Server(f"https://127.0.0.1:{served.server_port}", certificate)
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.mark.parametrize("named", [True, False])
def test_only_the_authority_of_the_desk_is_believed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    monkeypatch.setattr("server.client.exchange.time.sleep", lambda _: None)
    authority = server.certificate.read_bytes() if named else None
    desk = Desk.set_up(tmp_path / "desk", server.url, Identity.new("atl"), signed(), authority=authority)
    with RemoteHost.of(Desk.read(tmp_path / "desk")) as host, pytest.raises(ServiceError) as caught:
        host.runs()
    assert caught.value.code == ("service" if named else "service.unreachable")
    assert (desk.authority is None) is not named
