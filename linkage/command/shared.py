"""Groups of commands that several packages add to, so that none has to import another."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click


class SharedGroup(click.Group):
    """A group whose further commands are entry points, each loaded when it is asked for."""

    def __init__(self, *arguments: Any, shared: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._shared = shared

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self._contributed()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`, or None."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = self._contributed().get(cmd_name)
        return None if found is None else found.load()

    def _contributed(self) -> dict[str, EntryPoint]:
        return {found.name: found for found in entry_points(group=self._shared)}
