"""Kinds of parameters that the commands of the matcher have."""

import re
from pathlib import Path
from typing import Any, Literal

import click

FILE = click.Path(path_type=Path)
FORMATS = (".csv", ".parquet")


def table_path(_context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Return the path if its name ends like a format that can be written."""
    if path is not None and path.suffix.lower() not in FORMATS:
        raise click.BadParameter(f"must end in {' or '.join(FORMATS)}", param=parameter)
    return path


def page_path(_context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Return the path if its name ends like that of a page."""
    if path is not None and path.suffix.lower() != ".html":
        raise click.BadParameter("must end in .html", param=parameter)
    return path


class ThresholdNumber(click.ParamType["float | Literal['auto']"]):
    """A number from 0 to 1, or "auto"."""

    name = "threshold"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's contract
        """Return how help shows a value."""
        return "NUMBER|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "float | Literal['auto']":
        """Return the number, or "auto"."""
        if value == "auto":
            return "auto"
        try:
            return click.FloatRange(0, 1).convert(value, param, ctx)
        except click.BadParameter:
            self.fail("must be a number from 0 to 1, or auto", param, ctx)


class MemorySize(click.ParamType[int]):
    """A number of bytes, as 2GiB or 500MB."""

    name = "memory"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's contract
        """Return how help shows a value."""
        return "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes."""
        found = re.fullmatch(r"([0-9]{1,15}) ?([KkMGT]i?B)?", value) if isinstance(value, str) else None
        if found is None:
            self.fail("must be a number of bytes, or as 2GiB or 500MB", param, ctx)
        unit = found[2] or ""
        base = 1024 if "i" in unit else 1000
        size: int = int(found[1]) * base ** ("KMGT".index(unit[0].upper()) + 1 if unit else 0)
        return size
