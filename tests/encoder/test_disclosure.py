"""The disclosure for one local reference: what it says, and what it refuses to rest on."""

import json
from pathlib import Path
from typing import Any

import pytest

from encoder.disclosure import OwnHit, Receipt, Submitted, disclosure, find_submitted, hits_of, read_receipt
from encoder.errors import CounterfoilFileError
from linkage.canonical import canonical_json
from linkage.envelope import Envelope
from linkage.errors import InputError
from linkage.identity import Identity
from linkage.reports.dossier import Dossier
from tests.linkage.ledger import making
from tests.linkage.ledger.making import HOST, NOW

TOKEN, OTHER = "0a" * 16, "0b" * 16
DOSSIER = Dossier.of(making.pack(making.story()), NOW, host=HOST.public)
HIT = OwnHit("atl.hits.csv", "likely", "bor cyr", "desk@bor.example")


def receipt(folder: Path, signer: Identity = HOST, **changes: Any) -> Path:
    statement = canonical_json({"submission": "s-atl", "agency": "atl", "records": 3, "operation": "lantern"} | changes)
    envelope = Envelope.signed("application/vnd.counterfoil.receipt+json", statement, signer)
    path = folder / "receipt.json"
    path.write_text(json.dumps({"submission": "s-atl", "receipt": json.loads(envelope.encode())}), encoding="utf-8")
    return path


def test_receipt_of_the_host_names_the_submission(tmp_path: Path) -> None:
    assert read_receipt(receipt(tmp_path), HOST.public) == Receipt("s-atl", "atl", 3)


def test_receipt_that_the_host_did_not_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_receipt(receipt(tmp_path, Identity.new("host")), HOST.public)
    assert caught.value.code == "disclosure.receipt"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"receipt": 3}', '{"receipt": {}}'])
def test_what_is_no_receipt_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_receipt(path, HOST.public)
    assert caught.value.code == "disclosure.receipt"


@pytest.fixture
def counterfoil(tmp_path: Path) -> Path:
    path = tmp_path / "counterfoil.csv"
    path.write_text(f"token,record_id\n{TOKEN},A-1\n{OTHER},A-2\n{'0c' * 16},A-1\n", encoding="utf-8")
    return path


def test_tokens_of_a_reference_are_those_of_the_counterfoil(tmp_path: Path, counterfoil: Path) -> None:
    files = receipt(tmp_path), counterfoil, HOST.public
    assert find_submitted("A-1", "atl", *files) == Submitted("s-atl", (TOKEN, "0c" * 16))
    assert find_submitted("A-9", "atl", *files) == Submitted("s-atl", ())


def test_receipt_of_another_agency_or_of_another_package_is_refused(tmp_path: Path, counterfoil: Path) -> None:
    with pytest.raises(InputError, match="a receipt of atl, not of bor"):
        find_submitted("A-1", "bor", receipt(tmp_path), counterfoil, HOST.public)
    with pytest.raises(InputError, match=r"has 3 records and .* is for a package of 4"):
        find_submitted("A-1", "atl", receipt(tmp_path, records=4), counterfoil, HOST.public)


def test_hits_of_tokens_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "atl.hits.csv"
    head = "group,agency,token,band,counterparts,contacts\n"
    path.write_text(f"{head}g,atl,{TOKEN},likely,bor cyr,desk@bor.example\ng,atl,{OTHER},possible,bor,x\n", "utf-8")
    assert hits_of([TOKEN], path) == [HIT]
    path.write_text("token\n", encoding="utf-8")
    with pytest.raises(CounterfoilFileError, match="the first line must be"):
        hits_of([TOKEN], path)


def test_every_run_and_hit_that_touched_the_reference_is_told() -> None:
    report = disclosure(DOSSIER, "atl", "A-1", [Submitted("s-atl", (TOKEN,))], [HIT])
    text = report.text()
    assert "in 1 of 1 submissions looked at, compared in 1 run, 1 hit shown to atl" in report.lead
    assert "bor (persons suspected of an offence)" in text
    assert "cyr (persons suspected of an offence)" in text
    assert text.count(making.GROUND) == 2
    assert text.count("o-4") == 5, "each look at hits of the run"
    assert report.document()["runs"] == ["run-1"]
    assert TOKEN not in text
    assert "A-1" in report.page()


def test_submission_without_the_reference_or_of_another_operation_is_told_as_such() -> None:
    report = disclosure(DOSSIER, "atl", "A-9", [Submitted("s-atl", ()), Submitted("s-elsewhere", (TOKEN,))], [])
    assert "in 1 of 2 submissions looked at, compared in 0 runs, 0 hits" in report.lead
    assert "not in this pack" in report.text()
    assert "Hits shown to atl: none" in report.text()


def test_hits_that_were_not_looked_up_are_not_said_to_be_none() -> None:
    report = disclosure(DOSSIER, "atl", "A-1", [Submitted("s-atl", (TOKEN,))], None)
    assert "0 hits" not in report.lead
    assert "NOT ANSWERED" in report.lead
    assert "Hits shown to atl (no file of hits was given): none" in report.text()


def test_reference_that_no_submission_has_is_told_loudly() -> None:
    assert "NO RECORD of this reference" in disclosure(DOSSIER, "atl", "A-9", [Submitted("s-atl", ())], []).lead
    assert "NO RECORD" not in disclosure(DOSSIER, "atl", "A-1", [Submitted("s-atl", (TOKEN,))], []).lead


def test_deleted_submission_says_when_it_went() -> None:
    report = disclosure(DOSSIER, "cyr", "1", [Submitted("s-cyr", (TOKEN,))], [])
    assert "2026-11-02 02:10" in report.text()
