"""The whole demonstration, once, and then again by hand with the commands that it wrote down."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linkage import open_package
from tests.journeys.program import run
from tests.journeys.test_by_hand import beside_progress

pytestmark = pytest.mark.timeout(900)  # of a machine that others use, too
AGENCIES = ("atl", "bor", "cyr")
PROGRAM = [sys.executable, "-m", "linkage.command"]


class Demonstration(NamedTuple):
    folder: Path
    result: dict[str, Any]
    stderr: str
    processor_seconds: float


def of_children() -> float:
    """Seconds of processor time that finished child processes took, whatever else the machine does."""
    times = os.times()
    return times.children_user + times.children_system


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    home, before = tmp_path_factory.mktemp("home"), of_children()
    done = subprocess.run([*PROGRAM, "demo", "--json"], cwd=home, capture_output=True, text=True, check=True)
    return Demonstration(home / "counterfoil-demo", json.loads(done.stdout), done.stderr, of_children() - before)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def hits(folder: Path) -> set[tuple[str, str]]:
    return {(agency, row["record_id"]) for agency in AGENCIES for row in rows(folder / agency / f"{agency}.hits.csv")}


def test_linkage_is_as_good_as_promised(demonstration: Demonstration) -> None:
    linkage = demonstration.result["linkage"]
    assert linkage["f1"] >= 0.995
    assert linkage["true_pairs"] == 2500
    assert all(pair["f1"] >= 0.99 for pair in linkage["by_agencies"])
    assert linkage["groups"]["true"] == 1500
    assert linkage["groups"]["right"] >= 1450


def test_baselines_are_measured_on_the_same_rows(demonstration: Demonstration) -> None:
    baselines = demonstration.result["baselines"]
    assert {found["true_pairs"] for found in baselines.values()} == {2500}
    assert {found["records"] for found in baselines.values()} == {demonstration.result["rows"]} == {7000}
    assert baselines["plaintext"]["f1"] > 0.99
    assert baselines["equal_soc_sec_id"]["f1"] < demonstration.result["linkage"]["f1"]


def test_nothing_leaked_and_the_search_would_have_found_it(demonstration: Demonstration) -> None:
    search = demonstration.result["leak_search"]
    assert search["finds"] == []
    assert search["verdict"] == "nothing found"
    assert search["control_held"] is True
    assert search["values"] > 20_000
    sizes = [agency["package_bytes"] for agency in demonstration.result["agencies"]]
    assert search["bytes_searched"] > 2 * sum(sizes)


def test_every_party_has_its_own_and_nothing_else(demonstration: Demonstration) -> None:
    folder = demonstration.folder
    assert {path.name for path in (folder / "host").iterdir()} == {
        *(f"{agency}.cfp" for agency in AGENCIES),
        *(f"{agency}.groups.csv" for agency in AGENCIES),
        "groups.csv",
    }
    for agency in AGENCIES:
        assert {path.name for path in (folder / agency).iterdir()} == {
            *(f"{agency}.{kind}" for kind in ("csv", "key", "key.pub", "cfp", "counterfoil.csv", "hits.csv")),
            f"{agency}.groups.csv",
            "op.secret",
        }
        assert {row["agency"] for row in rows(folder / agency / f"{agency}.groups.csv")} == {agency}
        for name in (f"{agency}.key", f"{agency}.counterfoil.csv", f"{agency}.hits.csv", "op.secret"):
            assert stat.S_IMODE((folder / agency / name).stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} == {
        *AGENCIES,
        "host",
        "truth.csv",
        "commands.txt",
        "figures.json",
        "demonstration.html",
        ".counterfoil-demo",
    }
    assert not [path for path in folder.parent.iterdir() if path != folder]
    assert beside_progress(demonstration.stderr) == ""


def test_figures_are_those_of_the_files(demonstration: Demonstration) -> None:
    folder, result = demonstration.folder, demonstration.result
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert written == {key: value for key, value in result.items() if key not in {"output", "page"}}
    for figures in result["agencies"]:
        name = figures["agency"]
        assert figures["rows"] == len(rows(folder / name / f"{name}.csv"))
        assert figures["package_bytes"] == (folder / "host" / f"{name}.cfp").stat().st_size
        assert figures["hits"] == len(rows(folder / name / f"{name}.hits.csv"))
    groups = rows(folder / "host" / "groups.csv")
    assert len(hits(folder)) == len(groups)
    assert sum(result["linkage"]["groups"]["found_by_size"].values()) == len({row["group"] for row in groups})
    counts = result["equal_symbols"]
    sizes = [figures["rows"] for figures in result["agencies"]]
    pairs = sizes[0] * sizes[1] + sizes[0] * sizes[2] + sizes[1] * sizes[2]
    assert sum(counts["same_person"]) + sum(counts["different_persons"]) == result["pairs_compared"] == pairs
    assert sum(counts["same_person"]) == 2500


def test_matcher_sees_a_token_a_category_and_bytes(demonstration: Demonstration) -> None:
    seen = demonstration.result["matcher_sees"]
    package = open_package(demonstration.folder / "host" / f"{seen['agency']}.cfp")
    place = package.encodings.token_texts().index(seen["token"])
    assert package.encodings.to_bytes()[place].tobytes().hex() == seen["encoding_hex"]
    assert set(seen) == {"agency", "token", "category", "encoding_bytes", "encoding_hex"}


def test_page_stands_alone(demonstration: Demonstration) -> None:
    page = (demonstration.folder / "demonstration.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert set(re.findall(r"https?://[^\s\"'<>)]*", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert demonstration.result["matcher_sees"]["token"] in page
    assert len(page.encode()) < 1_000_000


def test_it_takes_less_than_three_minutes_of_work(demonstration: Demonstration) -> None:
    assert demonstration.processor_seconds < 180  # processor time grows, too, where many share caches and cores


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_cancelled_demonstration_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([*PROGRAM, "demo"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob(".counterfoil-demo.*/atl/op.secret")):
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=120) == 130
        assert running.stderr is not None
        assert "cancelled" in running.stderr.read()
    assert list(tmp_path.iterdir()) == []


def test_commands_can_be_repeated_by_hand_in_a_folder_beside(demonstration: Demonstration) -> None:
    again = demonstration.folder.with_name("again")
    again.mkdir()
    printed = ""
    for line in (demonstration.folder / "commands.txt").read_text(encoding="utf-8").splitlines():
        verb, *words = shlex.split(line)
        if verb == "mkdir":
            for word in words:
                (again / word).mkdir()
        elif verb == "cp":
            shutil.copy2(again / words[0], again / words[1])
        else:
            assert verb == "counterfoil"
            done = run(words, again)
            assert done.returncode == 0, done.stderr
            printed = done.stdout
    # Another secret makes other bytes, so pairs at the threshold may fall on the other side of it: up to 7 of 2,500
    # were missed under three secrets, and a missed pair is two hits.
    assert len(hits(again) ^ hits(demonstration.folder)) < 60
    assert "F1" in printed
    shutil.rmtree(again)
