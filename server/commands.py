"""The commands that the host's operators run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.command import emit, example, json_option

if TYPE_CHECKING:
    from server.settings import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path)
_data_option = click.option("--data", type=FOLDER, metavar="DIR", help="A host in this folder, with all defaults.")
_config_option = click.option("--config", type=FILE, metavar="host.toml", help="A host as this file says.")


def _settings(data: Path | None, config: Path | None) -> "Settings":
    from server.settings import Settings

    if (data is None) == (config is None):
        raise click.UsageError("give either --data or --config")
    return Settings.embedded(data) if data is not None else Settings.read(config)  # type: ignore[arg-type]  # one is given


@click.command(epilog=example("counterfoil serve --data ./host", "counterfoil serve --config host.toml"))
@_data_option
@_config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of the one in the settings.")
def serve(data: Path | None, config: Path | None, *, port: int | None) -> None:
    """Serve the API. The first start makes the host's keys and says what to do next.

    With --data, the database is SQLite, files are in the folder, and jobs run in the same process.
    """
    from server.api.observation import configure_log
    from server.hosting import WebProcesses
    from server.service import Service

    settings = _settings(data, config)
    if port is not None:
        settings = settings.model_copy(update={"listen": settings.listen.model_copy(update={"port": port})})
    configure_log(settings.log)
    service = Service.opened(settings)
    public, folder = service.keys.identity.public, settings.data
    service.engine.dispose()
    click.echo(
        f"host     {public.agency}, key {public.key_id}\n"
        f"address  http://{settings.listen.address}:{settings.listen.port}\n"
        f"next     put {folder / 'host.key.pub'} and {folder / 'host.seal.pub'} into the agreement, sign it with\n"
        f"         {folder / 'host.key'}, and when all have signed: counterfoil host register AGREEMENT"
    )
    WebProcesses(settings).run()


@click.command(epilog=example("counterfoil worker --config host.toml --name worker-0"))
@_data_option
@_config_option
@click.option("--name", required=True, help="Stable: the same when it starts again.")
def worker(data: Path | None, config: Path | None, *, name: str) -> None:
    """Do the jobs of a host until it is told to stop; as many of them as there are machines for."""
    import signal
    import threading

    from server.api.observation import configure_log
    from server.hosting import worker as worker_of
    from server.service import Service

    settings = _settings(data, config)
    configure_log(settings.log)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker_of(Service.opened(settings), name).run(stop)


@click.command(epilog=example("counterfoil doctor --config host.toml"))
@_data_option
@_config_option
@json_option
def doctor(data: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Check a configuration, one line per part, and say what is wrong with it. Exit code 3 if something is."""
    from server.diagnosis import diagnose

    findings = diagnose(_settings(data, config))
    emit(
        {"findings": [finding._asdict() for finding in findings]},
        lambda: "\n".join(f"{'ok   ' if found.well else 'WRONG'}  {found.part}: {found.says}" for found in findings),
        as_json=as_json,
    )
    return 0 if all(finding.well for finding in findings) else 3


@click.group()
def host() -> None:
    """Work on the host's own data, on its own machine: what needs no request."""


@host.command(epilog=example("counterfoil host register lantern.json --data ./host"))
@click.argument("agreement", type=FILE)
@_data_option
@_config_option
def register(agreement: Path, data: Path | None, config: Path | None) -> None:
    """Register an agreement that all parties and the host have signed; its operation begins."""
    from linkage.agreement.files import read_signed
    from server.operations.registry import register as register_agreement
    from server.service import Service

    service = Service.opened(_settings(data, config))
    found = register_agreement(service, service.console(), read_signed(agreement).encode())
    click.echo(f"operation {found.operation}, version {found.version}, until {found.valid_until}")


@host.command(epilog=example("counterfoil host revoke revoked-2.json --data ./host"))
@click.argument("path", metavar="LIST", type=FILE)
@_data_option
@_config_option
def revoke(path: Path, data: Path | None, config: Path | None) -> None:
    """Let a revocation list count that an agency, or the host itself, has signed with its root key."""
    from linkage.credential import RevocationList
    from linkage.files import read_capped
    from server.operations.revocation import accept_list
    from server.service import Service

    service = Service.opened(_settings(data, config))
    content = read_capped(path, limit_bytes=RevocationList.limit_bytes)
    found = accept_list(service, service.console(), content)
    click.echo(f"list {found.number} of {found.issuer}: {len(found.revoked):,} revoked")
