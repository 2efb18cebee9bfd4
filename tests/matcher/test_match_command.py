"""The command `counterfoil match`."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from linkage import Package
from linkage.command.program import run
from tests.matcher.conftest import MakePackage


@pytest.fixture
def packages(make_package: MakePackage) -> list[Package]:
    """Three packages: persons 0-9 in all, 10-19 in two of them, the rest in one."""
    rows = np.random.default_rng(3).integers(0, 256, (60, 16), dtype=np.uint8)
    return [
        make_package("atl", rows[:30], seed=1, expires="2999-01-01T00:00:00Z"),
        make_package("bor", np.vstack([rows[:20], rows[40:]]), seed=2, expires="2999-01-01T00:00:00Z"),
        make_package("cyr", np.vstack([rows[:10], rows[30:40]]), seed=3, expires="2999-01-01T00:00:00Z"),
    ]


def match(packages: list[Package], *options: str) -> int:
    return run(["match", *(str(package.path) for package in packages), "--threshold", "0.9", *options])


def test_groups_are_written_with_agency_token_and_score(packages: list[Package], tmp_path: Path) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv")) == 0
    with (tmp_path / "groups.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["group", "agency", "token", "score"]
    assert [row[0] for row in rows[1:]] == sorted((row[0] for row in rows[1:]), key=lambda name: int(name[1:]))
    assert rows[1][0] == "g1"
    groups: dict[str, list[str]] = {}
    tokens = {package.manifest.agency: package.encodings.token_texts() for package in packages}
    for group, agency, token, score in rows[1:]:
        assert token in tokens[agency]
        assert float(score) == 1.0
        groups.setdefault(group, []).append(agency)
    assert sorted(map(len, groups.values())) == [2] * 10 + [3] * 10


@pytest.mark.parametrize(
    "outputs",
    [
        ["-o", "groups.csv", "--pairs", "groups.csv"],
        ["-o", "atl.groups.csv", "--for-agencies", "."],
        ["-o", "nowhere/groups.csv"],
        ["-o", "groups.csv", "--report", "folder.html"],
        ["--pairs", "package.csv"],
    ],
)
def test_outputs_that_cannot_be_written_are_refused_before_anything_is_compared(
    packages: list[Package], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("matcher.linking.link", lambda *_, **__: pytest.fail("compared"))
    monkeypatch.setattr("matcher.linking.stream", lambda *_, **__: pytest.fail("compared"))
    Path("folder.html").mkdir()
    content = packages[0].path.read_bytes()
    Path("package.csv").write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    rest = [str(package.path) for package in packages[1:]]
    assert run(["match", "package.csv", *rest, "--threshold", "0.9", *outputs]) == 3
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("package.csv").read_bytes() == content


def test_json_tells_the_figures(packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["packages"] == 3
    assert result["encodings"] == 90
    assert result["pairs_compared"] == 30 * 40 + 30 * 20 + 40 * 20
    assert result["candidate_pairs"] == 40
    assert result["groups_by_size"] == {"2": 10, "3": 10}
    assert result["groups"] == 20
    assert result["seconds"] > 0


def test_people_read_the_same_figures(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv")) == 0
    printed = capsys.readouterr()
    assert "2,600" in printed.out
    assert "20 (10 of 2, 10 of 3 records)" in printed.out
    assert printed.err == ""


def test_pairs_and_groups_in_parquet_hold_what_csv_holds(packages: list[Package], tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        outputs = ("-o", str(tmp_path / f"groups.{suffix}"), "--pairs", str(tmp_path / f"pairs.{suffix}"))
        assert match(packages, *outputs) == 0
    for name, count in (("groups", 50), ("pairs", 40)):
        table = pq.read_table(tmp_path / f"{name}.parquet").to_pylist()
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            rows = [row | {"score": float(row["score"])} for row in csv.DictReader(file)]
        assert len(rows) == count
        assert table == rows


def test_agencies_get_their_own_rows_only(packages: list[Package], tmp_path: Path) -> None:
    shares = tmp_path / "shares"
    shares.mkdir()
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--for-agencies", str(shares)) == 0
    lines = (tmp_path / "groups.csv").read_text().splitlines()
    agencies = sorted({package.manifest.agency for package in packages})
    assert sorted(path.name for path in shares.iterdir()) == [f"{agency}.groups.csv" for agency in agencies]
    for agency in agencies:
        own = [line for line in lines[1:] if line.split(",")[1] == agency]
        assert own
        assert (shares / f"{agency}.groups.csv").read_text().splitlines() == [lines[0], *own]


def test_symbols_of_encodings_that_have_none_are_not_compared(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--measure", "symbols") == 4
    assert "[match.measure]" in capsys.readouterr().err
    assert not (tmp_path / "groups.csv").exists()


def test_threads_do_not_change_the_file(packages: list[Package], tmp_path: Path) -> None:
    for threads in ("1", "3"):
        assert match(packages, "-o", str(tmp_path / f"{threads}.csv"), "--threads", threads) == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "3.csv").read_bytes()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="anonlink has no wheels for Python 3.12 and later")
def test_the_second_opinion_writes_the_same_file(packages: list[Package], tmp_path: Path) -> None:
    for engine in ("native", "anonlink"):
        assert match(packages, "-o", str(tmp_path / f"{engine}.csv"), "--engine", engine) == 0
    assert (tmp_path / "native.csv").read_bytes() == (tmp_path / "anonlink.csv").read_bytes()


def test_the_second_opinion_says_which_python_it_needs(
    packages: list[Package],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 0, "final", 0))
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--engine", "anonlink") == 3
    assert "needs Python 3.11" in capsys.readouterr().err
    assert not (tmp_path / "groups.csv").exists()


def test_a_stranger_an_expired_package_and_the_same_file_twice_are_refused(
    packages: list[Package], make_package: MakePackage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "groups.csv"
    stranger = tmp_path / "stranger.pub"
    packages[0].manifest.signer.write(stranger)
    assert match(packages, "-o", str(output), "--trust", str(stranger)) == 3
    assert "package.signer" in capsys.readouterr().err
    rows = np.zeros((3, 16), dtype=np.uint8)
    expired = make_package("old", rows, seed=9, created="2020-01-01T00:00:00Z", expires="2020-02-01T00:00:00Z")
    assert match([*packages, expired], "-o", str(output)) == 4
    assert "package.expired" in capsys.readouterr().err
    assert match([packages[0], packages[0]], "-o", str(output)) == 4
    assert "match.repeated" in capsys.readouterr().err
    assert not output.exists()


def test_an_output_of_another_format_is_wrong_usage(packages: list[Package], tmp_path: Path) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.xlsx")) == 2


def test_an_output_that_cannot_be_written_leaves_nothing(packages: list[Package], tmp_path: Path) -> None:
    assert match(packages, "-o", str(tmp_path / "missing" / "groups.csv")) == 3
    assert not (tmp_path / "missing").exists()


def test_automatic_threshold_is_told_with_what_is_expected_at_it(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(package.path) for package in packages]
    assert run(["match", *paths, "--threshold", "auto", "-o", str(tmp_path / "groups.csv"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["threshold"] == result["estimate"]["threshold"]
    assert result["estimate"]["reason"] in {"best F1", "few matches"}
    for name in ("false_links", "matches", "precision", "recall"):
        interval = result["estimate"][name]
        assert interval["low"] <= interval["value"] <= interval["high"]
    assert run(["match", *paths, "--threshold", "auto", "-o", str(tmp_path / "groups.csv")]) == 0
    told = capsys.readouterr().out
    assert f"{result['threshold']:g}, " in told
    assert "precision" in told


def test_given_threshold_has_no_estimate(
    packages: list[Package], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["threshold"], result["threshold_origin"], result["estimate"]) == (0.9, "0.9, as given.", None)


@pytest.mark.parametrize("threshold", ["automatic", "1.01", "-1"])
def test_a_threshold_that_is_none_is_wrong_usage(packages: list[Package], tmp_path: Path, threshold: str) -> None:
    arguments = [str(package.path) for package in packages]
    assert run(["match", *arguments, f"--threshold={threshold}", "-o", str(tmp_path / "groups.csv")]) == 2


def test_report_is_written_beside_the_groups(packages: list[Package], tmp_path: Path) -> None:
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--report", str(tmp_path / "report.html")) == 0
    assert "as given" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert match(packages, "-o", str(tmp_path / "groups.csv"), "--report", str(tmp_path / "report.txt")) == 2


def test_importing_the_matcher_or_its_commands_loads_nothing_heavy() -> None:
    code = "import sys, matcher, matcher.commands; print({'numba', 'numpy', 'pyarrow'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
