"""The host's tables, and transactions on them: SQLite in WAL or PostgreSQL.

``tables`` says what there is, ``migrations`` how it came to be, ``engine`` opens the database and its transactions.
"""

from server.database.engine import migrate, open_engine, writing
from server.database.tables import metadata

__all__ = ["metadata", "migrate", "open_engine", "writing"]
