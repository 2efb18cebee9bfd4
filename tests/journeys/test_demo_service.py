"""The demonstration through a service, once: what it says, and what lies where afterwards."""

import json
import stat
import subprocess
import sys

import pytest

from tests.journeys.test_by_hand import beside_progress
from tests.journeys.test_demo import AGENCIES, PROGRAM, Demonstration, of_children, rows

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn, which serves, needs fork"),
    pytest.mark.timeout(900),  # of a machine that others use, too
]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    home = tmp_path_factory.mktemp("home")
    before = of_children()
    done = subprocess.run(
        [*PROGRAM, "demo", "--server", "--json"], cwd=home, capture_output=True, text=True, check=True
    )
    return Demonstration(home / "counterfoil-demo", json.loads(done.stdout), done.stderr, of_children() - before)


def test_the_groups_are_those_by_files(demonstration: Demonstration) -> None:
    result = demonstration.result
    assert result["differing_groups"] == 0
    assert result["groups_by_files"] == result["linkage"]["groups"]["found"] > 1400
    assert result["run"]["state"] == "done"
    assert result["linkage"]["f1"] >= 0.995
    assert result["linkage"]["true_pairs"] == 2500


def test_nothing_raw_and_no_key_of_an_agency_is_at_the_host(demonstration: Demonstration) -> None:
    search = demonstration.result["leak_search"]
    assert search["finds"] == []
    assert search["verdict"] == "nothing found"
    assert search["control_held"] is True
    assert search["values"] > 20_000
    assert demonstration.result["words_of_the_agreement"] < 10
    assert demonstration.result["keys_found"] == 0
    host = demonstration.folder / "host"
    assert search["bytes_searched"] > sum(path.stat().st_size for path in host.rglob("*") if path.is_file())
    for name in ("host.db", "serve.log", "metrics.prom"):
        assert (host / name).stat().st_size > 1000
    assert len(list((host / "store" / "submissions").iterdir())) == len(AGENCIES)
    assert list((host / "uploads").iterdir()) == []


def test_agencies_have_their_own_hits_and_nobody_elses(demonstration: Demonstration) -> None:
    for figures in demonstration.result["agencies"]:
        agency = figures["agency"]
        groups = rows(demonstration.folder / agency / f"{agency}.groups.csv")
        hits = rows(demonstration.folder / agency / f"{agency}.hits.csv")
        assert {row["agency"] for row in groups} == {agency}
        assert len(hits) == len(groups) == figures["hits"] > 1000
        assert {row["band"] for row in hits} <= {"likely", "possible"}
        assert figures["records"] == len(rows(demonstration.folder / agency / f"{agency}.csv"))
        assert stat.S_IMODE((demonstration.folder / agency / f"{agency}.hits.csv").stat().st_mode) == 0o600


def test_the_story_is_told_by_commands(demonstration: Demonstration) -> None:
    commands = (demonstration.folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    told = [" ".join(command.split()[1:3]) for command in commands if command.startswith("counterfoil ")]
    for words in ("agreement sign", "ceremony make", "host register", "agency submit", "agency run", "agency hits"):
        assert words in told
    assert told[-1].startswith("evaluate")
    assert any(command.startswith("counterfoil serve") and command.endswith("&") for command in commands)
    assert beside_progress(demonstration.stderr) == ""


def test_the_last_act_is_an_officer_who_verifies_offline(demonstration: Demonstration) -> None:
    verification = demonstration.result["verification"]
    assert verification["pack"]["red"] == []
    green = "\n".join(verification["pack"]["green"])
    assert "never rewritten since the checkpoint you hold" in green
    assert "never to host, and" in green
    red = "\n".join(verification["changed_pack"]["red"])
    assert "is not what was logged: it was changed afterwards" in red
    assert "is not, to the last byte, what host made and signed" in red


def test_it_takes_less_than_four_minutes_of_work(demonstration: Demonstration) -> None:
    assert demonstration.processor_seconds < 240


def test_a_service_has_no_page_to_open(capsys: pytest.CaptureFixture[str]) -> None:
    from linkage.command.program import run

    assert run(["demo", "--server", "--open"]) == 2
    assert "makes no page" in capsys.readouterr().err
