"""The encodings of a submission some of whose records were withdrawn, as the host keeps them.

The package itself is the agency's and signed, so it cannot be shortened. What is left of it is written anew, sealed
under a new key; the old key is deleted, and with it the package. Tokens first, then encodings, both in their order.
"""

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from linkage.encodings import TOKEN_BYTES, Encodings

_ROWS_PER_PIECE = 10_000


def without(encodings: Encodings, tokens: Collection[str]) -> tuple[Encodings, int]:
    """Return the encodings of other records than those called `tokens`, and how many records were left out."""
    named = np.frombuffer(b"".join(map(bytes.fromhex, tokens)), dtype=f"S{TOKEN_BYTES}")
    own = np.ascontiguousarray(encodings.tokens).view(f"S{TOKEN_BYTES}").ravel()
    out = np.isin(own, named)
    left = ~out
    kept = Encodings(
        encodings.words[left], encodings.popcounts[left], np.ascontiguousarray(encodings.tokens[left]), encodings.bits
    )
    return kept, len(np.unique(own[out]))


def reduced_content(encodings: Encodings) -> Iterator[bytes]:
    """Yield the bytes that :func:`read_reduced` reads."""
    for tokens, _ in encodings.blocks(_ROWS_PER_PIECE):
        yield tokens.tobytes()
    for _, rows in encodings.blocks(_ROWS_PER_PIECE):
        yield rows.tobytes()


def read_reduced(pieces: Iterable[bytes], count: int, width: int) -> Encodings:
    """Return `count` encodings of `width` bytes."""
    content = bytearray()
    for piece in pieces:
        content += piece
    values = np.frombuffer(content, dtype=np.uint8)
    middle = count * TOKEN_BYTES
    tokens, rows = values[:middle].reshape(count, TOKEN_BYTES), values[middle:].reshape(count, width)
    return Encodings.from_blocks([(tokens, rows)], count=count, width=width)
