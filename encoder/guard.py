"""The guard: while it is up, this process opens no socket, looks up no name and starts no program.

It is an audit hook of Python (PEP 578, ``sys.addaudithook``). What that is: the interpreter and its standard library
announce such acts before they happen, and an error raised by the hook stops them; a hook cannot be taken away again,
and it holds for all threads. What it is not: a sandbox. Native code that talks to the operating system by itself
(a library written in C, ``ctypes``) announces nothing, and code that runs in this process and means harm can get
around it. So it is a second fence behind the first, that the encoder imports no network library, and it catches what
fences are for: a dependency that phones home, a plug-in, a mistake. Who needs a third runs the encoder on a machine
without a network.
"""

import sys
from typing import Any

from encoder.errors import GuardError

_NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.", "telnetlib.")
_PROGRAMS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.startfile/2",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
        "webbrowser.open",
        "_posixsubprocess.fork_exec",
        "_winapi.CreateProcess",
    }
)
_OWN_NAME = "socket.gethostname"  # asks this machine only; platform.system() does it on Windows
_REMOTE = frozenset({"winreg.ConnectRegistry", "_winapi.CreateNamedPipe"})


def raise_guard() -> None:
    """Refuse, from now until the process ends, every socket, name look-up and start of a program with GuardError."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:  # noqa: ARG001 - they may hold personal data
    if (event.startswith(_NETWORK) and event != _OWN_NAME) or event in _REMOTE:
        raise GuardError(f"the encoder has no way out: {event} was refused", code="guard.network", hint=_HINT)
    if event in _PROGRAMS:
        raise GuardError(f"the encoder starts no programs: {event} was refused", code="guard.program", hint=_HINT)


_HINT = "nothing was sent; something in this installation tried, so find out what before encoding again"
