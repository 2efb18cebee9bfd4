"""counterfoil evaluate, and what counterfoil demo refuses."""

import json
from pathlib import Path

import pytest

from linkage.command.program import run


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "groups.csv": "group,agency,token,score\n1,atl,t1,0.9\n1,bor,t2,0.9\n",
        "truth.csv": "record_id,person_id\n7,p\n8,q\nx,p\ny,q\n",
        "atl.counterfoil.csv": "token,record_id\nt1,7\nt3,8\n",
        "bor.counterfoil.csv": "token,record_id\nt2,x\nt4,y\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


EVALUATE = ["evaluate", "groups.csv", "--truth", "truth.csv"]
COUNTERFOILS = ["--counterfoil", "atl.counterfoil.csv", "--counterfoil", "bor.counterfoil.csv"]


def test_evaluate_prints_json_for_scripts(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*EVALUATE, *COUNTERFOILS, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["precision"], result["recall"], result["f1"]) == (1.0, 0.5, 2 / 3)
    assert result["groups"] == {"true": 2, "found": 1, "right": 1, "found_by_size": {"2": 1}}
    assert result["by_agencies"][0]["agencies"] == ["atl", "bor"]


def test_evaluate_prints_text_for_people(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*EVALUATE, *COUNTERFOILS]) == 0
    printed = capsys.readouterr().out
    assert "precision  1.0000   1 of 1 found pairs are true" in printed
    assert "recall     0.5000   1 of 2 true pairs were found" in printed
    assert "atl and bor: precision 1.0000, recall 0.5000, F1 0.6667 (2 true pairs)" in printed


def test_missing_counterfoil_is_an_error_with_a_hint(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*EVALUATE, *COUNTERFOILS[:2]]) == 3
    printed = capsys.readouterr().err
    assert "error [evaluation]: groups.csv: row 2: no counterfoil names this token" in printed
    assert "hint: give the counterfoil of every agency" in printed


def test_demo_refuses_a_folder_of_something_else_at_once(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(files.iterdir())
    assert run(["demo", "--output", str(files)]) == 4
    assert "is not a former demonstration" in capsys.readouterr().err
    assert sorted(files.iterdir()) == before


def test_of_many_agencies_the_pairs_with_most_errors_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["atl", "bor", "cim", "dun", "esk", "fal"]
    persons = {name: ["p", "q"] if name in {"esk", "fal"} else ["p"] for name in names}
    for name in names:
        rows = "".join(f"{name}{person},{name}{person}\n" for person in persons[name])
        Path(f"{name}.counterfoil.csv").write_text(f"token,record_id\n{rows}", encoding="utf-8")
    truth = "".join(f"{name}{person},{person}\n" for name in names for person in persons[name])
    Path("truth.csv").write_text(f"record_id,person_id\n{truth}", encoding="utf-8")
    Path("groups.csv").write_text("group,agency,token,score\ng1,atl,atlp,1\ng1,bor,borp,1\n", encoding="utf-8")
    given = [word for name in names for word in ("--counterfoil", f"{name}.counterfoil.csv")]
    assert run([*EVALUATE, *given]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "the 10 of 15 pairs of agencies with most errors; --json has all:" in printed
    shown = printed[printed.index("the 10 of 15 pairs of agencies with most errors; --json has all:") + 1 :]
    assert len(shown) == 10
    assert shown[0].startswith("esk and fal: ")
    assert not any(line.startswith("atl and bor") for line in shown)
