"""The figures as text."""

from dataclasses import replace
from pathlib import Path

import pytest

from trial.exhibits import list_commands
from trial.figures import Figures
from trial.report import leak_scope, print_report, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (0.0, "0.0000"),
        (1.0, "1.0000"),
        (0.5, "0.5000"),
        (0.99996, "0.999960"),
        (0.00001, "0.000010"),
        (0.9995, "0.9995"),
    ],
)
def test_share_is_not_rounded_to_all_or_nothing(value: float | None, text: str) -> None:
    assert share(value) == text


def test_what_chance_explains_is_told_where_there_is_any(figures: Figures) -> None:
    assert "chance" not in leak_scope(replace(figures.leak_search, by_chance=0))
    explained = replace(figures.leak_search, by_chance=3, expected_by_chance=2.349)
    sentence = "3 short values stand inside digests, base64 or bytes that are no text, where chance alone puts 2.35"
    assert sentence in leak_scope(explained)


def test_report_says_what_was_found_and_what_the_matcher_sees(
    figures: Figures, capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(figures, Path("out"), Path("out/page.html"))
    printed = capsys.readouterr().out
    assert figures.pair[0].token in printed
    assert "f0 f0 f0" in printed
    assert "0.5714" in printed
    assert "Nothing found: 0 finds of 2 values." in printed
    assert "out/page.html" in printed
    assert "counterfoil match" in printed
    assert figures.pair[0].row["surname"] not in printed
    assert "\x1b" not in printed


def test_document_has_what_the_matcher_sees_and_not_the_row(figures: Figures) -> None:
    document = figures.document()
    assert document["matcher_sees"]["encoding_bytes"] == 16
    assert document["matcher_sees"]["encoding_hex"] == "f0" * 16
    assert document["rows"] == 11
    assert document["pairs_compared"] == 4 + 71 * 9
    assert "neil" not in repr(document)


def test_commands_start_with_what_the_parties_start_with(figures: Figures) -> None:
    commands = list_commands(figures, "the demo")
    assert commands[0] == "mkdir atl bor host"
    assert "cp '../the demo/atl/atl.csv' atl/atl.csv" in commands
    assert commands[-3:-1] == [step.command for step in figures.steps]
    assert commands[-1].startswith("counterfoil evaluate host/groups.csv --truth truth.csv --counterfoil atl/")
