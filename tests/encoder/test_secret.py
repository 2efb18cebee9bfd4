"""The operation secret: its file, what is refused, and what its confirmation shows."""

import hashlib
import hmac
import os
import re
import stat
import string
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from encoder.errors import SecretError
from encoder.secret import OperationSecret
from encoder.strength import estimated_bits
from linkage.errors import FileError, KeyFileError
from linkage.identity import Identity

DIGEST = "sha256:" + "1a" * 32
RANDOM_TEXT = "Zq7xVf3mKp9wTjR2bYdN5hGc8sLa4uXe"


def secret_file(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "op.secret"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def test_new_secret_comes_back_as_it_was_written_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "op.secret"
    made = OperationSecret.new(lambda count: bytes(range(count)))
    made.write(path)
    assert path.read_text(encoding="ascii") == f"counterfoil-secret-1:{bytes(range(32)).hex()}:c11ac199\n"
    assert OperationSecret.read(path) == made
    assert made.bits == 256
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_new_secrets_differ() -> None:
    assert OperationSecret.new().value != OperationSecret.new().value
    assert len(OperationSecret.new().value) == 32


def test_secret_is_never_written_over(tmp_path: Path) -> None:
    path = secret_file(tmp_path, "kept")
    with pytest.raises(FileError, match="exists already"):
        OperationSecret.new().write(path)
    assert path.read_text(encoding="utf-8") == "kept"


def test_secret_is_not_shown() -> None:
    made = OperationSecret.new()
    for shown in (repr(made), str(made), f"{made!r}"):
        assert made.value.hex() not in shown
        assert repr(made.value) not in shown


@given(place=st.integers(0, 92), character=st.sampled_from(string.hexdigits + ":-x"))
def test_mistyped_secret_of_ours_is_never_taken_for_another(
    tmp_path_factory: pytest.TempPathFactory, place: int, character: str
) -> None:
    tmp_path = tmp_path_factory.mktemp("secret")
    OperationSecret.new(lambda count: bytes(range(count))).write(tmp_path / "good")
    text = (tmp_path / "good").read_text(encoding="ascii").rstrip("\n")
    typed = text[:place] + character + text[place + 1 :]
    if typed == text:
        return
    with pytest.raises(KeyFileError) as caught:
        OperationSecret.read(secret_file(tmp_path, typed))
    assert caught.value.code == "key-file.checksum"
    assert text[30:60] not in str(caught.value)


@pytest.mark.parametrize("change", [lambda text: text[:-5], lambda text: text + "0", lambda text: text.upper()])
def test_cut_or_changed_secret_of_ours_is_refused(tmp_path: Path, change: object) -> None:
    OperationSecret.new().write(tmp_path / "good")
    text = (tmp_path / "good").read_text(encoding="ascii").rstrip("\n")
    assert callable(change)
    with pytest.raises((KeyFileError, SecretError)):
        OperationSecret.read(secret_file(tmp_path, "counterfoil-secret-1:" + change(text).split(":", 1)[1]))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_secret_of_a_user_of_clkhash_is_its_text_without_the_line_end(tmp_path: Path, mark: str, end: str) -> None:
    found = OperationSecret.read(secret_file(tmp_path, f"{mark}{RANDOM_TEXT}{end}"))
    assert found.value == RANDOM_TEXT.encode()
    assert not found.ours
    assert 128 <= found.bits <= 6 * len(RANDOM_TEXT)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "too weak"),
        (b"\n", "too weak"),
        (b"secret", "too weak"),
        (b"correct horse battery staple", "too weak"),
        (b"a" * 1000, "too weak"),
        (RANDOM_TEXT.encode() + b"\n" + RANDOM_TEXT.encode(), "more than one line"),
        (RANDOM_TEXT.encode("utf-16"), "not UTF-8"),
        (RANDOM_TEXT.encode() + b"\0", "more than one line"),
    ],
)
def test_text_that_is_no_secret_is_refused_and_not_shown(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises((KeyFileError, SecretError), match=problem) as caught:
        OperationSecret.read(secret_file(tmp_path, content))
    if len(content) > 20:
        assert content.decode("latin-1")[:12] not in str(caught.value)
    assert "counterfoil secret new" in caught.value.hint or "UTF-8" in caught.value.hint


def test_other_files_of_ours_are_not_taken_for_secrets(tmp_path: Path) -> None:
    Identity.new("atl").write(tmp_path / "atl.key")
    with pytest.raises(KeyFileError, match="another file of Counterfoil"):
        OperationSecret.read(tmp_path / "atl.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o666])
def test_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, RANDOM_TEXT)
    path.chmod(mode)
    with pytest.raises(SecretError, match="by others than its owner") as caught:
        OperationSecret.read(path)
    assert caught.value.code == "secret.exposed"
    assert caught.value.hint == f"chmod 600 {path}"


def test_absent_secret_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        OperationSecret.read(tmp_path / "absent")


def test_key_confirmation_is_hmac_under_a_key_of_its_own() -> None:
    secret = OperationSecret(bytes(range(32)), 256, ours=True)
    extracted = hmac.new(b"\0" * 32, secret.value, hashlib.sha256).digest()  # RFC 5869, written out
    key = hmac.new(extracted, b"counterfoil/1 key confirmation\x01", hashlib.sha256).digest()
    assert secret.key_confirmation(DIGEST) == hmac.new(key, DIGEST.encode(), hashlib.sha256).hexdigest()


def test_key_confirmation_differs_by_secret_and_by_schema() -> None:
    one, other = OperationSecret.new(), OperationSecret.new()
    confirmations = {
        one.key_confirmation(DIGEST),
        other.key_confirmation(DIGEST),
        one.key_confirmation("sha256:" + "2b" * 32),
    }
    assert len(confirmations) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", confirmation) for confirmation in confirmations)


@pytest.mark.parametrize(
    "phrase",
    [
        "password",
        "correcthorsebatterystaple",
        "The quick brown fox jumps over the lazy dog",
        "C0rr3ctH0rs3B4tt3ryStapl3Tr0ub4dor",
        "MyAgencySecretForOperationSunflower2024!",
        "Zwischen Tür und Angel steht ein alter Schirm",
        "la operacion secreta de la policia nacional en el norte",
        "наш общий секрет для этой большой операции",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789abcdef0123456789abcdef",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "deadbeef" * 8,
        "passwordpasswordpasswordpassword",
        "johnsmith19800203annamuller19791130",
        "20240101-20241231-operation-secret",
        "P@ssw0rdP@ssw0rd123456789!",
        RANDOM_TEXT[:16],
        RANDOM_TEXT[:8] * 8,
    ],
)
def test_what_people_think_of_is_too_weak(phrase: str) -> None:
    assert estimated_bits(phrase) < 128


@pytest.mark.parametrize(
    "secret",
    [
        "9f86d081884c7d659a2feaa0c55ad015",
        "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
        RANDOM_TEXT,
        "kF3vX9+qLz0/RtYw2mJb8sNc1HdUeGp5",
        "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
        "7f3c9a52-1b8e-4d06-a9c4-e2578b01d3f6",
        "50918274409372684115570392861730694825137",
    ],
)
def test_what_machines_make_is_strong_enough(secret: str) -> None:
    assert estimated_bits(secret) >= 128


@example("0ß")
@given(st.text(max_size=60))
def test_estimate_is_never_more_than_the_characters_can_hold(secret: str) -> None:
    assert 0 <= estimated_bits(secret) <= 7 * len(secret)


@given(st.text(string.ascii_letters + string.digits, min_size=4, max_size=20), st.integers(2, 9))
def test_saying_it_again_adds_next_to_nothing(secret: str, times: int) -> None:
    assert estimated_bits(secret * times) <= 6 * (len(secret) + 3)
