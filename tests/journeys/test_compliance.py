"""An officer of one country checks, offline, a host that three countries used; and finds the byte that was changed."""

import json
import shutil
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.program import Regular
from tests.journeys.test_by_hand import COLUMNS, ENCODE, ROOT, TABLES, values_in, write
from tests.journeys.test_service import Host
from trial.program import Transcript
from trial.verification import change_one_byte, verify_twice

pytestmark = pytest.mark.timeout(900)  # some sixty processes, on whatever machine
AGENCIES = tuple(TABLES)
VERIFY = "counterfoil audit verify lantern.pack --checkpoint dpo.desk/checkpoint.txt --host host.key.pub"
REPORTS = ("record-of-processing", "impact-assessment", "transfers", "retention")


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> Regular:
    """The folder of a whole operation, up to the pack that the data protection officer of cyr has had made."""
    folder = tmp_path_factory.mktemp("compliance")
    shutil.copytree(ROOT / "configs", folder / "configs")
    person = Regular(folder)
    for agency, records in TABLES.items():
        write(folder / f"{agency}.csv", COLUMNS, [[number, *cells] for number, cells in records.items()])
        person.types(f"counterfoil identity new --agency {agency} -o {agency}.key")
        person.types(f"counterfoil identity sealing-key --agency {agency} -o {agency}.seal")
    host = Host(folder)
    try:
        agree(person)
        share_the_secret(person)
        person.types("counterfoil host register lantern.json --data host")
        join = f"counterfoil agency join --url {host.url} --agreement lantern.json"
        for agency in AGENCIES:
            person.types(f"{join} --root {agency}.key --officer o-{agency} --desk {agency}.desk")
            encode = ENCODE.format(agency).replace("op.secret", f"{agency}.secret")
            person.types(f"{encode} --checkpoint {agency}.desk/checkpoint.txt")
            person.types(f"counterfoil agency submit {agency}.cfp --desk {agency}.desk")
        why = "--justification investigation"
        run = json.loads(person.types(f"counterfoil agency run --desk bor.desk --threshold 0.003 {why} --wait --json"))[
            "run"
        ]
        for agency in AGENCIES:
            person.types(f"counterfoil agency hits {run} --desk {agency}.desk {why} -o {agency}.hits.csv")
        engines = "--engine native" + (" --engine anonlink" if sys.version_info < (3, 12) else "")
        person.types(f"counterfoil audit repeat {run} {engines} --justification audit --data host")
        person.types(f"{join} --root cyr.key --officer dpo-cyr --role agency.dpo --desk dpo.desk")
        added = " ".join(
            f"--ceremony {name}" for name in ("ceremony.json", *(f"{agency}.confirmed" for agency in AGENCIES))
        )
        person.types(
            f"counterfoil audit export --operation lantern --desk dpo.desk {added} --schema configs/schemas/febrl4.json"
            " -o lantern.pack"
        )
        person.types(
            "counterfoil agency freeze --desk atl.desk --justification incident --remarks 'a laptop was stolen'"
        )
        person.types("counterfoil audit export --operation lantern --data host -o frozen.pack")
        assert host.stops() == 0
    finally:
        host.process.kill()
        host.process.wait()
    shutil.rmtree(folder / "host")
    return person


def agree(person: Regular) -> None:
    """Let all sign lantern.json."""
    for name in ("host.key.pub", "host.seal.pub"):
        shutil.copy(person.folder / "host" / name, person.folder / name)
    public = " ".join(f"--key {name}.{kind}.pub" for name in (*AGENCIES, "host") for kind in ("key", "seal"))
    today = datetime.now(UTC)
    person.types(
        "counterfoil agreement new --from configs/agreements/three-countries.json --schema configs/schemas/febrl4.json"
        f" {public} --valid-from {today - timedelta(days=1):%Y-%m-%d}"
        f" --valid-until {today + timedelta(days=900):%Y-%m-%d} -o signed-0.json"
    )
    for number, key in enumerate(["host/host.key", *(f"{agency}.key" for agency in AGENCIES)]):
        person.types(f"counterfoil agreement sign signed-{number}.json --identity {key} -o signed-{number + 1}.json")
    shutil.copy(person.folder / f"signed-{len(AGENCIES) + 1}.json", person.folder / "lantern.json")


def share_the_secret(person: Regular) -> None:
    """Let atl make the secret, the others open it, and all confirm it."""
    person.types("counterfoil ceremony make lantern.json --identity atl.key --secret-file atl.secret -o ceremony.json")
    for agency in AGENCIES:
        if agency != "atl":
            person.types(f"counterfoil ceremony open ceremony.json lantern.json --key {agency}.seal -o {agency}.secret")
        person.types(
            f"counterfoil ceremony confirm lantern.json --identity {agency}.key --secret-file {agency}.secret"
            f" -o {agency}.confirmed"
        )


def test_officer_verifies_the_pack_when_the_host_is_gone(officer: Regular) -> None:
    told = officer.types(VERIFY)
    assert "NOT" not in told
    for sentence in (
        "the ledger was never rewritten since the checkpoint you hold",
        "3 comparisons of two submissions: only pairings that the agreement permits",
        "1 run: each was ordered by an officer of a party that may, while the agreement was in force",
        "3 submissions: each was signed by its agency",
        "3 looks at hits: each has an officer, a justification",
        "1 run repeated at the host from the sealed encodings",
        "sealed it to bor, cyr, never to host, and atl, bor, cyr confirmed the same one",
        "the operation was never frozen",
        "the ledger is the one that atl, bor, cyr had seen when they made their packages",
        "was deleted in time",
        "and agree with what atl, bor, cyr saw",
    ):
        assert sentence in told, sentence
    assert "checks passed; not checked:" in told
    assert "whether the host did anything that it did not log" in told


def test_one_changed_byte_is_found_and_named(officer: Regular) -> None:
    transcript = Transcript(officer.folder, lambda _: None)
    act = verify_twice(transcript, "cyr", "lantern.pack", checkpoint="dpo.desk/checkpoint.txt", host="host.key.pub")
    original, changed = ((officer.folder / name).read_bytes() for name in ("lantern.pack", "changed-lantern.pack"))
    assert [at for at, pair in enumerate(zip(original, changed, strict=True)) if pair[0] != pair[1]] == [
        act.changed_byte
    ]
    assert not act.true.red
    entries = json.loads(original)["entries"]
    number = next(found["number"] for found in entries if found["entry"]["kind"] == "run-published")
    assert f"entry {number} is not what was logged: it was changed afterwards" in act.changed.red
    assert any("not, to the last byte, what host made and signed" in sentence for sentence in act.changed.red)
    assert [step.command.split()[:3] for step in transcript.steps] == [["counterfoil", "audit", "verify"]] * 2


def test_verification_ends_with_4_when_a_pack_was_changed(officer: Regular) -> None:
    change_one_byte(officer.folder / "lantern.pack", officer.folder / "other.pack")
    done = officer.runs(["audit", "verify", "other.pack"])
    assert done.returncode == 4
    assert "checks found a PROBLEM; not checked:" in done.stdout


def test_reports_are_made_offline_from_the_pack(officer: Regular) -> None:
    for kind in REPORTS:
        line = f"counterfoil report {kind} lantern.pack --host host.key.pub"
        document = json.loads(officer.types(f"{line} --json"))
        assert document["kind"] == kind
        assert document["relied_on"]["good"]
        told = officer.types(line)
        officer.types(f"{line} -o {kind}.html")
        page = (officer.folder / f"{kind}.html").read_text(encoding="utf-8")
        assert document["title"] in told
        assert document["title"] in page


def test_assessment_that_was_approved_shows_no_drift_today(officer: Regular) -> None:
    approved = officer.types("counterfoil report impact-assessment lantern.pack --json")
    (officer.folder / "approved.json").write_text(approved, encoding="utf-8")
    told = officer.types("counterfoil report impact-assessment frozen.pack --former approved.json")
    assert "Nothing is different from the assessment that was approved" in told


def test_incident_is_told_from_the_frozen_operation(officer: Regular) -> None:
    told = officer.types("counterfoil report incident frozen.pack --agency atl --noticed 2030-01-01T09:00:00Z")
    assert "The operation is frozen since" in told
    assert "told by 2030-01-04 09:00" in told
    assert "dpo@bor.example" in told
    assert "the operation was frozen" in told
    assert "the operation was frozen (" in officer.types("counterfoil audit verify frozen.pack")


def test_agency_discloses_what_was_done_with_one_reference(officer: Regular) -> None:
    (receipt,) = (officer.folder / "atl.desk").glob("receipt-*.json")
    line = (
        "counterfoil report disclosure lantern.pack --agency atl --counterfoil atl.counterfoil.csv"
        f" --receipt atl.desk/{receipt.name} --hits atl.hits.csv --reference"
    )
    document = json.loads(officer.types(f"{line} A-1 --json"))
    assert len(document["runs"]) == 1
    told = officer.types(f"{line} A-1")
    assert "compared in 1 run, 1 hit shown to atl" in told
    assert "office@cyr.example" in told
    nobody = officer.types(f"{line} A-9")
    assert "in 0 of 1 submissions looked at, compared in 0 runs, 0 hits shown to atl" in nobody
    officer.types(f"{line} A-1 -o a-1.html")
    assert (officer.folder / "a-1.html").stat().st_mode & 0o077 == 0


def test_pack_says_nothing_of_who_the_records_are_about(officer: Regular) -> None:
    content = (officer.folder / "lantern.pack").read_bytes().lower()
    for agency in AGENCIES:
        secret = (officer.folder / f"{agency}.secret").read_bytes().strip().lower()
        assert secret not in content
        for line in (officer.folder / f"{agency}.counterfoil.csv").read_text(encoding="utf-8-sig").splitlines()[1:]:
            assert line.partition(",")[0].encode() not in content
    assert values_in(content) == set()
    assert b"a laptop was stolen" not in content


def test_words_of_an_order_are_shown_at_the_host_only(officer: Regular) -> None:
    assert b"a laptop was stolen" in (officer.folder / "frozen.pack").read_bytes()
