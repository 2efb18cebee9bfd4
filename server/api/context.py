"""What a view works with: the host, and who asks."""

from typing import cast

from flask import current_app, g

from server.service import Caller, Service

EXTENSION = "counterfoil"


def host() -> Service:
    """Return the host that this app serves."""
    return cast("Service", current_app.extensions[EXTENSION])


def caller() -> Caller:
    """Return who asks; only in views whose rule names roles."""
    return cast("Caller", g.caller)
