"""The API: HTTP on one side, the functions of the host on the other, and nothing decided in between.

``models`` is all that an agency's program needs of it, and imports neither Flask nor a database.
"""
