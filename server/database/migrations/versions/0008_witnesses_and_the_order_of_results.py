"""The checkpoints that agencies have shown, and by which entry of the ledger a run was published."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "ledger_witnessed",
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="of the largest checkpoint that it has shown"),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False, comment="with the signature of the host"),
        sa.Column(
            "shown",
            sa.String(length=20),
            nullable=False,
            comment="when; by a signed request or package of the agency",
        ),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_ledger_witnessed")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "entry", sa.BigInteger(), nullable=True, comment="number of the entry that published it: their order"
            )
        )
