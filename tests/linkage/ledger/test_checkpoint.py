"""Notes, checkpoints, cosignatures: one spelling, published vectors, and signatures that hold for what they sign."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import base64_text, parse_base64
from linkage.errors import LedgerError
from linkage.identity import Identity, PublicIdentity
from linkage.ledger import Checkpoint, SignedCheckpoint
from linkage.ledger.note import LARGEST_NOTE_BYTES, MOST_SIGNATURES, Note, NoteSignature, key_hash
from linkage.ledger.tree import HASH_BYTES

NOTE = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_bytes())["note"]
HOST = Identity("host.example", Ed25519PrivateKey.from_private_bytes(b"h" * 32))
WITNESS = Identity("atl", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
SEEN = datetime(2026, 11, 24, 12, 30, 15, tzinfo=UTC)
CHECKPOINT = Checkpoint("host.example", 20, bytes(range(32)))
SIGNED = SignedCheckpoint.signed(CHECKPOINT, HOST)


def test_published_note_verifies_and_is_made_again() -> None:
    content = NOTE["note"].encode()
    note = Note.parse(content)
    assert note.encode() == content
    kind, key = parse_base64(NOTE["public_key"])[:1], parse_base64(NOTE["public_key"])[1:]
    identity = Identity(NOTE["name"], Ed25519PrivateKey.from_private_bytes(parse_base64(NOTE["private_key"])[1:]))
    assert identity.public == PublicIdentity(NOTE["name"], key)
    value = identity.sign(note.text.encode())
    assert note.signatures == (NoteSignature(NOTE["name"], key_hash(NOTE["name"], kind, key), value),)


def test_checkpoint_is_three_lines_and_a_signature() -> None:
    lines = SIGNED.encode().decode().split("\n")
    assert lines[:4] == ["host.example", "20", base64_text(bytes(range(32))), ""]
    assert lines[4].startswith("\N{EM DASH} host.example ")
    assert lines[5:] == [""]
    assert SIGNED.signed_by(HOST.public)
    assert SignedCheckpoint.parse(SIGNED.encode()) == SIGNED


def test_cosignature_signs_time_and_checkpoint_as_c2sp_says() -> None:
    cosigned = SIGNED.cosigned(WITNESS, SEEN)
    found = cosigned.signatures[1]
    seconds = int(SEEN.timestamp())
    assert found.key_hash == key_hash("atl", b"\x04", WITNESS.public.key)
    assert found.value[:8] == seconds.to_bytes(8)
    message = f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.text}".encode()
    assert WITNESS.public.verifies(found.value[8:], message)
    assert cosigned.seen_by(WITNESS.public) == SEEN
    assert cosigned.signed_by(HOST.public)


def test_cosigning_again_replaces_the_former_time_and_keeps_others() -> None:
    other = Identity.new("bor")
    found = SIGNED.cosigned(WITNESS, SEEN).cosigned(other, SEEN).cosigned(WITNESS, SEEN.replace(year=2027))
    assert len(found.signatures) == 3
    assert found.seen_by(WITNESS.public) == SEEN.replace(year=2027)
    assert found.seen_by(other.public) == SEEN


def test_signature_of_another_name_key_or_kind_does_not_count() -> None:
    cosigned = SIGNED.cosigned(WITNESS, SEEN)
    assert not SIGNED.signed_by(PublicIdentity("other", HOST.public.key))
    assert not SIGNED.signed_by(Identity.new("host.example").public)
    assert SIGNED.seen_by(HOST.public) is None
    assert not cosigned.signed_by(WITNESS.public)
    assert cosigned.seen_by(Identity.new("atl").public) is None


@given(st.integers(0, 8 * len(SIGNED.cosigned(WITNESS, SEEN).encode()) - 1))
def test_flipped_bit_makes_another_checkpoint_or_takes_a_signature_away(bit: int) -> None:
    content = bytearray(SIGNED.cosigned(WITNESS, SEEN).encode())
    content[bit // 8] ^= 1 << bit % 8
    try:
        found = SignedCheckpoint.parse(bytes(content))
    except LedgerError:
        return
    assert found.encode() == bytes(content)
    assert not (found.signed_by(HOST.public) and found.seen_by(WITNESS.public))


def test_time_of_a_cosignature_that_no_calendar_has_does_not_count() -> None:
    value = (1 << 63).to_bytes(8) + WITNESS.sign(f"cosignature/v1\ntime {1 << 63}\n{CHECKPOINT.text}".encode())
    hashed = key_hash("atl", b"\x04", WITNESS.public.key)
    assert SignedCheckpoint(CHECKPOINT, (NoteSignature("atl", hashed, value),)).seen_by(WITNESS.public) is None


HEAD = base64_text(bytes(HASH_BYTES))
LINE = "\N{EM DASH} host " + base64_text(b"x" * 68) + "\n"


@pytest.mark.parametrize(
    "content",
    [
        f"host\n1\n{HEAD}\n\n",
        f"host\n1\n{HEAD}\n{LINE}",
        f"host\n1\n{HEAD}\n\n{LINE}".removesuffix("\n"),
        f"host\n1\n{HEAD}\n\n{LINE}\n",
        f"host\r\n1\r\n{HEAD}\r\n\r\n{LINE}",
        f"host\n01\n{HEAD}\n\n{LINE}",
        f"host\n+1\n{HEAD}\n\n{LINE}",
        f"host\n-1\n{HEAD}\n\n{LINE}",
        f"host\n1\n{HEAD}x\n\n{LINE}",
        f"host\n1\n{base64_text(bytes(31))}\n\n{LINE}",
        f"host\n1\n{HEAD}\nextension\n\n{LINE}",
        f"\n1\n{HEAD}\n\n{LINE}",
        f"host\n1\n\n{LINE}",
        f"host\n1\n{HEAD}\n\n- host AAAAAAAA\n",
        f"host\n1\n{HEAD}\n\n\N{EM DASH} host\n",
        f"host\n1\n{HEAD}\n\n\N{EM DASH} ho+st {base64_text(b'x' * 68)}\n",
        f"host\n1\n{HEAD}\n\n\N{EM DASH} host {base64_text(b'x' * 4)}\n",
        f"host\n1\n{HEAD}\n\n" + LINE * (MOST_SIGNATURES + 1),
        "",
        "x" * (LARGEST_NOTE_BYTES + 1),
        f"host\n{'9' * 17}\n{HEAD}\n\n{LINE}",
        f"ho\x07st\n1\n{HEAD}\n\n{LINE}",
    ],
)
def test_parse_refuses_what_is_not_a_checkpoint(content: str) -> None:
    with pytest.raises(LedgerError) as caught:
        SignedCheckpoint.parse(content.encode(), "mine.txt")
    assert caught.value.code == "ledger.checkpoint"
    assert caught.value.message.startswith("mine.txt: ")


@given(st.binary(max_size=300))
def test_parse_of_anything_gives_a_checkpoint_or_our_error(content: bytes) -> None:
    with pytest.raises(LedgerError):
        SignedCheckpoint.parse(content)
