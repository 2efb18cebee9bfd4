"""One way to write JSON and base64, and one strict way to read them."""

import base64
import hashlib
import json
import re
from typing import Any

import rfc8785

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value: the same bytes for the same content."""
    return rfc8785.dumps(value)


def digest_of(content: bytes) -> str:
    """Return ``sha256:`` and the lower-case hexadecimal SHA-256 of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def base64_text(content: bytes) -> str:
    """Return `content` in base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(content).decode("ascii")


def parse_base64(text: str) -> bytes:
    """Return the bytes that `text` writes in base64, in the one spelling that :func:`base64_text` gives.

    Raises:
        ValueError: any other text. The message never quotes it.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        content = None
    if content is None or base64_text(content) != text:
        raise ValueError("not canonical base64 with padding")
    return content


def parse_json(content: bytes) -> Any:
    """Return the JSON value in UTF-8 `content` (a byte order mark is allowed).

    Raises:
        ValueError: not UTF-8, not JSON, a key that occurs twice in one object, NaN or infinity, half of a surrogate
            pair, or nested too deeply.
            The message says where, and never quotes the content.
    """
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value  # noqa: TRY300 - what is below handles every step above
    except UnicodeEncodeError:
        raise ValueError("a text holds half of a surrogate pair") from None
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
