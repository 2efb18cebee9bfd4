"""The shared language of agencies and host: schema, encodings, packages, keys, errors.

No socket, no web and no database here; everything else imports this package and it imports none of them.
The names below are its public surface; they load when first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING

from linkage.lazy import lazy_exports

if TYPE_CHECKING:
    from linkage.encodings import Encodings
    from linkage.errors import CounterfoilError
    from linkage.identity import Identity, PublicIdentity
    from linkage.manifest import Manifest
    from linkage.package import Package, open_package, write_package
    from linkage.schema import Schema, load_schema

__all__ = [
    "CounterfoilError",
    "Encodings",
    "Identity",
    "Manifest",
    "Package",
    "PublicIdentity",
    "Schema",
    "load_schema",
    "open_package",
    "write_package",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "CounterfoilError": "linkage.errors",
        "Encodings": "linkage.encodings",
        "Identity": "linkage.identity",
        "Manifest": "linkage.manifest",
        "Package": "linkage.package",
        "PublicIdentity": "linkage.identity",
        "Schema": "linkage.schema",
        "load_schema": "linkage.schema",
        "open_package": "linkage.package",
        "write_package": "linkage.package",
    },
)
