"""Package and counterfoil: both or neither, whatever happens when."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from encoder.halves import Halves, new_halves
from encoder.order import Order, Tally
from linkage.errors import FileError
from linkage.package import open_package, write_package
from tests.encoder.making import ATLANTIS, names_in, order, read_rows

ENCODINGS = np.arange(3 * 32, dtype=np.uint8).reshape(3, 32)


def make(made: Order, before_finish: Callable[[Halves], None] = lambda _halves: None) -> None:
    with new_halves(made.package, made.counterfoil, overwrite=made.overwrite, draw=made.draw) as halves:
        halves.add(ENCODINGS, ["a", "b", "c"])
        before_finish(halves)
        halves.finish(made.draft(halves, Tally(3, 0), dropped=(), engine="fake"), ATLANTIS)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_tokens_join_the_halves_and_say_nothing_by_their_order(tmp_path: Path) -> None:
    made = order(tmp_path)
    make(made)
    found = open_package(made.package).encodings
    ids = dict(read_rows(made.counterfoil))
    assert [ids[token] for token in sorted(ids)] == [ids[token] for token in found.token_texts()]
    by_id = {ids[token]: row.tobytes() for token, row in zip(found.token_texts(), found.to_bytes(), strict=True)}
    assert by_id == {name: row.tobytes() for name, row in zip("abc", ENCODINGS, strict=True)}
    assert names_in(tmp_path) == {"out.cfp", "out.csv"}


def test_tokens_are_what_was_drawn(tmp_path: Path) -> None:
    made = order(tmp_path, draw=lambda count: bytes(range(255, 255 - count, -1)))
    make(made)
    drawn = bytes(range(255, 255 - 48, -1)).hex()
    assert read_rows(made.counterfoil) == [[drawn[32 * place : 32 * place + 32], "abc"[place]] for place in range(3)]


def test_tokens_of_two_runs_differ(tmp_path: Path) -> None:
    first = order(tmp_path)
    second = order(tmp_path, package=tmp_path / "2.cfp", counterfoil=tmp_path / "2.csv")
    make(first)
    make(second)
    assert not {row[0] for row in read_rows(first.counterfoil)} & {row[0] for row in read_rows(second.counterfoil)}


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, FileError])
def test_failure_before_the_end_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail(_halves: Halves) -> None:
        raise error("x")

    with pytest.raises(error):
        make(order(tmp_path), fail)
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("there", ["out.cfp", "out.csv"])
def test_neither_is_written_when_one_exists(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("kept", encoding="utf-8")
    with pytest.raises(FileError, match=f"{there} exists already"):
        make(order(tmp_path))
    assert names_in(tmp_path) == {there}
    assert (tmp_path / there).read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("former", [None, "former"])
@pytest.mark.parametrize("links", [True, False])
def test_package_is_undone_when_the_counterfoil_cannot_take_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, former: str | None, *, links: bool
) -> None:
    made = order(tmp_path, overwrite=True)
    if former:
        made.package.write_text(former, encoding="utf-8")
    replace = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if target == made.counterfoil:
            assert made.package.stat().st_size > 100
            raise PermissionError(13, "open elsewhere")
        return replace(path, target)

    def no_links(*_paths: object) -> None:
        raise OSError("a stick")

    monkeypatch.setattr(Path, "replace", refuse)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(FileError, match=r"out\.csv cannot be written"):
        make(made)
    assert names_in(tmp_path) == ({"out.cfp"} if former else set())
    if former:
        assert made.package.read_text(encoding="utf-8") == former


def test_both_are_replaced_when_told_so(tmp_path: Path) -> None:
    made = order(tmp_path, overwrite=True)
    make(made)
    make(made)
    tokens = open_package(made.package).encodings.token_texts()
    assert {row[0] for row in read_rows(made.counterfoil)} == set(tokens)
    assert names_in(tmp_path) == {"out.cfp", "out.csv"}


def test_interrupt_while_the_package_is_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, blocks: object, *rest: object, **more: object) -> object:
        interrupt()
        return write_package(path, blocks, *rest, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr("encoder.halves.write_package", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(order(tmp_path))
    assert names_in(tmp_path) == set()


def test_interrupt_between_the_two_files_waits_until_both_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, blocks: object, *rest: object, **more: object) -> object:
        made = write_package(path, blocks, *rest, **more)  # type: ignore[arg-type]  # passed on as they came
        interrupt()
        return made

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("encoder.halves.write_package", interrupted)
    make(order(tmp_path))
    assert names_in(tmp_path) == {"out.cfp", "out.csv"}
    assert signal.getsignal(signal.SIGINT) is before
