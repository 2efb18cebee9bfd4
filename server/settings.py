"""The host's settings: one frozen object, made once at start, from a folder or from host.toml."""

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from linkage.files import read_capped
from linkage.identity import AGENCY_NAME
from linkage.problems import first_problem
from server.errors import SettingsError

_LIMIT_BYTES = 1 << 16
STORE_URL = r"^[^@]*$"  # no user, no password
DATABASE_URL = r"^(sqlite:///|postgresql\+psycopg://)"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Listen(_Part):
    """Where and how the API is served."""

    address: str = "127.0.0.1"
    port: int = Field(default=8470, ge=0, le=65535, description="0: any free one")
    processes: int = Field(default=1, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=64, description="of each process")


class Limits(_Part):
    """What one caller may ask of the host."""

    body_bytes: int = Field(default=1 << 20, ge=1 << 10, description="of a request, other than a part of an upload")
    part_bytes: int = Field(default=8 << 20, ge=1 << 10, le=64 << 20, description="of one part of an upload")
    package_bytes: int = Field(default=4 << 30, ge=1 << 10)
    uploads_open: int = Field(default=4, ge=1, description="of one agency at a time")
    upload_seconds: int = Field(default=86_400, ge=60, description="until an unfinished upload is thrown away")
    requests_per_minute: int = Field(default=600, ge=1, description="of one key, or one address without a key")


class Jobs(_Part):
    """How long work is done."""

    in_process: bool = Field(default=True, description="whether the web process also works; else `counterfoil worker`")
    lease_seconds: int = Field(default=30, ge=2, description="a worker silent for so long has lost its job")
    poll_seconds: float = Field(default=0.5, gt=0)
    attempts: int = Field(default=5, ge=1, description="after which a job that kills its worker is given up")
    threads: int | None = Field(default=None, ge=1, description="cores for a comparison; all by default")


class ClusterAddress(_Part):
    """A Dask cluster that compares, and the PEM files of its TLS; Dask's own configuration may name these instead."""

    address: str = Field(pattern=r"^(tls|tcp)://", description="tls://host:8786; tcp on this machine only")
    authority: Path | None = Field(default=None, strict=False)
    certificate: Path | None = Field(default=None, strict=False)
    key: Path | None = Field(default=None, strict=False)


class Settings(_Part):
    """All settings of a host.

    `data` holds the host's keys; `database` and `store` are inside it unless they are named.
    """

    name: str = Field(default="host", pattern=AGENCY_NAME, description="of the host, as in agreements")
    data: Path = Field(strict=False)
    database: str | None = Field(default=None, pattern=DATABASE_URL)
    store: str | None = Field(
        default=None,
        pattern=STORE_URL,
        description="fsspec URL, such as s3://bucket/folder; who may use it is said elsewhere",
    )
    log: Literal["json", "text"] = "json"
    listen: Listen = Listen()
    limits: Limits = Limits()
    jobs: Jobs = Jobs()
    cluster: ClusterAddress | None = None

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database or f"sqlite:///{self.data / 'host.db'}"

    @property
    def store_url(self) -> str:
        """Where sealed files are."""
        return self.store or str((self.data / "store").absolute())

    @property
    def metrics(self) -> Path | None:
        """The folder in which several web processes count together; None where there is one process."""
        return self.data / "metrics" if self.listen.processes > 1 else None

    @property
    def uploads(self) -> Path:
        """The folder of unfinished uploads, and of packages while they are read."""
        return self.data / "uploads"

    @classmethod
    def embedded(cls, data: Path, **changes: object) -> Self:
        """Return the settings of a host that lives in one folder."""
        return cls.model_validate({"data": data, **changes})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the settings in a TOML file; relative folders are relative to it.

        Raises:
            FileError: it cannot be read.
            SettingsError: a key is not known or a value not allowed.
        """
        try:
            document = tomllib.loads(read_capped(path, limit_bytes=_LIMIT_BYTES).decode())
            settings = cls.model_validate(document)
        except ValidationError as error:
            raise SettingsError(f"{path}: {first_problem(error)}", hint="docs/hosting.md lists all settings") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise SettingsError(f"{path}: not a TOML file in UTF-8", code="settings.form") from None
        changes: dict[str, object] = {"data": path.parent / settings.data}
        if settings.cluster is not None:
            files = settings.cluster.model_dump(include={"authority", "certificate", "key"}, exclude_none=True)
            beside = {name: path.parent / file for name, file in files.items()}
            changes["cluster"] = settings.cluster.model_copy(update=beside)
        return settings.model_copy(update=changes)
