"""The folder of a demonstration is whole or absent and replaces nothing of anybody else."""

from pathlib import Path

import pytest

from linkage.errors import FileError
from trial.errors import OutputFolderError
from trial.folder import whole_folder


def make(path: Path, content: str, failure: type[BaseException] | None = None) -> None:
    with whole_folder(path) as folder:
        assert folder.parent == path.parent
        (folder / "x").mkdir()
        (folder / "x" / "file").write_text(content, encoding="utf-8")
        if failure is not None:
            raise failure


def fill_while_making(path: Path) -> None:
    with whole_folder(path):
        path.mkdir()
        (path / "thesis.txt").touch()


def test_folder_appears_when_the_block_ends_and_replaces_a_former_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    make(path, "first")
    (path / "left behind").touch()
    make(path, "second")
    assert (path / "x" / "file").read_text(encoding="utf-8") == "second"
    assert not (path / "left behind").exists()
    assert list(tmp_path.iterdir()) == [path]


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    make(tmp_path / "demo", "first")
    assert (tmp_path / "demo" / "x" / "file").exists()


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_interrupted_block_leaves_the_former_folder_and_nothing_else(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "demo"
    make(path, "first")
    with pytest.raises(failure):
        make(path, "second", failure)
    assert (path / "x" / "file").read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_interrupted_first_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "demo", "first", KeyboardInterrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_anything_else_is_refused_before_work_begins(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "demo"
    if kind == "folder":
        path.mkdir()
        (path / "thesis.txt").write_text("irreplaceable", encoding="utf-8")
    elif kind == "file":
        path.write_text("irreplaceable", encoding="utf-8")
    else:
        make(tmp_path / "real", "first")
        path.symlink_to(tmp_path / "real", target_is_directory=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputFolderError, match="not a former demonstration"), whole_folder(path):
        pytest.fail("the block must not run")
    assert sorted(tmp_path.rglob("*")) == before


def test_folder_that_is_filled_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputFolderError):
        fill_while_making(tmp_path / "demo")
    assert [found.name for found in tmp_path.rglob("*")] == ["demo", "thesis.txt"]


def test_missing_parent_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a folder"), whole_folder(tmp_path / "no" / "demo"):
        pytest.fail("the block must not run")
