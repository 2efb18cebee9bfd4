"""How commands print what they found."""

import json
from collections.abc import Callable
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for scripts.")


def emit(result: dict[str, Any], text: Callable[[], str], *, as_json: bool) -> None:
    """Print `result` as JSON, or what `text` makes of it for people."""
    click.echo(json.dumps(result, indent=2, ensure_ascii=False) if as_json else text())


def example(*lines: str) -> str:
    """Return the epilog of a command's --help that shows how it is used."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
