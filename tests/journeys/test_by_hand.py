"""The commands of the issue and the README, one by one, as a newcomer types them, on three small tables."""

import csv
import json
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "configs" / "schemas" / "febrl4.json").read_text(encoding="utf-8"))
COLUMNS = ["rec_id", *(feature["identifier"] for feature in SCHEMA["features"])]
AMINA = ["amina", "diallo", "12", "harbour street", "rose court", "northgate", "2775", "nsw", "19850813", "9822354"]
JANEK = ["janek", "kowalczyk", "7", "station road", "", "kelso", "3141", "vic", "19910230", "5304218"]
ROSA = ["rosa", "de la cruz", "101", "mill lane", "hill farm", "maryborough", "4650", "qld", "19770704", "4066625"]
OTHERS = [
    ["peter", "novak", "3", "king street", "", "perth", "6000", "wa", "19600101", "1111111"],
    ["linh", "nguyen", "44", "queen street", "flat 2", "darwin", "0800", "nt", "19990909", "2222222"],
    ["fatima", "haddad", "9", "park avenue", "", "hobart", "7000", "tas", "19820317", "3333333"],
]
TABLES = {
    "atl": {"A-1": AMINA, "A-2": JANEK, "A-3": OTHERS[0]},
    "bor": {"x9": OTHERS[1], "x7": [*AMINA[:1], "dialo", *AMINA[2:]], "x8": ROSA},
    "cyr": {
        "1": [*ROSA[:3], "mill lnae", *ROSA[4:]],
        "2": [*AMINA[:6], "2757", *AMINA[7:]],
        "3": OTHERS[2],
    },
}
TRUTH = {"A-1": "amina", "A-2": "janek", "A-3": "peter", "x9": "linh", "x7": "amina", "x8": "rosa", "1": "rosa"} | {
    "2": "amina",
    "3": "fatima",
}
ENCODE = (
    "counterfoil encode --schema configs/schemas/febrl4.json --secret-file op.secret --identity {0}.key"
    " --category suspect --id-column rec_id {0}.csv -o {0}.cfp --counterfoil {0}.counterfoil.csv"
)


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def values_in(content: bytes) -> set[str]:
    """Return which values of the three persons stand in what was written elsewhere, in whatever case.

    Shorter words stand in base64 by chance, five letters once in 500 hosts; numbers stand in digests.
    """
    texts = {cell for person in (AMINA, JANEK, ROSA) for cell in person if len(cell) >= 7}
    numbers = {text for text in texts if text.isdecimal()}
    found = {text for text in texts - numbers if len(text) >= 9 and text.encode() in content.lower()}
    return found | {text for text in numbers if re.search(rf"(?<![0-9a-f]){text}(?![0-9a-f])".encode(), content)}


def beside_progress(stderr: str) -> str:
    """Return what was written to standard error beside the line a minute of long work."""
    return re.sub(r"^[a-z ]+: [\d,]+(?: of [\d,]+)? [a-z]+\n", "", stderr, flags=re.MULTILINE)


class Newcomer:
    """Types commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def runs(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run the program with `words`."""
        return subprocess.run(
            [sys.executable, "-m", "linkage.command", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def types(self, line: str) -> str:
        verb, *words = shlex.split(line)
        assert verb == "counterfoil"
        done = self.runs(words)
        assert done.returncode == 0, done.stderr
        assert beside_progress(done.stderr) == ""
        return done.stdout


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Somebody who has typed every line up to reading a hit."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "configs" / "schemas", folder / "configs" / "schemas")
    for agency, records in TABLES.items():
        write(folder / f"{agency}.csv", COLUMNS, [[number, *cells] for number, cells in records.items()])
    write(folder / "truth.csv", ["record_id", "person_id"], [list(pair) for pair in TRUTH.items()])
    person = Newcomer(folder)
    person.types("counterfoil secret new -o op.secret")
    for agency in TABLES:
        person.types(f"counterfoil identity new --agency {agency} -o {agency}.key")
        person.types(ENCODE.format(agency))
    person.types("counterfoil match atl.cfp bor.cfp cyr.cfp --threshold 0.003 -o groups.csv")
    for agency in TABLES:
        person.types(f"counterfoil reveal groups.csv --counterfoil {agency}.counterfoil.csv -o {agency}.hits.csv")
    return person


def test_schema_check_prints_fields_and_no_warning(newcomer: Newcomer) -> None:
    printed = newcomer.types("counterfoil schema check configs/schemas/febrl4.json")
    assert "date_of_birth" in printed
    assert "no warnings" in printed


def test_inspect_shows_who_made_the_package_and_of_how_many_records(newcomer: Newcomer) -> None:
    manifest = json.loads(newcomer.types("counterfoil inspect atl.cfp --json"))["manifest"]
    assert (manifest["agency"], manifest["records"], manifest["category"]) == ("atl", 3, "suspect")


def test_export_writes_the_encodings_for_other_tools(newcomer: Newcomer) -> None:
    newcomer.types("counterfoil export --format clks-json atl.cfp -o atl.clks.json")
    assert len(json.loads((newcomer.folder / "atl.clks.json").read_text(encoding="utf-8"))["clks"]) == 3


def test_groups_name_tokens_and_agencies_and_nobody(newcomer: Newcomer) -> None:
    groups = read(newcomer.folder / "groups.csv")
    assert set(groups[0]) == {"group", "agency", "token", "score"}
    assert sorted(row["agency"] for row in groups) == ["atl", "bor", "bor", "cyr", "cyr"]
    assert "amina" not in (newcomer.folder / "groups.csv").read_text(encoding="utf-8")


def test_each_agency_reads_hits_about_its_own_records_only(newcomer: Newcomer) -> None:
    found = {agency: {row["record_id"] for row in read(newcomer.folder / f"{agency}.hits.csv")} for agency in TABLES}
    assert found == {"atl": {"A-1"}, "bor": {"x7", "x8"}, "cyr": {"1", "2"}}


def test_evaluation_says_that_everybody_was_found(newcomer: Newcomer) -> None:
    counterfoils = " ".join(f"--counterfoil {agency}.counterfoil.csv" for agency in TABLES)
    result = json.loads(newcomer.types(f"counterfoil evaluate groups.csv --truth truth.csv {counterfoils} --json"))
    assert (result["precision"], result["recall"], result["f1"]) == (1, 1, 1)
    assert (result["true_pairs"], result["groups"]["right"]) == (4, 2)


def test_groups_in_parquet_give_the_same_hits_and_the_same_evaluation(newcomer: Newcomer) -> None:
    newcomer.types("counterfoil match atl.cfp bor.cfp cyr.cfp --threshold 0.003 -o again.parquet")
    newcomer.types("counterfoil reveal again.parquet --counterfoil bor.counterfoil.csv -o again.hits.csv")
    assert (newcomer.folder / "again.hits.csv").read_bytes() == (newcomer.folder / "bor.hits.csv").read_bytes()
    rest = "--truth truth.csv " + " ".join(f"--counterfoil {agency}.counterfoil.csv" for agency in TABLES)
    printed = newcomer.types(f"counterfoil evaluate again.parquet {rest}")
    assert printed == newcomer.types(f"counterfoil evaluate groups.csv {rest}")


def test_what_must_stay_can_be_read_by_its_owner_only(newcomer: Newcomer) -> None:
    for name in ("op.secret", "atl.key", "atl.counterfoil.csv", "atl.hits.csv"):
        assert stat.S_IMODE((newcomer.folder / name).stat().st_mode) == 0o600


def test_nothing_is_left_half_written(newcomer: Newcomer) -> None:
    assert not [path for path in newcomer.folder.iterdir() if path.name.startswith(".")]
