"""What an agency believes, proof files, and the commands on files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from linkage.command.program import counterfoil
from linkage.errors import FileError, LedgerError, RefusedError
from linkage.identity import Identity
from linkage.ledger import Checkpoint, SignedCheckpoint
from linkage.ledger.proof_file import InclusionProof, consistency_text, parse_consistency
from linkage.ledger.tiles import Tiles
from linkage.ledger.tree import Proof, consistency_proof, inclusion_proof
from linkage.ledger.watcher import Relation, Watcher, compare
from tests.linkage.ledger import making
from tests.linkage.ledger.making import HOST

ENTRIES = making.story(60)
LEAVES = making.leaves(ENTRIES)
TREE = Tiles(lambda level, _number: b"".join(LEAVES) if level == 0 else b"")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def at(size: int) -> SignedCheckpoint:
    return making.of_leaves(LEAVES[:size])


def forked(size: int) -> SignedCheckpoint:
    return making.of_leaves([LEAVES[1], *LEAVES[1:size]])


def proof(old: int, new: int) -> Proof:
    return consistency_proof(old, new, TREE)


@pytest.mark.parametrize(
    ("held", "shown", "given", "relation"),
    [
        (at(20), at(20), None, Relation.SAME),
        (at(20), at(50), proof(20, 50), Relation.NEWER),
        (at(50), at(20), proof(20, 50), Relation.OLDER),
        (at(0), at(50), None, Relation.NEWER),
        (at(20), forked(20), None, Relation.FORK),
        (at(20), at(50), None, Relation.UNPROVEN),
        (at(20), at(50), proof(21, 50), Relation.UNPROVEN),
        (at(20), forked(50), proof(20, 50), Relation.UNPROVEN),
    ],
)
def test_compare_says_what_a_checkpoint_is_to_the_one_held(
    held: SignedCheckpoint, shown: SignedCheckpoint, given: Proof | None, relation: Relation
) -> None:
    found = compare(held.checkpoint, shown.checkpoint, given)
    assert found.relation is relation
    assert found.sentence


def test_compare_refuses_two_ledgers_and_a_false_empty_one() -> None:
    other = Checkpoint("elsewhere", 20, at(20).checkpoint.head)
    with pytest.raises(LedgerError, match="different ledgers"):
        compare(at(20).checkpoint, other)
    empty = Checkpoint("host", 0, bytes(32))
    assert compare(empty, at(20).checkpoint).relation is Relation.FORK


def test_watcher_believes_the_first_then_only_what_is_proven() -> None:
    watcher = Watcher(HOST.public).advanced(at(20))
    assert watcher.believed == at(20)
    watcher = watcher.advanced(at(50), proof(20, 50))
    assert watcher.believed == at(50)
    assert watcher.advanced(at(20), proof(20, 50)).believed == at(50), "an older one changes nothing"
    assert watcher.advanced(at(50)).believed == at(50)
    with pytest.raises(RefusedError, match="not shown") as unproven:
        watcher.advanced(at(60))
    assert unproven.value.code == "ledger.unproven"
    with pytest.raises(RefusedError, match="FORK") as fork:
        watcher.advanced(forked(50))
    assert fork.value.code == "ledger.fork"
    with pytest.raises(RefusedError, match="not signed") as unsigned:
        watcher.advanced(SignedCheckpoint.signed(at(60).checkpoint, Identity.new("host")), proof(50, 60))
    assert unsigned.value.code == "ledger.signature"


def test_watcher_keeps_its_belief_in_a_file_and_cosigns_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    assert Watcher.read(path, HOST.public).believed is None
    with pytest.raises(RefusedError, match="no checkpoint"):
        Watcher.read(path, HOST.public).cosigned(making.agency("atl"), NOW)
    Watcher(HOST.public, at(20)).write(path)
    read = Watcher.read(path, HOST.public)
    assert read.believed == at(20)
    assert read.cosigned(making.agency("atl"), NOW).seen_by(making.agency("atl").public) == NOW
    with pytest.raises(RefusedError, match="not signed"):
        Watcher.read(path, Identity.new("host").public)
    path.write_bytes(b"something else")
    with pytest.raises(LedgerError, match=r"mine\.txt: "):
        Watcher.read(path, HOST.public)
    with pytest.raises(FileError):
        Watcher.read(tmp_path, HOST.public)


def inclusion(number: int = 7, size: int = 50) -> InclusionProof:
    return InclusionProof(number, inclusion_proof(number, size, TREE), at(size))


def test_inclusion_proof_is_a_tlog_proof_and_parses_to_itself() -> None:
    found = inclusion()
    lines = found.encode().decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 7"]
    assert InclusionProof.parse(found.encode()) == found
    alone = InclusionProof(0, (), at(1))
    assert InclusionProof.parse(alone.encode()) == alone
    assert found.shows(ENTRIES[7].encode(), HOST.public)
    assert not found.shows(ENTRIES[8].encode(), HOST.public)
    assert not found.shows(ENTRIES[7].encode(), Identity.new("host").public)


def test_damaged_proof_file_is_refused_or_shows_nothing() -> None:
    content = inclusion().encode()
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            found = InclusionProof.parse(changed)
        except LedgerError:
            continue
        assert found.encode() == changed
        assert not found.shows(ENTRIES[7].encode(), HOST.public)


@pytest.mark.parametrize(
    "content",
    [b"", b"AAAA\n", b"\n", consistency_text((LEAVES[0],))[:-1], b"\xff\n", b"A" * 44],
    ids=["empty", "short", "no-text", "no-end-of-line", "not-text", "not-base64"],
)
def test_parse_consistency_refuses_what_is_not_hashes(content: bytes) -> None:
    if content == b"":
        assert parse_consistency(content) == ()
        return
    with pytest.raises(LedgerError):
        parse_consistency(content)


def test_consistency_proof_parses_to_itself() -> None:
    found = proof(20, 50)
    assert parse_consistency(consistency_text(found)) == found
    with pytest.raises(LedgerError, match="at most 64"):
        parse_consistency(consistency_text(tuple(LEAVES[:1]) * 65))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    HOST.public.write(tmp_path / "host.pub")
    making.agency("atl").public.write(tmp_path / "atl.pub")
    (tmp_path / "mine.txt").write_bytes(at(20).encode())
    (tmp_path / "theirs.txt").write_bytes(at(50).cosigned(making.agency("atl"), NOW).encode())
    (tmp_path / "fork.txt").write_bytes(forked(20).encode())
    (tmp_path / "proof.txt").write_bytes(consistency_text(proof(20, 50)))
    (tmp_path / "entry.json").write_bytes(ENTRIES[7].encode())
    (tmp_path / "other.json").write_bytes(ENTRIES[8].encode())
    (tmp_path / "entry.tlog-proof").write_bytes(inclusion().encode())
    pack = making.pack(ENTRIES)
    (tmp_path / "lantern.pack").write_bytes(pack.encode())
    changed = ENTRIES[8].model_copy(update={"officer": "o-5"})
    wrong = making.pack(
        ENTRIES,
        entries=tuple(
            found.model_copy(update={"entry": changed}) if found.number == 8 else found for found in pack.entries
        ),
    )
    (tmp_path / "wrong.pack").write_bytes(wrong.encode())
    return tmp_path


def run(folder: Path, group: str, *arguments: str) -> tuple[int, str]:
    found = [str(folder / each) if "." in each else each for each in arguments]
    result = CliRunner().invoke(counterfoil, [group, *found], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value or 0, result.output


def test_status_tells_size_and_who_signed(folder: Path) -> None:
    code, text = run(folder, "ledger", "status", "theirs.txt", "--host", "host.pub", "--witness", "atl.pub")
    assert code == 0
    assert "entries  50" in text
    assert "host has signed it" in text
    assert "atl saw it at 2026-11-24T00:00:00Z" in text
    code, text = run(folder, "ledger", "status", "mine.txt", "--host", "atl.pub", "--witness", "atl.pub")
    assert code == 4
    assert "atl has NOT signed it" in text
    assert "atl has not cosigned it" in text


def test_prove_tells_whether_an_entry_is_in_the_ledger(folder: Path) -> None:
    code, text = run(folder, "ledger", "prove", "entry.tlog-proof", "entry.json", "--host", "host.pub")
    assert code == 0
    assert "it is entry 7 of the 50 that host has signed for" in text
    code, text = run(folder, "ledger", "prove", "entry.tlog-proof", "other.json", "--host", "host.pub")
    assert code == 4
    assert "NOT shown" in text


def test_compare_tells_the_same_newer_fork_and_unproven(folder: Path) -> None:
    assert run(folder, "ledger", "compare", "mine.txt", "mine.txt", "--host", "host.pub")[0] == 0
    code, text = run(
        folder, "ledger", "compare", "mine.txt", "theirs.txt", "--host", "host.pub", "--proof", "proof.txt", "--json"
    )
    assert code == 0
    assert json.loads(text)["relation"] == "newer"
    assert run(folder, "ledger", "compare", "mine.txt", "theirs.txt", "--host", "host.pub")[0] == 4
    code, text = run(folder, "ledger", "compare", "mine.txt", "fork.txt", "--host", "host.pub")
    assert code == 4
    assert "FORK" in text
    with pytest.raises(RefusedError, match=r"mine\.txt is not signed by atl"):
        run(folder, "ledger", "compare", "mine.txt", "fork.txt", "--host", "atl.pub")


def test_compare_takes_the_proof_from_a_pack(folder: Path) -> None:
    compared = ("ledger", "compare", "mine.txt")
    given = ("--host", "host.pub", "--pack", "lantern.pack")
    code, text = run(folder, *compared, "theirs.txt", *given)
    assert code == 0
    assert "the ledger of 50 entries continues that of 20" in text
    (folder / "other.txt").write_bytes(forked(30).encode())
    code, text = run(folder, *compared, "other.txt", *given)
    assert code == 4
    assert "the proof given does not show it" in text
    (folder / "short.pack").write_bytes(making.pack(ENTRIES[:40]).encode())
    code, text = run(folder, *compared, "theirs.txt", "--host", "host.pub", "--pack", "short.pack")
    assert code == 4
    assert "no proof was given" in text
    with pytest.raises(click.UsageError):
        run(folder, *compared, "theirs.txt", *given, "--proof", "proof.txt")


def test_audit_verify_prints_a_sentence_for_each_check_and_what_was_not_checked(folder: Path) -> None:
    code, text = run(folder, "audit", "verify", "lantern.pack", "--checkpoint", "mine.txt", "--host", "host.pub")
    assert code == 0
    assert "never rewritten since the checkpoint you hold: its first 20 entries are unchanged" in text
    assert "NOT" not in text
    assert "checks passed; not checked:\n  - " in text
    code, text = run(folder, "audit", "verify", "wrong.pack", "--json")
    assert code == 4
    red = [found["sentence"] for found in json.loads(text)["findings"] if not found["passed"]]
    assert red == [
        "entry 8 is not what was logged: it was changed afterwards",
        "entry 8 (hits-viewed of bor): officer o-5 had no credential of bor that was valid then",
    ]


def test_entry_taken_out_of_a_pack_is_proven_by_itself(folder: Path) -> None:
    code, text = run(folder, "ledger", "extract", "lantern.pack", "7", "-o", "one.json", "--proof", "one.proof")
    assert code == 0
    assert "consultation (hits-viewed) by bor" in text
    code, text = run(folder, "ledger", "prove", "one.proof", "one.json", "--host", "host.pub")
    assert code == 0
    assert "it is entry 7 of the " in text
    with pytest.raises(click.UsageError, match="the pack has no entry 5000"):
        run(folder, "ledger", "extract", "lantern.pack", "5000", "-o", "one.json", "--proof", "one.proof")
