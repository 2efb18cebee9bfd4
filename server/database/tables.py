"""The tables of a host. Moments are text like 2026-11-23T19:13:48Z, which sorts as time does.

No table holds a raw value, an operation secret, an encoding or a local reference.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
_MOMENT = String(20)
_ID = String(32)
_NAME = String(63)
_DIGEST = String(71)

metadata = MetaData(naming_convention=_NAMING)

officers = Table(
    "officers",
    metadata,
    Column("key_id", _ID, primary_key=True),
    Column("agency", _NAME, nullable=False),
    Column("officer", _NAME, nullable=False),
    Column("role", String(30), nullable=False),
    Column("public_key", String(44), nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("digest", _DIGEST, nullable=False, comment="of what the credential states; revocation lists name it"),
    Column("root_key", String(44), nullable=False),
    Column("valid_until", _MOMENT, nullable=False),
)

revocation_lists = Table(
    "revocation_lists",
    metadata,
    Column("root_key", String(44), primary_key=True),
    Column("issuer", _NAME, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

revocations = Table(
    "revocations",
    metadata,
    Column("root_key", String(44), primary_key=True),
    Column("credential", _DIGEST, primary_key=True),
)

nonces = Table(
    "nonces",
    metadata,
    Column("key_id", _ID, primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("expires", _MOMENT, nullable=False, index=True),
)

operations = Table(
    "operations",
    metadata,
    Column("id", _NAME, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    Column("agreement", LargeBinary, nullable=False),
    Column("registered", _MOMENT, nullable=False),
    Column("frozen", _MOMENT, comment="since when; the next version of the agreement ends it"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("digest", _DIGEST, primary_key=True, comment="as the ledger names it"),
    Column("kind", String(20), nullable=False),
    Column("owner", _NAME, nullable=False, index=True, comment="operation; of a credential, its agency"),
    Column("content", LargeBinary, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("operation", _NAME, ForeignKey("operations.id"), primary_key=True),
    Column("agency", _NAME, primary_key=True, index=True),
    Column("root_key", String(44), nullable=False, index=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("operation", _NAME, ForeignKey("operations.id"), nullable=False),
    Column("agency", _NAME, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("expires", _MOMENT, nullable=False, index=True),
    Column("sealing_key", LargeBinary, nullable=False, comment="wrapped; of the parts on disk"),
)

ceremonies = Table(
    "ceremonies",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("operation", _NAME, ForeignKey("operations.id"), nullable=False, index=True),
    Column("agreement", _DIGEST, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("maker", _NAME, nullable=False),
    Column("made", _MOMENT, nullable=False),
    Column("confirmation", String(64), nullable=False),
    Column("key_confirmation", String(64), nullable=False),
    Column("content", LargeBinary, comment="sealed copies, none of them for the host; gone when all have confirmed"),
)

ceremony_sharers = Table(
    "ceremony_sharers",
    metadata,
    Column("ceremony", _ID, ForeignKey("ceremonies.id"), primary_key=True),
    Column("agency", _NAME, primary_key=True),
    Column("agrees", Boolean, comment="none until the agency has confirmed which secret it holds"),
    Column("confirmation", LargeBinary, comment="as the agency has signed it"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("operation", _NAME, ForeignKey("operations.id"), nullable=False, index=True),
    Column("agency", _NAME, nullable=False, index=True),
    Column("category", String(30), nullable=False),
    Column("counterpart", _NAME, comment="for whom alone, where each pair of agencies has a secret of its own"),
    Column("digest", _DIGEST, nullable=False),
    Column("file", _ID, nullable=False, comment="of the store; another one when records were withdrawn"),
    Column("manifest", LargeBinary, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("encodings", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("accepted", _MOMENT, nullable=False),
    Column("expires", _MOMENT, nullable=False, index=True),
    Column("sealing_key", LargeBinary, comment="wrapped; deleting it deletes the data"),
    Column("receipt", LargeBinary, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("operation", _NAME, ForeignKey("operations.id"), nullable=False, index=True),
    Column("agency", _NAME, nullable=False, comment="who ordered it"),
    Column("officer", _NAME, nullable=False),
    Column("justification", _NAME, nullable=False),
    Column("plan", LargeBinary, nullable=False),
    Column("plan_digest", _DIGEST, nullable=False),
    Column("threshold", String(30), nullable=False),
    Column("state", String(12), nullable=False),
    Column("pairs_done", BigInteger, nullable=False),
    Column("pairs_total", BigInteger, nullable=False),
    Column("result_digest", _DIGEST),
    Column("problem", String(60)),
    Column("ordered", _MOMENT, nullable=False),
    Column("finished", _MOMENT),
    Column("sealing_key", LargeBinary, comment="wrapped; of the comparisons; gone when the run has ended"),
    Column("entry", BigInteger, comment="number of the entry that published it: their order"),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("run", _ID, ForeignKey("runs.id"), primary_key=True),
    Column("comparison", String(64), primary_key=True, comment="digest of what was compared and how"),
    Column("pairs", BigInteger, nullable=False, comment="candidate pairs found"),
)

couples = Table(
    "couples",
    metadata,
    Column("left_submission", _ID, ForeignKey("submissions.id"), primary_key=True),
    Column("right_submission", _ID, ForeignKey("submissions.id"), primary_key=True, index=True),
    Column("published", _ID, ForeignKey("runs.id"), comment="the run that published what it found; no later one does"),
    Column("file", _ID, comment="of the store; none once records were withdrawn"),
    Column("sealing_key", LargeBinary, comment="wrapped; of the candidate pairs"),
    Column("pairs", BigInteger, comment="how many are kept"),
    Column("floor", String(30), comment="all at or above this score are kept"),
    Column("most", BigInteger, comment="but no more than so many, the best"),
)

hits = Table(
    "hits",
    metadata,
    Column("run", _ID, ForeignKey("runs.id"), primary_key=True),
    Column("submission", _ID, ForeignKey("submissions.id"), primary_key=True),
    Column("token", _ID, primary_key=True),
    Column("agency", _NAME, nullable=False, index=True),
    Column("hit_group", _ID, nullable=False, index=True),
    Column("band", String(10), nullable=False),
    Column("expires", _MOMENT, nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("enqueued", String(40), nullable=False, comment="moment and id: the order of the queue"),
    Column("lease", _ID),
    Column("lease_until", _MOMENT),
    Column("worker", _NAME),
)

certificates = Table(
    "certificates",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("operation", _NAME, ForeignKey("operations.id"), nullable=False),
    Column("agency", _NAME, nullable=False, index=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("issued", _MOMENT, nullable=False),
)
