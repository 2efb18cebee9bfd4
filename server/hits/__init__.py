"""Hits: groups as one agency sees them, its own tokens and no one else's."""
