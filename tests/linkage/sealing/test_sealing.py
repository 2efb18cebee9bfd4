import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.canonical import canonical_json, parse_json
from linkage.errors import FileError, SealedFileError
from linkage.sealing import SealingKey, open_sealed, seal_bytes, seal_file, unseal_bytes
from linkage.sealing.files import seal_stream
from linkage.sealing.header import MAGIC
from linkage.sealing.stream import CHUNK_BYTES, TAG_BYTES

ATLANTIS, BORNEO, CYRENE = (SealingKey.new(name) for name in ("atl", "bor", "cyr"))
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def header_length(sealed: bytes) -> int:
    start = len(MAGIC) + 4
    return start + int.from_bytes(sealed[len(MAGIC) : start], "big")


def content(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def with_header(sealed: bytes, document: bytes) -> bytes:
    return MAGIC + len(document).to_bytes(4, "big") + document + sealed[header_length(sealed) :]


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_every_recipient_opens_what_was_sealed_and_nobody_else(length: int) -> None:
    sealed = seal_bytes(content(length), [ATLANTIS.public, BORNEO.public])
    assert unseal_bytes(sealed, ATLANTIS) == unseal_bytes(sealed, BORNEO) == content(length)
    with pytest.raises(SealedFileError) as caught:
        unseal_bytes(sealed, CYRENE)
    assert caught.value.code == "sealed-file.stranger"


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_content_is_hidden_and_its_length_grows_by_a_tag_per_chunk(plain: bytes) -> None:
    sealed = seal_bytes(plain, [ATLANTIS.public])
    assert len(plain) < 4 or plain not in sealed[header_length(sealed) :]
    assert len(plain) <= len(MAGIC) or plain not in sealed  # shorter, it may be a word of the header
    assert len(sealed) == header_length(sealed) + len(plain) + TAG_BYTES
    assert seal_bytes(plain, [ATLANTIS.public]) != sealed


def test_the_order_of_recipients_does_not_travel() -> None:
    def key_ids(sealed: bytes) -> list[str]:
        header = parse_json(sealed[len(MAGIC) + 4 : header_length(sealed)])
        return [recipient["key_id"] for recipient in header["recipients"]]

    keys = [ATLANTIS.public, BORNEO.public, CYRENE.public]
    assert key_ids(seal_bytes(b"", keys)) == key_ids(seal_bytes(b"", keys[::-1])) == sorted(key.key_id for key in keys)


def test_every_flipped_bit_of_a_short_file_is_found() -> None:
    sealed = seal_bytes(b"a secret", [ATLANTIS.public])
    for place in range(8 * len(sealed)):
        damaged = bytearray(sealed)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(SealedFileError):
            unseal_bytes(bytes(damaged), ATLANTIS)


def test_a_file_cut_short_anywhere_is_found() -> None:
    sealed = seal_bytes(b"a secret", [ATLANTIS.public])
    for length in range(len(sealed)):
        with pytest.raises(SealedFileError):
            unseal_bytes(sealed[:length], ATLANTIS)


LONG = seal_bytes(content(3 * CHUNK_BYTES + 5), [ATLANTIS.public])
OTHER = seal_bytes(content(3 * CHUNK_BYTES + 5), [ATLANTIS.public])
HEADER, CHUNKS = LONG[: header_length(LONG)], LONG[header_length(LONG) :]
PIECES = [CHUNKS[start : start + SEALED_CHUNK] for start in range(0, len(CHUNKS), SEALED_CHUNK)]
OTHER_PIECES = [OTHER[start : start + SEALED_CHUNK] for start in range(header_length(OTHER), len(OTHER), SEALED_CHUNK)]


@pytest.mark.parametrize(
    "pieces",
    [
        PIECES[:3],
        PIECES[:2],
        PIECES[:1],
        [],
        PIECES[1:],
        PIECES[:1] + PIECES[2:],
        [PIECES[1], PIECES[0], *PIECES[2:]],
        [PIECES[0], PIECES[0], *PIECES[1:]],
        [*PIECES, PIECES[3]],
        [*PIECES, b"\0"],
        [OTHER_PIECES[0], *PIECES[1:]],
        [*PIECES[:3], OTHER_PIECES[3]],
        [*PIECES[:3], PIECES[3][:-1]],
        [PIECES[0][:-1], *PIECES[1:]],
    ],
    ids=lambda pieces: ",".join(str(len(piece)) for piece in pieces),
)
def test_chunks_that_are_lost_moved_doubled_or_from_another_file_are_found(pieces: list[bytes]) -> None:
    assert unseal_bytes(HEADER + b"".join(PIECES), ATLANTIS) == content(3 * CHUNK_BYTES + 5)
    with pytest.raises(SealedFileError) as caught:
        unseal_bytes(HEADER + b"".join(pieces), ATLANTIS)
    assert caught.value.code == "sealed-file.damaged"


def test_content_is_bound_to_its_header() -> None:
    with pytest.raises(SealedFileError):
        unseal_bytes(OTHER[: header_length(OTHER)] + CHUNKS, ATLANTIS)
    two = seal_bytes(b"for both", [ATLANTIS.public, BORNEO.public])
    document = parse_json(two[len(MAGIC) + 4 : header_length(two)])
    document["recipients"] = [found for found in document["recipients"] if found["key_id"] == ATLANTIS.public.key_id]
    with pytest.raises(SealedFileError):  # a recipient was struck out
        unseal_bytes(with_header(two, canonical_json(document)), ATLANTIS)


def test_one_file_cannot_hold_two_file_keys() -> None:
    one, other = (seal_bytes(b"x", [key.public]) for key in (ATLANTIS, BORNEO))
    documents = [parse_json(sealed[len(MAGIC) + 4 : header_length(sealed)]) for sealed in (one, other)]
    both = documents[0] | {
        "recipients": sorted(documents[0]["recipients"] + documents[1]["recipients"], key=lambda found: found["key_id"])
    }
    with pytest.raises(SealedFileError, match="header is damaged"):
        unseal_bytes(with_header(one, canonical_json(both)), BORNEO)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b" ",
        lambda text: text.replace(b'{"commitment"', b'{ "commitment"'),
        lambda text: text.replace(b'{"commitment"', b'{"more":1,"commitment"'),
        lambda text: text.replace(b'"recipients":[', b'"recipients":[[],'),
        lambda text: text.replace(b'"sealed_key":"', b'"sealed_key":"AAAA'),
        lambda text: text[:-2] + b"," + text[text.index(b"[") + 1 :],  # the recipient twice
        lambda _: b"{}",
        lambda _: b"",
        lambda _: b"\xff",
        lambda text: text + b" " * (2 << 20),
    ],
)
def test_another_spelling_of_the_header_is_refused(change: object) -> None:
    assert callable(change)
    sealed = seal_bytes(b"x", [ATLANTIS.public])
    with pytest.raises(SealedFileError):
        unseal_bytes(with_header(sealed, change(sealed[len(MAGIC) + 4 : header_length(sealed)])), ATLANTIS)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_with_the_error_of_the_module(junk: bytes) -> None:
    for start in (b"", MAGIC, HEADER):
        with pytest.raises(SealedFileError):
            unseal_bytes(start + junk, ATLANTIS)


@pytest.mark.parametrize("count", [0, 2])
def test_recipients_are_at_least_one_and_each_once(count: int) -> None:
    with pytest.raises(SealedFileError) as caught:
        seal_bytes(b"", [ATLANTIS.public] * count)
    assert caught.value.code == "sealed-file.recipients"


def test_memory_does_not_grow_with_the_content() -> None:
    class Endless(io.RawIOBase):
        """Zeros that count how much was asked for at once."""

        def __init__(self, length: int) -> None:
            self.left, self.largest = length, 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            assert 0 <= size <= SEALED_CHUNK
            taken = min(size, self.left, 1000)  # a pipe gives less than it is asked for
            self.left -= taken
            return bytes(taken)

    class Counting(io.RawIOBase):
        """Keeps nothing but lengths."""

        largest = 0

        def writable(self) -> bool:
            return True

        def write(self, written: object) -> int:
            assert isinstance(written, bytes)
            self.largest = max(self.largest, len(written))
            return len(written)

    sink = Counting()
    done: list[int] = []
    seal_stream(Endless(5 * CHUNK_BYTES), sink, [ATLANTIS.public], on_bytes=done.append)  # type: ignore[arg-type]  # raw streams do as well
    assert sink.largest == SEALED_CHUNK
    assert done == [number * CHUNK_BYTES for number in range(1, 6)]


def test_files_are_whole_or_absent_and_never_replaced(tmp_path: Path) -> None:
    plain, sealed, opened = tmp_path / "a.cfp", tmp_path / "a.sealed", tmp_path / "b.cfp"
    plain.write_bytes(content(CHUNK_BYTES + 7))
    seal_file(plain, sealed, [ATLANTIS.public])
    open_sealed(sealed, opened, ATLANTIS)
    assert opened.read_bytes() == plain.read_bytes()
    with pytest.raises(FileError):
        seal_file(plain, sealed, [ATLANTIS.public])
    with pytest.raises(FileError):
        open_sealed(sealed, opened, ATLANTIS)
    sealed.write_bytes(sealed.read_bytes()[:-1])
    opened.unlink()
    with pytest.raises(SealedFileError, match=r"a\.sealed") as caught:
        open_sealed(sealed, opened, ATLANTIS)
    assert caught.value.code == "sealed-file.damaged"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.cfp", "a.sealed"]
    with pytest.raises(FileError):
        seal_file(tmp_path / "none", tmp_path / "none.sealed", [ATLANTIS.public])
