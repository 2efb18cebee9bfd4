"""The tree against a naive one, published heads, and proofs with every kind of damage."""

import hashlib
import json
import runpy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.ledger.tiles import HEIGHT, WIDTH, Tiles
from linkage.ledger.tree import (
    EMPTY_HEAD,
    Frontier,
    Node,
    Proof,
    consistency_proof,
    consistent,
    head,
    head_of,
    includes,
    inclusion_proof,
    leaf_hash,
    leaf_nodes,
)

LARGEST = 300
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_bytes())
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(LARGEST)]


def middle_of(start: int, stop: int) -> int:
    """Where RFC 6962, section 2.1, cuts a list of more than one: after the largest power of two below its length."""
    half = 1
    while half * 2 < stop - start:
        half *= 2
    return start + half


@cache
def naive_head(start: int, stop: int) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaves `start` to below `stop`, as it stands there."""
    if start == stop:
        return hashlib.sha256().digest()
    if stop - start == 1:
        return LEAVES[start]
    middle = middle_of(start, stop)
    return hashlib.sha256(b"\x01" + naive_head(start, middle) + naive_head(middle, stop)).digest()


def naive_path(index: int, start: int, stop: int) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if stop - start == 1:
        return []
    middle = middle_of(start, stop)
    if index < middle:
        return [*naive_path(index, start, middle), naive_head(middle, stop)]
    return [*naive_path(index, middle, stop), naive_head(start, middle)]


def naive_subproof(old: int, start: int, stop: int, *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, for the first `old` of all leaves."""
    if old == stop:
        return [] if whole else [naive_head(start, stop)]
    middle = middle_of(start, stop)
    if old <= middle:
        return [*naive_subproof(old, start, middle, whole=whole), naive_head(middle, stop)]
    return [*naive_subproof(old, middle, stop, whole=False), naive_head(start, middle)]


def nodes(node: Node) -> bytes:
    return NODES[node]


def _nodes() -> dict[Node, bytes]:
    found = {Node(0, number): leaf for number, leaf in enumerate(LEAVES)}
    for level in range(1, LARGEST.bit_length()):
        for number in range(LARGEST >> level):
            pair = found[Node(level - 1, 2 * number)] + found[Node(level - 1, 2 * number + 1)]
            found[Node(level, number)] = hashlib.sha256(b"\x01" + pair).digest()
    return found


NODES = _nodes()
HEADS = [naive_head(0, size) for size in range(LARGEST + 1)]


def damaged(proof: Proof) -> Iterator[Proof]:
    """Every proof that has one hash more, less or other, or two exchanged."""
    for at in range(len(proof) + 1):
        yield (*proof[:at], LEAVES[0], *proof[at:])
        yield (*proof[:at], HEADS[1], *proof[at:])
    for at in range(len(proof)):
        yield (*proof[:at], *proof[at + 1 :])
        yield (*proof[:at], proof[at], proof[at], *proof[at + 1 :])
        yield (*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :])
        yield (*proof[:at], proof[at][:-1], *proof[at + 1 :])
        yield (*proof[:at], proof[at] + b"\0", *proof[at + 1 :])
        for other in range(at):
            if proof[other] != proof[at]:
                swapped = list(proof)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                yield tuple(swapped)


def test_vectors_are_those_that_the_script_makes() -> None:
    script = runpy.run_path(str(Path(__file__).parents[3] / "scripts" / "make_ledger_vectors.py"))
    assert json.loads(script["text"]()) == VECTORS


@pytest.mark.parametrize("vector", VECTORS["heads"], ids=lambda vector: f"{len(vector['entries'])} entries")
def test_head_is_the_published_one(vector: dict[str, object]) -> None:
    entries = [bytes.fromhex(text) for text in vector["entries"]]  # type: ignore[attr-defined]  # a list of texts
    assert head_of(map(leaf_hash, entries)).hex() == vector["head"]


@pytest.mark.parametrize("vector", VECTORS["proofs"], ids=lambda vector: vector["what"])
def test_proof_is_the_published_one(vector: dict[str, object]) -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in VECTORS["heads"][-1]["entries"]]
    tree = Tiles(lambda level, _number: b"".join(leaves) if level == 0 else b"")
    proof = (
        inclusion_proof(vector["index"], vector["size"], tree)  # type: ignore[arg-type]  # numbers
        if "index" in vector
        else consistency_proof(vector["old"], vector["size"], tree)  # type: ignore[arg-type]  # numbers
    )
    assert [found.hex() for found in proof] == vector["proof"]


def test_nodes_over_leaves_at_hand_are_those_of_the_tree() -> None:
    at_hand = leaf_nodes(LEAVES)
    assert all(at_hand(node) == found for node, found in NODES.items())


def test_head_of_every_size_is_that_of_a_naive_tree() -> None:
    frontier = Frontier()
    assert head(0, nodes) == frontier.head() == EMPTY_HEAD == HEADS[0]
    for size, leaf in enumerate(LEAVES, start=1):
        frontier.push(leaf)
        assert frontier.head() == head(size, nodes) == HEADS[size]


def test_every_inclusion_proof_is_the_naive_one_and_holds_for_its_place_only() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, nodes)
            assert list(proof) == naive_path(index, 0, size)
            assert includes(LEAVES[index], index, size, HEADS[size], proof)
            assert not includes(LEAVES[index], index ^ 1, size, HEADS[size], proof) or size == 1
            assert not includes(LEAVES[index - 1], index, size, HEADS[size], proof) or size == 1


def test_consistency_proofs_between_all_sizes_hold_and_are_the_naive_ones() -> None:
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, nodes)
            assert list(proof) == naive_subproof(old, 0, new)
            assert consistent(old, HEADS[old], new, HEADS[new], proof)


def test_consistency_proof_holds_between_no_other_sizes() -> None:
    for new in range(2, 40):
        for old in range(1, new):
            proof = consistency_proof(old, new, nodes)
            for other in range(new + 1):
                if other != old:
                    assert not consistent(other, HEADS[old], new, HEADS[new], proof)
                    assert not consistent(other, HEADS[other], new, HEADS[new], proof) or other == 0 == len(proof)


@given(st.data())
def test_damaged_inclusion_proof_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes)
    for wrong in damaged(proof):
        assert not includes(LEAVES[index], index, size, HEADS[size], wrong)


@given(st.data())
def test_damaged_consistency_proof_fails(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, LARGEST))
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(old, new, nodes)
    for wrong in damaged(proof):
        assert not consistent(old, HEADS[old], new, HEADS[new], wrong)


@given(st.data())
def test_proof_of_wrong_head_or_leaf_fails(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    bit = data.draw(st.integers(0, 255))

    def flipped(content: bytes) -> bytes:
        return (int.from_bytes(content, "big") ^ 1 << bit).to_bytes(32, "big")

    proof = consistency_proof(old, new, nodes)
    assert not consistent(old, flipped(HEADS[old]), new, HEADS[new], proof)
    assert not consistent(old, HEADS[old], new, flipped(HEADS[new]), proof)
    path = inclusion_proof(old, new, nodes)
    assert not includes(flipped(LEAVES[old]), old, new, HEADS[new], path)
    assert not includes(LEAVES[old], old, new, flipped(HEADS[new]), path)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5), (6, 5)])
def test_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="a leaf has a number"):
        inclusion_proof(index, size, nodes)
    assert not includes(LEAVES[0], index, size, HEADS[1], ())


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1)])
def test_tree_does_not_continue_a_larger_or_negative_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="the older size"):
        consistency_proof(old, new, nodes)
    assert not consistent(old, HEADS[2], new, HEADS[1], ())


def test_empty_tree_is_continued_by_every_other_and_has_one_head() -> None:
    assert consistency_proof(0, 7, nodes) == ()
    assert consistent(0, EMPTY_HEAD, 7, HEADS[7], ())
    assert consistent(0, EMPTY_HEAD, 0, EMPTY_HEAD, ())
    assert not consistent(0, HEADS[1], 7, HEADS[7], ())
    assert not consistent(0, EMPTY_HEAD, 0, HEADS[1], ())
    assert not consistent(0, EMPTY_HEAD, 7, HEADS[7], (HEADS[1],))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 65_536, 66_000])
def test_tiles_give_the_nodes_of_the_tree_and_each_is_read_once(size: int) -> None:
    leaves = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(size)]
    levels = [leaves]
    while len(levels[-1]) >= WIDTH:
        last = levels[-1]
        levels.append([head_of(last[at : at + WIDTH]) for at in range(0, len(last) - WIDTH + 1, WIDTH)])
    reads: list[tuple[int, int]] = []

    def read(level: int, number: int) -> bytes:
        reads.append((level, number))
        return b"".join(levels[level][number << HEIGHT : number + 1 << HEIGHT])

    tiles = Tiles(read)
    expected = head_of(leaves)
    assert head(size, tiles) == expected
    assert includes(leaves[size // 2], size // 2, size, expected, inclusion_proof(size // 2, size, tiles))
    assert len(reads) == len(set(reads)) <= 2 * len(levels)


def test_tiles_refuse_a_node_whose_leaves_are_not_there() -> None:
    with pytest.raises(LookupError, match="lacks hashes"):
        Tiles(lambda _level, _number: LEAVES[0])(Node(1, 0))
