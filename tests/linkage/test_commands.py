"""The commands as people and scripts use them: what they print, where, and with which exit code."""

import csv
import json
import shutil
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from linkage.clks_json import read_clks
from linkage.command.program import run
from linkage.export import EXPORTS
from linkage.identity import Identity, PublicIdentity
from linkage.json_schema import linkage_schema_format
from linkage.manifest import moment_text
from linkage.package import open_package, write_package
from tests.linkage import making
from tests.linkage.schema.test_load import OURS, changed


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture
def schema_path(tmp_path: Path) -> Path:
    path = tmp_path / "trial.json"
    path.write_text(json.dumps(OURS))
    return path


@pytest.fixture
def fresh_path(tmp_path: Path) -> Path:
    """A package that has not expired at the time of the test."""
    path = tmp_path / "fresh.cfp"
    now = datetime.now(UTC)
    times = {"created": moment_text(now), "expires": moment_text(now.replace(year=now.year + 1, day=1))}
    write_package(path, [making.rows()], making.draft().model_copy(update=times), making.ATLANTIS)
    return path


class TestSchemaCheck:
    def test_valid_schema_is_told_in_words(self, command: Command, schema_path: Path) -> None:
        result = command("schema", "check", schema_path)
        assert result.code == 0
        assert result.err == ""
        for part in ("trial", "surname", "2-gram", "100 bits per value", "ignored   id", "1,024 bits"):
            assert part in result.out
        assert "expected fill: 22.4%" in result.out
        assert "warning [hardening.none]: nothing hardens the encodings" in result.out

    def test_json_has_the_same_figures(self, command: Command, schema_path: Path) -> None:
        found = command("schema", "check", schema_path, "--json").json
        assert found["fill"] == pytest.approx(0.224, abs=0.001)
        assert [field["identifier"] for field in found["fields"]] == ["surname", "born"]
        assert [warning["code"] for warning in found["warnings"]] == ["hardening.none"]

    def test_built_in_schema_is_checked_by_name(self, command: Command) -> None:
        assert command("schema", "check", "febrl4", "--strict").code == 0

    def test_length_changes_the_figures(self, command: Command, schema_path: Path) -> None:
        found = command("schema", "check", schema_path, "--length", "surname=4", "--length", "born=8", "--json").json
        assert found["fields"][0]["length"] == 4

    @pytest.mark.parametrize("length", ["surname", "surname=", "surname=long"])
    def test_length_in_another_form_is_wrong_usage(self, command: Command, schema_path: Path, length: str) -> None:
        result = command("schema", "check", schema_path, "--length", length)
        assert result.code == 2
        assert "FIELD=N" in result.err

    def test_length_of_another_field_is_an_error(self, command: Command, schema_path: Path) -> None:
        result = command("schema", "check", schema_path, "--length", "shoe=4")
        assert result.code == 3
        assert "error [schema.length]" in result.err

    def test_warnings_are_printed_and_count_only_when_strict(self, command: Command, schema_path: Path) -> None:
        schema_path.write_text(json.dumps(changed(OURS, "features.1.hashing.hash", {"type": "doubleHash"})))
        result = command("schema", "check", schema_path)
        assert result.code == 0
        assert "warning [hash.double]: field 'surname': double hashing is weak" in result.out
        assert command("schema", "check", schema_path, "--strict").code == 3

    def test_folding_is_told(self, command: Command, schema_path: Path) -> None:
        schema_path.write_text(json.dumps(changed(OURS, "clkConfig.xorFolds", 1)))
        result = command("schema", "check", schema_path)
        assert "1,024 bits (a filter of 2,048 bits, xor folds: 1)" in result.out
        assert "before folding" in result.out

    def test_invalid_schema_is_one_line_and_exit_code_3(self, command: Command, schema_path: Path) -> None:
        schema_path.write_text(json.dumps(changed(OURS, "features.1.hashing.strategy", {})))
        result = command("schema", "check", schema_path)
        assert result.code == 3
        assert result.out == ""
        assert result.err == (
            f"error [schema]: {schema_path}: field 'surname': hashing.strategy: "
            "needs exactly one of bitsPerToken and bitsPerFeature\n"
        )

    def test_names_cannot_steer_the_terminal(self, command: Command, schema_path: Path) -> None:
        evil = "\x1b[2J\u202ename"
        document = changed(OURS, "features.1.identifier", evil)
        document["features"].append(document["features"][1])
        schema_path.write_text(json.dumps(document))
        result = command("schema", "check", schema_path)
        assert "field.duplicate" in result.out
        assert "\x1b" not in result.out
        assert "\u202e" not in result.out
        assert "\\x1b[2J\\u202ename" in result.out


def test_schema_list_names_the_built_in_ones(command: Command) -> None:
    assert "febrl4" in command("schema", "list").out.split()
    assert "febrl4" in command("schema", "list", "--json").json["schemas"]


def test_schema_json_schema_prints_the_format(command: Command) -> None:
    assert command("schema", "json-schema").json == linkage_schema_format()


class TestIdentity:
    def test_new_writes_both_halves(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "atl.key"
        result = command("identity", "new", "--agency", "atl", "-o", path)
        assert result.code == 0
        identity = Identity.read(path)
        assert identity.public == PublicIdentity.read(tmp_path / "atl.key.pub")
        assert identity.public.key_id in result.out
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_new_tells_scripts_what_it_made(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "atl.key"
        found = command("identity", "new", "--agency", "atl", "-o", path, "--json").json
        key_id = Identity.read(path).public.key_id
        assert found == {"agency": "atl", "key_id": key_id, "private": str(path), "public": f"{path}.pub"}

    @pytest.mark.parametrize("taken", ["atl.key", "atl.key.pub"])
    def test_new_replaces_neither_file_and_leaves_no_half(self, command: Command, tmp_path: Path, taken: str) -> None:
        (tmp_path / taken).write_text("before")
        result = command("identity", "new", "--agency", "atl", "-o", tmp_path / "atl.key")
        assert result.code == 3
        assert "error [file.exists]" in result.err
        assert [path.name for path in tmp_path.iterdir()] == [taken]
        assert (tmp_path / taken).read_text() == "before"

    def test_new_refuses_a_name_that_cannot_be_used(self, command: Command, tmp_path: Path) -> None:
        assert command("identity", "new", "--agency", "At Las", "-o", tmp_path / "x").code == 3
        assert list(tmp_path.iterdir()) == []

    def test_show_is_the_same_for_both_halves_and_shows_no_secret(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "atl.key"
        command("identity", "new", "--agency", "atl", "-o", path)
        private, public = command("identity", "show", path), command("identity", "show", f"{path}.pub")
        assert private.out == public.out
        assert json.loads(path.read_bytes())["private_key"] not in private.out
        key = PublicIdentity.read(tmp_path / "atl.key.pub")
        found = command("identity", "show", path, "--json").json
        assert found == {"agency": "atl", "key_id": key.key_id, "public_key": key.key_text}

    def test_show_refuses_other_files(self, command: Command, schema_path: Path) -> None:
        result = command("identity", "show", schema_path)
        assert result.code == 3
        assert "error [key-file]" in result.err


class TestInspect:
    def test_everything_signed_is_shown(self, command: Command, package_path: Path) -> None:
        result = command("inspect", package_path)
        assert result.code == 0
        for part in (
            "atl",
            "suspect",
            "40 of 128 bits",
            "surname, born",
            "shoe size",
            "50, of which 10",
            "2b" * 32,
            "6.0%",
        ):
            assert part in result.out
        assert "which the package itself names; compare it with the agency's, or give --trust" in result.out
        assert making.ATLANTIS.public.key_id in result.out

    def test_json_is_the_manifest_and_the_state_of_its_signature(self, command: Command, package_path: Path) -> None:
        found = command("inspect", package_path, "--json").json
        assert found["manifest"] == open_package(package_path).manifest.document()
        assert found["signature"] == {"key_id": making.ATLANTIS.public.key_id, "trusted": False}
        assert isinstance(found["expired"], bool)

    def test_trusted_signer_is_said_to_be_trusted(self, command: Command, package_path: Path, tmp_path: Path) -> None:
        making.ATLANTIS.public.write(tmp_path / "atl.pub")
        Identity.new("bor").public.write(tmp_path / "bor.pub")
        trust = ("--trust", tmp_path / "bor.pub", "--trust", tmp_path / "atl.pub")
        assert "which you trust" in command("inspect", package_path, *trust).out
        assert command("inspect", package_path, *trust, "--json").json["signature"]["trusted"] is True

    def test_other_signer_is_refused(self, command: Command, package_path: Path, tmp_path: Path) -> None:
        Identity.new("atl").public.write(tmp_path / "other.pub")
        result = command("inspect", package_path, "--trust", tmp_path / "other.pub")
        assert result.code == 3
        assert "error [package.signer]" in result.err
        assert result.out == ""

    def test_expired_package_is_shown_and_said_to_be(self, command: Command, tmp_path: Path, fresh_path: Path) -> None:
        times = {"created": "2001-01-01T00:00:00Z", "expires": "2002-01-01T00:00:00Z"}
        path = tmp_path / "old.cfp"
        write_package(path, [making.rows()], making.draft().model_copy(update=times), making.ATLANTIS)
        assert "(has expired)" in command("inspect", path).out
        assert command("inspect", path, "--json").json["expired"] is True
        assert "(has expired)" not in command("inspect", fresh_path).out

    def test_damaged_package_is_refused(self, command: Command, package_path: Path, tmp_path: Path) -> None:
        content = bytearray(package_path.read_bytes())
        content[200] ^= 1
        (tmp_path / "x.cfp").write_bytes(content)
        result = command("inspect", tmp_path / "x.cfp")
        assert result.code == 3
        assert result.out == ""

    def test_names_cannot_steer_the_terminal(self, command: Command, tmp_path: Path) -> None:
        names = {"fields_dropped": ("\x1b]0;owned\x07", "a\nagency  bor"), "checkpoint": "log\n1\n"}
        path = tmp_path / "x.cfp"
        write_package(path, [making.rows()], making.draft().model_copy(update=names), making.ATLANTIS)
        shown = command("inspect", path).out
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert "\nagency  bor" not in shown
        assert "log\\n1\\n" in shown


class TestExport:
    def test_clks_json_has_the_encodings_in_the_order_of_the_package(
        self, command: Command, fresh_path: Path, tmp_path: Path
    ) -> None:
        result = command("export", "--format", "clks-json", fresh_path, "-o", tmp_path / "x.json")
        assert result == Outcome(0, "", "")
        assert read_clks(tmp_path / "x.json").tolist() == making.rows()[1].tolist()

    def test_csv_has_token_and_encoding(self, command: Command, fresh_path: Path, tmp_path: Path) -> None:
        assert command("export", "--format", "csv", fresh_path, "-o", tmp_path / "x.csv").code == 0
        encodings = open_package(fresh_path).encodings
        with (tmp_path / "x.csv").open(newline="") as file:
            header, *found = csv.reader(file)
        assert header == ["token", "encoding"]
        assert [row[0] for row in found] == encodings.token_texts()
        command("export", "--format", "clks-json", fresh_path, "-o", tmp_path / "x.json")
        assert [row[1] for row in found] == json.loads((tmp_path / "x.json").read_text())["clks"]

    def test_parquet_has_what_the_package_has(self, command: Command, fresh_path: Path, tmp_path: Path) -> None:
        assert command("export", "--format", "parquet", fresh_path, "-o", tmp_path / "x.parquet").code == 0
        assert (tmp_path / "x.parquet").read_bytes() == making.table(making.rows())
        assert pq.read_table(tmp_path / "x.parquet").num_rows == making.COUNT

    @pytest.mark.parametrize("name", EXPORTS)
    def test_existing_file_is_not_replaced(self, command: Command, fresh_path: Path, tmp_path: Path, name: str) -> None:
        (tmp_path / "x").write_text("before")
        result = command("export", "--format", name, fresh_path, "-o", tmp_path / "x")
        assert result.code == 3
        assert (tmp_path / "x").read_text() == "before"

    @pytest.mark.parametrize("name", EXPORTS)
    def test_missing_folder_is_an_error(self, command: Command, fresh_path: Path, tmp_path: Path, name: str) -> None:
        result = command("export", "--format", name, fresh_path, "-o", tmp_path / "nowhere" / "x")
        assert result.code == 3
        assert "error [file.unusable]" in result.err

    def test_every_format_can_be_asked_for(self, command: Command) -> None:
        listed = command("export", "--help").out
        assert f"[{'|'.join(EXPORTS)}]" in listed

    def test_unknown_format_is_wrong_usage(self, command: Command, fresh_path: Path, tmp_path: Path) -> None:
        assert command("export", "--format", "xls", fresh_path, "-o", tmp_path / "x").code == 2

    def test_expired_package_is_refused(self, command: Command, tmp_path: Path) -> None:
        times = {"created": "2001-01-01T00:00:00Z", "expires": "2002-01-01T00:00:00Z"}
        path = tmp_path / "old.cfp"
        write_package(path, [making.rows()], making.draft().model_copy(update=times), making.ATLANTIS)
        result = command("export", "--format", "csv", path, "-o", tmp_path / "x.csv")
        assert result.code == 4
        assert "error [package.expired]" in result.err
        assert not (tmp_path / "x.csv").exists()

    def test_other_signer_is_refused(self, command: Command, fresh_path: Path, tmp_path: Path) -> None:
        Identity.new("atl").public.write(tmp_path / "other.pub")
        result = command(
            "export", "--format", "csv", fresh_path, "--trust", tmp_path / "other.pub", "-o", tmp_path / "x"
        )
        assert result.code == 3
        shutil.copy(fresh_path, tmp_path / "copy.cfp")
        assert not (tmp_path / "x").exists()
