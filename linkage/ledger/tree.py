"""The Merkle tree of a ledger: heads and proofs (RFC 6962, and RFC 9162 section 2.1).

A tree over n leaves has one head. It changes when any leaf is changed, moved, added or taken away. An inclusion proof
shows that a leaf is in the tree of a head; a consistency proof shows that the leaves of an older head are the first
leaves of a newer one. Both have about log2(n) hashes, and exactly one number of hashes for given sizes: a longer or
shorter proof does not verify.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_HEAD = hashlib.sha256(b"").digest()

Proof = tuple[bytes, ...]


class Node(NamedTuple):
    """The subtree over the 2**level leaves that begin with leaf number ``number * 2**level``."""

    level: int
    number: int


Nodes = Callable[[Node], bytes]
"""Returns the hash of a whole subtree."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_nodes(leaves: Sequence[bytes]) -> Nodes:
    """Return what tells the nodes over leaves that are all at hand."""
    return lambda node: head_of(leaves[node.number << node.level : (node.number + 1) << node.level])


class Frontier:
    """A tree that grows to the right, of which only the roots of the whole subtrees are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def push(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        node, size = leaf, self.size
        while size & 1:
            node, size = node_hash(self._peaks.pop(), node), size >> 1
        self._peaks.append(node)
        self.size += 1

    def head(self) -> bytes:
        """Return the head of the tree as it is now."""
        return _folded(self._peaks) if self._peaks else EMPTY_HEAD


def head_of(leaves: Iterable[bytes]) -> bytes:
    """Return the head of the tree over the given leaf hashes; over 2**k hashes of level n it is a node of level n+k."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.head()


def head(size: int, nodes: Nodes) -> bytes:
    """Return the head of the first `size` leaves, from about log2(size) nodes."""
    return _subtree(0, size, nodes) if size else EMPTY_HEAD


def inclusion_proof(index: int, size: int, nodes: Nodes) -> Proof:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("a leaf has a number from 0 to below the size of the tree")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _left_part(stop - start)
        if index < middle:
            path.append(_subtree(middle, stop, nodes))
            stop = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, nodes: Nodes) -> Proof:
    """Return the proof that the tree of `old` leaves begins that of `new` leaves (RFC 9162, 2.1.4.1).

    It is empty when `old` is 0 or `new`: then there is nothing to show.
    """
    if not 0 <= old <= new:
        raise ValueError("the older size is from 0 to the newer one")
    if old == 0:
        return ()
    path: list[bytes] = []
    start, stop = 0, new
    while stop != old:
        middle = start + _left_part(stop - start)
        if old <= middle:
            path.append(_subtree(middle, stop, nodes))
            stop = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    if start:
        path.append(_subtree(start, stop, nodes))
    return tuple(reversed(path))


def includes(leaf: bytes, index: int, size: int, head: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that `leaf` has number `index` in the tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _well_formed(leaf, head, *proof):
        return False
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(step, found)
            position, last = _skipped(position, last)
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    return last == 0 and found == head


def consistent(old: int, old_head: bytes, new: int, new_head: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that the old tree begins the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _well_formed(old_head, new_head, *proof):
        return False
    if old == 0:
        return old_head == EMPTY_HEAD and not proof and (new > 0 or new_head == EMPTY_HEAD)
    if old == new:
        return old_head == new_head and not proof
    path = [old_head, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_found = new_found = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            position, last = _skipped(position, last)
        else:
            new_found = node_hash(new_found, step)
        position, last = position >> 1, last >> 1
    return last == 0 and old_found == old_head and new_found == new_head


def _left_part(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _subtree(start: int, stop: int, nodes: Nodes) -> bytes:
    """Return the hash over leaves `start` to below `stop`, where a tree is cut by :func:`_left_part` only."""
    peaks = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        peaks.append(nodes(Node(level, start >> level)))
        start += 1 << level
    return _folded(peaks)


def _folded(peaks: Sequence[bytes]) -> bytes:
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def _skipped(position: int, last: int) -> tuple[int, int]:
    """Pass the levels at which a right edge has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _well_formed(*hashes: bytes) -> bool:
    return all(len(found) == HASH_BYTES for found in hashes)
