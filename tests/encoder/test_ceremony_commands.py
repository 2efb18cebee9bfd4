"""The key ceremony as agencies hold it: by commands, on files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from encoder.secret import OperationSecret
from linkage.agreement import SignedAgreement
from linkage.command.program import counterfoil
from linkage.errors import CounterfoilError
from tests.linkage.agreements import AGENCIES, HOST, agreement, keys, signed

Call = Callable[..., tuple[Any, str]]
LASTING = {"valid_from": "2000-01-01T00:00:00Z", "valid_until": "2999-01-01T00:00:00Z"}


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a ceremony command in a folder with an agreement and keys; return what it returned and printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("encoder.guard.raise_guard", lambda: None)  # it would hold for the rest of the test run
    Path("lantern.json").write_bytes(signed(agreement(**LASTING)).encode())
    for name in (*AGENCIES, HOST):
        keys(name).root.write(Path(f"{name}.key"))
        keys(name).sealing.write(Path(f"{name}.seal"))

    def run(*arguments: str) -> tuple[Any, str]:
        done = CliRunner().invoke(counterfoil, ["ceremony", *arguments], standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.return_value, done.output

    return run


def made(call: Call, *more: str) -> str:
    arguments = ("make", "lantern.json", "--identity=atl.key", "--secret-file=atl.secret", *more)
    return call(*arguments, "-o", "ceremony.json")[1]


def test_agencies_share_a_secret_and_the_host_sees_that_they_agree(call: Call) -> None:
    assert "ceremony.json: sealed to bor, cyr" in made(call)
    for name in ("bor", "cyr"):
        call("open", "ceremony.json", "lantern.json", f"--key={name}.seal", "-o", f"{name}.secret")
    secrets = {OperationSecret.read(Path(f"{name}.secret")) for name in AGENCIES}
    assert len(secrets) == 1
    code, said = call("status", "ceremony.json", "lantern.json")
    assert (code, said.count("has not confirmed")) == (3, 3)
    for name in AGENCIES:
        arguments = ("lantern.json", f"--identity={name}.key", f"--secret-file={name}.secret")
        call("confirm", *arguments, "-o", f"{name}.json")
    confirmations = [f"{name}.json" for name in AGENCIES]
    code, said = call("status", "ceremony.json", "lantern.json", *confirmations)
    assert (code, said.count("confirms the secret")) == (0, 3)
    assert json.loads(call("status", "ceremony.json", "lantern.json", *confirmations, "--json")[1])["complete"] is True
    (value,) = {secret.value.hex().encode() for secret in secrets}
    for path in ("ceremony.json", *confirmations):
        assert value not in Path(path).read_bytes()


def test_an_existing_secret_can_be_shared(call: Call) -> None:
    OperationSecret.new().write(Path("atl.secret"))
    made(call, "--existing")
    call("open", "ceremony.json", "lantern.json", "--key=bor.seal", "-o", "bor.secret")
    assert OperationSecret.read(Path("bor.secret")) == OperationSecret.read(Path("atl.secret"))


def test_who_confirms_another_secret_is_named(call: Call) -> None:
    made(call)
    OperationSecret.new().write(Path("bor.secret"))
    call("confirm", "lantern.json", "--identity=bor.key", "--secret-file=bor.secret", "-o", "bor.json")
    code, said = call("status", "ceremony.json", "lantern.json", "bor.json")
    assert (code, "bor confirms another secret" in said) == (3, True)


def refused(call: Call, *arguments: str) -> CounterfoilError:
    before = sorted(path.name for path in Path.cwd().iterdir())
    with pytest.raises(CounterfoilError) as caught:
        call(*arguments)
    assert sorted(path.name for path in Path.cwd().iterdir()) == before
    return caught.value


def test_the_host_opens_nothing_and_makes_nothing(call: Call) -> None:
    made(call)
    arguments = ("open", "ceremony.json", "lantern.json", "--key=host.seal", "-o", "host.secret")
    assert refused(call, *arguments).code == "ceremony.stranger"
    arguments = ("make", "lantern.json", "--identity=host.key", "--secret-file=h.secret", "-o", "h.json")
    assert refused(call, *arguments).code == "ceremony.recipients"


def test_a_ceremony_leaves_a_secret_and_a_file_or_neither(call: Call) -> None:
    Path("ceremony.json").write_text("taken")
    arguments = ("make", "lantern.json", "--identity=atl.key", "--secret-file=atl.secret", "-o", "ceremony.json")
    assert refused(call, *arguments).code == "file.exists"
    Path("ceremony.json").unlink()
    Path("atl.secret").write_text("taken")
    assert refused(call, *arguments).code == "file.exists"


def test_an_agreement_that_not_all_have_signed_gives_no_secret(call: Call) -> None:
    partly = SignedAgreement.signed_first(agreement(**LASTING), keys("atl").root)
    Path("partly.json").write_bytes(partly.encode())
    arguments = ("make", "partly.json", "--identity=atl.key", "--secret-file=atl.secret", "-o", "ceremony.json")
    assert refused(call, *arguments).code == "ceremony.agreement"


def test_pairs_name_the_other_agency(call: Call) -> None:
    pairs = signed(agreement(key={"scope": "pair", "epoch": 1}, **LASTING))
    Path("lantern.json").write_bytes(pairs.encode())
    assert "sealed to cyr\n" in made(call, "--with=cyr")
    call("open", "ceremony.json", "lantern.json", "--key=cyr.seal", "-o", "cyr.secret")
    arguments = ("confirm", "lantern.json", "--identity=cyr.key", "--secret-file=cyr.secret")
    assert refused(call, *arguments, "-o", "cyr.json").code == "ceremony.recipients"
    call(*arguments, "--with=atl", "-o", "cyr.json")
    _, said = call("status", "ceremony.json", "lantern.json", "cyr.json")
    assert said.splitlines()[1:] == ["cyr confirms the secret", "atl has not confirmed"]
