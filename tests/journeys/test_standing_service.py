"""A standing operation as people use it: secret by relay, runs by submission, records withdrawn, keys lost."""

import csv
import json
import shlex
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.program import Regular
from tests.journeys.test_by_hand import COLUMNS, ENCODE, ROOT, TABLES, read, write
from tests.journeys.test_service import AGENCIES, Host

pytestmark = pytest.mark.timeout(900)  # some fifty processes, on whatever machine


class Person(Regular):
    """Types commands, some of which say no."""

    def is_refused(self, line: str, code: str) -> None:
        done = self.runs(shlex.split(line)[1:])
        assert done.returncode != 0
        assert f"[{code}]" in done.stderr

    def waits_for_runs(self, agency: str, count: int) -> list[dict[str, str]]:
        """Return the runs, newest first, when so many are done."""
        runs: list[dict[str, str]] = []
        for _ in range(100):
            runs = json.loads(self.types(f"counterfoil agency status --desk {agency}.desk --watch --json"))["runs"]
            if sum(run["state"] == "done" for run in runs) >= count:
                break
            time.sleep(0.2)
        return runs

    def hits(self, agency: str, run: str) -> list[dict[str, str]]:
        path = f"{agency}.{run[:6]}.csv"
        self.types(f"counterfoil agency hits {run} --desk {agency}.desk --justification investigation -o {path}")
        return read(self.folder / path)


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Three agencies who have agreed on a standing operation, and the host that runs it."""
    folder = tmp_path_factory.mktemp("standing")
    text = json.loads((ROOT / "configs" / "agreements" / "three-countries.json").read_bytes())
    text["runs"] = {"by": "on_submission", "threshold": 0.003}
    (folder / "standing.json").write_text(json.dumps(text))
    shutil.copytree(ROOT / "configs", folder / "configs")
    for agency, records in TABLES.items():
        write(folder / f"{agency}.csv", COLUMNS, [[number, *cells] for number, cells in records.items()])
    person = Person(folder)
    for agency in AGENCIES:
        person.types(f"counterfoil identity new --agency {agency} -o {agency}.key")
        person.types(f"counterfoil identity sealing-key --agency {agency} -o {agency}.seal")
    host = Host(folder)
    try:
        for name in ("host.key.pub", "host.seal.pub"):
            shutil.copy(folder / "host" / name, folder / name)
        public = " ".join(f"--key {name}.{kind}.pub" for name in (*AGENCIES, "host") for kind in ("key", "seal"))
        today = datetime.now(UTC)
        person.types(
            f"counterfoil agreement new --from standing.json --schema configs/schemas/febrl4.json {public}"
            f" --valid-from {today - timedelta(days=1):%Y-%m-%d} --valid-until {today + timedelta(days=900):%Y-%m-%d}"
            " -o draft.json"
        )
        former = "draft.json"
        for number, key in enumerate(("host/host.key", *(f"{agency}.key" for agency in AGENCIES))):
            person.types(f"counterfoil agreement sign {former} --identity {key} -o signed-{number}.json")
            former = f"signed-{number}.json"
        shutil.copy(folder / former, folder / "lantern.json")
        person.types("counterfoil host register lantern.json --data host")
        for agency in AGENCIES:
            person.types(
                f"counterfoil agency join --url {host.url} --agreement lantern.json --root {agency}.key"
                f" --officer o-{agency} --desk {agency}.desk"
            )
        _share_secret(person)
        for agency in AGENCIES:
            person.types(ENCODE.format(agency).replace("op.secret", f"{agency}.secret"))
            person.types(f"counterfoil agency submit {agency}.cfp --desk {agency}.desk")
        (folder / "url").write_text(host.url)
        yield person
        assert host.stops() == 0
    finally:
        host.process.kill()
        host.process.wait()


def _share_secret(person: Person) -> None:
    person.types("counterfoil ceremony make lantern.json --identity atl.key --secret-file atl.secret -o made.json")
    person.is_refused("counterfoil agency ceremony send atl.secret --desk atl.desk", "ceremony")
    person.types("counterfoil agency ceremony send made.json --desk atl.desk")
    for agency in ("bor", "cyr"):
        person.types(f"counterfoil agency ceremony fetch --desk {agency}.desk -o {agency}.fetched.json")
        person.types(
            f"counterfoil ceremony open {agency}.fetched.json lantern.json --key {agency}.seal -o {agency}.secret"
        )
    for agency in AGENCIES:
        person.types(
            f"counterfoil ceremony confirm lantern.json --identity {agency}.key --secret-file {agency}.secret"
            f" -o {agency}.confirmation.json"
        )
        person.types(f"counterfoil agency ceremony send {agency}.confirmation.json --desk {agency}.desk")


def test_the_secret_came_to_all_by_relay_and_is_not_at_the_host(person: Person) -> None:
    told = person.types("counterfoil agency ceremony status --desk cyr.desk")
    assert told.count("confirms the secret") == 3
    secrets = {(person.folder / f"{agency}.secret").read_bytes() for agency in AGENCIES}
    assert len(secrets) == 1
    person.is_refused("counterfoil agency ceremony fetch --desk bor.desk -o again.json", "ceremony.over")
    secret = secrets.pop().strip().lower()
    for path in (person.folder / "host").rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes().lower(), path


def test_submissions_have_started_runs_and_withdrawn_records_leave_the_hits(person: Person) -> None:
    runs = person.waits_for_runs("atl", 2)
    assert [run["state"] for run in runs] == ["done", "done"]
    assert {run["ordered_by"] for run in runs} == {"host"}
    newest = runs[0]["run"]
    hits = {agency: person.hits(agency, newest) for agency in AGENCIES}
    assert len(hits["cyr"]) == 2
    assert {row["group"] for row in hits["cyr"]} == {row["group"] for agency in ("atl", "bor") for row in hits[agency]}
    token = hits["cyr"][0]["token"]
    state = json.loads(person.types("counterfoil agency status --desk cyr.desk --json"))
    submission = state["submissions"][0]["submission"]
    told = person.types(
        f"counterfoil agency withdraw {submission} --token {token} --reason rectification --desk cyr.desk"
    )
    assert "records erased: 1" in told
    assert list((person.folder / "cyr.desk").glob(f"withdrawal-{submission}-*.json"))
    assert token not in {row["token"] for row in person.hits("cyr", newest)}
    state = json.loads(person.types("counterfoil agency status --desk cyr.desk --json"))
    assert state["submissions"][0]["records"] == len(TABLES["cyr"]) - 1


def test_an_officer_whose_key_is_lost_is_out_at_once(person: Person) -> None:
    url = (person.folder / "url").read_text()
    for name in ("o-18", "o-19"):
        person.types(f"counterfoil identity new --agency atl -o {name}.key")
        person.types(
            f"counterfoil credential issue --root atl.key --officer {name} --role agency.officer --key {name}.key.pub"
            f" --days 9 -o {name}.json"
        )
        person.types(
            f"counterfoil agency join --url {url} --agreement lantern.json --key {name}.key --credential {name}.json"
            f" --desk {name}.desk"
        )
    person.types("counterfoil credential revoke --root atl.key o-18.json -o revoked-1.json")
    assert "1 revoked" in person.types("counterfoil agency revoke revoked-1.json --desk atl.desk")
    person.is_refused("counterfoil agency status --desk o-18.desk", "host.unauthenticated.revoked")
    person.types("counterfoil agency status --desk o-19.desk")
    person.types("counterfoil credential revoke --root atl.key --after revoked-1.json o-19.json -o revoked-2.json")
    assert "2 revoked" in person.types("counterfoil host revoke revoked-2.json --data host")
    person.is_refused("counterfoil agency status --desk o-19.desk", "host.unauthenticated.revoked")


def test_a_corrected_record_comes_as_a_supplement(person: Person) -> None:
    before = len(person.waits_for_runs("cyr", 2))
    with (person.folder / "atl.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    write(person.folder / "right.csv", rows[0], [["77", *rows[1][1:]]])  # a person whom atl holds
    person.types(
        ENCODE.format("cyr")
        .replace("op.secret", "cyr.secret")
        .replace("cyr.csv", "right.csv")
        .replace("-o cyr.cfp --counterfoil cyr.counterfoil.csv", "-o right.cfp --counterfoil right.counterfoil.csv")
    )
    person.types("counterfoil agency submit right.cfp --supplement --desk cyr.desk")
    runs = person.waits_for_runs("cyr", before + 1)
    assert len(runs) == before + 1
    own = read(person.folder / "right.counterfoil.csv")[0]["token"]
    assert own in {row["token"] for row in person.hits("cyr", runs[0]["run"])}
