"""Sealed files, in a local folder and in an S3 bucket alike."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.errors import FileError
from server.diagnosis import diagnose
from server.errors import SettingsError
from server.settings import Settings
from server.store import CHUNK_BYTES, Store
from tests.server.bucket import SECRET, folder_in

KEY = bytes(range(32))
SIZES = st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_000])
WHOLE = CHUNK_BYTES + 16
SOON, BEFORE = timedelta(hours=1), timedelta(hours=-1)


@dataclass
class Place:
    """A store, and the files under it as whoever keeps them sees them."""

    url: str

    def __post_init__(self) -> None:
        self.store = Store(self.url)
        self.files, self.root = fsspec.url_to_fs(self.url, use_listings_cache=False)

    def names(self) -> list[str]:
        found: Any = self.files.find(self.root)
        return sorted(name.removeprefix(f"{self.root}/") for name in found)

    def read(self, name: str) -> bytes:
        content: bytes = self.files.cat_file(f"{self.root}/{name}")
        return content

    def write(self, name: str, content: bytes) -> None:
        self.files.pipe_file(f"{self.root}/{name}", content)


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "s3":
        return Place(folder_in(request.getfixturevalue("bucket")))
    return Place(str(tmp_path / "store"))


def opened(place: Place, name: str, key: bytes = KEY) -> bytes:
    return b"".join(place.store.content(name, key))


@settings(deadline=None)
@given(size=SIZES, pieces=st.sampled_from([1000, CHUNK_BYTES, 1 << 20]))
def test_sealed_files_give_back_what_was_sealed(
    tmp_path_factory: pytest.TempPathFactory, size: int, pieces: int
) -> None:
    store = Store(str(tmp_path_factory.mktemp("store")))
    content = bytes(number % 251 for number in range(size))
    store.seal("a/b", (content[start : start + pieces] for start in range(0, size, pieces)), KEY)
    assert b"".join(store.content("a/b", KEY)) == content


@pytest.mark.parametrize("size", [0, 5, 20 << 20])
def test_what_was_sealed_comes_back_and_is_nowhere_in_clear(place: Place, size: int) -> None:
    content = b"canary" * (size // 6) + b"c" * (size % 6)
    place.store.seal("a/b", (content[start : start + 70_000] for start in range(0, size, 70_000)), KEY)
    assert opened(place, "a/b") == content
    assert place.names() == ["a/b"]
    assert b"canary" not in place.read("a/b")


@pytest.mark.parametrize("harm", ["flip", "cut", "drop", "swap", "rename", "key"])
def test_a_sealed_file_that_was_harmed_does_not_open(place: Place, harm: str) -> None:
    place.store.seal("one", [b"x" * (2 * CHUNK_BYTES + 5)], KEY)
    name, key, content = "one", KEY, bytearray(place.read("one"))
    if harm == "flip":
        content[70_000] ^= 1
    elif harm == "cut":
        del content[2 * WHOLE :]
    elif harm == "drop":
        del content[:WHOLE]
    elif harm == "swap":
        content[: 2 * WHOLE] = content[WHOLE : 2 * WHOLE] + content[:WHOLE]
    elif harm == "rename":
        name = "two"
    elif harm == "key":
        key = bytes(32)
    place.write(name, bytes(content))
    with pytest.raises(FileError, match="missing or damaged"):
        opened(place, name, key)


def test_what_was_deleted_is_gone_and_deleting_it_again_does_nothing(place: Place) -> None:
    for name in ("a/b", "a/c", "d"):
        place.store.seal(name, [b"x"], KEY)
    for name in ("a/b", "a/b", "nothing"):
        place.store.delete(name)
    assert place.names() == ["a/c", "d"]
    with pytest.raises(FileError, match="missing or damaged"):
        opened(place, "a/b")
    place.store.delete("a")
    assert place.names() == ["d"]


def test_a_file_takes_the_place_of_the_one_before(place: Place) -> None:
    place.store.seal("a", [b"old"], KEY)
    place.store.seal("a", [b"new"], bytes(32))
    assert opened(place, "a", bytes(32)) == b"new"


@pytest.mark.parametrize("pieces", [2, 300])
def test_what_breaks_while_it_is_written_leaves_no_file(place: Place, pieces: int) -> None:
    def broken() -> Iterator[bytes]:
        yield from [b"x" * CHUNK_BYTES] * pieces
        raise FileError("the disk has lost a part")

    with pytest.raises(FileError, match="lost a part"):
        place.store.seal("a", broken(), KEY)
    assert place.names() == []


def test_strays_are_old_and_unknown(place: Place) -> None:
    for name in ("runs/known", "runs/gone", "runs/folder/gone", "runs/kept/too", "others/gone"):
        place.store.seal(name, [b"x"], KEY)
    now = datetime.now(UTC)
    assert sorted(place.store.strays("runs", {"known", "kept"}, now + SOON)) == ["runs/folder/gone", "runs/gone"]
    assert place.store.strays("runs", {"known", "kept"}, now + BEFORE) == []
    assert place.store.strays("nothing", set(), now + SOON) == []


def test_files_of_another_process_are_seen_at_once(place: Place) -> None:
    assert place.store.strays("runs", set(), datetime.now(UTC) + SOON) == []
    Place(place.url).store.seal("runs/new", [b"x"], KEY)
    assert place.store.strays("runs", set(), datetime.now(UTC) + SOON) == ["runs/new"]


def test_threads_share_a_store(place: Place) -> None:
    found: dict[int, bool] = {}

    def work(number: int) -> None:
        content = bytes([number]) * (200_000 + number)
        place.store.seal(f"t/{number}", [content], KEY)
        place.store.check()
        found[number] = b"".join(place.store.content(f"t/{number}", KEY)) == content

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(8), True)
    assert len(place.names()) == 8


def store_of(url: str, folder: Path) -> tuple[bool, str]:
    (found,) = [one for one in diagnose(Settings.embedded(folder, store=url)) if one.part == "store"]
    return found.well, found.says


def test_doctor_checks_the_bucket(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_of(folder_in(bucket), tmp_path) == (True, "takes a sealed file and gives it back")
    assert store_of("s3://no-such-bucket/x", tmp_path) == (False, "does not work: NoSuchBucket")
    assert store_of("nowhere://x", tmp_path) == (False, "there is no driver for this kind of store")
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        assert store_of("s3://away/x", tmp_path) == (False, "does not work: EndpointConnectionError")
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_credentials_cannot_stand_in_the_address_of_a_store(tmp_path: Path) -> None:
    path = tmp_path / "host.toml"
    path.write_text(f'data = "data"\nstore = "s3://id:{SECRET}@bucket/folder"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="store") as caught:
        Settings.read(path)
    assert SECRET not in caught.value.message + caught.value.hint
