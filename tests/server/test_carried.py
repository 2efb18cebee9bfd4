"""What comes and goes on a stick has the same effects as over HTTP, and the same entries in the ledger."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.category import Category
from linkage.envelope import Envelope
from linkage.errors import FileError, PackageError, SealedFileError, SignatureError
from linkage.ledger import Kind
from linkage.ledger.entry import BY_FILE
from linkage.sealing import seal_bytes, unseal_bytes
from server.carried.hits import export_hits, parties_of
from server.carried.packages import import_package
from server.carried.standing import standing_of
from server.client.receipts import read_words
from server.database.tables import submissions, uploads
from server.errors import AbsentError, ConflictError, NotAllowedError, ServiceError
from server.service import Caller
from server.settings import Limits
from tests.linkage.agreements import HOST, keys
from tests.server.house import House, package, people
from tests.server.test_story import three_submit
from tests.server.test_submissions import entries, stored_files

ROOT = keys(HOST).root.public
OPERATOR = Caller(HOST, "console", "host.operator", ROOT.key_id, ROOT.key_text)


@pytest.fixture(autouse=True)
def _sealing_key(house: House) -> None:
    """Give the host the sealing key that the agreement names."""
    path = house.folder / "host" / "host.seal"
    path.unlink()
    keys(HOST).sealing.write(path)


def carried(house: House, content: bytes, name: str = "stick.cfp") -> Path:
    path = house.folder / name
    path.write_bytes(content)
    return path


def rows(house: House) -> list[dict[str, Any]]:
    """Every stored submission, but for what is random."""
    varying = {"id", "sealing_key", "receipt", "file"}
    with house.service.engine.connect() as connection:
        found = connection.execute(sa.select(submissions).where(submissions.c.state == "stored")).mappings()
        return [{name: value for name, value in row.items() if name not in varying} for row in found]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_carried_package_has_the_effects_of_an_uploaded_one(house: House, *, sealed: bool) -> None:
    content = package(house.folder, "atl", people(20, 1), seed=1)
    officer = house.joined("atl")
    uploaded = officer.submits(content).json["submission"]
    by_http, entry = rows(house), entries(house)[-1]
    assert officer.asks("DELETE", f"/submissions/{uploaded}").status_code == 200
    path = carried(house, seal_bytes(content, [keys(HOST).sealing.public]) if sealed else content)
    receipt = import_package(house.service, path)
    assert rows(house) == by_http
    again = entries(house)[-1]
    assert again.officer == BY_FILE
    assert again.model_copy(update={"officer": entry.officer, "subject": entry.subject, "salt": entry.salt}) == entry
    assert stored_files(house) == [receipt.submission]
    assert Envelope.parse(receipt.envelope).signed_by(keys(HOST).root.public)
    assert list(house.service.settings.uploads.iterdir()) == []


def test_a_carried_package_replaces_the_earlier_one(house: House) -> None:
    assert house.joined("atl").submits(package(house.folder, "atl", people(5, 1), seed=1)).status_code == 201
    receipt = import_package(house.service, carried(house, package(house.folder, "atl", people(6, 2), seed=2)))
    assert stored_files(house) == [receipt.submission]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda folder: package(folder, "atl", people(5, 1), seed=1, category=Category.WITNESS), NotAllowedError),
        (lambda folder: package(folder, "atl", people(5, 1), seed=1)[:-1], PackageError),
        (lambda folder: package(folder, "dor", people(5, 1), seed=1), NotAllowedError),
        (lambda _: seal_bytes(b"x" * 99, [keys("atl").sealing.public]), SealedFileError),
        (lambda _: seal_bytes(b"x" * 200_000, [keys(HOST).sealing.public])[:-20], SealedFileError),
    ],
)
def test_what_may_not_come_in_leaves_nothing_behind(house: House, make: Any, error: type[Exception]) -> None:
    before = entries(house)
    with pytest.raises(error):
        import_package(house.service, carried(house, make(house.folder)))
    assert entries(house) == before
    assert stored_files(house) == []
    assert list(house.service.settings.uploads.iterdir()) == []
    with house.service.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(uploads)).scalar_one() == 0


def test_a_package_signed_by_a_stranger_in_the_name_of_a_party_is_refused(house: House) -> None:
    from linkage.identity import Identity
    from tests.linkage import agreements

    stranger = agreements.Keys(Identity.new("atl"), keys("atl").sealing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.server.house.keys", lambda _: stranger)
        content = package(house.folder, "atl", people(5, 1), seed=1)
    with pytest.raises(SignatureError):
        import_package(house.service, carried(house, content))


def test_a_package_larger_than_the_host_takes_is_refused_while_it_is_read(house: House) -> None:
    limits = Limits(package_bytes=1024, part_bytes=1024)
    small = replace(house.service, settings=house.service.settings.model_copy(update={"limits": limits}))
    with pytest.raises(NotAllowedError, match="at most 1,024 bytes"):
        import_package(small, carried(house, bytes(1_000_000)))
    assert list(small.settings.uploads.iterdir()) == []


def test_an_operation_may_be_named(house: House) -> None:
    path = carried(house, package(house.folder, "atl", people(5, 1), seed=1))
    with pytest.raises(NotAllowedError, match="no operation of the agency") as caught:
        import_package(house.service, path, operation="other")
    assert "--operation" in caught.value.hint
    assert import_package(house.service, path, operation="lantern").submission


def test_carried_hits_are_those_of_the_api_and_only_their_agency_opens_them(house: House, tmp_path: Path) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    with pytest.raises(ConflictError, match="not done"):
        export_hits(house.service, OPERATOR, run, "atl", justification="investigation", folder=tmp_path)
    house.works()
    assert parties_of(house.service, run) == ["atl", "bor", "cyr"]
    for agency in ("atl", "bor", "cyr"):
        made = export_hits(house.service, OPERATOR, run, agency, justification="investigation", folder=tmp_path)
        entry = entries(house)[-1]
        assert (entry.kind, entry.agency, entry.recipient, entry.count, entry.subject) == (
            Kind.HITS_DISCLOSED,
            HOST,
            agency,
            made.hits,
            run,
        )
        text = unseal_bytes(made.path.read_bytes(), keys(agency).sealing).decode()
        found = list(csv.DictReader(io.StringIO(text)))
        asked = officers[agency].hits(run)
        assert [(row["group"], row["token"], row["band"]) for row in found] == [
            (hit["group"], hit["token"], hit["band"]) for hit in asked
        ]
        assert [row["counterparts"].split() for row in found] == [
            [other["agency"] for other in hit["counterparts"]] for hit in asked
        ]
        with pytest.raises(SealedFileError):
            unseal_bytes(made.path.read_bytes(), keys(HOST).sealing)
    with pytest.raises(FileError, match="exists already"):
        export_hits(house.service, OPERATOR, run, "atl", justification="investigation", folder=tmp_path)


def test_an_operator_sees_ids_and_states(house: House) -> None:
    assert {name: len(found) for name, found in standing_of(house.service).items()} == {
        "operations": 1,
        "submissions": 0,
        "runs": 0,
        "witnesses": 0,
        "forks": 0,
    }
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    house.works()
    found = standing_of(house.service)
    assert [one["agency"] for one in found["submissions"]] != []
    assert {one["id"] for one in found["submissions"]} == set(stored_files(house))
    assert [(one["id"], one["state"]) for one in found["runs"]] == [(run, "done")]


def test_strangers_and_unknown_runs_get_nothing(house: House, tmp_path: Path) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders().json["run"]
    house.works()
    for name, agency in ((run, "dor"), ("0" * 32, "atl")):
        with pytest.raises(AbsentError):
            export_hits(house.service, OPERATOR, name, agency, justification="investigation", folder=tmp_path)
    with pytest.raises(AbsentError):
        parties_of(house.service, "0" * 32)


def test_receipts_are_verified_offline(house: House, tmp_path: Path) -> None:
    receipt = import_package(house.service, carried(house, package(house.folder, "atl", people(5, 1), seed=1)))
    path = tmp_path / "receipt.json"
    path.write_bytes(receipt.envelope)
    (word,) = read_words([path], None, keys(HOST).root.public)
    assert word.statement["submission"] == receipt.submission
    assert f"{receipt.submission} of atl, 5 records, was accepted" in word.sentence
    with pytest.raises(SignatureError, match=r"receipt\.json is not signed"):
        list(read_words([path], None, keys("bor").root.public))
    path.write_text(json.dumps({"receipt": 1}), encoding="utf-8")
    with pytest.raises(ServiceError, match="neither a receipt nor a certificate"):
        list(read_words([path], None, keys(HOST).root.public))
