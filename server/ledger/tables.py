"""The tables of the ledger. Hashes are only ever added; entries and openings are deleted at the end of their time."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from server.database.tables import metadata

_NAME = String(63)

head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="1: one row, which appenders lock"),
    Column("size", BigInteger, nullable=False),
)

entries = Table(
    "ledger_entries",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("operation", _NAME, index=True),
)

hashes = Table(
    "ledger_hashes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, comment="0: leaves; 1: of 256 of them; and so on"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

openings = Table(
    "ledger_openings",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("name", _NAME, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
)

witnessed = Table(
    "ledger_witnessed",
    metadata,
    Column("agency", _NAME, primary_key=True),
    Column("size", BigInteger, nullable=False, comment="of the largest checkpoint that it has shown"),
    Column("checkpoint", LargeBinary, nullable=False, comment="with the signature of the host"),
    Column("shown", String(20), nullable=False, comment="when; by a signed request or package of the agency"),
)

cosignatures = Table(
    "ledger_cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", _NAME, primary_key=True),
    Column("checkpoint", LargeBinary, nullable=False, comment="with the signatures of host and witness"),
)
