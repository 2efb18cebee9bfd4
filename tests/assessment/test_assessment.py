import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from assessment.assessing import Trial, assess
from assessment.case import split
from assessment.commands import assess as command
from assessment.errors import AssessmentError
from assessment.records import BACKGROUND, read_records
from assessment.success import Success, Tally, success, wilson
from assessment.verdict import Verdict, overall, verdict
from linkage import load_schema

TRIAL = Trial(records=400, overlap=0.5, known=60, seeds=5)


def figure(low: float, high: float = 1.0) -> Success:
    return Success(1, 2, 0.001, low, high, (0.5,))


def test_split_shares_as_many_persons_as_asked_and_truth_leads_to_the_same_row() -> None:
    parts = split(1000, 200, 0.4, np.random.default_rng(3))
    shared = np.flatnonzero(parts.truth >= 0)
    assert len(shared) == 80 == len(np.intersect1d(parts.held, parts.register))
    assert np.array_equal(parts.held[shared], parts.register[parts.truth[shared]])


def test_split_refuses_a_table_that_is_too_short() -> None:
    with pytest.raises(AssessmentError, match="need 320 rows"):
        split(319, 200, 0.4, np.random.default_rng(3))


def test_interval_covers_none_of_many_and_runs_that_differ() -> None:
    assert wilson(0, 100) == pytest.approx((0, 0.0370), abs=1e-4)
    none = success([Tally(0, 100, 0.01)] * 5, np.random.default_rng(1))
    assert none.low == 0 < none.high
    apart = success([Tally(0, 100, 0.01), Tally(100, 100, 0.01)] * 3, np.random.default_rng(1))
    assert apart.low < wilson(300, 600)[0]


@pytest.mark.parametrize(
    ("found", "control", "said"),
    [
        (0.2, 0.9, Verdict.FALLS),
        (0.01, 0.9, Verdict.LEAKS),
        (0.0, 0.9, Verdict.WITHSTANDS),
        (0.0, 0.0, Verdict.INCONCLUSIVE),
    ],
)
def test_withstanding_is_said_only_where_the_control_falls(found: float, control: float, said: Verdict) -> None:
    assert verdict(figure(found), figure(control)) is said


def test_worst_verdict_counts_and_no_verdict_is_inconclusive() -> None:
    assert overall([Verdict.WITHSTANDS, Verdict.LEAKS]) is Verdict.LEAKS
    assert overall([]) is Verdict.INCONCLUSIVE


def test_plain_clk_falls_and_saul_does_not_where_some_records_are_known() -> None:
    document = load_schema("person").document()
    document["hardening"] = [{"step": "saul"}]
    schema = load_schema(document)
    found = assess(read_records(BACKGROUND, schema, None)[:1000], schema, TRIAL, data="a sample")
    known, *_, dictionary = found.findings
    assert known.control.share > 0.8
    assert known.found.share < 0.05
    assert known.verdict is Verdict.WITHSTANDS
    assert dictionary.found.share > 0.95
    assert dictionary.verdict is None


def test_command_writes_a_page_without_a_script_and_prints_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)  # it would stay up for all tests of this process
    page = tmp_path / "report.html"
    arguments = ["--schema", "person", "--records", "200", "--known", "60", "-o", str(page), "--json"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    assert {finding["attack"] for finding in json.loads(done.output)["findings"]} >= {"known-records", "dictionary"}
    text = page.read_text(encoding="utf-8")
    assert "What was not tried" in text
    assert "<script" not in text
    for word in ("anonymous", "irreversible", "differentially private"):
        assert word not in text
