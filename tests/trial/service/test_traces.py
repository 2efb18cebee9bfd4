"""The leak search among all that a host has finds what is there, and nothing where there is nothing."""

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trial.leak import LeakSearch, search
from trial.patterns import UTF_8
from trial.service.traces import control, count_keys, traces

VALUES = {"montgomery", "19630814", "zoe"}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder with a database, a log and metrics that name nobody."""
    with closing(sqlite3.connect(tmp_path / "host.db")) as connection, connection:
        connection.execute("CREATE TABLE notes (words, number)")
        connection.execute("INSERT INTO notes VALUES ('suspect', 42)")
    (tmp_path / "serve.log").write_text('starting\n{"event": "request", "status": 200}\n', encoding="utf-8")
    (tmp_path / "metrics.prom").write_text('seconds_sum{route="/host"} 0.19630814159\n', encoding="utf-8")
    return tmp_path


def searched(host: Path) -> LeakSearch:
    return search(traces(host), VALUES, control())


def note(host: Path, cell: str | bytes) -> None:
    with closing(sqlite3.connect(host / "host.db")) as connection, connection:
        connection.execute("INSERT INTO notes VALUES (?, 0)", (cell,))


def test_nothing_is_found_where_nothing_is_and_the_control_holds(host: Path) -> None:
    assert searched(host).verdict == "nothing found"


def test_values_in_a_cell_of_the_database_are_found(host: Path) -> None:
    note(host, "zoe")
    assert {(find.package, find.place) for find in searched(host).finds} == {("host.db", "table notes, column words")}
    note(host, "of montgomery street")
    assert ("host.db", "the file", UTF_8) in {find[:3] for find in searched(host).finds}


def test_values_inside_a_signed_document_in_the_database_are_found(host: Path) -> None:
    statement = base64.b64encode(json.dumps({"note": "zoe"}).encode()).decode()
    note(host, json.dumps({"payload": statement}).encode())
    assert {find.place for find in searched(host).finds} == {"table notes, column words, decoded, texts"}


@pytest.mark.parametrize("line", ['{"event": "zoe"}', '{"event": "for montgomery"}', "montgomery"])
def test_values_in_the_log_are_found(host: Path, line: str) -> None:
    with (host / "serve.log").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert {find.package for find in searched(host).finds} == {"serve.log"}


def test_values_in_labels_of_metrics_are_found_and_chance_numbers_are_not(host: Path) -> None:
    assert b"19630814" in (host / "metrics.prom").read_bytes()
    (host / "metrics.prom").write_text('seconds_sum{route="/montgomery"} 0.19630814159\n', encoding="utf-8")
    assert {(find.package, find.form) for find in searched(host).finds} == {("metrics.prom", UTF_8)}


@pytest.mark.parametrize("form", [bytes, bytes.hex, lambda key: base64.b64encode(key).decode()])
def test_keys_are_found_in_every_form(host: Path, form: type) -> None:
    key = bytes(range(32))
    assert count_keys(host, {key}) == 0
    note(host, form(key))
    assert count_keys(host, {key}) == 2  # in the file, and in the column
