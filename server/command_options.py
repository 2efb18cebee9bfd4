"""Options that the commands of a host share: where it is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from server.service import Service
    from server.settings import Settings

FILE = click.Path(path_type=Path)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A host in this folder, with all defaults.",
)
config_option = click.option("--config", type=FILE, metavar="host.toml", help="A host as this file says.")


def chosen_settings(data: Path | None, config: Path | None) -> "Settings":
    """Return the settings of the host that the options name."""
    from server.settings import Settings

    if (data is None) == (config is None):
        raise click.UsageError("give either --data or --config")
    return Settings.embedded(data) if data is not None else Settings.read(config)  # type: ignore[arg-type]  # one is given


def opened_service(data: Path | None, config: Path | None) -> "Service":
    """Return the host that the options name."""
    from server.service import Service

    return Service.opened(chosen_settings(data, config))
