"""Ports of loopback for servers that tests start, and for those that must find nobody."""

import socket
import sys

_KEPT: list[socket.socket] = []


def free_port() -> int:
    """Return a port that nobody listens to, and that no other test gets until this process ends.

    On Linux a socket that is bound and does not listen keeps it, and lets a server listen there that asks to share
    addresses, as gunicorn does. Elsewhere it might be given away before the server is up.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    port: int = kept.getsockname()[1]
    if sys.platform == "linux":
        _KEPT.append(kept)
    else:
        kept.close()
    return port
