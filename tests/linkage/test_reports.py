"""Reports from a pack: what each says, in words for people and as data, and that pages are closed and whole."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from linkage.canonical import canonical_json, digest_of
from linkage.errors import LedgerError
from linkage.ledger import Entry, Kind
from linkage.ledger.pack import Attached, Pack
from linkage.manifest import moment_text, parse_moment
from linkage.reports.configuration import read_configuration
from linkage.reports.dossier import Dossier
from linkage.reports.impact import impact_assessment
from linkage.reports.incident import WORDS, Incident, incident_report
from linkage.reports.record import record_of_processing
from linkage.reports.report import Report, Section, Standing, Table
from linkage.reports.retention import retention_report
from linkage.reports.transfers import transfer_register
from linkage.schema import load_schema
from tests.linkage import agreements
from tests.linkage.ledger import making
from tests.linkage.ledger.making import HOST, NOW, START

ASSESSMENT = {
    "verdict": "withstands",
    "schema": "person",
    "schema_digest": "sha256:" + "1a" * 32,
    "rows": 5000,
    "data": "invented persons",
    "findings": [
        {
            "attack": "graph-matching",
            "needs": "a register",
            "verdict": "withstands",
            "encodings": {"share": 0.0004, "low": 0.0001, "high": 0.0012},
            "control": {"share": 0.91, "low": 0.88, "high": 0.94},
            "usual_clk": {"share": 0.99, "low": 0.98, "high": 0.995},
        }
    ],
    "not_tried": ["a larger register"],
    "utility": {"precision": 0.991, "recall": 0.983, "f1": 0.987},
}


def dossier(entries: list[Entry] | None = None, **changes: Any) -> Dossier:
    return Dossier.of(making.pack(entries or making.story(), **changes), NOW, host=HOST.public)


def assessed(*documents: Any) -> Dossier:
    return dossier(attached=Attached(assessments=tuple(json.dumps(found) for found in documents)))


def incident(**changes: Any) -> Incident:
    stated: dict[str, Any] = {"noticed": parse_moment("2026-11-24T09:00:00Z"), "since": START, "agency": "bor"}
    return Incident(**stated | changes)


REPORTS: dict[str, Callable[[Dossier], Report]] = {
    "record-of-processing": record_of_processing,
    "impact-assessment": impact_assessment,
    "transfers": transfer_register,
    "retention": retention_report,
    "incident": lambda found: incident_report(found, incident()),
}


def table(report: Report, caption: str) -> list[dict[str, str]]:
    """The rows of the table whose caption begins so."""
    tables = [found for section in report.document()["sections"] for found in section["tables"]]
    rows: list[dict[str, str]] = next(found["rows"] for found in tables if found["caption"].startswith(caption))
    return rows


@pytest.mark.parametrize("kind", REPORTS)
def test_page_is_closed_escaped_and_says_how_far_it_can_be_relied_on(kind: str) -> None:
    hostile = agreements.signed(agreements.agreement(title="<script>alert(1)</script>", purpose="<img src=x>"))
    entries = [making.registered(digests={"agreement": hostile.digest})]
    for found in (dossier(), dossier(entries, agreements=(hostile.encode().decode(),))):
        page = REPORTS[kind](found).page()
        style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
        assert "<script" not in page
        assert "<img" not in page
        assert "src=" not in page.replace("&lt;img src=x&gt;", "")
        assert "http" not in page.partition("</style>")[2]
        assert found.standing.sentence.split(" (")[0] in page.replace("&#39;", "'")


@pytest.mark.parametrize("kind", REPORTS)
def test_report_ends_with_what_was_not_checked(kind: str) -> None:
    report = REPORTS[kind](dossier())
    assert report.standing.unchecked == dossier().audit.unchecked
    ends = report.text().split("What was not checked\n")[1]
    assert len(ends.split("\n")) == len(report.standing.unchecked)
    assert "  - Whether the host did anything that it did not log." in ends
    assert "Whether the host did anything that it did not log." in report.page().partition("What was not checked")[2]
    assert report.document()["relied_on"]["unchecked"] == list(report.standing.unchecked)


def test_risk_of_a_changed_log_is_met_only_as_far_as_a_checkpoint_was_held() -> None:
    entries = making.story()
    held = making.signed(entries[:3])
    told = [
        {row["risk"]: row["what the pack shows"] for row in table(impact_assessment(found), "Risks")}
        for found in (dossier(), Dossier.of(making.pack(entries), NOW, host=HOST.public, held=held))
    ]
    assert [each["the log is changed afterwards"] for each in told] == [
        "verified; not against a checkpoint of your own (--checkpoint)",
        "verified",
    ]


@pytest.mark.parametrize("kind", REPORTS)
def test_report_as_data_and_as_text_says_the_same(kind: str) -> None:
    report = REPORTS[kind](dossier())
    document = json.loads(json.dumps(report.document()))
    assert (document["format"], document["kind"]) == ("counterfoil-report/1", kind)
    text = report.text()
    for section in document["sections"]:
        for said in (section["heading"], *section["sentences"], *section["items"]):
            assert said in text


def test_report_on_a_pack_that_failed_says_so_first() -> None:
    entries = making.story()
    bad = making.pack(entries, entries=making.pack([*entries[:5], making.published(5, count=7), *entries[6:]]).entries)
    found = Dossier.of(bad, NOW, host=HOST.public)
    standing = record_of_processing(found).standing
    assert not standing.good
    assert "did NOT pass" in standing.sentence
    assert any("entry 5 is not what was logged" in point for point in standing.points)
    assert "verdict found" in record_of_processing(found).page()


def test_pack_without_an_agreement_is_refused() -> None:
    with pytest.raises(LedgerError, match="no agreement to report on"):
        dossier(agreements=())


def test_record_of_processing_has_every_heading_of_the_law() -> None:
    report = record_of_processing(dossier())
    bases = " ".join(section.basis for section in report.sections)
    assert all(f"Art. 24(1)({letter})" in bases for letter in "abcdefghi")
    assert all(f"Art. 30(1)({letter})" in bases for letter in "abcdefg")
    agencies = table(report, "Agencies")
    assert [row["data protection officer"] for row in agencies] == [
        "dpo@atl.example",
        "dpo@bor.example",
        "dpo@cyr.example",
    ]
    assert table(report, "Records at the host") == [
        {"agency": "atl", "kind of person": "suspect", "records": "40"},
        {"agency": "bor", "kind of person": "suspect", "records": "40"},
    ]
    verbs = {row["operation"]: row["times"] for row in table(report, "Entries of the ledger")}
    assert verbs == {
        "collection": "3",
        "alteration": "0",
        "consultation": "5",
        "disclosure": "0",
        "combination": "2",
        "erasure": "1",
        "administration": "1",
    }
    looks = {row["agency"]: row["looks"] for row in table(report, "Looks at hits")}
    assert looks == {"atl": "0", "bor": "5", "cyr": "0"}


def test_transfer_register_lists_every_pair_with_its_ground_and_the_runs_that_used_it() -> None:
    rows = table(transfer_register(dossier()), "What the agreement permits")
    used = {(row["records of"], row["with records of"]): row["runs"] for row in rows}
    assert used == {
        ("atl suspect", "bor suspect"): "1",
        ("atl suspect", "cyr suspect"): "1",
        ("bor suspect", "cyr suspect"): "0",
        ("atl victim", "bor suspect"): "0",
        ("atl victim", "bor victim"): "0",
        ("atl victim", "cyr victim"): "0",
        ("bor victim", "cyr victim"): "0",
    }
    assert all(row["ground"] for row in rows)
    assert {row["countries"] for row in rows} == {"AT and BG", "AT and CY", "BG and CY"}
    assert [row["last used"] for row in rows if row["runs"] == "0"] == ["never"] * 5


def test_pair_that_only_a_former_version_permitted_stays_in_the_register() -> None:
    next_one = agreements.agreement(
        version=2, predecessor=making.AGREEMENT.digest, pairings=agreements.document()["pairings"][1:]
    )
    signed = agreements.signed(next_one)
    entries = [*making.story(), making.registered(60, digests={"agreement": signed.digest})]
    found = dossier(entries, agreements=(making.AGREEMENT.encode().decode(), signed.encode().decode()))
    rows = table(transfer_register(found), "What the agreement permits")
    former = [row for row in rows if row["countries"] == "of a former version"]
    assert [(row["records of"], row["with records of"], row["runs"]) for row in former] == [
        ("atl suspect", "bor suspect", "1"),
        ("atl suspect", "cyr suspect", "1"),
    ]


def test_retention_report_shows_what_is_kept_gone_and_due_soon() -> None:
    report = retention_report(dossier())
    assert [row["deleted"] for row in table(report, "Encodings of persons")] == ["kept", "kept", "2026-11-02 02:10"]
    assert table(report, "Certificates")[0] == {
        "submission": "s-cyr",
        "deleted": "2026-11-02 02:10",
        "encodings": "40",
        "after": "0",
        "hits": "0",
        "hits after": "0",
        "signed by the host": "yes",
        "entry": "11",
    }
    assert table(report, "Hits, by run")[0]["left"] == "6"
    assert "Nothing was overdue" in report.lead
    soon = retention_report(dossier(made=moment_text(START + timedelta(days=40))))
    assert [row["what"] for row in table(soon, "To be deleted")] == [
        "submission s-atl of atl",
        "submission s-bor of bor",
    ]


def test_retention_report_has_the_certificates_of_withdrawn_records() -> None:
    some: dict[str, Any] = {
        "reason": "records-withdrawn",
        "deleted": making.moment(12),
        "encodings_after": 39,
        "hits_before": 6,
        "hits_after": 4,
    }
    word = making.certificate("atl", **some)
    stated = {"kind": Kind.RECORDS_WITHDRAWN, "agency": "atl", "officer": "o-4", "count": 1, "reason": "withdrawn"}
    gone = making.erased(12, "atl", **stated, digests={"certificate": digest_of(word)})
    documents = (*making.pack(making.story()).documents, word.decode())
    report = retention_report(dossier([*making.story(), gone], documents=tuple(sorted(documents))))
    rows = [(row["submission"], row["encodings"], row["after"]) for row in table(report, "Certificates")]
    assert rows == [("s-cyr", "40", "0"), ("s-atl", "40", "39")]
    assert "1 of 3 submissions to operation lantern had been deleted, and 1 record of others" in report.lead
    assert table(report, "Encodings of persons")[0]["records"] == "39"


def test_retention_report_counts_what_is_overdue() -> None:
    late = START + timedelta(days=100)
    found = Dossier.of(making.pack(making.story(), made=moment_text(late)), late, host=HOST.public)
    assert "2 deletions were late" in retention_report(found).lead


def test_incident_report_names_packages_controllers_deadline_and_order_of_events() -> None:
    entries = [*making.story(), making.frozen(200)]
    report = incident_report(dossier(entries), incident())
    assert "told by 2026-11-27 09:00" in report.lead
    assert [row["agency"] for row in table(report, "Submissions of bor")] == ["bor"]
    assert [row["agency"] for row in table(report, "Compared with affected packages")] == ["atl"]
    assert any("is frozen since 2026-11-03" in item for item in report.sections[0].items)
    events = [row["what"] for row in table(report, "Entries of the ledger")]
    assert events[0].startswith("a version of the agreement")
    assert events[-1] == "the operation was frozen"
    assert not any("s-atl" in event for event in events), "a package of another agency is not of this incident"
    assert report.document()["affected"] == ["s-bor"]


def test_every_kind_of_entry_has_words_for_a_timeline() -> None:
    assert set(WORDS) == set(Kind)


def test_incident_at_the_host_concerns_everything_that_was_there_then() -> None:
    late = incident(agency=None, since=START + timedelta(days=1))
    report = incident_report(dossier(), late)
    assert report.document()["affected"] == ["s-atl", "s-bor"], "s-cyr was gone before"
    assert any("is NOT frozen" in item for item in report.sections[0].items)


def test_assessment_that_was_measured_fills_the_impact_assessment() -> None:
    report = impact_assessment(assessed(ASSESSMENT))
    attacks = table(report, "Attacks that were really run")
    assert attacks[0]["found out"] == "0.0% (0.0% to 0.1%)"
    assert attacks[0]["not hardened"] == "91.0% (88.0% to 94.0%)"
    assert attacks[0]["usual kind, not hardened"] == "99.0% (98.0% to 99.5%)"
    text = report.text()
    assert "did no better than blind guesses" in text
    assert "Not tried: a larger register." in text
    assert "Measured for the agreed schema: attacks that succeed on plain encodings" in report.lead
    risks = {row["risk"]: row["what the pack shows"] for row in table(report, "Risks")}
    assert risks["the host, or who breaks into it, recognises persons"] == "measured, see above: withstands"
    assert "of the pairs that were proposed, of one person were 99.1% (precision)" in text
    assert "of the pairs of one person that there are, proposed were 98.3% (recall)" in text
    assert "who resembles whom among the encodings" in attacks[0]["attack"]
    assert "'withstands': it came no further than blind guesses" in text
    assert "'leaks'" not in text
    assert risks["the host gets the secret"] == "not shown: the record of the key ceremony is not in the pack"
    assert "nothing was measured" not in text.lower()


def test_assessment_of_another_schema_or_none_is_flagged() -> None:
    other = {**ASSESSMENT, "schema_digest": "sha256:" + "2b" * 32}
    assert "about another schema than the agreed one" in impact_assessment(assessed(other)).text()
    assert "nothing was measured for the agreed schema" in impact_assessment(dossier()).text()


@pytest.mark.parametrize("document", [[], "x", {"verdict": 3}, {"findings": [3, {"encodings": 1}], "verdict": "x"}, {}])
def test_assessment_of_another_form_breaks_nothing(document: Any) -> None:
    assert impact_assessment(assessed(document)).page()


def test_change_after_the_approved_assessment_is_flagged_as_drift() -> None:
    approved = impact_assessment(assessed(ASSESSMENT))
    former = read_configuration(json.dumps(approved.document()).encode(), "approved.json")
    assert "Nothing is different" in impact_assessment(assessed(ASSESSMENT), former).lead
    text = agreements.document()
    text["retention"]["hits_days"] = 365
    del text["pairings"][0]
    text["parties"][0]["categories"] = ["victim"]
    signed = agreements.signed(agreements.agreement(**text | {"version": 2, "predecessor": making.AGREEMENT.digest}))
    entries = [*making.story(), making.registered(60, digests={"agreement": signed.digest})]
    later = Dossier.of(
        making.pack(
            entries,
            agreements=(making.AGREEMENT.encode().decode(), signed.encode().decode()),
            attached=Attached(assessments=(json.dumps({**ASSESSMENT, "verdict": "leaks"}),)),
        ),
        NOW,
    )
    report = impact_assessment(later, former)
    assert report.document()["drift"] == [
        "agreement: pairings: any suspect with any suspect: is no longer there",
        "agreement: parties: atl: categories: was suspect, victim, is victim",
        "agreement: retention: hits_days: was 180, is 365",
        f"measured: {ASSESSMENT['schema_digest']}: was withstands, is leaks",
    ]
    assert "DRIFT: 4 things are different" in report.lead


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"configuration": 1}'])
def test_former_assessment_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(LedgerError, match=r"former\.json"):
        read_configuration(content, "former.json")


def test_schema_in_the_pack_says_how_encodings_are_hardened() -> None:
    schema = load_schema("person")
    signed = agreements.signed(agreements.agreement(linkage_schema={"name": "person", "digest": schema.digest}))
    pack = making.pack(
        [making.registered(digests={"agreement": signed.digest})],
        agreements=(signed.encode().decode(),),
        attached=Attached(schemas=(canonical_json(schema.document()).decode(),)),
    )
    found = Dossier.of(Pack.parse(pack.encode()), NOW)
    assert found.schema == schema
    assert "the agreed schema has" in record_of_processing(found).text()


def test_column_is_placed_by_what_it_holds() -> None:
    rows = [("1,204", "2026-11-02 02:10", "x", ""), ("7", "kept", "8", "3")]
    found = Table("caption", ("a", "b", "c", "d"), rows)
    assert [found.kind(column) for column in range(4)] == ["number", "moment", "text", "text"]
    empty = Report(
        "x", "t", "l", Standing(good=True, sentence="s"), [Section("h", tables=[Table("c", ("a",), [], "none")])]
    )
    assert "c: none" in empty.text()
    assert "<p>c: none.</p>" in empty.page()
