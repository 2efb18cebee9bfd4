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
    op.execute("UPDATE submissions SET file = id")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.alter_column("file", existing_type=sa.String(length=32), nullable=False)
