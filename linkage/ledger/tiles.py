"""Hashes of a ledger in tiles of 256, as logs on the web publish them (C2SP tlog-tiles).

Of the tree's levels only every eighth is kept. A tile is 256 neighbouring hashes of such a level; whatever lies
between two kept levels follows from one tile. So a proof needs a few tiles, whatever the size of the ledger.
"""

from collections.abc import Callable, Sequence

from linkage.ledger.tree import HASH_BYTES, Node, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT

ReadTile = Callable[[int, int], bytes]
"""Returns the hashes, end to end, that tile number `number` of kept level `level` has so far."""


class Tiles:
    """The nodes of a tree, from tiles that are read once each; to be used for one proof or head."""

    def __init__(self, read: ReadTile) -> None:
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[Node, bytes] = {}

    def __call__(self, node: Node) -> bytes:
        """Return the hash of a subtree all of whose leaves are there.

        Raises:
            LookupError: they are not.
        """
        if node not in self._nodes:
            self._nodes[node] = whole_subtree(self._hashes(node))
        return self._nodes[node]

    def _hashes(self, node: Node) -> list[bytes]:
        level, height = divmod(node.level, HEIGHT)
        first = node.number << height
        tile = self._tile(level, first >> HEIGHT)
        start = first % WIDTH * HASH_BYTES
        stop = start + (HASH_BYTES << height)
        if len(tile) < stop:
            raise LookupError("the ledger lacks hashes that its size asks for")
        return [tile[at : at + HASH_BYTES] for at in range(start, stop, HASH_BYTES)]

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, number)
        return self._tiles[level, number]


def whole_subtree(hashes: Sequence[bytes]) -> bytes:
    """Return the node over 2**k neighbouring nodes of one level; as :func:`head_of`, and faster."""
    while len(hashes) > 1:
        hashes = list(map(node_hash, hashes[::2], hashes[1::2]))
    return hashes[0]
