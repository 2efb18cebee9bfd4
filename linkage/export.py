"""The encodings of a package in formats of other programs; signature and manifest stay behind."""

from collections.abc import Callable, Mapping
from pathlib import Path

from linkage.canonical import base64_text
from linkage.clks_json import write_clks
from linkage.files import unusable, whole_file
from linkage.package import Package
from linkage.package.rows import RowWriter


def export_clks_json(path: Path, package: Package) -> None:
    """Write CLK JSON, whole or not at all; row i is the i-th encoding of the package, in the order of the tokens."""
    write_clks(path, package.encodings)


def export_csv(path: Path, package: Package) -> None:
    """Write CSV, whole or not at all: token (hexadecimal) and encoding (base64)."""
    try:
        with whole_file(path, overwrite=False) as temporary, temporary.open("w", encoding="ascii", newline="") as file:
            file.write("token,encoding\n")
            for tokens, encodings in package.encodings.blocks():
                file.writelines(
                    f"{token.tobytes().hex()},{base64_text(row.tobytes())}\n"
                    for token, row in zip(tokens, encodings, strict=True)
                )
    except OSError as error:
        raise unusable(path, "written", error) from error


def export_parquet(path: Path, package: Package) -> None:
    """Write the table inside the package, whole or not at all: token, category and encoding."""
    try:
        with whole_file(path, overwrite=False) as temporary, temporary.open("wb") as file:
            rows = RowWriter(file, package.manifest)
            for tokens, encodings in package.encodings.blocks():
                rows.write(tokens, encodings)
            rows.finish()
    except OSError as error:
        raise unusable(path, "written", error) from error


EXPORTS: Mapping[str, Callable[[Path, Package], None]] = {
    "clks-json": export_clks_json,
    "csv": export_csv,
    "parquet": export_parquet,
}
