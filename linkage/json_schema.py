"""Our formats as JSON Schema, for other people's software.

A document that the JSON Schema refuses is refused here too; rules that tie two keys together are only here.
"""

from typing import Any

from linkage.agreement import Agreement
from linkage.ceremony import Ceremony, Confirmation
from linkage.credential import Officer, RevocationList
from linkage.manifest import Manifest
from linkage.schema import Schema
from linkage.statement import Statement

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def linkage_schema_format() -> dict[str, Any]:
    """Return the JSON Schema of our linkage schema format, ``counterfoil/1``."""
    return {"$schema": _DIALECT, **Schema.model_json_schema(by_alias=True), "title": "Counterfoil linkage schema"}


def manifest_format() -> dict[str, Any]:
    """Return the JSON Schema of the signed statement inside a package, ``counterfoil-package/1``."""
    return {"$schema": _DIALECT, **Manifest.model_json_schema(), "title": "Counterfoil package manifest"}


def agreement_format() -> dict[str, Any]:
    """Return the JSON Schema of an agreement, ``counterfoil-agreement/1``."""
    return {"$schema": _DIALECT, **Agreement.model_json_schema(), "title": "Counterfoil agreement"}


def statement_formats() -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas of the statements that one party signs, by the name of their kind."""
    kinds: dict[str, tuple[type[Statement], str]] = {
        "ceremony": (Ceremony, "Counterfoil key ceremony"),
        "confirmation": (Confirmation, "Counterfoil key confirmation"),
        "credential": (Officer, "Counterfoil credential of an officer"),
        "revocations": (RevocationList, "Counterfoil revocation list"),
    }
    return {
        name: {"$schema": _DIALECT, **model.model_json_schema(), "title": title}
        for name, (model, title) in kinds.items()
    }
