"""The desk: a folder with what an officer of an agency needs to call a host."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.agreement import SignedAgreement
from linkage.agreement.files import read_signed
from linkage.canonical import canonical_json, parse_json
from linkage.errors import KeyFileError
from linkage.files import OWNER_ONLY_FOLDER, read_capped, write_whole
from linkage.identity import Identity, PublicIdentity
from linkage.ledger.header import checkpoint_header
from linkage.ledger.watcher import Watcher
from linkage.problems import first_problem

_LIMIT_BYTES = 1 << 16
AUTHORITY_FILE = "authority.pem"


class _Address(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    format: Literal["counterfoil-desk/1"] = "counterfoil-desk/1"
    url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+$", max_length=500)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the host is, whose key signs for the officer, and the agreement that both work under.

    Attributes:
        folder: holds them, readable by their owner only.
        url: of the host, such as https://match.example.int; None where all is carried there on a stick.
        key: of the officer.
        agreement: as all have signed it; it names the host's key.
    """

    folder: Path
    url: str | None
    key: Identity
    agreement: SignedAgreement

    @property
    def host(self) -> PublicIdentity:
        """The host that the agreement names; answers of no other are believed."""
        return self.agreement.agreement.host.root

    @property
    def operation(self) -> str:
        """The operation that this desk is for."""
        return self.agreement.agreement.operation

    @property
    def authority(self) -> Path | None:
        """The certificates of who vouches for the host's address; None for the public authorities."""
        path = self.folder / AUTHORITY_FILE
        return path if path.exists() else None

    def watcher(self) -> Watcher:
        """Return what the officer believes of the host's ledger so far."""
        return Watcher.read(self.folder / "checkpoint.txt", self.host)

    def checkpoint_header(self) -> str | None:
        """Return the checkpoint that the officer holds as requests carry it; None before the first."""
        believed = self.watcher().believed
        return None if believed is None else checkpoint_header(believed, self.host)

    def believe(self, watcher: Watcher) -> None:
        """Keep what is believed from now on."""
        watcher.write(self.folder / "checkpoint.txt")

    def keep(self, name: str, content: bytes) -> Path:
        """Write a receipt, certificate or other word of the host into the folder, and return where."""
        path = self.folder / name
        write_whole(path, content)
        return path

    @classmethod
    def set_up(
        cls, folder: Path, url: str | None, key: Identity, agreement: SignedAgreement, *, authority: bytes | None = None
    ) -> Self:
        """Return a new desk in `folder`, which must not be one yet.

        Args:
            folder: of the desk.
            url: of the host; None where all is carried there on a stick.
            key: of the officer.
            agreement: as all have signed it.
            authority: certificates (PEM) of who vouches for the host's address; the public authorities by default.

        Raises:
            FileError: the folder cannot be used, or is a desk already.
            KeyFileError: the address of the host has another form.
        """
        try:
            address = _Address(url=url)
        except ValidationError as error:
            raise KeyFileError(f"address of the host: {first_problem(error)}") from None
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        key.write(folder / "officer.key")
        write_whole(folder / "agreement.json", agreement.encode())
        if authority is not None:
            write_whole(folder / AUTHORITY_FILE, authority)
        write_whole(folder / "desk.json", canonical_json(address.model_dump()), overwrite=False)
        return cls(folder, url, key, agreement)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the desk in `folder`.

        Raises:
            FileError: a file of it is missing.
            KeyFileError: a file of it is damaged.
        """
        try:
            content = parse_json(read_capped(folder / "desk.json", limit_bytes=_LIMIT_BYTES))
            address = _Address.model_validate(content)
        except ValidationError as error:
            raise KeyFileError(f"{folder / 'desk.json'}: {first_problem(error)}") from None
        except ValueError as error:
            raise KeyFileError(f"{folder / 'desk.json'}: {error}") from None
        key = Identity.read(folder / "officer.key")
        return cls(folder, address.url, key, read_signed(folder / "agreement.json"))
