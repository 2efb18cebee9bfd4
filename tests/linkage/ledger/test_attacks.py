"""A host that rewrites its ledger of 1,000 entries, with its own key, is found out by whoever holds a checkpoint."""

import random
from collections.abc import Callable, Sequence

import pytest

from linkage.errors import LedgerError
from linkage.identity import Identity
from linkage.ledger import Entry, SignedCheckpoint
from linkage.ledger.audit import audit
from linkage.ledger.history import Finding, check_history, check_times
from linkage.ledger.pack import Attached, Numbered, Pack, leaves_text
from linkage.ledger.tree import leaf_hash
from linkage.manifest import parse_moment
from tests.linkage.ledger import making
from tests.linkage.ledger.making import HOST, NOW

SIZE = 1000
HELD = 900
POSITIONS = (0, 1, 255, 256, 257, 511, 512, 700, 898, 899)
FLIPS = 2000

STORY = making.story(SIZE)
MINE = making.signed(STORY[:HELD])
Attack = Callable[[list[Entry], int], list[Entry]]


def edited(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], entries[at].model_copy(update={"agency": "nobody"}), *entries[at + 1 :]]


def deleted(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], *entries[at + 1 :]]


def inserted(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], making.viewed(at, count=99), *entries[at:]]


def replaced(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], making.viewed(at, count=99), *entries[at + 1 :]]


def swapped(entries: list[Entry], at: int) -> list[Entry]:
    other = (at + 300) % HELD
    found = list(entries)
    found[at], found[other] = found[other], found[at]
    return found


def reordered(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], *reversed(entries[at : at + 50]), *entries[at + 50 :]]


def truncated(entries: list[Entry], at: int) -> list[Entry]:
    return entries[:at]


def duplicated(entries: list[Entry], at: int) -> list[Entry]:
    at = min(at, HELD - 2)  # a copy of the last one held comes after it, and is just a new entry
    return [*entries[: at + 1], *entries[at:]]


def shifted(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], entries[at].model_copy(update={"time": making.moment(at + 1)}), *entries[at + 1 :]]


def page_edited(entries: list[Entry], at: int) -> list[Entry]:
    start = at - at % 256
    page = entries[start : start + 256]
    return [*entries[:start], *(edited([found], 0)[0] for found in page), *entries[start + 256 :]]


def forked(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], *(making.viewed(number, count=7) for number in range(at, len(entries)))]


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        edited,
        deleted,
        inserted,
        replaced,
        swapped,
        reordered,
        truncated,
        duplicated,
        shifted,
        page_edited,
        forked,
    )
}


def light(leaves: Sequence[bytes], shown: Sequence[Numbered] = (), checkpoint: SignedCheckpoint | None = None) -> Pack:
    """A pack that shows few of the entries, so that looking at it is fast."""
    signed = checkpoint or making.of_leaves(leaves)
    texts = (signed.encode().decode(),)
    return making.pack(
        [], leaves=leaves_text(tuple(leaves)), entries=tuple(shown), checkpoints=texts, agreements=(), documents=()
    )


def history(pack: Pack, held: SignedCheckpoint | None = MINE) -> list[Finding]:
    return list(check_history(pack, HOST.public, held, pack.signed_checkpoints[-1].checkpoint))


def red(findings: list[Finding]) -> set[str]:
    return {found.check for found in findings if not found.passed}


LEAVES = making.leaves(STORY)
WHOLE = making.of_leaves(LEAVES)


def test_true_ledger_passes_with_any_checkpoint_held() -> None:
    for held in (0, 1, 2, 255, 256, 257, HELD, SIZE):
        assert not red(history(light(LEAVES), making.of_leaves(LEAVES[:held])))


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("position", POSITIONS)
def test_attack_by_the_host_itself_is_found_with_a_checkpoint_held(name: str, position: int) -> None:
    changed = ATTACKS[name](STORY, position)
    assert changed != STORY
    findings = history(light(making.leaves(changed)))
    assert red(findings) == {"never-rewritten"}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("position", POSITIONS)
def test_attack_by_others_is_found_without_any_checkpoint_held(name: str, position: int) -> None:
    leaves = making.leaves(ATTACKS[name](STORY, position))
    assert "whole" in red(history(light(leaves, checkpoint=WHOLE), held=None))


@pytest.mark.parametrize("position", POSITIONS)
def test_entry_changed_in_the_pack_alone_is_named(position: int) -> None:
    other = Numbered(number=position, entry=edited(STORY, position)[position])
    found = [finding for finding in history(light(LEAVES, [other])) if not finding.passed]
    assert [finding.check for finding in found] == ["entries"]
    assert f"entry {position} " in found[0].sentence


def test_wrong_key_is_found() -> None:
    findings = history(light(LEAVES, checkpoint=making.of_leaves(LEAVES, Identity.new("host"))))
    assert red(findings) == {"signature"}


def test_checkpoint_held_of_another_key_is_told_apart_from_a_rewrite() -> None:
    findings = history(light(LEAVES), making.of_leaves(LEAVES[:HELD], Identity.new("host")))
    assert red(findings) == {"never-rewritten"}
    assert "not signed by host" in findings[-1].sentence


def test_old_checkpoint_in_place_of_the_newest_is_found() -> None:
    assert red(history(light(LEAVES, checkpoint=making.of_leaves(LEAVES[:800])))) == {"whole", "never-rewritten"}


def test_ledger_rolled_back_to_an_older_state_is_found() -> None:
    findings = history(light(LEAVES[:800]))
    assert red(findings) == {"never-rewritten"}
    assert "rolled back" in findings[-1].sentence


def test_fork_shown_to_two_agencies_is_found_with_the_checkpoint_of_the_other() -> None:
    fork = making.of_leaves(making.leaves(forked(STORY, 600))[:HELD])
    assert red(history(light(LEAVES), fork)) == {"never-rewritten"}


def test_two_attacks_cannot_be_found_when_no_checkpoint_ever_left() -> None:
    """Nothing outside the host knows of what was cut off: this is what checkpoints in receipts are for."""
    tail_cut = light(LEAVES[: SIZE - 50])
    rolled_back = light(LEAVES[:100])
    for pack in (tail_cut, rolled_back):
        assert not red(history(pack, held=None))
    assert not red(history(tail_cut)), "the tail was not covered by the checkpoint held"
    assert red(history(rolled_back)) == {"never-rewritten"}


def test_time_after_a_witness_saw_it_is_found_even_when_logged_so() -> None:
    witness = making.agency("atl")
    late = [*STORY[:50], STORY[50].model_copy(update={"time": making.moment(60)}), *STORY[51:100]]
    seen = making.signed(late).cosigned(witness, parse_moment(making.moment(99)))
    early = making.signed(late[:51]).cosigned(witness, parse_moment(making.moment(51)))
    texts = tuple(found.encode().decode() for found in (early, seen))
    findings = list(check_times(making.pack(late, checkpoints=texts), (witness.public,)))
    assert any("entry 50 claims to be later than atl saw it" in found.sentence for found in findings)
    assert any("entry 51 claims to be earlier than entry 50" in found.sentence for found in findings)


def test_random_bit_flips_in_what_is_stored_are_all_found() -> None:
    generator = random.Random(7)  # noqa: S311 - not for secrecy
    contents = [found.encode() for found in STORY[:HELD]]
    parsed = 0
    for _ in range(FLIPS):
        number = generator.randrange(HELD)
        bit = generator.randrange(8 * len(contents[number]))
        flipped = bytearray(contents[number])
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            shown = Numbered(number=number, entry=Entry.parse(bytes(flipped)))
        except LedgerError:
            shown = None
        changed = [*LEAVES[:number], leaf_hash(bytes(flipped)), *LEAVES[number + 1 :]]
        assert "never-rewritten" in red(history(light(changed)))
        if shown is not None:
            parsed += 1
            assert red(history(light(LEAVES, [shown], WHOLE))) == {"entries"}
    assert parsed > 100


@pytest.mark.parametrize("part", Pack.model_fields)
def test_flipped_bit_anywhere_in_a_pack_is_found(part: str) -> None:
    entries = making.story(30)
    pack = making.pack(entries, openings=(making.disclosed(10),))
    content = pack.encode()
    held = making.signed(entries[:20])
    assert audit(pack, NOW, host=HOST.public, held=held).passed
    start = content.index(f'"{part}":'.encode())
    later = [at for other in Pack.model_fields if (at := content.find(f'"{other}":'.encode())) > start]
    stop = min(later, default=len(content))
    generator = random.Random(part)  # noqa: S311 - not for secrecy
    for _ in range(40):
        at = generator.randrange(start, stop)
        flipped = content[:at] + bytes([content[at] ^ 1 << generator.randrange(8)]) + content[at + 1 :]
        try:
            found = audit(Pack.parse(flipped), NOW, host=HOST.public, held=held)
        except LedgerError:
            continue
        assert not found.passed, at


def test_every_changed_byte_of_a_pack_is_found_and_most_are_named() -> None:
    """By whoever knows the host's key, without any checkpoint held."""
    generator = random.Random(11)  # noqa: S311 - not for secrecy
    content = making.pack(STORY[:60], attached=Attached(assessments=('{"verdict": "withstands"}',))).encode()
    refused = 0
    for _ in range(FLIPS // 10):
        place, bit = generator.randrange(len(content)), generator.randrange(8)
        changed = content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]
        try:
            pack = Pack.parse(changed)
        except LedgerError:
            refused += 1
        else:
            assert "signature" in red(list(audit(pack, NOW, host=HOST.public).findings))
    assert 0 < refused < FLIPS // 10


def carried(signed: SignedCheckpoint) -> list[Finding]:
    """What a pack shows whose package of bor carries a checkpoint."""
    manifest = making.manifest("bor", checkpoint=signed.encode().decode()).decode()
    found = audit(making.pack(STORY[:60], documents=(manifest,)), NOW, host=HOST.public).findings
    return [each for each in found if each.check == "seen"]


def test_checkpoint_that_a_package_carries_makes_its_agency_a_witness() -> None:
    (green,) = carried(making.signed(STORY[:40]))
    assert green.passed
    assert green.sentence == "the ledger is the one that bor had seen when they made their packages"
    (fork,) = carried(making.signed(forked(STORY, 30)[:40]))
    assert not fork.passed
    assert "FORK: bor saw another ledger of 40 entries, signed by host" in fork.sentence
    (ahead,) = carried(making.signed(STORY[:80]))
    assert not ahead.passed, "the host has cut off what bor saw"
    (forged,) = carried(making.of_leaves(LEAVES[:40], Identity.new("host")))
    assert "that host has not signed" in forged.sentence
