"""The commands that the host's operators run."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option
from server.carried.commands import export_hits, export_status, import_, status
from server.command_options import FILE, chosen_settings, config_option, data_option, opened_service

_FOR_ITS_OWNER = 0o077


@click.command(epilog=example("counterfoil serve --data ./host", "counterfoil serve --config host.toml"))
@data_option
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of the one in the settings.")
def serve(data: Path | None, config: Path | None, *, port: int | None) -> None:
    """Serve the API. The first start makes the host's keys and says what to do next.

    With --data, the database is SQLite, files are in the folder, and jobs run in the same process.
    """
    import os

    settings = chosen_settings(data, config)
    if port is not None:
        settings = settings.model_copy(update={"listen": settings.listen.model_copy(update={"port": port})})
    _count_together(settings.metrics)
    from server.api.observation import configure_log
    from server.hosting import WebProcesses
    from server.service import Service

    configure_log(settings.log)
    os.umask(_FOR_ITS_OWNER)
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


def _count_together(folder: Path | None) -> None:
    """Let the web processes count in one folder, from nought; before the library that counts is imported."""
    import os
    import shutil

    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.absolute())


@click.command(epilog=example("counterfoil worker --config host.toml --name worker-0"))
@data_option
@config_option
@click.option("--name", required=True, help="Stable: the same when it starts again.")
def worker(data: Path | None, config: Path | None, *, name: str) -> None:
    """Do the jobs of a host until it is told to stop; as many of them as there are machines for."""
    import os
    import signal
    import threading

    from server.api.observation import configure_log
    from server.hosting import worker as worker_of
    from server.service import Service

    settings = chosen_settings(data, config)
    configure_log(settings.log)
    os.umask(_FOR_ITS_OWNER)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker_of(Service.opened(settings), name).run(stop)


@click.command(epilog=example("counterfoil doctor --config host.toml"))
@data_option
@config_option
@json_option
def doctor(data: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Check a configuration, one line per part, and say what is wrong with it. Exit code 3 if something is."""
    from server.diagnosis import diagnose

    findings = diagnose(chosen_settings(data, config))
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
@data_option
@config_option
def register(agreement: Path, data: Path | None, config: Path | None) -> None:
    """Register an agreement that all parties and the host have signed; its operation begins."""
    from linkage.agreement.files import read_signed
    from server.operations.registry import register as register_agreement

    service = opened_service(data, config)
    found = register_agreement(service, service.console(), read_signed(agreement).encode())
    click.echo(f"operation {found.operation}, version {found.version}, until {found.valid_until}")


@host.command(epilog=example("counterfoil host freeze lantern --justification incident --data ./host"))
@click.argument("operation")
@click.option("--justification", required=True, help="Why, as a code such as incident; it goes into the ledger.")
@click.option("--remarks", help="Why, in words; kept apart from the ledger, which holds a commitment to them.")
@data_option
@config_option
def freeze(operation: str, *, justification: str, remarks: str | None, data: Path | None, config: Path | None) -> None:
    """Stop an operation after an incident: nothing is submitted, compared or looked at, and runs are called off.

    It goes on when a next version of the agreement is registered, which all have signed.
    """
    from server.operations.freezing import freeze as stop

    service = opened_service(data, config)
    since = stop(service, service.console(), operation, justification=justification, remarks=remarks)
    click.echo(f"operation {operation} is frozen since {since}")


@host.command(epilog=example("counterfoil host revoke revoked-2.json --data ./host"))
@click.argument("path", metavar="LIST", type=FILE)
@data_option
@config_option
def revoke(path: Path, data: Path | None, config: Path | None) -> None:
    """Let a revocation list count that an agency, or the host itself, has signed with its root key."""
    from linkage.credential import RevocationList
    from linkage.files import read_capped
    from server.operations.revocation import accept_list

    service = opened_service(data, config)
    content = read_capped(path, limit_bytes=RevocationList.limit_bytes)
    found = accept_list(service, service.console(), content)
    click.echo(f"list {found.number} of {found.issuer}: {len(found.revoked):,} revoked")


@host.command(epilog=example("counterfoil host check --config host.toml"))
@data_option
@config_option
@json_option
def check(data: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Look through all that the host holds, as after a restored backup. Exit code 3 if something is not whole.

    Every stored submission is opened and verified, and the ledger is computed anew from its entries.
    """
    from server.soundness import look_through

    found = look_through(opened_service(data, config))
    lines = [
        f"{found.submissions - len(found.broken):,} of {found.submissions:,} submissions are whole",
        *(f"submission {identifier} is missing or damaged" for identifier in found.broken),
        f"the ledger of {found.entries:,} entries is {'whole' if found.ledger_whole else 'NOT what its head says'}",
    ]
    emit(found._asdict() | {"whole": found.whole}, lambda: "\n".join(lines), as_json=as_json)
    return 0 if found.whole else 3


host.add_command(import_)
host.add_command(export_hits)
host.add_command(export_status)
host.add_command(status)
