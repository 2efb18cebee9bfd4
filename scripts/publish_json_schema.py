"""Write the JSON Schemas of our formats to configs/json-schema: python scripts/publish_json_schema.py."""

import json
from pathlib import Path
from typing import Any

from linkage.json_schema import agreement_format, linkage_schema_format, manifest_format, statement_formats

FOLDER = Path(__file__).parent.parent / "configs" / "json-schema"


def published() -> dict[str, str]:
    """Return file name -> content."""
    documents: dict[str, dict[str, Any]] = {
        "linkage-schema.json": linkage_schema_format(),
        "package-manifest.json": manifest_format(),
        "agreement.json": agreement_format(),
        **{f"{name}.json": document for name, document in statement_formats().items()},
    }
    return {name: json.dumps(document, indent=2) + "\n" for name, document in documents.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in published().items():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="\n")
        print(FOLDER / name)
