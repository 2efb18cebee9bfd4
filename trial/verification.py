"""The last act of the story: an officer of one country verifies the compliance pack, then one with one byte changed."""

from pathlib import Path
from typing import Any, NamedTuple

from linkage.ledger.entry import Kind
from linkage.ledger.pack import Pack
from trial.errors import StepError
from trial.program import Transcript


class Verification(NamedTuple):
    """What `audit verify` said: the sentences that hold, those that do not, and what was not checked."""

    green: tuple[str, ...]
    red: tuple[str, ...]
    unchecked: tuple[str, ...]

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Verification":
        """Return the verification in what ``audit verify --json`` printed."""
        by_colour = {
            passed: tuple(found["sentence"] for found in document["findings"] if found["passed"] is passed)
            for passed in (True, False)
        }
        return cls(by_colour[True], by_colour[False], tuple(document["not_checked"]))


class LastAct(NamedTuple):
    """The verification of the pack, which byte was changed in a copy, and the verification of that."""

    true: Verification
    changed_byte: int
    changed: Verification

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON-like data."""
        return {
            "pack": {name: list(found) for name, found in self.true._asdict().items()},
            "changed_byte": self.changed_byte,
            "changed_pack": {name: list(found) for name, found in self.changed._asdict().items()},
        }


def verify_twice(transcript: Transcript, party: str, pack: str, *, checkpoint: str, host: str) -> LastAct:
    """Return what an officer finds in a pack, and in a copy whose result has one digit changed.

    Args:
        transcript: where the commands run; paths are relative to its folder.
        party: who verifies.
        pack: the file of ``audit export``.
        checkpoint: that the officer kept.
        host: public identity of the host.

    Raises:
        StepError: a command failed, the true pack is not in order, or the changed one is.
    """
    known = ("--checkpoint", checkpoint, "--host", host)
    true = Verification.of(transcript.examine(party, "audit", "verify", pack, *known))
    path = transcript.folder / pack
    copy = path.with_name(f"changed-{path.name}")
    changed_byte = change_one_byte(path, copy)
    target = str(copy.relative_to(transcript.folder))
    changed = Verification.of(transcript.examine(party, "audit", "verify", target, *known))
    if true.red or not changed.red:
        raise StepError(f"the verification of {pack} did not come out as it must: {(*true.red, 'no fault found')[0]}")
    return LastAct(true, changed_byte, changed)


def change_one_byte(source: Path, target: Path) -> int:
    """Write a pack to `target` in which one digit of a run's published number of hits is another; return its place."""
    content = source.read_bytes()
    published = next(found.entry for found in Pack.parse(content).entries if found.entry.kind is Kind.RUN_PUBLISHED)
    place = content.index(published.encode()) + published.encode().index(b'"count":') + len(b'"count":')
    digit = (content[place] - ord("0")) % 9 + 1  # never 0, which no number begins with
    target.write_bytes(content[:place] + bytes([digit + ord("0")]) + content[place + 1 :])
    return place
