"""Revocation lists; what follows when records are withdrawn; relayed ceremonies; standing operations; pairs."""

import sqlalchemy as sa
from alembic import op

from linkage.credential import Officer

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Make the change."""
    _revocations()
    _withdrawals()
    _ceremonies()
    _standing()


def _revocations() -> None:
    op.create_table(
        "revocation_lists",
        sa.Column("root_key", sa.String(length=44), nullable=False),
        sa.Column("issuer", sa.String(length=63), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_revocation_lists")),
    )
    op.create_table(
        "revocations",
        sa.Column("root_key", sa.String(length=44), nullable=False),
        sa.Column("credential", sa.String(length=71), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "credential", name=op.f("pk_revocations")),
    )
    comment = "of what the credential states; revocation lists name it"
    with op.batch_alter_table("officers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=71), nullable=True, comment=comment))
    officers = sa.table("officers", sa.column("key_id"), sa.column("credential"), sa.column("digest"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(officers.c.key_id, officers.c.credential)).all():
        digest = Officer.claimed(row.credential).digest
        connection.execute(officers.update().where(officers.c.key_id == row.key_id).values(digest=digest))
    with op.batch_alter_table("officers", schema=None) as batch_op:
        batch_op.alter_column("digest", existing_type=sa.String(length=71), nullable=False)


def _withdrawals() -> None:
    comment = "of the store; another one when records were withdrawn"
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file", sa.String(length=32), nullable=True, comment=comment))
        whom = "for whom alone, where each pair of agencies has a secret of its own"
        batch_op.add_column(sa.Column("counterpart", sa.String(length=63), nullable=True, comment=whom))
    op.execute("UPDATE submissions SET file = id")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.alter_column("file", existing_type=sa.String(length=32), nullable=False)


def _ceremonies() -> None:
    op.create_table(
        "ceremonies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.String(length=63), nullable=False),
        sa.Column("agreement", sa.String(length=71), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("maker", sa.String(length=63), nullable=False),
        sa.Column("made", sa.String(length=20), nullable=False),
        sa.Column("confirmation", sa.String(length=64), nullable=False),
        sa.Column("key_confirmation", sa.String(length=64), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed copies, none of them for the host; gone when all have confirmed",
        ),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name=op.f("fk_ceremonies_operation_operations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremonies")),
    )
    with op.batch_alter_table("ceremonies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ceremonies_operation"), ["operation"], unique=False)
    op.create_table(
        "ceremony_sharers",
        sa.Column("ceremony", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column(
            "agrees",
            sa.Boolean(),
            nullable=True,
            comment="none until the agency has confirmed which secret it holds",
        ),
        sa.Column("confirmation", sa.LargeBinary(), nullable=True, comment="as the agency has signed it"),
        sa.ForeignKeyConstraint(["ceremony"], ["ceremonies.id"], name=op.f("fk_ceremony_sharers_ceremony_ceremonies")),
        sa.PrimaryKeyConstraint("ceremony", "agency", name=op.f("pk_ceremony_sharers")),
    )


def _standing() -> None:
    op.create_table(
        "couples",
        sa.Column("left_submission", sa.String(length=32), nullable=False),
        sa.Column("right_submission", sa.String(length=32), nullable=False),
        sa.Column(
            "published",
            sa.String(length=32),
            nullable=True,
            comment="the run that published what it found; no later one does",
        ),
        sa.Column(
            "file", sa.String(length=32), nullable=True, comment="of the store; none once records were withdrawn"
        ),
        sa.Column("sealing_key", sa.LargeBinary(), nullable=True, comment="wrapped; of the candidate pairs"),
        sa.Column("pairs", sa.BigInteger(), nullable=True, comment="how many are kept"),
        sa.Column("floor", sa.String(length=30), nullable=True, comment="all at or above this score are kept"),
        sa.Column("most", sa.BigInteger(), nullable=True, comment="but no more than so many, the best"),
        sa.ForeignKeyConstraint(
            ["left_submission"], ["submissions.id"], name=op.f("fk_couples_left_submission_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["right_submission"], ["submissions.id"], name=op.f("fk_couples_right_submission_submissions")
        ),
        sa.ForeignKeyConstraint(["published"], ["runs.id"], name=op.f("fk_couples_published_runs")),
        sa.PrimaryKeyConstraint("left_submission", "right_submission", name=op.f("pk_couples")),
    )
    with op.batch_alter_table("couples", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_couples_right_submission"), ["right_submission"], unique=False)
