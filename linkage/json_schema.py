"""Our formats as JSON Schema, for other people's software.

A document that the JSON Schema refuses is refused here too; rules that tie two keys together are only here.
"""

from typing import Any

from linkage.manifest import Manifest
from linkage.schema import Schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def linkage_schema_format() -> dict[str, Any]:
    """Return the JSON Schema of our linkage schema format, ``counterfoil/1``."""
    return {"$schema": _DIALECT, **Schema.model_json_schema(by_alias=True), "title": "Counterfoil linkage schema"}


def manifest_format() -> dict[str, Any]:
    """Return the JSON Schema of the signed statement inside a package, ``counterfoil-package/1``."""
    return {"$schema": _DIALECT, **Manifest.model_json_schema(), "title": "Counterfoil package manifest"}
