"""Which machines compare, and whether they may be spoken to.

The machines are a Dask cluster (``dask scheduler``, ``dask worker``) on which Counterfoil is installed. Trust: Dask
sends functions and results with pickle, so that whoever may connect to the scheduler or to a worker can run programs on
all of them and on the machine that asks. Scheduler and workers must be the host's own, and belong behind TLS with
certificates of an authority that signs for nothing else: Dask checks who signed a certificate and not for which host.
What is sent are encodings without their tokens, thresholds and pairs of row numbers.
"""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from matcher.errors import ComparisonError, EngineError

_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A Dask scheduler and how it is spoken to.

    Attributes:
        address: "tls://host:8786", or "tcp://127.0.0.1:8786" for one on this machine.
        authority: PEM file of the authority that signs for scheduler and workers.
        certificate: PEM file of our own certificate.
        key: PEM file of its key. These three may come from Dask's own configuration instead
            (``distributed.comm.tls.ca-file``, ``distributed.comm.tls.client.cert`` and ``.key``, also as environment
            variables: ``DASK_DISTRIBUTED__COMM__TLS__CA_FILE`` and so on).
        insecure: allow tcp to other machines; encodings then travel in the clear and nobody is who they say.
    """

    address: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be, and plain connections to other machines.

        Raises:
            ComparisonError: the address is not one, or not of this machine although it is not TLS.
        """
        try:
            parts = urlsplit(self.address)
            named = parts.scheme in {"tls", "tcp"} and parts.hostname and parts.port
        except ValueError:
            named = None
        if not named:
            raise ComparisonError(
                "a cluster's address must be tls://host:port or tcp://host:port", code="comparison.cluster-address"
            )
        if parts.scheme == "tcp" and not self.insecure and not _is_this_machine(parts.hostname or ""):
            raise ComparisonError(
                "a cluster on other machines must be reached by tls://",
                code="comparison.cluster-insecure",
                hint="give scheduler and workers certificates, or allow an insecure cluster on a network of your own",
            )

    def connect(self) -> Any:
        """Return a client of the scheduler, a distributed.Client, that has at least one worker; to be closed.

        Raises:
            EngineError: the library is missing, or within some seconds there is no scheduler or no worker.
        """
        try:
            from distributed import Client
            from distributed.security import Security
        except ModuleNotFoundError as error:
            raise EngineError(
                "comparison on a cluster needs the library distributed",
                code="engine.cluster-missing",
                hint="pip install 'counterfoil[cluster]'",
            ) from error
        files = {"tls_ca_file": self.authority, "tls_client_cert": self.certificate, "tls_client_key": self.key}
        given: dict[str, Any] = {name: str(path) for name, path in files.items() if path is not None}
        new_security: Any = Security  # distributed is not typed
        new_client: Any = Client
        client: Any = None
        try:
            given |= {"require_encryption": True} if self.address.startswith("tls:") else {}
            security = new_security(**given)
            client = new_client(self.address, security=security, timeout=_CONNECT_SECONDS, set_as_default=False)
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except BaseException as error:
            if client is not None:
                client.close()
            if not isinstance(error, OSError | ValueError | TypeError | RuntimeError):
                raise
            missing = "no scheduler answers" if client is None else "it has no worker"
            raise EngineError(
                f"the cluster cannot be used: {missing}",
                code="engine.cluster-unreachable",
                hint="check the address, the certificates, and that scheduler and workers run",
            ) from error
        return client


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
