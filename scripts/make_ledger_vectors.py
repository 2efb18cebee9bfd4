"""Write tests/vectors/ledger.json: published heads and proofs of Merkle trees, and signed notes.

The eight entries, their heads and proofs are those that Certificate Transparency's implementations are tested with
(reference/cert-transparency of RFC 6962 and google/certificate-transparency, merkle_tree_test); the note and its key
are those of Go's sumdb/note. What the heads and proofs should be is computed here as RFC 6962, section 2.1, defines it,
word for word and without Counterfoil, and must agree with what is published.
"""

import hashlib
import json
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "ledger.json"
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
PUBLISHED_HEADS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
PUBLISHED_CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
NOTE = {
    "name": "PeterNeumann",
    "private_key": "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    "public_key": "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "note": (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\N{EM DASH} PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    ),
}


def head(entries: list[bytes]) -> bytes:
    """Return MTH(D[n])."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    middle = split(len(entries))
    return hashlib.sha256(b"\x01" + head(entries[:middle]) + head(entries[middle:])).digest()


def path(index: int, entries: list[bytes]) -> list[bytes]:
    """Return PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    middle = split(len(entries))
    if index < middle:
        return [*path(index, entries[:middle]), head(entries[middle:])]
    return [*path(index - middle, entries[middle:]), head(entries[:middle])]


def subproof(old: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b)."""
    if old == len(entries):
        return [] if whole else [head(entries)]
    middle = split(len(entries))
    if old <= middle:
        return [*subproof(old, entries[:middle], whole=whole), head(entries[middle:])]
    return [*subproof(old - middle, entries[middle:], whole=False), head(entries[:middle])]


def split(size: int) -> int:
    """Return the largest power of two below `size`."""
    middle = 1
    while middle * 2 < size:
        middle *= 2
    return middle


def vectors() -> dict[str, object]:
    """Return the content of the file."""
    entries = [bytes.fromhex(text) for text in ENTRIES]
    for size, published in PUBLISHED_HEADS.items():
        assert head(entries[:size]).hex() == published
    assert [found.hex() for found in subproof(6, entries)] == PUBLISHED_CONSISTENCY_6_TO_8
    inclusion = [
        {
            "what": f"inclusion of {index} in {size}",
            "index": index,
            "size": size,
            "proof": [found.hex() for found in path(index, entries[:size])],
        }
        for size in range(1, len(entries) + 1)
        for index in range(size)
    ]
    consistency = [
        {
            "what": f"consistency of {old} and {size}",
            "old": old,
            "size": size,
            "proof": [found.hex() for found in subproof(old, entries[:size])],
        }
        for size in range(1, len(entries) + 1)
        for old in range(1, size + 1)
    ]
    return {
        "about": "made by scripts/make_ledger_vectors.py, which says where the values come from",
        "heads": [{"entries": ENTRIES[:size], "head": PUBLISHED_HEADS[size]} for size in range(len(ENTRIES) + 1)],
        "proofs": inclusion + consistency,
        "note": NOTE,
    }


def text() -> str:
    """Return the file as text."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET.name)
