import base64
import json
from pathlib import Path

import numpy as np
import pytest
from bitarray import bitarray
from clkhash.serialization import deserialize_bitarray, serialize_bitarray
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import clks_json
from linkage.clks_json import read_clks, write_clks
from linkage.encodings import Encodings
from linkage.errors import CounterfoilError, FileError, InterchangeError
from tests.linkage import making


def text(*rows: bytes) -> bytes:
    return json.dumps({"clks": [base64.b64encode(row).decode() for row in rows]}).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.json"


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InterchangeError) as caught:
        read_clks(path)
    assert str(path) in caught.value.message
    return caught.value.message


@settings(deadline=None)
@given(count=st.integers(1, 30), width=st.integers(1, 40), seed=st.integers(0, 9), read_bytes=st.integers(1, 50))
def test_encodings_come_back_and_the_bytes_are_those_of_json_dump(
    tmp_path_factory: pytest.TempPathFactory, count: int, width: int, seed: int, read_bytes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "clks.json"
    _, encodings = making.rows(count, width, seed)
    write_clks(path, Encodings.from_bytes(encodings), overwrite=True)
    assert path.read_bytes() == text(*(row.tobytes() for row in encodings))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clks_json, "_READ_BYTES", read_bytes)
        assert np.array_equal(read_clks(path), encodings)


def test_texts_are_those_of_clkhash(path: Path) -> None:
    _, encodings = making.rows(3, 8)
    write_clks(path, Encodings.from_bytes(encodings))
    for found, row in zip(json.loads(path.read_bytes())["clks"], encodings, strict=True):
        bits = bitarray(endian="big")
        bits.frombytes(row.tobytes())
        assert found == serialize_bitarray(bits)
        assert deserialize_bitarray(found) == bits


def test_rows_of_several_blocks_are_separated_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, encodings = making.rows(25, 2)
    blocks = Encodings.blocks
    monkeypatch.setattr(Encodings, "blocks", lambda self: blocks(self, 10))
    write_clks(path, Encodings.from_bytes(encodings))
    assert path.read_bytes() == text(*(row.tobytes() for row in encodings))


@pytest.mark.parametrize(
    "content",
    [
        b'{"clks":["AAE="]}',
        b' {\r\n\t"clks" : [ "AAE=" ] } \n',
        b'\xef\xbb\xbf{"clks": ["AAE="]}',
        b'{"clks": ["AAE=\\n"]}',
        b'{"clks": ["\\u0041AE\\u003d"]}',
    ],
)
def test_one_text_in_every_allowed_spelling(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read_clks(path).tolist() == [[0, 1]]


def test_slash_may_be_escaped(path: Path) -> None:
    path.write_bytes(b'{"clks": ["\\/\\/8="]}')
    assert read_clks(path).tolist() == [[255, 255]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", 'must be {"clks": [...]}'),
        (b"[]", 'must be {"clks": [...]}'),
        (b'{"CLKS": []}', 'must be {"clks": [...]}'),
        (b'{"clks": {}}', 'must be {"clks": [...]}'),
        (b'{"clknblocks": []}', 'must be {"clks": [...]}'),
        (b'{"clks": []}', "holds no encodings"),
        (b'{"clks": [', "row 1: must be a text"),
        (b'{"clks": ["AAE="', "row 1: must be a text"),
        (b'{"clks": ["AAE=",', "row 2: must be a text"),
        (b'{"clks": ["AAE=",]}', "row 2: must be a text"),
        (b'{"clks": ["AAE=" "AAE="]}', "row 1: must be a text"),
        (b'{"clks": ["AAE=", 7]}', "row 2: must be a text"),
        (b'{"clks": ["AAE=", null]}', "row 2: must be a text"),
        (b'{"clks": ["AAE=", ["AAE="]]}', "row 2: must be a text"),
        (b'{"clks": ["AAE=", "AA\nE="]}', "row 2: must be a text"),
        (b'{"clks": ["AAE=", "AAE"]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "AAF="]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "AA-="]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", " AAE="]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "AAE=\\n\\n"]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "\\x"]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "\\ud800"]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", "\xc3\xa9"]}', "row 2: must be base64"),
        (b'{"clks": ["AAE=", ""]}', "row 2: is empty"),
        (b'{"clks": ["AAE=", "AAAB"]}', "row 2: has 3 bytes where row 1 has 2"),
        (b'{"clks": ["AAE="], "more": 1}', "something else follows"),
        (b'{"clks": ["AAE="]', "something else follows"),
        (b'{"clks": ["AAE="]} {}', "something else follows"),
    ],
)
def test_another_form_is_refused_by_row_and_rule(path: Path, content: bytes, message: str) -> None:
    assert message in refusal(path, content)


def test_message_names_the_row_and_never_quotes_it(path: Path) -> None:
    rows = ["AAE="] * 16 + ["secret value"]
    message = refusal(path, json.dumps({"clks": rows}).encode())
    assert "row 17:" in message
    assert "secret" not in message


def test_endless_text_is_refused_without_reading_it_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clks_json, "_LARGEST_TEXT_BYTES", 1000)
    monkeypatch.setattr(clks_json, "_READ_BYTES", 100)
    assert "row 1" in refusal(path, b'{"clks": ["' + b"A" * 5000 + b'"]}')
    assert "must be" in refusal(path, b'{"clks": ["AAE="]}' + b" " * 5000)


def test_nested_lists_are_refused_quickly(path: Path) -> None:
    assert "row 1" in refusal(path, b'{"clks": ' + b"[" * 1_000_000)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 60))
def test_any_bytes_give_encodings_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    good = text(b"one", b"two", b"six")
    path.write_bytes(good[:cut] + content + good[cut + len(content) :])
    try:
        found = read_clks(path)
    except CounterfoilError as error:
        assert error.exit_code == 3  # noqa: PT017 - either outcome is right
    else:
        assert json.loads(path.read_bytes())["clks"] == [base64.b64encode(row.tobytes()).decode() for row in found]


def test_file_that_cannot_be_read_or_written_is_a_file_error(path: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_clks(path)
    path.write_text("before")
    with pytest.raises(FileError):
        write_clks(path, Encodings.from_bytes(np.zeros((1, 1), np.uint8)))
    with pytest.raises(FileError):
        write_clks(tmp_path / "nowhere" / "x.json", Encodings.from_bytes(np.zeros((1, 1), np.uint8)))
    assert path.read_text() == "before"
