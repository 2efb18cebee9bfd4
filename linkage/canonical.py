"""One way to write JSON, and one strict way to read it."""

import hashlib
import json
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value: the same bytes for the same content."""
    return rfc8785.dumps(value)


def digest_of(content: bytes) -> str:
    """Return ``sha256:`` and the lower-case hexadecimal SHA-256 of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def parse_json(content: bytes) -> Any:
    """Return the JSON value in UTF-8 `content` (a byte order mark is allowed).

    Raises:
        ValueError: not UTF-8, not JSON, a key that occurs twice in one object, NaN or infinity, or nested too deeply.
            The message says where, and never quotes the content.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg.lower()} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
