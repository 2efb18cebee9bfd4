"""The service as people use it: a host and three agencies, command by command, over HTTP on loopback."""

import csv
import json
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.journeys.program import Regular
from tests.journeys.test_by_hand import COLUMNS, ENCODE, ROOT, TABLES, read, values_in, write
from tests.ports import free_port

pytestmark = pytest.mark.timeout(900)  # some fifty processes, on whatever machine
AGENCIES = tuple(TABLES)


class Host:
    """`counterfoil serve` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.starts()

    def starts(self) -> None:
        command = [sys.executable, "-m", "linkage.command", *shlex.split(f"serve --data host --port {self.port}")]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
                    assert answer.status == 200
                    return
            except OSError:
                assert self.process.poll() is None, (self.folder / "serve.log").read_text()
                time.sleep(0.1)
        raise AssertionError((self.folder / "serve.log").read_text())

    def stops(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regular]:
    """Everything that three agencies and a host type, up to the hits of a run."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(ROOT / "configs", folder / "configs")
    for agency, records in TABLES.items():
        write(folder / f"{agency}.csv", COLUMNS, [[number, *cells] for number, cells in records.items()])
    person = Regular(folder)
    person.types("counterfoil secret new -o op.secret")
    for agency in AGENCIES:
        person.types(f"counterfoil identity new --agency {agency} -o {agency}.key")
        person.types(f"counterfoil identity sealing-key --agency {agency} -o {agency}.seal")
        person.types(ENCODE.format(agency))
    host = Host(folder)
    try:
        for name in ("host.key.pub", "host.seal.pub"):
            shutil.copy(folder / "host" / name, folder / name)
        public = " ".join(f"--key {name}.{kind}.pub" for name in (*AGENCIES, "host") for kind in ("key", "seal"))
        today = datetime.now(UTC)
        person.types(
            "counterfoil agreement new --from configs/agreements/three-countries.json --schema"
            f" configs/schemas/febrl4.json {public} --valid-from {today - timedelta(days=1):%Y-%m-%d}"
            f" --valid-until {today + timedelta(days=900):%Y-%m-%d} -o draft.json"
        )
        signers = ["host/host.key", *(f"{agency}.key" for agency in AGENCIES)]
        former = "draft.json"
        for number, key in enumerate(signers):
            person.types(f"counterfoil agreement sign {former} --identity {key} -o signed-{number}.json")
            former = f"signed-{number}.json"
        person.types(f"counterfoil host register {former} --data host")
        for agency in AGENCIES:
            person.types(
                f"counterfoil agency join --url {host.url} --agreement {former} --root {agency}.key"
                f" --officer o-{agency} --desk {agency}.desk"
            )
            person.types(f"counterfoil agency submit {agency}.cfp --desk {agency}.desk")
        run = json.loads(
            person.types(
                "counterfoil agency run --desk bor.desk --threshold 0.003 --justification investigation --wait --json"
            )
        )
        assert run["state"] == "done"
        for agency in AGENCIES:
            person.types(
                f"counterfoil agency hits {run['run']} --desk {agency}.desk --justification investigation"
                f" -o {agency}.hits.csv"
            )
        person.types("counterfoil match atl.cfp bor.cfp cyr.cfp --threshold 0.003 -o groups.csv")
        yield person
        assert host.stops() == 0
    finally:
        host.process.kill()
        host.process.wait()


def groups(rows: list[dict[str, str]]) -> set[frozenset[str]]:
    """The groups as sets of tokens."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["group"], set()).add(row["token"])
    return {frozenset(tokens) for tokens in found.values()}


def test_hits_through_the_service_are_those_of_match_by_files(desk: Regular) -> None:
    hits = [row for agency in AGENCIES for row in read(desk.folder / f"{agency}.hits.csv")]
    assert groups(hits) == groups(read(desk.folder / "groups.csv"))
    assert len(hits) == 5


def test_an_agency_sees_its_own_tokens_only(desk: Regular) -> None:
    for agency in AGENCIES:
        with (desk.folder / f"{agency}.counterfoil.csv").open(encoding="utf-8-sig", newline="") as file:
            own = {row["token"] for row in csv.DictReader(file)}
        hits = read(desk.folder / f"{agency}.hits.csv")
        assert {row["token"] for row in hits} <= own
        assert {row["agency"] for row in hits} == {agency}


def test_the_plan_names_legal_grounds(desk: Regular) -> None:
    told = desk.types("counterfoil agency plan --desk atl.desk")
    assert told.count("Directive (EU) 2016/680") == 2
    assert "comparisons between other agencies: 1" in told


def test_nothing_of_the_raw_data_is_at_the_host(desk: Regular) -> None:
    secret = (desk.folder / "op.secret").read_bytes().strip()
    for path in (desk.folder / "host").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert values_in(content) == set(), path
            assert secret.lower() not in content.lower(), path


def test_a_withdrawn_submission_takes_its_hits_along(desk: Regular) -> None:
    state = json.loads(desk.types("counterfoil agency status --desk cyr.desk --json"))
    submission, run = state["submissions"][0]["submission"], state["runs"][0]["run"]
    assert "certificate" in desk.types(f"counterfoil agency withdraw {submission} --desk cyr.desk")
    for agency, left in (("atl", 1), ("bor", 1), ("cyr", 0)):
        told = desk.types(
            f"counterfoil agency hits {run} --desk {agency}.desk --justification investigation -o left.csv --json"
        )
        assert json.loads(told)["hits"] == left


def test_who_could_not_join_may_join_again(desk: Regular) -> None:
    agreement = max(desk.folder.glob("signed-*.json")).name
    line = f"agency join --agreement {agreement} --root atl.key --officer o-2 --desk again.desk --url"
    failed = desk.runs([*shlex.split(line), "http://127.0.0.1:9"])
    assert (failed.returncode, "the host cannot be reached" in failed.stderr) == (3, True)
    url = json.loads((desk.folder / "atl.desk" / "desk.json").read_text(encoding="utf-8"))["url"]
    assert "o-2 is agency.officer of atl" in desk.types(f"counterfoil {line} {url}")


def test_packages_that_were_refused_leave_no_upload_behind(desk: Regular) -> None:
    (desk.folder / "junk.cfp").write_bytes(b"no package")
    for _ in range(6):  # more than an agency may have open
        failed = desk.runs(shlex.split("agency submit junk.cfp --desk bor.desk"))
        assert "host.package.archive" in failed.stderr
    assert list((desk.folder / "host" / "uploads").iterdir()) == []


def test_doctor_finds_nothing_wrong_with_the_host(desk: Regular) -> None:
    findings = json.loads(desk.types("counterfoil doctor --data host --json"))["findings"]
    assert {found["part"] for found in findings if found["well"]} >= {"host.key", "database", "store", "jobs"}


def test_an_agency_without_a_line_sends_and_receives_on_a_stick(desk: Regular) -> None:
    agreement = max(desk.folder.glob("signed-*.json")).name
    desk.types(ENCODE.format("cyr") + " --force")
    desk.types("counterfoil seal cyr.cfp --to host.seal.pub -o cyr.cfp.sealed")
    told = json.loads(desk.types("counterfoil host import cyr.cfp.sealed --data host -o cyr.receipt.json --json"))
    checked = desk.types(f"counterfoil agency receipts cyr.receipt.json --agreement {agreement}")
    assert f"{told['submission']} of cyr, 3 records, was accepted" in checked
    assert "deleted" in desk.types("counterfoil agency receipts --desk cyr.desk")
    order = "counterfoil agency run --desk bor.desk --threshold 0.003 --justification investigation --wait --json"
    run = json.loads(desk.types(order))["run"]
    assert f"run {run}  lantern  done" in desk.types("counterfoil host status --data host")
    (desk.folder / "stick").mkdir()
    desk.types(f"counterfoil host export-hits {run} --data host --justification investigation -o stick")
    desk.types("counterfoil open stick/cyr.groups.csv.sealed --key cyr.seal -o cyr.groups.csv")
    desk.types("counterfoil reveal cyr.groups.csv --counterfoil cyr.counterfoil.csv -o cyr.own.csv")
    assert {row["record_id"] for row in read(desk.folder / "cyr.own.csv")} == {"1", "2"}
    assert {row["band"] for row in read(desk.folder / "cyr.own.csv")} <= {"likely", "possible"}


def test_an_agency_without_a_line_does_everything_on_a_stick(desk: Regular) -> None:
    agreement, stick = max(desk.folder.glob("signed-*.json")).name, desk.folder / "letters"
    stick.mkdir()

    def told(number: int) -> str:
        """What the host tells the officer of cyr, opened."""
        desk.types("counterfoil host export-status lantern --data host --agency cyr -o letters")
        desk.types(f"counterfoil open letters/cyr.status.json.sealed --key cyr.seal -o letters/{number}.json")
        (stick / "cyr.status.json.sealed").unlink()
        return f"--desk cyr.far --file letters/{number}.json"

    def carried(name: str) -> dict[str, str]:
        word: dict[str, str] = json.loads(
            desk.types(f"counterfoil host import {name} --data host -o {name}.receipt.json --json")
        )
        assert desk.types(f"counterfoil agency receipts {name}.receipt.json --agreement {agreement}")
        return word

    desk.types(f"counterfoil agency join --agreement {agreement} --root cyr.key --officer o-far --desk cyr.far")
    assert carried("cyr.far/credential.json")["officer"] == "o-far"
    desk.types(ENCODE.format("cyr") + " --force")
    own = carried("cyr.cfp")["submission"]
    first = told(1)
    assert own in desk.types(f"counterfoil agency status {first}")
    assert "Directive (EU) 2016/680" in desk.types(f"counterfoil agency plan {first}")
    why = "--threshold 0.003 --justification investigation"
    assert "host import order.letter" in desk.types(f"counterfoil agency run {first} {why} --letter order.letter")
    run = carried("order.letter")["run"]
    deadline = time.monotonic() + 120
    while f"run {run}  lantern  done" not in desk.types("counterfoil host status --data host"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert f"run {run}  done" in desk.types(f"counterfoil agency status {told(2)}")
    desk.types(f"counterfoil host export-hits {run} --data host --justification investigation -o letters --agency cyr")
    desk.types("counterfoil open letters/cyr.groups.csv.sealed --key cyr.seal -o letters/cyr.csv")
    assert len(read(stick / "cyr.csv")) == 2
    desk.types(f"counterfoil agency withdraw {own} --desk cyr.far --letter withdrawal.letter")
    assert carried("withdrawal.letter")["reason"] == "withdrawn"
    assert f"{own}  suspect  3 records  withdrawn" in desk.types(f"counterfoil agency status {told(3)}")
