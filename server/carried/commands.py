"""The commands of the host's operators for what comes and goes on a stick."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from linkage.command import emit, example, json_option
from server.command_options import FILE, config_option, data_option, opened_service

CommandT = TypeVar("CommandT", bound=Callable[..., object])
_JUSTIFICATION = "Why, as a code, such as investigation; it goes into the ledger."


def _folder_option(gets: str) -> Callable[[CommandT], CommandT]:
    """Return the option for the folder of the stick, which gets files of the name given."""
    return click.option(
        "-o",
        "--output",
        "folder",
        required=True,
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="FOLDER",
        help=f"Gets {gets}.",
    )


@click.command(
    "import",
    epilog=example(
        "counterfoil host import atl.cfp.sealed --data ./host -o atl.receipt.json",
        "    counterfoil host import order.letter --data ./host -o order.receipt.json",
    ),
)
@click.argument("path", metavar="FILE", type=FILE)
@data_option
@config_option
@click.option("--operation", help="What a package is submitted to. [default: the agency's only one with its schema]")
@click.option("--supplement", is_flag=True, help="Leave the agency's earlier packages of its category beside this one.")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="For the signed receipt; a new file.")
@json_option
def import_(
    path: Path,
    data: Path | None,
    config: Path | None,
    *,
    operation: str | None,
    supplement: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Take in what was carried here; it is checked, and has its effects, as if the agency had sent it.

    FILE is a package, bare or sealed to the host's key ('counterfoil seal'); a letter that orders a run, calls it off,
    withdraws or freezes ('counterfoil agency ... --letter'); an officer's credential; or a file of the key ceremony.
    Carry the receipt back; 'counterfoil agency receipts' verifies it there.
    """
    import json

    from linkage.envelope import Envelope
    from linkage.files import refuse_existing, write_whole
    from server.carried.arrival import take_in
    from server.client.receipts import sentence

    refuse_existing(output)
    envelope = take_in(opened_service(data, config), path, operation=operation, supplement=supplement)
    write_whole(output, envelope, overwrite=False)
    statement = json.loads(Envelope.parse(envelope).payload)
    emit(
        statement | {"receipt": str(output)},
        lambda: f"{sentence(statement)}\n{output} is the receipt to carry back",
        as_json=as_json,
    )


@click.command(
    "export-hits",
    epilog=example("counterfoil host export-hits 8a1d... --data ./host --justification investigation -o stick/"),
)
@click.argument("run_id", metavar="RUN")
@data_option
@config_option
@click.option("--agency", "agencies", multiple=True, help="For whom. [default: every party]")
@click.option("--justification", required=True, help=_JUSTIFICATION)
@_folder_option("AGENCY.groups.csv.sealed for each")
@json_option
def export_hits(
    run_id: str,
    data: Path | None,
    config: Path | None,
    *,
    agencies: tuple[str, ...],
    justification: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Write each agency's own hits of a run, sealed so that only that agency can open them.

    The agency opens its file with 'counterfoil open' and looks up its records with 'counterfoil reveal'. Each file is a
    disclosure in the ledger.
    """
    from linkage.files import refuse_existing
    from server.carried.hits import export_hits as export
    from server.carried.hits import parties_of

    service = opened_service(data, config)
    named = agencies or tuple(parties_of(service, run_id))
    for agency in named:
        refuse_existing(folder / f"{agency}.groups.csv.sealed")
    made = [
        export(service, service.console(), run_id, agency, justification=justification, folder=folder)
        for agency in named
    ]
    emit(
        {"files": [{"agency": found.agency, "hits": found.hits, "file": str(found.path)} for found in made]},
        lambda: "\n".join(f"{found.path}: {found.hits:,} hits" for found in made),
        as_json=as_json,
    )


@click.command(
    "export-status",
    epilog=example("counterfoil host export-status lantern --data ./host --agency atl -o stick/"),
)
@click.argument("operation")
@data_option
@config_option
@click.option("--agency", required=True, help="For whom.")
@_folder_option("AGENCY.status.json.sealed")
def export_status(operation: str, data: Path | None, config: Path | None, *, agency: str, folder: Path) -> None:
    """Write what an agency would be told of an operation: the plan, runs, its submissions, the key ceremony.

    Signed by the host, and sealed so that only that agency can open it ('counterfoil open'); 'counterfoil agency
    status', 'plan', 'run' and 'ceremony status' then read it with --file.
    """
    from server.carried.status import export_status as export

    click.echo(f"{export(opened_service(data, config), operation, agency, folder)}: for {agency} only")


@click.command(epilog=example("counterfoil host status --data ./host"))
@data_option
@config_option
@json_option
def status(data: Path | None, config: Path | None, *, as_json: bool) -> None:
    """List operations, submissions and runs, with the ids that the other commands take.

    Then which checkpoint of the ledger each agency has shown, and those that are not of this ledger: a host that has
    lost entries, or was rolled back, learns it here.
    """
    from server.carried.standing import standing_of

    found = standing_of(opened_service(data, config))
    lines = [
        *(f"operation {one['id']}  version {one['version']}" for one in found["operations"]),
        *(
            f"submission {one['id']}  {one['operation']}  {one['agency']}  {one['category']}  "
            f"{one['records']:,} records  until {one['expires']}"
            for one in found["submissions"]
        ),
        *(
            f"run {one['id']}  {one['operation']}  {one['state']}  "
            f"{one['pairs_done']:,} of {one['pairs_total']:,} pairs"
            for one in found["runs"]
        ),
        *(
            f"witness {one['agency']}  holds a checkpoint of {one['entries']:,} entries, shown {one['shown']}"
            for one in found["witnesses"]
        ),
        *(
            f"FORK {one['agency']}  holds a checkpoint of {one['entries']:,} entries that this ledger does not continue"
            for one in found["forks"]
        ),
    ]
    emit(found, lambda: "\n".join(lines) or "nothing yet", as_json=as_json)
