"""Reading groups, counterfoils and truth, and refusing what does not fit together."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from linkage.errors import CounterfoilError, FileError, InputError
from trial.errors import EvaluationError
from trial.evaluation import RecordKey
from trial.evidence import Evidence, read_evidence

GROUPS = "group,agency,token,score\n1,atl,t1,0.9\n1,bor,t2,0.9\n"
ATL = "token,record_id\nt1,7\nt3,8\n"
BOR = "token,record_id\nt2,x\n"
TRUTH = "record_id,person_id\n7,p\n8,q\nx,p\nunheard of,r\n"


def read(folder: Path, groups: str = GROUPS, truth: str = TRUTH, **counterfoils: str) -> Evidence:
    files = {"groups": groups, "truth": truth} | {
        f"{name}.counterfoil": text for name, text in (counterfoils or {"atl": ATL, "bor": BOR}).items()
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    paths = [folder / f"{name}.csv" for name in files if name.endswith("counterfoil")]
    return read_evidence([folder / "groups.csv"], folder / "truth.csv", paths)


def test_evidence_joins_tokens_records_and_persons(tmp_path: Path) -> None:
    evidence = read(tmp_path)
    assert evidence.groups == [[RecordKey("atl", "7"), RecordKey("bor", "x")]]
    assert evidence.persons == {RecordKey("atl", "7"): "p", RecordKey("atl", "8"): "q", RecordKey("bor", "x"): "p"}
    assert evidence.records["t2"] == RecordKey("bor", "x")


def test_columns_may_stand_in_any_order_behind_a_byte_order_mark(tmp_path: Path) -> None:
    turned = "\ufeffscore,token,group,agency\r\n0.9,t1,1,atl\r\n0.9,t2,1,bor\r\n"
    assert read(tmp_path, turned).groups == read(tmp_path).groups


def test_counterfoil_without_hits_is_an_agency_called_like_its_file(tmp_path: Path) -> None:
    evidence = read(tmp_path, atl=ATL, bor=BOR, cyr="token,record_id\nt9,9\n", truth=TRUTH + "9,p\n")
    assert evidence.persons[RecordKey("cyr", "9")] == "p"


def test_agency_may_have_several_counterfoils(tmp_path: Path) -> None:
    evidence = read(tmp_path, one="token,record_id\nt1,7\n", two=BOR, three="token,record_id\nt4,8\n", groups=(
        "group,agency,token,score\n1,atl,t1,0.9\n1,bor,t2,0.9\n2,atl,t4,1\n2,bor,t5,1\n"
    ), four="token,record_id\nt5,y\n", truth=TRUTH + "y,q\n")  # fmt: skip
    assert evidence.groups[1] == [RecordKey("atl", "8"), RecordKey("bor", "y")]
    assert {record.agency for record in evidence.persons} == {"atl", "bor"}


def test_record_ids_that_repeat_among_agencies_need_an_agency_in_the_truth(tmp_path: Path) -> None:
    bor = "token,record_id\nt2,7\n"
    with pytest.raises(EvaluationError, match="use the same record id") as caught:
        read(tmp_path, truth="record_id,person_id\n7,p\n8,q\n", atl=ATL, bor=bor)
    assert "column agency" in caught.value.hint
    truth = "record_id,person_id,agency\n7,p,atl\n8,q,atl\n7,s,bor\n"
    persons = read(tmp_path, truth=truth, atl=ATL, bor=bor).persons
    assert (persons[RecordKey("atl", "7")], persons[RecordKey("bor", "7")]) == ("p", "s")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"groups": GROUPS + "2,atl,t3,0.8\n"}, "group 2 has one record only"),
        ({"groups": GROUPS + "2,atl,t1,0.8\n"}, "row 3: the token stands in an earlier row too"),
        ({"groups": GROUPS + "1,cyr,unknown,0.8\n"}, "row 3: no counterfoil names this token"),
        ({"groups": GROUPS.replace("0.9", "1.1")}, "row 1: score must be a number from 0 to 1"),
        ({"groups": GROUPS.replace("0.9", "nan")}, "row 1: score must be a number from 0 to 1"),
        ({"groups": GROUPS.replace("0.9", "high")}, "row 1: score must be a number from 0 to 1"),
        ({"groups": GROUPS.replace("1,atl", ",atl")}, "row 1: group is empty"),
        ({"groups": GROUPS.replace("bor,t2", "bor,t3")}, "its tokens belong to several agencies: atl, bor"),
        ({"groups": "group,token,score\n"}, "the columns must be group, agency, token"),
        ({"groups": ""}, "the columns must be"),
        ({"groups": GROUPS + "2,atl\n"}, "row 3 has 2 cells, the header has 4"),
        ({"groups": GROUPS + '2,atl,"t3"x,1\n'}, "not CSV"),
        ({"truth": TRUTH.replace("8,q\n", "")}, "no person is given for a record"),
        ({"truth": TRUTH + "7,p\n"}, "row 5: the record stands in an earlier row too"),
        ({"truth": "record_id,person_id,agency\n7,p,atl\n8,q,\nx,p,bor\n"}, "agency must be given in every row"),
        ({"truth": TRUTH.replace("person_id", "person")}, "the columns must be record_id, person_id and, if need be"),
        ({"atl": ATL + "t1,9\n", "bor": BOR}, "row 3: the token stands in an earlier row too"),
        ({"atl": ATL, "bor": BOR + "t3,y\n"}, "name the same token"),
        ({"atl": ATL + "t4,7\n", "bor": BOR}, "name the same record of agency 'atl'"),
        ({"atl": "token,record_id,name\n", "bor": BOR}, "the columns must be token, record_id"),
    ],
)
def test_what_does_not_fit_is_refused_without_quoting_it(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, **changed)
    assert message in caught.value.message
    assert "unheard of" not in caught.value.message


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "truth.csv").write_bytes(b"record_id,person_id\n\xff,p\n")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_evidence([tmp_path / "groups.csv"], tmp_path / "truth.csv", sorted(tmp_path.glob("*.counterfoil.csv")))


def test_absent_file_is_a_file_error(tmp_path: Path) -> None:
    read(tmp_path)
    with pytest.raises(FileError, match="cannot be read"):
        read_evidence([tmp_path / "no.csv"], tmp_path / "truth.csv", [])
    with pytest.raises(CounterfoilError):
        read_evidence([tmp_path / "groups.csv"], tmp_path / "truth.csv", [tmp_path / "no.csv"])


def test_files_in_parquet_say_the_same(tmp_path: Path) -> None:
    expected = read(tmp_path)
    texts = pa_csv.ConvertOptions(column_types={"group": pa.string(), "record_id": pa.string()})
    for path in tmp_path.glob("*.csv"):
        pq.write_table(pa_csv.read_csv(path, convert_options=texts), path.with_suffix(".parquet"))
    groups, truth, *counterfoils = (
        tmp_path / f"{name}.parquet" for name in ("groups", "truth", "atl.counterfoil", "bor.counterfoil")
    )
    assert read_evidence([groups], truth, counterfoils) == expected


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"group": ["1", None]}, "groups.parquet: row 2: group is empty"),
        ({"score": [0.9, 1.5]}, "groups.parquet: row 2: score must be a number from 0 to 1"),
        ({"token": [b"t1", b"t2"]}, "groups.parquet: column 'token' has the type binary"),
        ({"name": ["a", "b"]}, "groups.parquet: the columns must be group, agency, token"),
    ],
)
def test_parquet_that_does_not_fit_is_refused_by_row(tmp_path: Path, table: dict[str, list[Any]], message: str) -> None:
    read(tmp_path)
    columns: dict[str, list[Any]] = {
        "group": ["1", "1"],
        "agency": ["atl", "bor"],
        "token": ["t1", "t2"],
        "score": [0.9, 0.9],
    }
    pq.write_table(pa.table(columns | table), tmp_path / "groups.parquet")
    with pytest.raises(InputError) as caught:
        read_evidence([tmp_path / "groups.parquet"], tmp_path / "truth.csv", sorted(tmp_path.glob("*.counterfoil.csv")))
    assert message in caught.value.message
