import os
import stat
import sys
from pathlib import Path

import pytest

from linkage.errors import FileError, InputError
from linkage.files import OWNER_ONLY, check_outputs, is_parquet, read_capped, whole_file, write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_appears_whole_under_its_name_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with whole_file(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.read_bytes() == b""
        temporary.write_bytes(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, ValueError])
def test_interrupted_block_leaves_nothing_and_the_file_of_before(tmp_path: Path, failure: type[BaseException]) -> None:
    def write_half(path: Path) -> None:
        with whole_file(path) as temporary:
            temporary.write_bytes(b"half")
            raise failure

    before = tmp_path / "before"
    before.write_bytes(b"before")
    for path in (before, tmp_path / "new"):
        with pytest.raises(failure):
            write_half(path)
    assert list(tmp_path.iterdir()) == [before]
    assert before.read_bytes() == b"before"


@posix
@pytest.mark.parametrize(("mode", "mask", "expected"), [(OWNER_ONLY, 0, 0o600), (0o666, 0o022, 0o644)])
def test_permissions_hold_from_the_first_moment(tmp_path: Path, mode: int, mask: int, expected: int) -> None:
    previous = os.umask(mask)
    try:
        with whole_file(tmp_path / "x", mode=mode) as temporary:
            assert permissions(temporary) == expected
        assert permissions(tmp_path / "x") == expected
    finally:
        os.umask(previous)


@posix
def test_owner_only_file_replaces_an_open_one_with_its_own_permissions(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"before")
    path.chmod(0o666)
    write_whole(path, b"secret", mode=OWNER_ONLY)
    assert permissions(path) == 0o600


def test_existing_file_is_refused_before_the_block_runs(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"before")
    with pytest.raises(FileError) as caught, whole_file(path, overwrite=False):
        pytest.fail("the block ran")
    assert caught.value.code == "file.exists"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("output", "overwrite", "code", "says"),
    [
        ("input", True, "file.twice", "given for two things"),
        ("other/../input", True, "file.twice", "given for two things"),
        ("twice", True, "file.twice", "given for two things"),
        ("other", True, "file.unusable", "it is a folder"),
        ("nowhere/x", True, "file.unusable", "the folder is not there"),
        ("there", False, "file.exists", "exists already"),
    ],
)
def test_outputs_that_cannot_be_are_refused_before_the_work(
    tmp_path: Path, output: str, *, overwrite: bool, code: str, says: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "there").write_bytes(b"before")
    outputs = [tmp_path / "twice", None, tmp_path / output]
    with pytest.raises(FileError, match=says) as caught:
        check_outputs(outputs, [tmp_path / "input", None], overwrite=overwrite)
    assert caught.value.code == code


def test_outputs_that_can_be_written_are_let_pass(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"before")
    check_outputs([tmp_path / "there", tmp_path / "new"], [tmp_path / "input"])
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(FileError) as caught:
        write_whole(tmp_path / "x", b"content")
    assert caught.value.code == "file.unusable"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_name_taken_while_the_block_runs_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(FileError) as caught, whole_file(path, overwrite=False):
        path.write_bytes(b"theirs")
    assert caught.value.code == "file.exists"
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("taken", [False, True])
def test_file_system_without_links_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    def no_links(_source: Path, _target: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "x"
    if not taken:
        write_whole(path, b"ours", overwrite=False)
        assert path.read_bytes() == b"ours"
        return
    with pytest.raises(FileError), whole_file(path, overwrite=False):
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileError):
        write_whole(path, b"content", overwrite=False)


def test_missing_folder_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written: no such file or directory"):
        write_whole(tmp_path / "nowhere" / "x", b"")


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_capped(path, limit_bytes=5) == b"12345"
    with pytest.raises(FileError) as caught:
        read_capped(path, limit_bytes=4)
    assert caught.value.code == "file.too-large"


def test_unreadable_file_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read: no such file or directory") as caught:
        read_capped(tmp_path / "x", limit_bytes=5)
    assert caught.value.code == "file.unusable"
    assert caught.value.exit_code == 3


def test_table_is_what_its_name_says_or_refused(tmp_path: Path) -> None:
    cases = {
        "x.csv": b"group,agency\n",
        "x.PARQUET": b"PAR1...",
        "y.csv": b"PAR1...",
        "y.parquet": b"group",
        "z.parquet": b"",
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    assert not is_parquet(tmp_path / "x.csv")
    assert is_parquet(tmp_path / "x.PARQUET")
    for name, message, hint in (
        ("y.csv", "is a Parquet file", "let its name end in .parquet"),
        ("y.parquet", "is not a Parquet file", "if it is CSV, let its name end in .csv"),
        ("z.parquet", "is not a Parquet file", "if it is CSV, let its name end in .csv"),
    ):
        with pytest.raises(InputError) as caught:
            is_parquet(tmp_path / name)
        assert (caught.value.message, caught.value.hint) == (f"{tmp_path / name} {message}", hint)


@posix
def test_pipe_is_told_by_its_name_and_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not is_parquet(tmp_path / "pipe")
