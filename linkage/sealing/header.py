r"""The beginning of a sealed file: which keys can open it, and the file key sealed to each.

::

    counterfoil-sealed-1\n
    4 bytes    length of the next part, big-endian
    JSON       {"commitment": ..., "recipients": [{"key_id": ..., "sealed_key": ...}, ...]}, RFC 8785
    chunks     see :mod:`linkage.sealing.stream`

The *commitment* is derived from the file key, so that one file cannot be made to open to different contents for
different recipients.
"""

import hmac
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.canonical import base64_text, canonical_json, parse_base64, parse_json
from linkage.errors import SealedFileError
from linkage.problems import first_problem
from linkage.sealing.keys import SEALED_OVERHEAD_BYTES, PublicSealingKey, SealingKey

MAGIC = b"counterfoil-sealed-1\n"
LARGEST_RECIPIENT_COUNT = 1000
FILE_KEY_BYTES = 32
_LENGTH_BYTES = 4
_LARGEST_HEADER_BYTES = 2 << 20
_SEALED_KEY_BYTES = FILE_KEY_BYTES + SEALED_OVERHEAD_BYTES
_INFO = b"counterfoil/1 file key"
_CONTENT_LABEL = b"counterfoil/1 sealed content"
_COMMITMENT_LABEL = b"counterfoil/1 file key commitment"

Draw = Callable[[int], bytes]


class Opening(NamedTuple):
    """What the content is sealed with: a key of its own, and the header that it is bound to."""

    content_key: bytes
    header: bytes


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Recipient(_Part):
    key_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    sealed_key: str

    @property
    def sealed_key_bytes(self) -> bytes:
        return parse_base64(self.sealed_key)


class _Header(_Part):
    commitment: str = Field(pattern=r"^[0-9a-f]{64}$")
    recipients: tuple[_Recipient, ...] = Field(strict=False, min_length=1, max_length=LARGEST_RECIPIENT_COUNT)

    def encode(self) -> bytes:
        document = canonical_json(self.model_dump(mode="json"))
        return MAGIC + len(document).to_bytes(_LENGTH_BYTES, "big") + document

    @classmethod
    def read(cls, source: BinaryIO) -> Self:
        """Return the header at the beginning of `source`, which is left where the chunks begin."""
        if source.read(len(MAGIC)) != MAGIC:
            raise SealedFileError(
                "not a sealed file of Counterfoil", hint="'counterfoil seal' makes one; give the file as it came"
            )
        length = int.from_bytes(source.read(_LENGTH_BYTES), "big")
        if length > _LARGEST_HEADER_BYTES:
            raise SealedFileError("the header is larger than it may be")
        document = source.read(length)
        try:
            header = cls.model_validate(parse_json(document))
            sizes = {len(recipient.sealed_key_bytes) for recipient in header.recipients}
        except ValidationError as error:
            raise SealedFileError(f"header: {first_problem(error)}") from None
        except ValueError as error:
            raise SealedFileError(f"header: {error}") from None
        key_ids = [recipient.key_id for recipient in header.recipients]
        if canonical_json(header.model_dump(mode="json")) != document or key_ids != sorted(set(key_ids)):
            raise SealedFileError("header: not in canonical form (RFC 8785), recipients in order, each once")
        if sizes != {_SEALED_KEY_BYTES}:
            raise SealedFileError("header: a sealed key has the wrong length")
        return header


def new_header(recipients: Sequence[PublicSealingKey], draw: Draw) -> Opening:
    """Return the header of a new file for `recipients`, and the key of its content.

    Args:
        recipients: 1 to 1,000 different keys.
        draw: gives that many random bytes.

    Raises:
        SealedFileError: no recipient, too many, or one twice.
        KeyFileError: a recipient's key is not usable.
    """
    if not 1 <= len({recipient.key for recipient in recipients}) == len(recipients) <= LARGEST_RECIPIENT_COUNT:
        raise SealedFileError(
            f"a file is sealed to 1 to {LARGEST_RECIPIENT_COUNT:,} different keys", code="sealed-file.recipients"
        )
    file_key = draw(FILE_KEY_BYTES)
    sealed = [
        _Recipient(key_id=recipient.key_id, sealed_key=base64_text(recipient.seal(file_key, _INFO)))
        for recipient in sorted(recipients, key=lambda recipient: recipient.key_id)
    ]
    header = _Header(commitment=_commitment(file_key), recipients=tuple(sealed))
    return Opening(_derived(file_key, _CONTENT_LABEL), header.encode())


def open_header(source: BinaryIO, key: SealingKey) -> Opening:
    """Return the header at the beginning of `source`, and the key of the content that `key` opens.

    Raises:
        SealedFileError: not a sealed file, damaged, or not sealed to `key`.
    """
    header = _Header.read(source)
    key_id = key.public.key_id
    own = next((recipient for recipient in header.recipients if recipient.key_id == key_id), None)
    if own is None:
        raise SealedFileError(
            f"the file is not sealed to this key ({key_id})",
            code="sealed-file.stranger",
            hint="ask the sender to seal it to your public sealing key",
        )
    file_key = key.unseal(own.sealed_key_bytes, _INFO)
    if file_key is None or not hmac.compare_digest(_commitment(file_key), header.commitment):
        raise SealedFileError(
            "the header is damaged: the key of the file does not open", code="sealed-file.damaged", hint="copy it again"
        )
    return Opening(_derived(file_key, _CONTENT_LABEL), header.encode())


def _commitment(file_key: bytes) -> str:
    return _derived(file_key, _COMMITMENT_LABEL).hex()


def _derived(file_key: bytes, label: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=label).derive(file_key)
