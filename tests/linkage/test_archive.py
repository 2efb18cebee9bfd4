"""The zip of a package, against other people's zips of the same content and against changes of every kind."""

import io
import stat
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import digest_of
from linkage.errors import ArchiveError
from linkage.package.archive import ENCODINGS, MANIFEST, check_layout
from tests.linkage.making import archive

Zip = Callable[[zipfile.ZipFile], None]


def read(content: bytes) -> tuple[bytes, bytes]:
    members = check_layout(io.BytesIO(content))
    contents = members.encodings.read(members.encodings.size), members.manifest.read(members.manifest.size)
    members.encodings.finish()
    members.manifest.finish()
    return contents


def refusal(content: bytes) -> ArchiveError:
    with pytest.raises(ArchiveError) as caught:
        read(content)
    return caught.value


def foreign(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        for name, content in members:
            target.writestr(name, content)
    return file.getvalue()


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_members_are_read_back_and_lie_where_zipfile_finds_them(encodings: bytes, manifest: bytes) -> None:
    content = archive(encodings, manifest)
    assert read(content) == (encodings, manifest)
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.namelist() == [ENCODINGS, MANIFEST]
        assert found.read(ENCODINGS) == encodings
        assert found.read(MANIFEST) == manifest
        assert found.testzip() is None
        for member in found.infolist():
            assert member.compress_type == zipfile.ZIP_STORED
            assert member.date_time == (1980, 1, 1, 0, 0, 0)


def test_same_members_give_the_same_bytes() -> None:
    assert archive(b"one", b"two") == archive(b"one", b"two")


@given(st.data())
def test_every_changed_bit_is_noticed(data: st.DataObject) -> None:
    content = bytearray(archive(b"encodings of some length", b"manifest"))
    position = data.draw(st.integers(0, 8 * len(content) - 1))
    content[position // 8] ^= 1 << position % 8
    refusal(bytes(content))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(content: bytes) -> None:
    refusal(content)


@given(st.integers(0, 10_000))
def test_any_truncation_is_noticed(length: int) -> None:
    content = archive(b"encodings", b"manifest")
    refusal(content[: length % len(content)])


@pytest.mark.parametrize("more", [b"\0", b"PK\5\6" + bytes(18), archive(b"", b"")])
def test_bytes_before_or_after_are_noticed(more: bytes) -> None:
    content = archive(b"encodings", b"manifest")
    refusal(more + content)
    refusal(content + more)


def test_the_same_members_packed_by_another_program_are_refused_with_a_hint() -> None:
    error = refusal(foreign((ENCODINGS, b"encodings"), (MANIFEST, b"manifest")))
    assert error.code == "package.archive"
    assert "as Counterfoil wrote it" in error.hint


def test_compressed_members_are_refused_by_that_name() -> None:
    bomb = foreign((ENCODINGS, bytes(1 << 22)), (MANIFEST, b"manifest"), method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1 << 14
    assert refusal(bomb).code == "package.compressed"


def test_encrypted_members_are_refused_by_that_name() -> None:
    content = bytearray(foreign((ENCODINGS, b"encodings"), (MANIFEST, b"manifest")))
    entry = content.index(b"PK\1\2")
    content[entry + 8] |= 1
    assert refusal(bytes(content)).code == "package.encrypted"


@pytest.mark.parametrize(
    "names",
    [
        [],
        [ENCODINGS],
        [MANIFEST],
        [MANIFEST, ENCODINGS],
        [ENCODINGS, MANIFEST, "README"],
        [f"/{ENCODINGS}", MANIFEST],
        [f"../{ENCODINGS}", MANIFEST],
        [f"x/../{ENCODINGS}", MANIFEST],
        [f"C:\\{ENCODINGS}", MANIFEST],
        [f"./{ENCODINGS}", MANIFEST],
        [ENCODINGS.upper(), MANIFEST],
        [f"{ENCODINGS}/", MANIFEST],
        [f"{ENCODINGS} ", MANIFEST],
        ["encodings．parquet", MANIFEST],
    ],
)
def test_other_members_are_refused_by_that_name(names: list[str]) -> None:
    assert refusal(foreign(*((name, b"content") for name in names))).code == "package.members"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_occurs_twice_is_refused() -> None:
    assert refusal(foreign((ENCODINGS, b"1"), (ENCODINGS, b"2"), (MANIFEST, b"3"))).code == "package.members"


def test_a_symbolic_link_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        link = zipfile.ZipInfo(ENCODINGS)
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(link, "/etc/passwd")
        target.writestr(MANIFEST, b"manifest")
    assert refusal(file.getvalue()).code == "package.archive"


def test_a_zip_inside_a_member_is_content_like_any_other() -> None:
    inner = archive(b"a", b"b")
    assert read(archive(inner, inner)) == (inner, inner)


@pytest.mark.parametrize("lie", [0, 7, 10, 2**32 - 1, 2**63, 2**64 - 1])
def test_a_directory_that_lies_about_a_size_is_refused(lie: int) -> None:
    content = archive(b"encodings", b"manifest")
    entry = content.index(b"PK\1\2")
    for name_start in (entry + 46, entry + 46 + len(ENCODINGS) + 28 + 46):
        sizes = name_start + (len(ENCODINGS) if name_start == entry + 46 else len(MANIFEST)) + 4
        for field in (sizes, sizes + 8):
            refusal(content[:field] + lie.to_bytes(8, "little") + content[field + 8 :])


def test_directory_listing_thousands_of_members_is_read_in_part_only() -> None:
    crowd = foreign(*((f"member{number}", b"") for number in range(3000)))
    assert refusal(crowd).code == "package.members"


def test_what_is_not_a_zip_is_called_so() -> None:
    assert "not a package" in refusal(b"rec_id,surname\n").message
    assert "not a package" in refusal(b"").message


def test_member_source_reads_nothing_outside_the_member() -> None:
    source = check_layout(io.BytesIO(archive(b"encodings", b"manifest"))).encodings
    assert source.read(4) == b"enco"
    assert source.read(5) == b"dings"
    with pytest.raises(ArchiveError, match="ends early"):
        source.read(1)


def test_member_source_sums_what_was_not_asked_for_too() -> None:
    source = check_layout(io.BytesIO(archive(b"encodings", b"manifest"))).encodings
    source.read(4)
    source.finish()
    assert source.digest == digest_of(b"encodings")


def test_file_that_shrinks_while_it_is_read_is_noticed() -> None:
    file = io.BytesIO(archive(b"encodings", b"manifest"))
    members = check_layout(file)
    file.truncate(len(file.getvalue()) // 8)
    with pytest.raises(ArchiveError, match="ends early"):
        members.manifest.finish()
