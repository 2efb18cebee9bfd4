"""Documents kept as evidence, and operations that are frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"


def upgrade() -> None:
    """Make the change; what a host has of agreements and credentials becomes evidence."""
    table = op.create_table(
        "evidence",
        sa.Column("digest", sa.String(length=71), nullable=False, comment="as the ledger names it"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=63), nullable=False, comment="operation; of a credential, its agency"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_owner"), ["owner"], unique=False)
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "frozen",
                sa.String(length=20),
                nullable=True,
                comment="since when; the next version of the agreement ends it",
            )
        )
    connection = op.get_bind()
    rows = [
        {"digest": row.digest, "kind": "agreement", "owner": row.id, "content": row.agreement}
        for row in connection.execute(sa.text("SELECT id, digest, agreement FROM operations"))
    ]
    rows += [
        {"digest": row.digest, "kind": "credential", "owner": row.agency, "content": row.credential}
        for row in connection.execute(sa.text("SELECT agency, digest, credential FROM officers"))
    ]
    if rows:
        op.bulk_insert(table, rows)
