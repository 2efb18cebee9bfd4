"""What Alembic runs: the steps, on the connection that it is given."""

from alembic import context

import server.ledger.tables  # noqa: F401 - its tables are of the same metadata
from server.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
