"""The reports of a data protection officer, made offline from a compliance pack."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from linkage.command import SharedGroup, emit, example, json_option

if TYPE_CHECKING:
    from datetime import datetime

    from linkage.reports.dossier import Dossier
    from linkage.reports.report import Report

FILE = click.Path(path_type=Path)
CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("path", metavar="PACK", type=FILE),
    click.option(
        "--host", "host_path", type=FILE, metavar="FILE.pub", help="Public identity of the host, as you know it."
    ),
    click.option("--checkpoint", "held_path", type=FILE, metavar="FILE", help="A checkpoint that you kept."),
    click.option(
        "-o", "--output", type=FILE, metavar="FILE", help="An HTML page that prints well, instead of text; replaced."
    ),
    json_option,
)


def of_pack(command: CommandT) -> CommandT:
    """Return a command with the argument and options that all reports of a pack have."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_dossier(path: Path, host_path: Path | None, held_path: Path | None) -> "Dossier":
    """Return the pack in a file, verified.

    Raises:
        FileError, LedgerError, KeyFileError: a file cannot be used.
    """
    from datetime import UTC, datetime

    from linkage.identity import PublicIdentity
    from linkage.ledger.pack import Pack
    from linkage.ledger.watcher import read_checkpoint
    from linkage.reports.dossier import Dossier

    return Dossier.of(
        Pack.read(path),
        datetime.now(UTC),
        host=None if host_path is None else PublicIdentity.read(host_path),
        held=None if held_path is None else read_checkpoint(held_path),
    )


def show(made: "Report", output: Path | None, *, as_json: bool, mode: int | None = None) -> None:
    """Print a report, or write its page to `output`, with the permissions `mode`."""
    from linkage.files import ORDINARY, write_whole

    if output is not None:
        write_whole(output, made.page().encode(), mode=ORDINARY if mode is None else mode)
    emit(made.document(), lambda: made.text() if output is None else f"{output}: {made.title}", as_json=as_json)


@click.group(cls=SharedGroup, shared="counterfoil.report")
def report() -> None:
    """Make the reports that data protection law asks for, offline, from a compliance pack (audit export)."""


@report.command(epilog=example("counterfoil report record-of-processing lantern.pack -o record.html"))
@of_pack
def record_of_processing(
    path: Path, host_path: Path | None, held_path: Path | None, output: Path | None, *, as_json: bool
) -> None:
    """Make the record of processing activities (Art. 24 LED, Art. 30 GDPR)."""
    from linkage.reports.record import record_of_processing as made

    show(made(open_dossier(path, host_path, held_path)), output, as_json=as_json)


@report.command(
    epilog=example(
        "counterfoil report impact-assessment lantern.pack --json > approved.json",
        "counterfoil report impact-assessment later.pack --former approved.json -o assessment.html",
    )
)
@of_pack
@click.option(
    "--former",
    "former_path",
    type=FILE,
    metavar="FILE",
    help="The assessment that was approved, as --json printed it: what is different now is told as drift.",
)
def impact_assessment(
    path: Path,
    host_path: Path | None,
    held_path: Path | None,
    output: Path | None,
    *,
    former_path: Path | None,
    as_json: bool,
) -> None:
    """Fill a data protection impact assessment from agreement, ledger and measurements (Art. 27 LED, Art. 35 GDPR)."""
    from linkage.files import read_capped
    from linkage.ledger.pack import LARGEST_PACK_BYTES
    from linkage.reports.configuration import read_configuration
    from linkage.reports.impact import impact_assessment as made

    former = None
    if former_path is not None:
        former = read_configuration(read_capped(former_path, limit_bytes=LARGEST_PACK_BYTES), str(former_path))
    show(made(open_dossier(path, host_path, held_path), former), output, as_json=as_json)


@report.command(epilog=example("counterfoil report transfers lantern.pack -o transfers.html"))
@of_pack
def transfers(
    path: Path, host_path: Path | None, held_path: Path | None, output: Path | None, *, as_json: bool
) -> None:
    """List each pair of countries with its legal ground, the runs that used it, and who looked at hits."""
    from linkage.reports.transfers import transfer_register as made

    show(made(open_dossier(path, host_path, held_path)), output, as_json=as_json)


@report.command(epilog=example("counterfoil report retention lantern.pack -o retention.html"))
@of_pack
def retention(
    path: Path, host_path: Path | None, held_path: Path | None, output: Path | None, *, as_json: bool
) -> None:
    """List what was kept until when, what was deleted, with the certificates, and what is due soon."""
    from linkage.reports.retention import retention_report as made

    show(made(open_dossier(path, host_path, held_path)), output, as_json=as_json)


@report.command(
    epilog=example(
        "counterfoil report incident lantern.pack --agency bor --noticed 2026-11-24T09:00:00Z",
        "    --since 2026-11-20T00:00:00Z -o incident.html",
    )
)
@of_pack
@click.option("--agency", help="Whose key, officer or machine is concerned. [default: the host, and so everything]")
@click.option("--noticed", required=True, metavar="TIME", help="When it was noticed, in UTC: 2026-11-24T09:00:00Z.")
@click.option("--since", metavar="TIME", help="When it may have begun. [default: with the first entry]")
def incident(
    path: Path,
    host_path: Path | None,
    held_path: Path | None,
    output: Path | None,
    *,
    agency: str | None,
    noticed: str,
    since: str | None,
    as_json: bool,
) -> None:
    """Tell after an incident what is affected, whom to tell until when, and what happened (Art. 30 LED, 33 GDPR).

    Stop the operation first: 'counterfoil agency freeze' or 'counterfoil host freeze'.
    """
    from linkage.reports.incident import Incident
    from linkage.reports.incident import incident_report as made

    dossier = open_dossier(path, host_path, held_path)
    begun = _moment("--since", since) if since else _moment("", dossier.pack.entries[0].entry.time)
    if agency is not None and not any(text.party(agency) for _, text in dossier.versions):
        raise click.UsageError(f"--agency: {agency} is not a party to operation {dossier.pack.operation}")
    show(made(dossier, Incident(_moment("--noticed", noticed), begun, agency)), output, as_json=as_json)


def _moment(option: str, text: str) -> "datetime":
    from linkage.manifest import parse_moment

    try:
        return parse_moment(text)
    except ValueError as error:
        raise click.UsageError(f"{option} {error}") from None
