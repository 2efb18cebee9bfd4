"""Readers of tables: text of any dialect and encoding, XLSX, ODS, Parquet and Arrow.

``opening`` tells which kind a file is; ``delimited`` (with ``dialect``), ``spreadsheet`` and ``columnar`` read the
kinds; ``batch`` is what all of them deliver.
"""

from encoder.table.batch import Batch, CellFault, Table
from encoder.table.dialect import TextOptions
from encoder.table.opening import TableOptions, open_table

__all__ = ["Batch", "CellFault", "Table", "TableOptions", "TextOptions", "open_table"]
