"""Agreements, keys and credentials as people handle them: by commands, on files that travel."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from linkage.agreement.files import read_signed
from linkage.agreement_commands import agreement
from linkage.command.program import counterfoil
from linkage.commands import identity
from linkage.credential_commands import credential
from linkage.errors import CounterfoilError
from linkage.sealing_commands import open_, seal
from tests.linkage.agreements import AGENCIES, HOST, TEMPLATE, keys, signed

Call = Callable[..., tuple[Any, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in a folder with the keys of everybody; return what it returned and printed."""
    monkeypatch.chdir(tmp_path)
    for name in (*AGENCIES, HOST):
        own = keys(name)
        own.root.write(Path(f"{name}.key"))
        own.root.public.write(Path(f"{name}.key.pub"))
        own.sealing.write(Path(f"{name}.seal"))
        own.sealing.public.write(Path(f"{name}.seal.pub"))

    def run(command: click.Command, *arguments: str) -> tuple[Any, str]:
        done = CliRunner().invoke(counterfoil, [str(command.name), *arguments], standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.return_value, done.output

    return run


def drafted(call: Call, *more: str, output: str = "draft.json", source: str = str(TEMPLATE)) -> str:
    given = [f"--key={name}.{kind}.pub" for name in (*AGENCIES, HOST) for kind in ("key", "seal")]
    dates = ("--valid-from=2000-01-01", "--valid-until=2999-01-01")
    return call(agreement, "new", "--from", source, "--schema=febrl4", *dates, *given, *more, "-o", output)[1]


def test_a_draft_is_signed_apart_merged_and_in_force(call: Call) -> None:
    assert "draft.json: operation lantern, version 1, sha256:" in drafted(call)
    code, said = call(agreement, "check", "draft.json")
    assert code == 3
    assert "not in force: it is a draft that nobody has signed" in said
    for name in (*AGENCIES, HOST):
        said = call(agreement, "sign", "draft.json", f"--identity={name}.key", "-o", f"{name}.json")[1]
        assert f"{name}.json: signed by {name}" in said
    said = call(agreement, "merge", "atl.json", "host.json", "cyr.json", "-o", "three.json")[1]
    assert "still to sign: bor" in said
    assert call(agreement, "check", "three.json")[1].splitlines()[1:5] == [
        "atl has signed",
        "cyr has signed",
        "host (host) has signed",
        "not in force: bor has not signed",
    ]
    call(agreement, "sign", "three.json", "--identity=bor.key", "-o", "lantern.json")
    code, said = call(agreement, "check", "lantern.json", "--schema=febrl4")
    assert (code, said.splitlines()[-1]) == (0, "the agreement is in force")
    _, printed = call(agreement, "check", "lantern.json", "--json")
    assert json.loads(printed)["in_force"] is True
    assert json.loads(printed)["signed_by"] == ["atl", "bor", "cyr", "host (host)"]


def test_another_schema_than_agreed_is_told(call: Call) -> None:
    drafted(call)
    text = json.loads(Path("draft.json").read_bytes())
    text["linkage_schema"]["minimum_hardening"] = [{"step": "saul", "at_least": {"bits": 16384}}]
    Path("hard.json").write_text(json.dumps(text))
    said = call(agreement, "check", "hard.json", "--schema=person")[1]
    assert "the schema is not the one that the agreement names by its digest" in said
    assert "hardening step saul" in said


def test_show_tells_everything_in_plain_words(call: Call) -> None:
    drafted(call)
    said = " ".join(call(agreement, "show", "draft.json")[1].split())
    for phrase in (
        "Operation lantern, version 1.",
        "Records of atl in the category victim with records of bor in the category suspect;",
        "; the officer for the protection of victims sees a hit first.",
        "Nothing else is compared.",
        "Encodings 90 days, hits 180 days, logs 1,095 days.",
        "Any party may order a comparison.",
        "atl (AT), under Directive (EU) 2016/680; may submit: suspect, victim.",
        f"Root key {keys('host').root.public.key_id}",
        "Signed by: nobody",
    ):
        assert phrase in said
    assert json.loads(call(agreement, "show", "draft.json", "--json")[1])["operation"] == "lantern"


def test_show_lets_no_name_steer_the_terminal(call: Call) -> None:
    drafted(call)
    text = json.loads(Path("draft.json").read_bytes()) | {"purpose": "harmless \u001b[2J"}
    Path("steering.json").write_text(json.dumps(text))
    assert "\x1b" not in call(agreement, "show", "steering.json")[1]


def test_an_amendment_names_its_predecessor_and_its_version(call: Call) -> None:
    drafted(call)
    Path("lantern.json").write_bytes(signed().encode())
    said = drafted(call, "--amends", "lantern.json", output="second.json")
    assert "version 2" in said
    assert "not the next" not in said
    said = call(agreement, "check", "second.json", "--amends", "lantern.json")[1]
    assert said.count("not in force") == 1  # a draft
    said = call(agreement, "check", "draft.json", "--amends", "lantern.json")[1]
    assert "not in force: version 1 is followed by version 2" in said


def refused(call: Call, command: click.Command, *arguments: str) -> CounterfoilError:
    before = sorted(path.name for path in Path.cwd().iterdir())
    with pytest.raises(CounterfoilError) as caught:
        call(command, *arguments)
    assert sorted(path.name for path in Path.cwd().iterdir()) == before
    return caught.value


def test_a_draft_that_lacks_a_key_says_which(call: Call) -> None:
    arguments = ("new", "--from", str(TEMPLATE), "--key=atl.key.pub", "-o", "draft.json")
    assert "parties[0].sealing_key is missing" in refused(call, agreement, *arguments).message


def test_a_key_of_nobody_in_the_text_is_refused(call: Call) -> None:
    keys("dor").root.public.write(Path("dor.key.pub"))
    with pytest.raises(CounterfoilError) as caught:
        drafted(call, "--key=dor.key.pub")
    assert caught.value.code == "agreement.stranger"


def test_a_draft_with_a_fault_is_not_written(call: Call) -> None:
    text = json.loads(TEMPLATE.read_bytes())
    text["pairings"] = []
    Path("text.json").write_text(json.dumps(text))
    with pytest.raises(CounterfoilError, match="no pairing") as caught:
        drafted(call, source="text.json")
    assert caught.value.code == "agreement.faulty"
    assert not Path("draft.json").exists()


@pytest.mark.parametrize("text", ["[]", "{", '{"parties": 1}', '{"parties": [1], "host": {}}', '{"parties": []}'])
def test_a_text_that_is_no_agreement_is_refused(call: Call, text: str) -> None:
    Path("text.json").write_text(text)
    refused(call, agreement, "new", "--from", "text.json", "-o", "draft.json")


def test_a_signed_file_is_asked_for_where_it_is_needed(call: Call) -> None:
    drafted(call)
    error = refused(call, agreement, "merge", "draft.json", "-o", "x.json")
    assert (error.code, "draft.json" in error.message) == ("agreement.unsigned", True)


def test_no_existing_file_is_replaced(call: Call) -> None:
    drafted(call)
    error = refused(call, agreement, "sign", "draft.json", "--identity=atl.key", "-o", "draft.json")
    assert error.code == "file.exists"


def test_a_changed_byte_of_a_signed_agreement_is_found_and_the_file_named(call: Call) -> None:
    content = signed().encode()
    Path("lantern.json").write_bytes(content.replace(b'"sig":"', b'"sig":"A', 1))
    assert "lantern.json" in refused(call, agreement, "check", "lantern.json").message
    Path("lantern.json").write_bytes(content)
    assert read_signed(Path("lantern.json")) == signed()


def test_sealing_keys_are_made_and_files_travel_sealed(call: Call) -> None:
    made = json.loads(call(identity, "sealing-key", "--agency=dor", "-o", "dor.seal", "--json")[1])
    assert (made["agency"], made["public"]) == ("dor", "dor.seal.pub")
    Path("atl.cfp").write_bytes(b"package" * 20_000)
    said = call(seal, "atl.cfp", "--to=dor.seal.pub", "--to=host.seal.pub", "-o", "atl.sealed")[1]
    assert said == "atl.sealed: sealed to dor, host\n"
    call(open_, "atl.sealed", "--key=dor.seal", "-o", "opened.cfp")
    assert Path("opened.cfp").read_bytes() == Path("atl.cfp").read_bytes()
    error = refused(call, open_, "atl.sealed", "--key=atl.seal", "-o", "x.cfp")
    assert error.code == "sealed-file.stranger"


def test_a_sealing_key_is_made_whole_or_not_at_all(call: Call) -> None:
    Path("dor.seal").write_text("taken")
    assert refused(call, identity, "sealing-key", "--agency=dor", "-o", "dor.seal").code == "file.exists"


def test_credentials_are_issued_shown_and_revoked(call: Call) -> None:
    call(identity, "new", "--agency=atl", "-o", "o17.key")
    options = ("--root=atl.key", "--officer=o-17", "--role=agency.officer", "--key=o17.key.pub", "--days=30")
    said = call(credential, "issue", *options, "-o", "o17.json")[1]
    assert "o-17, agency.officer of atl" in said
    assert "role     agency.officer of atl" in call(credential, "show", "o17.json", "--issuer=atl.key.pub")[1]
    shown = json.loads(call(credential, "show", "o17.json", "--issuer=atl.key.pub", "--json")[1])
    said = call(credential, "revoke", "--root=atl.key", "o17.json", "-o", "revoked.json")[1]
    assert said == "revoked.json: list 1 of atl, 1 revoked\n"
    said = call(credential, "revoke", "--root=atl.key", "--after=revoked.json", "-o", "again.json")[1]
    assert said == "again.json: list 2 of atl, 1 revoked\n"
    error = refused(call, credential, "revoke", "--root=bor.key", "--after=revoked.json", "-o", "x.json")
    assert error.code == "credential.signature"
    assert shown["digest"].encode() not in Path("revoked.json").read_bytes()  # it is inside, in base64
    error = refused(call, credential, "show", "o17.json", "--issuer=bor.key.pub")
    assert error.code == "credential.signature"
    error = refused(call, credential, "revoke", "--root=bor.key", "o17.json", "-o", "x.json")
    assert error.code == "credential.signature"
