"""The parts of an upload on disk: whole when read, never in clear, and damage is found."""

import stat
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import FileError
from server.chunks import pieces
from server.submissions.parts import open_parts, write_part
from server.submissions.uploads import path_of
from tests.server.house import OPERATION, House, package, people

KEY = bytes(range(32))
CONTENT = bytes(range(256)) * 20
WHOLE = len(CONTENT)
CUTS = st.sets(st.integers(1, WHOLE - 1), max_size=8).map(lambda cuts: [0, *sorted(cuts), WHOLE])


def written(folder: Path, cuts: list[int]) -> None:
    for start, end in pairwise(cuts):
        write_part(folder, KEY, start, CONTENT[start:end])


@given(cuts=CUTS, reads=st.lists(st.tuples(st.integers(0, WHOLE + 5), st.integers(0, 700)), max_size=8))
def test_parts_are_read_as_one_file_from_any_place(cuts: list[int], reads: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        written(Path(name), cuts)
        with open_parts(Path(name), KEY, WHOLE) as file:
            assert b"".join(pieces(file, 999)) == CONTENT
            for place, size in reads:
                file.seek(place)
                assert file.read(size) == CONTENT[place : place + size]


def test_a_part_that_was_written_and_not_noted_gives_way_to_the_next_attempt(tmp_path: Path) -> None:
    write_part(tmp_path, KEY, 0, CONTENT[:100])
    write_part(tmp_path, KEY, 100, b"never noted" * 50)
    write_part(tmp_path, KEY, 100, CONTENT[100:])
    with open_parts(tmp_path, KEY, WHOLE) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize("place", [0, 12, 60, -1])
def test_a_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    written(tmp_path, [0, 50, WHOLE])
    path = tmp_path / f"{50:015d}"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with open_parts(tmp_path, KEY, WHOLE) as file, pytest.raises(FileError):
        file.read()


def test_parts_that_changed_places_are_found(tmp_path: Path) -> None:
    written(tmp_path, [0, WHOLE // 2, WHOLE])
    first, second = sorted(tmp_path.iterdir())
    moved = first.rename(tmp_path / "moved")
    second.rename(first)
    moved.rename(second)
    with open_parts(tmp_path, KEY, WHOLE) as file, pytest.raises(FileError):
        file.read()


def test_a_part_of_another_length_is_found(tmp_path: Path) -> None:
    written(tmp_path, [0, 50, WHOLE])
    with pytest.raises(FileError):
        open_parts(tmp_path, KEY, WHOLE - 1)


def test_no_part_of_an_upload_is_ever_in_clear_on_disk(house: House) -> None:
    officer, content = house.joined("atl"), package(house.folder, "atl", people(40, 1), seed=1)
    order = {"size": len(content), "digest": "sha256:" + "00" * 32}
    upload = officer.asks("POST", f"/operations/{OPERATION}/uploads", order).json["upload"]
    for start in range(0, len(content), 500):
        assert (
            officer.sends_part(f"/uploads/{upload}", content[start : start + 500], start, len(content)).status_code
            == 200
        )
    parts = list(path_of(house.service, upload).iterdir())
    assert len(parts) == -(-len(content) // 500)
    on_disk = [path.read_bytes() for path in parts]
    for start in range(0, len(content) - 16, 16):
        piece = content[start : start + 16]
        assert len(set(piece)) < 4 or not any(piece in found for found in on_disk)
    assert {stat.S_IMODE(path.stat().st_mode) for path in parts} == {0o600}
    assert officer.asks("DELETE", f"/uploads/{upload}").status_code == 204
    assert not path_of(house.service, upload).exists()


def test_a_damaged_part_is_a_fault_of_the_host(house: House) -> None:
    officer, content = house.joined("atl"), package(house.folder, "atl", people(5, 1), seed=1)
    order = {"size": len(content), "digest": "sha256:" + "00" * 32}
    upload = officer.asks("POST", f"/operations/{OPERATION}/uploads", order).json["upload"]
    officer.sends_part(f"/uploads/{upload}", content, 0, len(content))
    (part,) = path_of(house.service, upload).iterdir()
    part.write_bytes(part.read_bytes()[:-1] + b"\0")
    answer = officer.asks("POST", f"/uploads/{upload}/submission")
    assert (answer.status_code, answer.json["code"]) == (503, "file.sealed")
    assert str(house.folder) not in answer.text
