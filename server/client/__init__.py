"""The agency's side of the API: signed requests, and a host that is watched. Neither Flask nor a database.

``desk`` is the folder in which an officer keeps what the requests need, ``host`` the verbs of the API as a Python
class, ``exchange`` one signed request, ``commands`` what `counterfoil agency` does with them.
"""

from typing import TYPE_CHECKING

from linkage.lazy import lazy_exports

if TYPE_CHECKING:
    from server.client.desk import Desk
    from server.client.host import RemoteHost

__all__ = ["Desk", "RemoteHost"]

__getattr__ = lazy_exports(__name__, {"Desk": "server.client.desk", "RemoteHost": "server.client.host"})
