import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from assessment.assessing import Trial, assess
from assessment.attacks import ATTACKS
from assessment.case import averaged, fresh_seeds, make_case, split, without_noise
from assessment.commands import assess as command
from assessment.errors import AssessmentError
from assessment.records import BACKGROUND, read_records
from assessment.success import Success, Tally, success, wilson
from assessment.verdict import Verdict, overall, verdict
from encoder import encode_clks
from encoder.hardening import Seeds
from linkage import Schema, load_schema
from linkage.errors import FileError

TRIAL = Trial(register=600, overlap=0.5, known=60, seeds=3)


SECRET = b"secrets of tests are no secrets"
FEW_PERSONS = [(name, "smith", "7", "high street", "", "kent", "1234", "nsw", "19700203", f"{number:07}")
               for number, name in enumerate(("anna", "boris", "chidi", "dolores") * 10)]  # fmt: skip


def noisy(document: dict[str, Any], flip: float) -> Schema:
    return load_schema(document | {"hardening": [{"step": "saul"}, {"step": "blip", "flip": flip}]})


def figure(low: float, high: float = 1.0) -> Success:
    return Success(1, 2, 0.001, low, high, (0.5,))


@pytest.fixture
def few_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure encodings of 150 records, not of a thousand, where only attacks and the page count."""
    monkeypatch.setattr("assessment.assessing._MEASURED_RECORDS", 150)


def test_everybody_held_is_in_the_register_and_truth_leads_to_the_same_row() -> None:
    parts = split(1000, 500, 0.4, np.random.default_rng(3))
    assert len(parts.held) == 200
    assert len(np.unique(parts.register)) == 500
    assert np.array_equal(parts.held, parts.register[parts.truth])


def test_split_refuses_a_table_that_is_too_short_and_a_file_that_would_be() -> None:
    with pytest.raises(AssessmentError, match="needs 320 rows"):
        split(319, 320, 0.4, np.random.default_rng(3))
    with pytest.raises(AssessmentError, match="40 of them held"):
        split(1000, 400, 0.1, np.random.default_rng(3))


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
def test_withstanding_is_said_only_where_a_control_falls(found: float, control: float, said: Verdict) -> None:
    assert verdict(figure(found), figure(0.0), figure(control)) is said


def test_worst_verdict_counts_and_no_verdict_is_inconclusive() -> None:
    assert overall([Verdict.WITHSTANDS, Verdict.LEAKS]) is Verdict.LEAKS
    assert overall([]) is Verdict.INCONCLUSIVE


@pytest.mark.usefixtures("few_are_measured")
def test_plain_clks_fall_and_saul_does_not() -> None:
    document = load_schema("person").document()
    document["hardening"] = [{"step": "saul"}]
    schema = load_schema(document)
    tried = [attack for attack in ATTACKS if attack.name.startswith("graph") or attack.with_key]
    found = assess(read_records(BACKGROUND, schema, None)[:1000], schema, TRIAL, data="a sample", attacks=tried)
    graph, known, dictionary = found.findings
    assert graph.usual.share > 0.8
    assert known.control.share > 0.8
    assert graph.found.high < 0.05
    assert known.found.high < 0.05
    assert graph.verdict is Verdict.WITHSTANDS
    assert found.verdict is known.verdict  # with known records it may leak
    assert known.verdict is not Verdict.FALLS
    assert dictionary.found.share > 0.95
    assert dictionary.verdict is None


def test_host_that_holds_many_packages_learns_nothing_from_remembered_noise_and_all_from_fresh_noise() -> None:
    schema, rows = noisy(load_schema("febrl4").document(), 0.1), FEW_PERSONS
    still = np.unpackbits(encode_clks(rows, without_noise(schema), SECRET), axis=1)

    def left(seeds: list[Seeds]) -> float:
        return float((np.unpackbits(averaged(rows, schema, SECRET, seeds), axis=1) != still).mean())

    assert left([fresh_seeds(len(rows))] * 9) == pytest.approx(0.1, abs=0.01)
    assert left([fresh_seeds(len(rows)) for _ in range(9)]) < 0.003


def test_host_with_the_secret_finds_everybody_whatever_is_flipped() -> None:
    schema, random = noisy(load_schema("person").document(), 0.2), np.random.default_rng(1)
    rows = read_records(BACKGROUND, schema, None)[:200]
    case = make_case(rows, schema, split(200, 150, 0.5, random), known=5, random=random)
    dictionary = next(attack for attack in ATTACKS if attack.with_key)
    assert dictionary.tried(case, random).right == 75
    assert not (case.encodings[:, None] == case.dictionary).all(axis=2).any()


def test_page_that_may_not_be_written_is_told_before_the_attacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)
    monkeypatch.setattr("assessment.assessing.assess", lambda *_, **__: pytest.fail("attacked"))
    page = tmp_path / "report.html"
    page.write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(command, ["--schema", "person", "-o", str(page)])
    assert isinstance(done.exception, FileError)
    assert done.exception.code == "file.exists"
    assert page.read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("few_are_measured")
def test_command_writes_a_page_without_a_script_and_prints_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)  # it would stay up for all tests of this process
    page = tmp_path / "report.html"
    arguments = ["--schema", "person", "--register", "120", "--overlap", "0.5", "--known", "30"]
    arguments += ["-o", str(page), "--json"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    assert {finding["attack"] for finding in json.loads(done.stdout)["findings"]} >= {"graph-matching", "dictionary"}
    text = page.read_text(encoding="utf-8")
    assert "What was not tried" in text
    assert "<script" not in text
    for word in ("anonymous", "irreversible", "differentially private"):
        assert word not in text
