"""The counterfoil, the spool and the memory for repeats: what a run keeps on disk and in mind."""

import csv
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encoder.counterfoil import new_counterfoil, read_counterfoil
from encoder.errors import CounterfoilFileError, TableError
from encoder.repeats import Repeats, digests_of
from encoder.spool import Spool
from linkage.errors import FileError

IDS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=20)
TOKEN = "0123456789abcdef" * 2


def tokens(count: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (count, 16), dtype=np.uint8)


def read(path: Path) -> list[tuple[str, str]]:
    return [pair for batch in read_counterfoil(path) for pair in zip(*batch, strict=True)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ids=IDS)
def test_any_record_id_comes_back_also_in_another_reader(tmp_path: Path, ids: list[str]) -> None:
    path = tmp_path / "c.csv"
    with new_counterfoil(path, overwrite=True) as writer:
        writer.add(tokens(len(ids)), ids)
    expected = list(zip([row.tobytes().hex() for row in tokens(len(ids))], ids, strict=True))
    assert read(path) == expected
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["token", "record_id"], *map(list, expected)]


def test_counterfoil_is_for_its_owner_only_from_the_first_byte_on(tmp_path: Path) -> None:
    with new_counterfoil(tmp_path / "c.csv", overwrite=False) as writer:
        writer.add(tokens(1), ["7"])
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    modes |= {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    if os.name == "posix":
        assert modes == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]


def test_counterfoil_is_written_over_only_when_told_so(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("kept", encoding="utf-8")
    with pytest.raises(FileError, match="exists already"), new_counterfoil(path, overwrite=False):
        pass
    assert path.read_text(encoding="utf-8") == "kept"
    with new_counterfoil(path, overwrite=True) as writer:
        writer.add(tokens(1), ["7"])
    assert len(read(path)) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"record_id,token\n7,{TOKEN}\n", "the first line must be token,record_id"),
        (f"{TOKEN},7\n", "the first line must be token,record_id"),
        (f"token;record_id\n{TOKEN};7\n", "the first line must be token,record_id"),
        (f"token,record_id\n{TOKEN},7\n{TOKEN[:-1]},8\n", "line 3: a token is 32 digits"),
        (f"token,record_id\n{TOKEN.upper()},7\n", "line 2: a token is 32 digits"),
        (f"token,record_id\n{' ' + TOKEN[1:]},7\n", "line 2: a token is 32 digits"),
        (f"token,record_id\n{TOKEN},7\n{TOKEN[::-1]},8\n{TOKEN},9\n", "line 4: the token stands in an earlier row too"),
        (f"token,record_id\n{TOKEN},7,\n", "line 2: has 3 cells"),
    ],
)
def test_counterfoil_with_another_form_is_refused_by_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CounterfoilFileError, match=problem) as caught:
        read(path)
    assert TOKEN[:-1] not in str(caught.value)


def test_empty_or_damaged_counterfoil_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    for content in (b"", b"token,record_id\n\xff"):
        path.write_bytes(content)
        with pytest.raises(TableError):
            read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    sizes=st.lists(st.integers(0, 40), max_size=6),
    width=st.integers(1, 20),
    spread=st.sampled_from([1, 2, 256]),
    seed=st.integers(0, 9),
)
def test_spool_gives_all_rows_back_by_token(
    tmp_path: Path, sizes: list[int], width: int, spread: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows = [random.integers(0, spread, (size, 16 + width), dtype=np.uint8) for size in sizes]
    with Spool(tmp_path) as spool:
        for part in rows:
            spool.add(part[:, :16], part[:, 16:])
        found = [np.concatenate(block, axis=1).tobytes() for block in spool.blocks()]
    expected = sorted((row.tobytes() for part in rows for row in part), key=lambda row: row[:16])  # stable
    assert b"".join(found) == b"".join(expected)
    assert list(tmp_path.iterdir()) == []


def test_spool_yields_blocks_of_bounded_length_in_order(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        for seed in range(4):
            spool.add(tokens(50_000, seed), np.zeros((50_000, 64), dtype=np.uint8))
        blocks = [block[0] for block in spool.blocks()]
    assert len(blocks) >= 2
    assert max(map(len, blocks)) * (16 + 64) <= 8 << 20
    joined = [row.tobytes() for block in blocks for row in block]
    assert len(joined) == 200_000
    assert joined == sorted(joined)


def test_spool_has_no_name_that_a_killed_process_could_leave_behind(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.add(tokens(10), np.zeros((10, 1), dtype=np.uint8))
        if os.name == "posix":
            assert list(tmp_path.iterdir()) == []


def test_spool_in_a_folder_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        Spool(tmp_path / "absent")


@given(st.lists(st.lists(st.integers(0, 60).map(str), max_size=30), max_size=12))
def test_repeats_are_all_but_the_first_of_equal_values(batches: list[list[str]]) -> None:
    repeats = Repeats()
    seen: set[str] = set()
    for batch in batches:
        expected = []
        for value in batch:
            expected.append(value in seen)
            seen.add(value)
        assert repeats.add(digests_of(batch)).tolist() == expected


def test_repeats_are_found_among_many_batches() -> None:
    repeats = Repeats()
    for start in range(0, 60_000, 1_000):
        assert not repeats.add(digests_of(map(str, range(start, start + 1_000)))).any()
    assert len(repeats._runs) <= 8
    assert repeats.add(digests_of(["5", "59999", "60000", "60000"])).tolist() == [True, True, False, True]
