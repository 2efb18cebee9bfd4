"""Uploads get keys. Those under way are forgotten, for their parts lie in clear; the schedule deletes the files."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    op.execute(sa.text("DELETE FROM uploads"))
    op.add_column(
        "uploads",
        sa.Column(
            "sealing_key", sa.LargeBinary(), nullable=False, server_default="", comment="wrapped; of the parts on disk"
        ),
    )
