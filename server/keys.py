"""The host's own keys: its identity, its sealing key, and the key that wraps the keys of sealed files.

The sealing key is for what is carried to the host on a stick; agreements name it so that no one seals a secret to it.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from linkage.canonical import base64_text, parse_base64
from linkage.errors import KeyFileError
from linkage.files import OWNER_ONLY, make_private_folder, read_capped, write_whole
from linkage.identity import Identity, PublicIdentity
from linkage.sealing import PublicSealingKey, SealingKey

IDENTITY_FILE = "host.key"
SEALING_FILE = "host.seal"
WRAPPING_FILE = "wrapping.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The host's identity and its wrapping key; neither is shown by `repr`."""

    identity: Identity = field(repr=False)
    _wrapping: bytes = field(repr=False)

    @classmethod
    def at(cls, folder: Path, name: str) -> Self:
        """Return the keys in `folder`; where there are none yet, make them, readable by their owner only.

        Raises:
            FileError: the folder cannot be used.
            KeyFileError: a key file is damaged, or is that of another host.
        """
        make_private_folder(folder)
        identity_path, wrapping_path = folder / IDENTITY_FILE, folder / WRAPPING_FILE
        if not wrapping_path.exists():
            made = base64_text(secrets.token_bytes(_KEY_BYTES)).encode() + b"\n"
            write_whole(wrapping_path, made, overwrite=False, mode=OWNER_ONLY)
        if not identity_path.exists():
            identity = Identity.new(name)
            identity.write(identity_path)
        sealing_path = folder / SEALING_FILE
        if not sealing_path.exists():
            SealingKey.new(name).write(sealing_path)
        _write_public(sealing_path, SealingKey.read(sealing_path).public)
        identity = Identity.read(identity_path)
        if identity.agency != name:
            raise KeyFileError(f"{identity_path}: belongs to a host of another name", hint="see 'name' in host.toml")
        _write_public(identity_path, identity.public)
        try:
            wrapping = parse_base64(read_capped(wrapping_path, limit_bytes=1024).decode().rstrip("\n"))
        except ValueError:
            wrapping = b""
        if len(wrapping) != _KEY_BYTES:
            raise KeyFileError(f"{wrapping_path}: not a wrapping key; restore it from the backup of the host's keys")
        return cls(identity, wrapping)

    def new_sealing_key(self, owner: str) -> bytes:
        """Return a fresh key for the files of `owner`, wrapped: whoever deletes it has deleted the files."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        fresh = secrets.token_bytes(_KEY_BYTES)
        return nonce + ChaCha20Poly1305(self._wrapping).encrypt(nonce, fresh, owner.encode())

    def sealing_key(self, wrapped: bytes, owner: str) -> bytes:
        """Return the key that :meth:`new_sealing_key` wrapped for `owner`.

        Raises:
            KeyFileError: it was wrapped by another wrapping key or for another owner.
        """
        try:
            opened: bytes = ChaCha20Poly1305(self._wrapping).decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner.encode()
            )
        except InvalidTag:
            raise KeyFileError(f"{WRAPPING_FILE} is not the one that sealed what is in the store") from None
        return opened


def _write_public(private_path: Path, public: PublicIdentity | PublicSealingKey) -> None:
    path = private_path.with_name(f"{private_path.name}.pub")
    if not path.exists():
        public.write(path)
