"""The records of a table as rows of a schema, read as ``counterfoil encode`` reads them."""

from pathlib import Path

from encoder.columns import find_columns, read_profile, table_options, wanted_columns
from encoder.table import TextOptions, open_table
from linkage import Schema

BACKGROUND = Path(__file__).parent / "data" / "background.parquet"


def read_records(path: Path, schema: Schema, columns_file: Path | None) -> list[tuple[str, ...]]:
    """Return one text per field of the schema for each row of the table.

    Raises:
        FileError: a file cannot be read.
        TableError: the table is damaged, or lacks a column.
    """
    profile = None if columns_file is None else read_profile(columns_file, schema)
    how = table_options(profile, TextOptions(None, None, '"'), None)
    opened = open_table(path, how, wanted=wanted_columns(schema, profile, None))
    columns = find_columns(path, opened.header, schema, profile, None)
    rows: list[tuple[str, ...]] = []
    for batch in opened.batches(columns.places):
        rows += zip(*columns.of_fields(columns.of_batch(batch), len(batch)), strict=True)
    return rows
