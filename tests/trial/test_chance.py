"""A short value counts wherever a leak would stand, and not where chance puts it: in random bytes, base64, digests."""

import base64
import io
import json
import random
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trial.chance import Chance, stands_by_chance
from trial.layers import Layer, layers
from trial.leak import Control, LeakSearch, search
from trial.patterns import BASE_64, HEXADECIMAL, UTF_8, UTF_16, PatternIndex
from trial.service.traces import traces

VALUE = "turner"
DRAWN = random.Random(5)  # noqa: S311 - the same bytes in each run
NOISE = [DRAWN.randbytes(99) for _ in range(2)]
TOKEN = base64.urlsafe_b64encode(DRAWN.randbytes(16)).rstrip(b"=")
CODED = base64.b64encode(NOISE[0]), base64.b64encode(NOISE[1])
STATEMENT = json.dumps({"salt": TOKEN.decode(), "born": 1962, "surname": VALUE, "given": "zoë"}).encode()


def searched(*found: Layer, values: tuple[str, ...] = (VALUE,)) -> LeakSearch:
    control = Control(lambda _value, _short: [], "", ())
    return search([("file", layer) for layer in found], values, control)


def forms_in(content: bytes) -> set[str]:
    return {find.form for find in searched(Layer("the file", content)).finds}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"turner", UTF_8),
        (b"mr turner of no street", UTF_8),
        (b"name=Turner;", UTF_8),
        (b"id,name\n1,TURNER\n2,smith\n", UTF_8),
        (STATEMENT, UTF_8),
        ("Иванова и turner, Zoë Čapková".encode(), UTF_8),
        (b'{"route": "/records/turner/submissions/of/2026", "status": 200}', UTF_8),
        (b'GET /host/turner?token=%s HTTP/1.1" 200' % TOKEN, UTF_8),
        (b"smithjonesturnerwilliamsbrowntaylorwilson", UTF_8),
        (b"\x06\0\0\0turner\x05\0\0\0smith\x05\0\0\0jones\x06\0\0\0wilson", UTF_8),
        (b"\x83\xa2id\x01\xa7surname\xa6turner\xa4town\xa8brisbane", UTF_8),
        (NOISE[0] + b"\0\0a note for the officer: turner is meant\0\0" + NOISE[1], UTF_8),
        (VALUE.encode("utf-16-le"), UTF_16),
        (NOISE[0] + VALUE.encode("utf-16-be") + NOISE[1], UTF_16),
        (VALUE.encode().hex().encode(), HEXADECIMAL),
        (b"name: " + VALUE.encode().hex().upper().encode() + b", and more", HEXADECIMAL),
        (STATEMENT.hex().encode(), HEXADECIMAL),
        (base64.b64encode(b"turner"), BASE_64),
        (b"/records/" + base64.b64encode(b"turner") + b"/submissions/of/2026", BASE_64),
        *((base64.b64encode(STATEMENT[start:]), BASE_64) for start in range(3)),
        (base64.urlsafe_b64encode(STATEMENT).rstrip(b"="), BASE_64),
    ],
)
def test_six_bytes_are_found_where_a_leak_would_stand(content: bytes, form: str) -> None:
    assert form in forms_in(content)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_three_letters_of_another_alphabet_are_found_in_its_texts(coding: str) -> None:
    content = "Иванова и Иво Петров".encode(coding)
    assert searched(Layer("the file", content), values=("Иво",)).verdict == "found"


@pytest.mark.parametrize(
    "content",
    [
        NOISE[0] + b"turner" + NOISE[1],
        CODED[0] + b"Turner" + CODED[1],
        b'{"sig": "%sturner"}' % CODED[0],
        b'{"sig": "turner%s"}' % CODED[1],
        b'"%sturner%s"' % (TOKEN[:8], TOKEN[:8]),
        NOISE[0].hex().encode() + b"turner".hex().encode() + NOISE[1].hex().encode(),
        *(base64.b64encode(NOISE[0][start:] + b"turner" + NOISE[1]) for start in range(3)),
        base64.b64encode(json.dumps({"sig": f"{CODED[0].decode()}turner{CODED[1].decode()}"}).encode()),
    ],
)
def test_six_bytes_are_not_found_where_chance_puts_them(content: bytes) -> None:
    assert [*PatternIndex([VALUE]).occurrences(content)] != []
    assert forms_in(content) == set()


def test_the_control_plants_a_shortest_value_which_chance_could_hide() -> None:
    planted: list[str] = []

    def plant(value: str, _short: str) -> list[Layer]:
        planted.append(value)
        return []

    search([], ["montgomery", VALUE, "zoe"], Control(plant, "", ()))
    assert planted == [VALUE]


@pytest.mark.parametrize(
    ("value", "before", "after"),
    [
        ("wollongo", *NOISE),
        ("wollongongx", *CODED),
        ("1963081419630814", NOISE[0].hex().encode(), NOISE[1].hex().encode()),
    ],
)
def test_longer_values_count_anywhere_and_one_byte_less_does_not(value: str, before: bytes, after: bytes) -> None:
    for text, finds in ((value, 1), (value[:-1], 0)):
        found = searched(Layer("the file", before + text.encode() + after), values=(text,))
        assert (len(found.finds), found.by_chance) == (finds, 1 - finds)
        assert 0 <= found.expected_by_chance < 1e-6


def test_a_number_in_a_digest_inside_base64_is_not_found() -> None:
    digest = "ab" * 12 + "19630814" + "cd" * 12
    coded = base64.b64encode(json.dumps({"digest": digest}).encode())
    assert searched(Layer("the file", coded), values=("19630814",)).finds == ()


CELLS = pytest.mark.parametrize("cell", [VALUE, VALUE.upper(), f"mr {VALUE}"])


def places_in(table: pa.Table) -> set[str]:
    column, package = io.BytesIO(), io.BytesIO()
    pq.write_table(table, column, compression="zstd")
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("encodings.parquet", column.getvalue())
    return {find.place for find in searched(*layers(package.getvalue())).finds}


@CELLS
def test_a_padded_cell_among_random_cells_of_a_package_is_found(cell: str) -> None:
    cells = [NOISE[0][:16], cell.encode().ljust(16, b"\0"), NOISE[1][:16]]
    assert "encodings.parquet, column token" in places_in(pa.table({"token": pa.array(cells, pa.binary(16))}))


def test_a_text_among_tokens_of_a_package_is_found() -> None:
    cells = [TOKEN.decode(), f"{VALUE}+", TOKEN[::-1].decode()]
    assert "encodings.parquet, column token" in places_in(pa.table({"token": cells}))


def test_a_name_among_names_that_run_together_is_found() -> None:
    names = [b"Williams", b"Robinson", b"Turner", b"Anderson", b"Thompson"]
    assert "encodings.parquet, column token" in places_in(pa.table({"token": names}))


@CELLS
def test_a_cell_among_random_cells_of_a_database_is_found(tmp_path: Path, cell: str) -> None:
    with closing(sqlite3.connect(tmp_path / "host.db")) as connection, connection:
        connection.execute("CREATE TABLE notes (words)")
        for words in (NOISE[0], cell, NOISE[1]):
            connection.execute("INSERT INTO notes VALUES (?)", (words,))
    found = searched(*(layer for _, layer in traces(tmp_path)))
    assert "table notes, column words" in {find.place for find in found.finds}


def test_chance_expected_agrees_with_how_often_it_happens() -> None:
    spellings = {f"{number:06d}".encode() for number in range(0, 1_000_000, 25)}
    chance = Chance(spellings)
    digests = [DRAWN.randbytes(32).hex().encode() for _ in range(400)]
    index = PatternIndex([text.decode() for text in spellings])
    found = [
        place
        for digest in digests
        for place, pattern in index.occurrences(digest)
        if pattern.form == UTF_8 and stands_by_chance(pattern, place, digest)
    ]
    expected = sum(map(chance.expected, digests))
    assert expected == pytest.approx(400 * 59 * len(spellings) / 16**6, rel=1e-3)
    assert abs(len(found) - expected) < 4 * expected**0.5


def test_chance_expected_in_bytes_and_in_base64() -> None:
    chance = Chance({b"turner", b"montgomery", b"o'neil"})
    assert chance.expected(bytes(1_000_005)) == pytest.approx(2e6 / 2**48)
    coded = CODED[0] * 100
    assert chance.expected(coded) == pytest.approx(len(coded) / 2**36, rel=1e-2)
