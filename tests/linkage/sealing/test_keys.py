import json
import stat
import sys
from pathlib import Path

import pytest

from linkage.canonical import base64_text
from linkage.errors import FileError, KeyFileError
from linkage.sealing import PublicSealingKey, SealingKey

KEY = SealingKey.new("atl")
OTHER = SealingKey.new("bor")


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    private, public = tmp_path / "atl.seal", tmp_path / "atl.seal.pub"
    KEY.write(private)
    KEY.public.write(public)
    return private, public


def test_files_give_back_the_keys(written: tuple[Path, Path]) -> None:
    private, public = written
    assert PublicSealingKey.read(public) == KEY.public == SealingKey.read(private).public
    sealed = PublicSealingKey.read(public).seal(b"content", b"for this")
    assert SealingKey.read(private).unseal(sealed, b"for this") == b"content"
    assert len(sealed) == len(b"content") + 1136


def test_only_the_same_key_and_purpose_open() -> None:
    sealed = KEY.public.seal(b"content", b"for this")
    assert KEY.unseal(sealed, b"for that") is None
    assert OTHER.unseal(sealed, b"for this") is None
    assert KEY.unseal(sealed[:-1], b"for this") is None
    assert KEY.unseal(b"", b"for this") is None


def test_both_halves_are_needed() -> None:
    mixed = PublicSealingKey("mix", KEY.public.key[:1184] + OTHER.public.key[1184:])
    sealed = mixed.seal(b"content", b"")
    assert KEY.unseal(sealed, b"") is None
    assert OTHER.unseal(sealed, b"") is None
    assert mixed.shares_a_half_with(KEY.public)
    assert mixed.shares_a_half_with(OTHER.public)
    assert not KEY.public.shares_a_half_with(OTHER.public)


def test_private_key_is_for_its_owner_only_and_not_shown(written: tuple[Path, Path]) -> None:
    private, _ = written
    if sys.platform != "win32":
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert json.loads(private.read_bytes())["private_key"] not in repr(SealingKey.read(private))
    assert "_mlkem" not in repr(KEY)


def test_existing_files_are_not_replaced(written: tuple[Path, Path]) -> None:
    private, public = written
    with pytest.raises(FileError):
        OTHER.write(private)
    with pytest.raises(FileError):
        OTHER.public.write(public)


def test_a_name_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(KeyFileError):
        SealingKey.new("A")


LOW_ORDER = KEY.public.key[:1184] + bytes(32)
OUT_OF_RANGE = b"\xff" * 1184 + KEY.public.key[1184:]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        KEY.public.key_text + "=",
        KEY.public.key_text[:-4],
        base64_text(LOW_ORDER),
        base64_text(OUT_OF_RANGE),
        base64_text(KEY.public.key + b"\0"),
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|usable") as caught:
        PublicSealingKey.from_text("atl", text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("change", [{"private_key": "AAAA"}, {"private_key": "?"}, {"more": 1}, {"format": "x"}])
def test_a_damaged_private_key_is_refused_by_name(written: tuple[Path, Path], change: dict[str, object]) -> None:
    private, _ = written
    private.write_text(json.dumps(json.loads(private.read_bytes()) | change))
    with pytest.raises(KeyFileError, match=r"atl\.seal: (private_key|more|format)"):
        SealingKey.read(private)


def test_the_halves_are_told_apart(written: tuple[Path, Path]) -> None:
    private, public = written
    for read, path in ((SealingKey.read, public), (PublicSealingKey.read, private)):
        with pytest.raises(KeyFileError):
            read(path)


def test_a_damaged_public_key_file_names_the_field(written: tuple[Path, Path]) -> None:
    _, public = written
    public.write_text(json.dumps(json.loads(public.read_bytes()) | {"public_key": base64_text(LOW_ORDER)}))
    with pytest.raises(KeyFileError, match="public_key: not a usable"):
        PublicSealingKey.read(public)
    public.write_bytes(b"\xff")
    with pytest.raises(KeyFileError, match="UTF-8"):
        PublicSealingKey.read(public)
