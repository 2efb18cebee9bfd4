"""Write docs/commands.md from the --help of every command. A test holds that the file is current.

Run: uv run python scripts/write_command_reference.py
"""

from collections.abc import Iterator
from pathlib import Path

import click

from linkage.command.program import counterfoil

TARGET = Path(__file__).parent.parent / "docs" / "commands.md"
WIDTH = 100
HEADER = """# Commands

Written by `scripts/write_command_reference.py` from what `--help` prints.
"""


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield the full name of every command below `group`, and the command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def reference() -> str:
    """Return the text of the file."""
    parts = [HEADER]
    for name, command in commands(counterfoil, "counterfoil"):
        names = counterfoil.context_settings["help_option_names"]
        context = click.Context(
            command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=names
        )
        lines = [line.rstrip() for line in command.get_help(context).splitlines()]
        parts.append("\n".join([f"## {name}\n", "```", *lines, "```\n"]))
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
    print(f"{TARGET.name}: {reference().count('## ')} commands")
