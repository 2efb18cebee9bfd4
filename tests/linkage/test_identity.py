import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkage.errors import FileError, KeyFileError
from linkage.identity import Identity, PublicIdentity

Read = Callable[[Path], object]


@pytest.fixture
def written(tmp_path: Path) -> tuple[Identity, Path, Path]:
    identity = Identity.new("atl")
    private, public = tmp_path / "atl.key", tmp_path / "atl.key.pub"
    identity.write(private)
    identity.public.write(public)
    return identity, private, public


def test_identity_comes_back_and_signs_alike(written: tuple[Identity, Path, Path]) -> None:
    identity, private, public = written
    assert Identity.read(private).sign(b"message") == identity.sign(b"message")
    assert PublicIdentity.read(public) == identity.public == Identity.read(private).public
    assert PublicIdentity.read(public).verifies(identity.sign(b"message"), b"message")


def test_signature_holds_for_its_message_and_key_only() -> None:
    one, other = Identity.new("atl"), Identity.new("atl")
    signature = one.sign(b"message")
    assert len(signature) == 64
    assert not one.public.verifies(signature, b"massage")
    assert not other.public.verifies(signature, b"message")
    assert not one.public.verifies(signature[:-1], b"message")
    assert not one.public.verifies(b"", b"message")


def test_signature_is_that_of_rfc_8032(tmp_path: Path) -> None:
    # Section 7.1, test 2.
    path = tmp_path / "rfc.key"
    secret = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="
    path.write_text(json.dumps({"agency": "rfc", "format": "counterfoil-identity/1", "private_key": secret}))
    identity = Identity.read(path)
    assert identity.public.key.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert identity.sign(b"\x72").hex().startswith("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da")


def test_key_id_names_the_key_and_not_the_agency() -> None:
    key = bytes(range(32))
    assert PublicIdentity("atl", key).key_id == PublicIdentity("bor", key).key_id == "630dcd2966c4336691125448bbb25b4f"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_private_key_is_for_its_owner_only(written: tuple[Identity, Path, Path]) -> None:
    _, private, public = written
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    ordinary = public.with_name("ordinary")
    ordinary.touch()
    assert public.stat().st_mode == ordinary.stat().st_mode


def test_private_key_is_not_shown(written: tuple[Identity, Path, Path]) -> None:
    identity, private, _ = written
    secret = json.loads(private.read_bytes())["private_key"]
    assert secret not in repr(identity)
    assert "_private" not in repr(identity)


def test_existing_files_are_not_replaced(written: tuple[Identity, Path, Path]) -> None:
    identity, private, public = written
    before = private.read_bytes(), public.read_bytes()
    with pytest.raises(FileError):
        Identity.new("bor").write(private)
    with pytest.raises(FileError):
        identity.public.write(public)
    assert (private.read_bytes(), public.read_bytes()) == before


@pytest.mark.parametrize("agency", ["", "A", "a b", "-a", "a/b", "a\n", "ä", "a" * 64])
def test_name_that_cannot_be_used_is_refused(agency: str) -> None:
    with pytest.raises(KeyFileError, match="1 to 63 of the characters") as caught:
        Identity.new(agency)
    assert caught.value.code == "key-file.agency"


@pytest.mark.parametrize("agency", ["a", "0", "atl.north-2_x", "a" * 63])
def test_usable_names(agency: str) -> None:
    assert Identity.new(agency).public.agency == agency


def test_the_wrong_half_is_told_apart(written: tuple[Identity, Path, Path]) -> None:
    _, private, public = written
    with pytest.raises(KeyFileError) as caught:
        PublicIdentity.read(private)
    assert ".pub file beside it" in caught.value.hint
    with pytest.raises(KeyFileError) as caught:
        Identity.read(public)
    assert "give the private one" in caught.value.hint


@pytest.mark.parametrize("read", [Identity.read, PublicIdentity.read])
@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"x" * 5000, b'{"format":"counterfoil-identity/2"}']
)
def test_what_is_not_a_key_file_is_refused_by_name(tmp_path: Path, read: Read, content: bytes) -> None:
    path = tmp_path / "x.key"
    path.write_bytes(content)
    with pytest.raises((KeyFileError, FileError), match=r"x\.key"):
        read(path)


@pytest.mark.parametrize(
    "change", [{"public_key": "AAAA"}, {"public_key": "A" * 42 + "B="}, {"more": 1}, {"agency": "A"}, {"agency": 1}]
)
def test_public_key_file_has_one_form(written: tuple[Identity, Path, Path], change: dict[str, object]) -> None:
    _, _, public = written
    public.write_text(json.dumps(json.loads(public.read_bytes()) | change))
    with pytest.raises(KeyFileError, match=next(iter(change)) if "public_key" not in change else "base64|public_key"):
        PublicIdentity.read(public)


def test_damaged_private_key_is_refused_and_not_quoted(written: tuple[Identity, Path, Path]) -> None:
    _, private, _ = written
    document = json.loads(private.read_bytes())
    for damaged in (document["private_key"][:-2], document["private_key"][:42] + "B=", "secret!" * 6 + "A="):
        private.write_text(json.dumps(document | {"private_key": damaged}))
        with pytest.raises(KeyFileError, match="private_key") as caught:
            Identity.read(private)
        assert damaged not in str(caught.value)
