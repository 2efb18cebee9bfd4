import hashlib
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage
from linkage.canonical import digest_of
from linkage.errors import (
    ArchiveError,
    CounterfoilError,
    EncodingsError,
    FileError,
    ManifestError,
    PackageError,
    RefusedError,
    SignatureError,
)
from linkage.identity import Identity, PublicIdentity
from linkage.manifest import Draft
from linkage.package import Package, archive, open_package, parquet, read_manifest, reading, write_package, writing
from linkage.package.rows import TokenOrder
from tests.linkage import making

Reader = Callable[..., object]
READERS = pytest.mark.parametrize("read", [open_package, read_manifest])


def same_content(left: Package, right: Package) -> bool:
    return (
        left.manifest == right.manifest
        and np.array_equal(left.encodings.words, right.encodings.words)
        and np.array_equal(left.encodings.tokens, right.encodings.tokens)
    )


def in_batches(rows: making.Rows, length: int) -> Iterator[making.Rows]:
    for start in range(0, len(rows[0]), length):
        yield rows[0][start : start + length], rows[1][start : start + length]


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 60), width=st.integers(1, 40), seed=st.integers(0, 100))
def test_package_gives_back_the_rows_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, count: int, width: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.cfp"
    tokens, encodings = making.rows(count, width, seed)
    written = write_package(path, [(tokens, encodings)], making.draft(width), making.ATLANTIS)
    package = open_package(path)
    assert package.manifest == written == read_manifest(path)
    assert (written.records, written.encodings) == (count, count)
    assert np.array_equal(package.encodings.tokens, tokens)
    assert np.array_equal(package.encodings.to_bytes(), encodings)
    assert np.array_equal(package.encodings.popcounts, np.bitwise_count(encodings).sum(axis=1))
    assert package.path == path


def test_public_names_of_linkage_are_these_functions() -> None:
    assert linkage.open_package is open_package
    assert linkage.write_package is write_package
    assert linkage.Package is Package


def test_same_input_gives_the_same_bytes_however_it_is_cut(tmp_path: Path) -> None:
    rows = making.rows(100)
    contents = set()
    for length in (1, 7, 100):
        path = tmp_path / f"{length}.cfp"
        write_package(path, in_batches(rows, length), making.draft(), making.ATLANTIS)
        contents.add(path.read_bytes())
    assert len(contents) == 1


def test_package_is_that_of_yesterday(tmp_path: Path) -> None:
    """Nothing in it depends on the day, the machine or a library: a change here is a change of the format."""
    key = tmp_path / "rfc8032.key"
    secret = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="
    key.write_text(f'{{"agency":"atl","format":"counterfoil-identity/1","private_key":"{secret}"}}')
    tokens = np.arange(10 * 16, dtype=np.uint8).reshape(10, 16)
    path = tmp_path / "x.cfp"
    write_package(path, [(tokens, tokens[:, ::-1].copy())], making.draft(), Identity.read(key))
    assert digest_of(path.read_bytes()) == "sha256:b78cb1507c2e28e15cf9c5276c3800599b8a339d461a8e9fabe84b3070ca8fb9"


def test_rows_of_several_row_groups_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 1000)
    tokens, encodings = making.rows(100)
    write_package(tmp_path / "x.cfp", in_batches((tokens, encodings), 9), making.draft(), making.ATLANTIS)
    found = open_package(tmp_path / "x.cfp").encodings
    assert np.array_equal(found.tokens, tokens)
    assert np.array_equal(found.to_bytes(), encodings)


def test_encodings_with_one_token_are_one_record(tmp_path: Path) -> None:
    tokens, encodings = making.rows(10)
    tokens[3] = tokens[4] = tokens[5]
    batches = [(tokens[:5], encodings[:5]), (tokens[5:], encodings[5:])]
    manifest = write_package(tmp_path / "x.cfp", batches, making.draft(), making.ATLANTIS)
    assert (manifest.records, manifest.encodings) == (8, 10)
    assert len(open_package(tmp_path / "x.cfp").encodings) == 10


def test_manifest_names_signer_counts_and_digest(package_path: Path) -> None:
    manifest = read_manifest(package_path)
    with zipfile.ZipFile(package_path) as found:
        content = found.read("encodings.parquet")
    assert manifest.agency == "atl"
    assert manifest.signer == making.ATLANTIS.public
    assert manifest.encodings_digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {**dict(manifest)} == {**dict(manifest), **dict(making.draft())}


@pytest.mark.parametrize(
    ("tokens", "encodings", "message"),
    [
        (np.zeros((2, 15), np.uint8), np.zeros((2, 16), np.uint8), "tokens must be"),
        (np.zeros((2, 16), np.int8), np.zeros((2, 16), np.uint8), "tokens must be"),
        (np.zeros((2, 16), np.uint8), np.zeros((2, 17), np.uint8), "encodings must be"),
        (np.zeros((2, 16), np.uint8), np.zeros((3, 16), np.uint8), "encodings must be"),
        (np.zeros((2, 16), np.uint8), np.zeros((2, 16), np.float64), "encodings must be"),
        (np.array([[2] * 16, [1] * 16], np.uint8), np.zeros((2, 16), np.uint8), "in the order of their tokens"),
    ],
)
def test_writing_refuses_rows_that_do_not_fit(
    tmp_path: Path, tokens: np.ndarray, encodings: np.ndarray, message: str
) -> None:
    with pytest.raises(EncodingsError, match=message):
        write_package(tmp_path / "x.cfp", [(tokens, encodings)], making.draft(), making.ATLANTIS)
    assert list(tmp_path.iterdir()) == []


def test_writing_refuses_tokens_that_fall_between_batches(tmp_path: Path) -> None:
    tokens, encodings = making.rows()
    batches = [(tokens[20:], encodings[20:]), (tokens[:20], encodings[:20])]
    with pytest.raises(EncodingsError) as caught:
        write_package(tmp_path / "x.cfp", batches, making.draft(), making.ATLANTIS)
    assert caught.value.code == "encodings.order"


@given(
    st.lists(
        st.binary(min_size=16, max_size=16)
        | st.sampled_from([bytes(16), b"\xff" * 16, b"a" + bytes(15), b"a" * 15 + b"\0"]),
        max_size=8,
    )
)
def test_tokens_are_ordered_as_bytes_are(tokens: list[bytes]) -> None:
    order = TokenOrder()
    array = np.frombuffer(b"".join(tokens), dtype=np.uint8).reshape(-1, 16)
    verdicts = [order.follows(array[start : start + 3]) for start in range(0, len(array), 3)]
    assert all(verdicts) == (tokens == sorted(tokens))
    if all(verdicts):
        assert order.records == len(set(tokens))


def test_interrupted_writing_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> Iterator[making.Rows]:
        yield making.rows()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_package(tmp_path / "x.cfp", interrupted(), making.draft(), making.ATLANTIS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, 4, 5000, 6100])
def test_full_disk_is_a_file_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    write = archive.MemberSink.write

    def write_while_there_is_room(self: archive.MemberSink, content: bytes) -> int:
        if self.size + len(content) > room:
            raise OSError(28, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(archive.MemberSink, "write", write_while_there_is_room)
    with pytest.raises(FileError, match="no space left on device"):
        write_package(tmp_path / "x.cfp", [making.rows(300)], making.draft(), making.ATLANTIS)
    assert list(tmp_path.iterdir()) == []


def test_existing_package_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "x.cfp"
    path.write_bytes(b"before")
    with pytest.raises(FileError) as caught:
        write_package(path, [making.rows()], making.draft(), making.ATLANTIS)
    assert caught.value.code == "file.exists"
    assert path.read_bytes() == b"before"
    write_package(path, [making.rows()], making.draft(), making.ATLANTIS, overwrite=True)
    assert len(open_package(path).encodings) == making.COUNT


def test_manifest_that_would_be_too_large_to_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MANIFEST_LIMIT_BYTES", 100)
    with pytest.raises(ManifestError) as caught:
        write_package(tmp_path / "x.cfp", [making.rows()], making.draft(), making.ATLANTIS)
    assert caught.value.code == "package.too-large"


def test_manifest_that_is_too_large_is_refused_before_it_is_read(
    package_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MANIFEST_LIMIT_BYTES", 100)
    with pytest.raises(ArchiveError) as caught:
        open_package(package_path)
    assert caught.value.code == "package.too-large"


@READERS
def test_signer_that_is_trusted_is_let_in(read: Reader, package_path: Path) -> None:
    assert read(package_path, trusted=[Identity.new("bor").public, making.ATLANTIS.public]) is not None


@READERS
def test_other_key_of_the_same_agency_is_refused(read: Reader, package_path: Path) -> None:
    with pytest.raises(SignatureError) as caught:
        read(package_path, trusted=[Identity.new("atl").public])
    assert caught.value.code == "package.signer"
    assert making.ATLANTIS.public.key_id in caught.value.message


@READERS
def test_same_key_under_another_name_is_refused(read: Reader, package_path: Path) -> None:
    with pytest.raises(SignatureError):
        read(package_path, trusted=[PublicIdentity("bor", making.ATLANTIS.public.key)])


@READERS
def test_expired_package_is_refused_when_the_time_is_given(read: Reader, package_path: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        read(package_path, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert caught.value.code == "package.expired"
    assert caught.value.exit_code == 4
    assert read(package_path, now=making.NOW) is not None
    assert read(package_path) is not None


@READERS
@pytest.mark.parametrize("path", ["missing.cfp", "."])
def test_file_that_cannot_be_read_is_a_file_error(tmp_path: Path, read: Reader, path: str) -> None:
    with pytest.raises(FileError):
        read(tmp_path / path)


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hello.cfp"
    path.write_bytes(b"hello")
    with pytest.raises(ArchiveError, match=r"hello\.cfp: not a package"):
        open_package(path)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_changed_bit_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, package_path: Path, data: st.DataObject
) -> None:
    content = bytearray(package_path.read_bytes())
    position = data.draw(st.integers(0, 8 * len(content) - 1))
    content[position // 8] ^= 1 << position % 8
    path = tmp_path_factory.getbasetemp() / "flipped.cfp"
    path.write_bytes(content)
    for read in (open_package, read_manifest):
        with pytest.raises(PackageError):
            read(path)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=300), cut=st.integers(0, 5000), keep=st.booleans())
def test_any_bytes_give_a_package_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, package_path: Path, content: bytes, cut: int, *, keep: bool
) -> None:
    good = package_path.read_bytes()
    cut %= len(good)
    path = tmp_path_factory.getbasetemp() / "random.cfp"
    path.write_bytes(good[:cut] + content + (good[cut + len(content) :] if keep else b""))
    try:
        assert same_content(open_package(path), open_package(package_path))
    except CounterfoilError as error:
        assert error.exit_code == 3  # noqa: PT017 - either outcome is right


def test_draft_goes_into_the_manifest_as_it_is(tmp_path: Path) -> None:
    draft = making.draft()
    manifest = write_package(tmp_path / "x.cfp", [making.rows()], draft, making.ATLANTIS)
    assert {name: getattr(manifest, name) for name in Draft.model_fields} == dict(draft)
