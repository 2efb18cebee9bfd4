"""What `counterfoil audit export` and `repeat` take and refuse, at the host's own machine."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from linkage.command.program import counterfoil
from linkage.errors import CounterfoilError, FileError
from linkage.ledger.pack import Pack
from tests.server.house import OPERATION, House
from tests.server.test_audit import ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder beside a host whose clock is that of the world, where an operation is frozen in the past."""
    house = House.at(tmp_path, database=None)
    assert house.registers().status_code == 201
    _, run = ran(house)
    (tmp_path / "run.txt").write_text(run, encoding="utf-8")
    (tmp_path / "assessed.json").write_text('{"verdict": "withstands"}', encoding="utf-8")
    return tmp_path


def types(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "host.toml").write_text(f'name = "host"\ndata = "{folder / "host"}"\n', encoding="utf-8")
    result = CliRunner().invoke(counterfoil, [*arguments, "--config", str(folder / "host.toml")], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value or 0, result.output


def test_pack_is_written_with_what_is_added(folder: Path) -> None:
    export = ("audit", "export", "--operation", OPERATION, "-o", str(folder / "x.pack"))
    added = ("--assessment", str(folder / "assessed.json"), "--schema", "febrl4")
    code, text = types(folder, *export, *added, "--json")
    pack = Pack.read(folder / "x.pack")
    assert code == 0
    assert json.loads(text)["entries"] == len(pack.entries)
    assert pack.attached.assessments == ('{"verdict": "withstands"}',)
    assert len(pack.attached.schemas) == 1


@pytest.mark.parametrize(("content", "code"), [(b"", "file.json"), (b"[]", "file.json"), (b"\xff", "file.text")])
def test_assessment_that_is_none_is_refused(folder: Path, content: bytes, code: str) -> None:
    (folder / "other.json").write_bytes(content)
    with pytest.raises(FileError) as caught:
        types(
            folder,
            *("audit", "export", "--operation", OPERATION, "-o", str(folder / "x.pack")),
            *("--assessment", str(folder / "other.json")),
        )
    assert caught.value.code == code
    assert not (folder / "x.pack").exists()


def test_operation_that_is_not_there_has_no_pack(folder: Path) -> None:
    with pytest.raises(CounterfoilError) as caught:
        types(folder, "audit", "export", "--operation", "other", "-o", str(folder / "x.pack"))
    assert caught.value.code == "absent"


def test_desk_and_host_are_not_asked_together(folder: Path) -> None:
    with pytest.raises(click.UsageError, match="give one of"):
        types(
            folder,
            *("audit", "export", "--operation", OPERATION, "-o", str(folder / "x.pack"), "--desk", str(folder)),
        )


def test_repetition_says_whether_the_result_is_the_same(folder: Path) -> None:
    run = (folder / "run.txt").read_text(encoding="utf-8")
    code, text = types(folder, "audit", "repeat", run, "--justification", "audit", "--json")
    assert code == 0
    assert [found["same"] for found in json.loads(text)["repetitions"]] == [True]


def test_host_freezes_an_operation(folder: Path) -> None:
    code, text = types(folder, "host", "freeze", OPERATION, "--justification", "incident")
    assert code == 0
    assert f"operation {OPERATION} is frozen since" in text
