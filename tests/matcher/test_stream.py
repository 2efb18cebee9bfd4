"""Candidate pairs that are written as they come."""

import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from linkage import Encodings, Package
from linkage.command.program import run
from matcher import candidate_pairs
from matcher.engine import engine
from matcher.linking import Permitted, link, stream
from matcher.party import Party, best_of_records, record_pairs
from tests.matcher.conftest import MakePackage

FOREVER = "2999-01-01T00:00:00Z"


@pytest.fixture
def packages(make_package: MakePackage) -> list[Package]:
    """Two packages with aliases, all of whose rows are alike enough for many candidate pairs."""
    rows = np.random.default_rng(3).integers(0, 256, (2, 300, 16), dtype=np.uint8)
    return [
        make_package(name, rows[number], seed=number, aliases=True, expires=FOREVER)
        for number, name in enumerate(("atl", "bor"))
    ]


def with_aliases(rows: int, seed: int) -> Party:
    """A party whose records have one to three rows, with many equal scores."""
    random = np.random.default_rng(seed)
    encodings = Encodings.from_bytes(random.integers(0, 256, (rows, 2), dtype=np.uint8))
    record = np.sort(random.integers(0, rows // 2, rows))
    _, record = np.unique(record, return_inverse=True)
    return Party("atl", "suspect", encodings, record, np.flatnonzero(np.diff(record, prepend=-1)))


@pytest.mark.parametrize("measure", ["dice", "jaccard", "hamming"])
def test_best_rows_of_records_taken_piece_by_piece_are_those_of_all_together(measure: str) -> None:
    left, right = with_aliases(60, 1), with_aliases(50, 2)
    found = candidate_pairs(left.encodings, right.encodings, 0.4, measure=measure)
    whole = record_pairs(found, left, right)
    pieces = [
        best_of_records(type(found)(*(column[start : start + 7] for column in found)), left, right, measure)  # type: ignore[arg-type]  # one of the three
        for start in range(0, len(found.score), 7)
    ]
    streamed = [pair for piece in pieces for pair in zip(*(column.tolist() for column in piece), strict=True)]
    assert len(streamed) < len(found.score)
    assert sorted(streamed) == sorted(zip(*(column.tolist() for column in whole), strict=True))
    assert [pair[2] for pair in streamed] == whole.score.tolist()


def test_first_records_within_some_rows_are_whole() -> None:
    party = with_aliases(60, 1)
    for rows in range(70):
        part = party.within(rows)
        count = len(part.first_row)
        assert len(part.record) == (party.first_row[count] if count < len(party.first_row) else 60)
        assert len(part.record) <= rows or count == 1
        assert count == len(party.first_row) or len(party.first(count + 1).record) > rows
        assert len(part.encodings) == len(part.record)


def test_best_rows_of_records_are_found_a_few_combinations_at_a_time() -> None:
    """Records of 30 rows: all combinations of 4,000 pairs of them together would be gigabytes."""
    count, rows, width = 20, 600, 4032
    encodings = Encodings.from_bytes(np.random.default_rng(4).integers(0, 256, (rows, width), dtype=np.uint8))
    side = Party("atl", "suspect", encodings, np.arange(rows) // (rows // count), np.arange(0, rows, rows // count))
    found = candidate_pairs(encodings, encodings, 0.0, measure="symbols", limit=4000)
    tracemalloc.start()
    try:
        kept = best_of_records(found, side, side, "symbols")
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 200_000_000
    whole = record_pairs(candidate_pairs(encodings, encodings, 0.0, measure="symbols"), side, side)
    expected = set(zip(*(column.tolist() for column in whole), strict=True))
    assert 0 < len(kept.score) <= len(expected)
    assert set(zip(*(column.tolist() for column in kept), strict=True)) <= expected


def test_stream_holds_the_pairs_of_link_whatever_the_memory(packages: list[Package]) -> None:
    whole = link(packages, 0.4, engine=engine("native"))
    asked = Permitted.of(packages)
    pieces = list(stream(asked, 0.4, engine=engine("native"), options={"memory_limit": 40_000_000, "threads": 1}))
    assert {(piece.left_party, piece.right_party) for piece in pieces} == {(0, 1)}
    pairs = [pair for piece in pieces for pair in zip(*(column.tolist() for column in piece.pairs), strict=True)]
    assert sorted(pairs) == sorted(zip(*(column.tolist() for column in whole.comparisons[0].pairs), strict=True))
    assert asked.pairs == 300 * 300


def test_pairs_alone_are_written_without_groups(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(package.path) for package in packages]
    alone, beside = tmp_path / "alone.parquet", tmp_path / "beside.parquet"
    assert run(["match", *paths, "--threshold", "0.4", "--pairs", str(alone)]) == 0
    assert "not grouped" in capsys.readouterr().out
    assert run(["match", *paths, "--threshold", "0.4", "--pairs", str(beside), "-o", str(tmp_path / "g.csv")]) == 0
    rows = [sorted(map(tuple, (row.values() for row in pq.read_table(path).to_pylist()))) for path in (alone, beside)]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 1000


@pytest.mark.parametrize(
    "options",
    [
        ["--threshold", "0.5"],
        ["--threshold", "auto", "--pairs", "pairs.parquet"],
        ["--threshold", "0.5", "--pairs", "pairs.parquet", "--report", "report.html"],
        ["--threshold", "0.5", "-o", "groups.csv", "--loss", "1e-6", "--recall", "0.9"],
        ["--threshold", "0.5", "-o", "groups.csv", "--loss", "1e-6", "--engine", "anonlink"],
        ["--threshold", "0.5", "-o", "groups.csv", "--loss", "1"],
        ["--threshold", "0.5", "-o", "groups.csv", "--cluster-ca", "ca.pem"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    packages: list[Package], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert run(["match", *(str(package.path) for package in packages), *options]) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_a_stated_loss_leaves_equal_encodings_together(packages: list[Package], tmp_path: Path) -> None:
    paths = [str(package.path) for package in packages]
    out = tmp_path / "groups.csv"
    assert run(["match", *paths, "--threshold", "0.9", "--loss", "1e-6", "-o", str(out)]) == 0
    assert out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals to one process")
@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_running_match_and_leaves_no_file(
    make_package: MakePackage, tmp_path: Path, asked: str
) -> None:
    rows = np.random.default_rng(4).integers(0, 256, (2, 100_000, 64), dtype=np.uint8)
    paths = [
        str(make_package(name, rows[number], seed=number, expires=FOREVER).path)
        for number, name in enumerate(("atl", "bor"))
    ]
    out = tmp_path / "out"
    out.mkdir()
    code = (  # says when the threads are at work
        "import os\n"
        "from matcher import tiles\n"
        "former = tiles.BitComparer.compare\n"
        "def told(self, tile):\n"
        "    os.write(1, b'working\\n')\n"  # in one piece, because two threads say it
        "    former(self, tile)\n"
        "tiles.BitComparer.compare = told\n"
        "from linkage.command import main\n"
        "main()\n"
    )
    arguments = ["match", *paths, "--threshold", "0.6", "-o", str(out / "groups.csv"), "--threads", "2"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "working\n"
        child.send_signal(getattr(signal, asked))
        _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert told.strip() == "cancelled\nhint: nothing was left half written"  # click ends the line of progress first
    assert list(out.iterdir()) == []
