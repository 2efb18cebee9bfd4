"""Looking up own records among groups."""

import os
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from encoder.errors import CounterfoilFileError, TableError
from encoder.reveal import Hits, reveal
from linkage.errors import FileError, InputError
from tests.encoder.making import names_in, read_rows, write_csv

OWN = ["0a" * 16, "0b" * 16, "0c" * 16]
OTHER = ["1a" * 16, "1b" * 16]
GROUPS = [
    ["g2", "bor", OTHER[1], "0.91"],
    ["g2", "atl", OWN[2], "0.91"],
    ["g1", "atl", OWN[0], "0.85"],
    ["g1", "bor", OTHER[0], "0.85"],
]
HEADER = ("group", "agency", "token", "score")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_csv(tmp_path / "c.csv", [[token, f"p{place}, \n"] for place, token in enumerate(OWN)], ("token", "record_id"))
    write_csv(tmp_path / "groups.csv", GROUPS, HEADER)
    return tmp_path


def look_up(folder: Path, **options: bool) -> Hits:
    return reveal(folder / "groups.csv", folder / "c.csv", folder / "hits.csv", **options)


def test_own_records_are_named_and_others_are_not(folder: Path) -> None:
    assert look_up(folder) == Hits(records=2, groups=2)
    assert read_rows(folder / "hits.csv") == [["g2", "p2, \n", OWN[2], "0.91"], ["g1", "p0, \n", OWN[0], "0.85"]]
    assert (folder / "hits.csv").read_text(encoding="utf-8").splitlines()[0] == "group,record_id,token,score"
    if os.name == "posix":
        assert stat.S_IMODE((folder / "hits.csv").stat().st_mode) == 0o600


def test_no_hits_make_a_file_with_a_header_only(folder: Path) -> None:
    write_csv(folder / "groups.csv", GROUPS[:1], HEADER)
    assert look_up(folder) == Hits(0, 0)
    assert read_rows(folder / "hits.csv") == []
    write_csv(folder / "groups.csv", [], HEADER)
    assert look_up(folder, overwrite=True) == Hits(0, 0)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["", "atl", OWN[1], "0.9"], "line 6: group and agency must not be empty"),
        (["g3", "", OWN[1], "0.9"], "line 6: group and agency must not be empty"),
        (["g3", "atl", OWN[1][:-1], "0.9"], "line 6: a token is 32 digits"),
        (["g3", "atl", OWN[1].upper(), "0.9"], "line 6: a token is 32 digits"),
        (["g3", "atl", OWN[0], "0.9"], "line 6: the token stands in an earlier row too"),
        (["g3", "atl", OWN[1], "x"], "line 6: a score is a number from 0 to 1"),
        (["g3", "atl", OWN[1], "nan"], "line 6: a score is a number from 0 to 1"),
        (["g3", "atl", OWN[1], "1.01"], "line 6: a score is a number from 0 to 1"),
        (["g3", "atl", OWN[1]], "line 6: has 3 cells"),
    ],
)
def test_groups_with_another_form_are_refused_by_line(folder: Path, row: list[str], problem: str) -> None:
    write_csv(folder / "groups.csv", [*GROUPS, row], HEADER)
    with pytest.raises(CounterfoilFileError, match=rf"groups\.csv: {problem}"):
        look_up(folder)
    assert names_in(folder) == {"c.csv", "groups.csv"}


HITS = [
    ["g2", "atl", OWN[2], "likely", "bor cyr", "Bureau of Bor, +1; Cyr desk"],
    ["g1", "atl", OWN[0], "possible", "bor", "Bureau of Bor, +1"],
]
OF_A_SERVICE = ("group", "agency", "token", "band", "counterparts", "contacts")


def test_hits_of_a_service_keep_band_counterparts_and_contacts(folder: Path) -> None:
    write_csv(folder / "groups.csv", HITS, OF_A_SERVICE)
    assert look_up(folder) == Hits(records=2, groups=2)
    assert read_rows(folder / "hits.csv") == [
        ["g2", "p2, \n", OWN[2], "likely", "bor cyr", "Bureau of Bor, +1; Cyr desk"],
        ["g1", "p0, \n", OWN[0], "possible", "bor", "Bureau of Bor, +1"],
    ]
    header = (folder / "hits.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "group,record_id,token,band,counterparts,contacts"


def test_no_hits_of_a_service_make_a_file_with_its_header_only(folder: Path) -> None:
    write_csv(folder / "groups.csv", [], OF_A_SERVICE)
    assert look_up(folder) == Hits(0, 0)
    assert (folder / "hits.csv").read_text(
        encoding="utf-8"
    ).strip() == "group,record_id,token,band,counterparts,contacts"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["g3", "atl", OWN[1], "0.9", "bor", "x"], "line 4: a band is likely or possible"),
        (["g3", "atl", OWN[1], "likely", "", "x"], "line 4: a hit has a counterpart agency"),
        (["g3", "atl", OWN[0], "likely", "bor", "x"], "line 4: the token stands in an earlier row too"),
    ],
)
def test_hits_of_a_service_with_another_form_are_refused(folder: Path, row: list[str], problem: str) -> None:
    write_csv(folder / "groups.csv", [*HITS, row], OF_A_SERVICE)
    with pytest.raises(CounterfoilFileError, match=rf"groups\.csv: {problem}"):
        look_up(folder)


def test_other_files_are_refused(folder: Path) -> None:
    with pytest.raises(CounterfoilFileError, match="the first line must be group,agency,token,score"):
        reveal(folder / "c.csv", folder / "c.csv", folder / "hits.csv")
    with pytest.raises(CounterfoilFileError, match="the first line must be token,record_id"):
        reveal(folder / "groups.csv", folder / "groups.csv", folder / "hits.csv")
    with pytest.raises(FileError, match="cannot be read"):
        reveal(folder / "absent", folder / "c.csv", folder / "hits.csv")


def test_file_that_is_no_text_is_told_from_a_table_in_a_code_page(folder: Path) -> None:
    (folder / "groups.csv").write_bytes(b"group,\xd1\xcc\xee\xf1\xea\xe2\xe0")
    with pytest.raises(TableError, match="is not UTF-8 text") as caught:
        look_up(folder)
    assert caught.value.code == "table.encoding"
    assert caught.value.hint is not None
    assert "as Counterfoil wrote it" in caught.value.hint
    assert "--encoding" not in caught.value.hint


def test_existing_files_are_kept(folder: Path) -> None:
    (folder / "hits.csv").write_text("kept", encoding="utf-8")
    with pytest.raises(FileError, match="exists already"):
        look_up(folder)
    assert (folder / "hits.csv").read_text(encoding="utf-8") == "kept"
    for taken in ("groups.csv", "c.csv"):
        with pytest.raises(FileError, match="is given for two things"):
            reveal(folder / "groups.csv", folder / "c.csv", folder / taken, overwrite=True)


def in_parquet(rows: list[list[str]], **changed: Any) -> pa.Table:
    """Rows of groups with their scores as numbers, and some columns changed."""
    group, agency, token, score = map(list, zip(*rows, strict=True))
    return pa.table({"group": group, "agency": agency, "token": token, "score": list(map(float, score))} | changed)


def look_up_parquet(folder: Path, table: pa.Table) -> Hits:
    pq.write_table(table, folder / "groups.parquet", row_group_size=3)
    return reveal(folder / "groups.parquet", folder / "c.csv", folder / "from_parquet.csv")


def test_groups_in_parquet_give_the_same_bytes(folder: Path) -> None:
    assert look_up_parquet(folder, in_parquet(GROUPS)) == look_up(folder) == Hits(records=2, groups=2)
    assert (folder / "from_parquet.csv").read_bytes() == (folder / "hits.csv").read_bytes()


def test_no_groups_in_parquet_make_a_file_with_a_header_only(folder: Path) -> None:
    assert look_up_parquet(folder, in_parquet(GROUPS).slice(0, 0)) == Hits(0, 0)
    assert (folder / "from_parquet.csv").read_text(encoding="utf-8").split() == ["group,record_id,token,score"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"group": ["g2", "g2", "g1", None]}, "row 4: group and agency must not be empty"),
        ({"token": [OTHER[1], OWN[2], OWN[0][1:], OTHER[0]]}, "row 3: a token is 32 digits"),
        ({"token": [OTHER[1], OWN[2], OWN[0], OWN[2]]}, "row 4: the token stands in an earlier row too"),
        ({"score": [0.5, 1.5, 0.5, 0.5]}, "row 2: a score is a number from 0 to 1"),
        ({"score": [0.5, 0.5, None, 0.5]}, "row 3: a score is a number from 0 to 1"),
        ({"score": [0.5, 0.5, 0.5, float("nan")]}, "row 4: a score is a number from 0 to 1"),
        ({"token": [b"a", b"b", b"c", b"d"]}, "column 'token' has the type binary, and only texts and numbers"),
        ({"note": ["", "", "", ""]}, "the columns must be group,agency,token,score"),
    ],
)
def test_parquet_with_another_form_is_refused_by_row(folder: Path, changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=rf"groups\.parquet: {problem}"):
        look_up_parquet(folder, in_parquet(GROUPS, **changed))
    assert names_in(folder) == {"c.csv", "groups.csv", "groups.parquet"}


def test_hits_are_not_written_as_csv_under_the_name_of_parquet(folder: Path) -> None:
    with pytest.raises(FileError, match=r"hits\.parquet is to be written as CSV") as caught:
        reveal(folder / "groups.csv", folder / "c.csv", folder / "hits.parquet")
    assert caught.value.hint == "let its name end in .csv"
    assert names_in(folder) == {"c.csv", "groups.csv"}
