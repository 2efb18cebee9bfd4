"""Write tests/vectors/sealing.json: sealed files, good and bad, and what opening them must give.

Sealing is random, so this makes other files each time; those that are checked in stay, as files in the field do.
python scripts/make_sealing_vectors.py
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from linkage.canonical import base64_text, canonical_json, parse_json
from linkage.sealing import SealingKey, seal_bytes
from linkage.sealing.header import MAGIC

PATH = Path(__file__).parent.parent / "tests" / "vectors" / "sealing.json"


def header_end(sealed: bytes) -> int:
    """Return where the chunks begin."""
    start = len(MAGIC) + 4
    return start + int.from_bytes(sealed[len(MAGIC) : start], "big")


def with_header(sealed: bytes, document: Any) -> bytes:
    """Return `sealed` with another header."""
    written = canonical_json(document)
    return MAGIC + len(written).to_bytes(4, "big") + written + sealed[header_end(sealed) :]


def vectors() -> dict[str, Any]:
    """Return a private key and the files."""
    key, other = SealingKey.new("atl"), SealingKey.new("bor")
    short, two = seal_bytes(b"counterfoil", [key.public]), seal_bytes(b"for both", [key.public, other.public])
    header = parse_json(two[len(MAGIC) + 4 : header_end(two)])
    own = [found for found in header["recipients"] if found["key_id"] == key.public.key_id]
    files: list[tuple[str, str, bytes]] = [
        ("empty", "", seal_bytes(b"", [key.public])),
        ("short", b"counterfoil".hex(), short),
        ("two recipients", b"for both".hex(), two),
        ("for somebody else", "sealed-file.stranger", seal_bytes(b"", [other.public])),
        ("last byte missing", "sealed-file.damaged", short[:-1]),
        ("a byte more", "sealed-file.damaged", short + b"\0"),
        ("content missing", "sealed-file.damaged", short[: header_end(short)]),
        ("recipient struck out", "sealed-file.damaged", with_header(two, header | {"recipients": own})),
        ("commitment of another", "sealed-file.damaged", with_header(two, header | {"commitment": "00" * 32})),
        (
            "recipients out of order",
            "sealed-file",
            with_header(two, header | {"recipients": header["recipients"][::-1]}),
        ),
        ("unknown key in header", "sealed-file", with_header(two, header | {"more": 1})),
        ("another version", "sealed-file", short.replace(b"sealed-1", b"sealed-2", 1)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        key.write(Path(folder) / "key")
        private = json.loads((Path(folder) / "key").read_bytes())
    return {
        "about": "expect: content in hexadecimal, or the code of the error; key: a private sealing key file, for tests",
        "key": private,
        "files": [{"name": name, "expect": expect, "sealed": base64_text(sealed)} for name, expect, sealed in files],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8", newline="\n")
    print(PATH)
