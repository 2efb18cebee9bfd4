"""Finding, reading and checking linkage schemas."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from linkage.builtin import builtin_names, builtin_path
from linkage.canonical import parse_json
from linkage.errors import SchemaError
from linkage.files import read_capped
from linkage.problems import Location, dotted, first_problem
from linkage.schema.clkhash_documents import VERSIONS, from_clkhash
from linkage.schema.model import Schema

SCHEMA_LIMIT_BYTES = 16 << 20


def load_schema(source: Schema | Mapping[str, Any] | str | Path) -> Schema:
    """Return the schema in `source`: a Schema, JSON-like data, the path of a file or the name of a built-in schema.

    Reads our own format and clkhash's linkage schema versions 1, 2 and 3.

    Raises:
        FileError: the file cannot be read.
        SchemaError: the schema is not valid; the message names the field and the rule.
    """
    if isinstance(source, Schema):
        return source
    if isinstance(source, Mapping):
        return _checked(source, "schema")
    path = builtin_path("schemas", source) if isinstance(source, str) else source
    try:
        document = parse_json(read_capped(path, limit_bytes=SCHEMA_LIMIT_BYTES))
    except ValueError as error:
        raise SchemaError(f"{path}: {error}") from None
    return _checked(document, str(path))


def builtin_schemas() -> list[str]:
    """Return the names of the schemas that come with Counterfoil."""
    return builtin_names("schemas")


def _checked(document: Any, origin: str) -> Schema:
    if not isinstance(document, Mapping):
        raise SchemaError(f"{origin}: the top level must be an object")
    version = document.get("version")
    try:
        if not isinstance(version, bool) and version in VERSIONS:
            document = from_clkhash(document)
        elif version != "counterfoil/1":
            raise SchemaError('version must be "counterfoil/1", or 1, 2 or 3 for a linkage schema of clkhash')
        return Schema.model_validate(document, by_alias=True, by_name=False)
    except ValidationError as error:
        raise SchemaError(f"{origin}: {first_problem(error, _namer(document))}") from None
    except SchemaError as error:
        raise SchemaError(f"{origin}: {error.message}") from None


def _namer(document: Mapping[str, Any]) -> Any:
    """Return a function that names a place in `document` by its field: "field 'surname': hashing.strategy"."""

    def name(location: Location) -> str:
        if len(location) < 2 or location[0] != "features" or not isinstance(location[1], int):  # noqa: PLR2004
            return dotted(location)
        feature = document["features"][location[1]]
        identifier = feature.get("identifier") if isinstance(feature, Mapping) else None
        field = f"field '{identifier}'" if isinstance(identifier, str) else f"features[{location[1]}]"
        rest = dotted(tuple(part for part in location[2:] if part not in _TAGS))
        return f"{field}: {rest}" if rest else field

    return name


# Pydantic puts the chosen member of a union into the location; a reader of the file does not see it there.
_TAGS = {"string", "integer", "date", "enum", "standard", "ngram", "exact", "numeric", "blakeHash", "doubleHash"}
