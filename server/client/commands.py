"""The commands that an agency's officer runs against a host."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.command import emit, example, json_option, progress
from server.client.ceremony_commands import ceremony
from server.client.joining_commands import join, revoke
from server.client.options import FILE, desk_option, file_option, letter_options, write_letter

if TYPE_CHECKING:
    from server.api.models import PlanDocument, RunDocument
    from server.client import Desk

_TOKENS_AT_ONCE = 1000
_TOKENS_BYTES = 64 << 20
_JUSTIFICATION = "Why, as a code of your service, such as investigation; it goes into the ledger."


@click.group()
def agency() -> None:
    """Call the host on behalf of an agency: join, submit, order runs, look at hits, withdraw."""


agency.add_command(join)
agency.add_command(revoke)
agency.add_command(ceremony)


@agency.command(
    epilog=example(
        "counterfoil agency submit atl.cfp --desk atl.desk",
        "    counterfoil agency submit more.cfp --supplement --desk atl.desk",
    )
)
@click.argument("package", type=FILE)
@click.option("--supplement", is_flag=True, help="Leave the earlier ones of its category and come beside them.")
@desk_option
@json_option
def submit(package: Path, desk_folder: Path, *, supplement: bool, as_json: bool) -> None:
    """Upload a package; it takes the place of the agency's earlier ones of its category. The receipt is kept.

    To correct a record, submit a package of it as a supplement and withdraw the former one by its token.
    """
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host, progress("uploading", "bytes") as on_progress:
        receipt = host.submit(package, on_progress, supplement=supplement)
    result = receipt.model_dump(exclude={"receipt"})
    emit(
        result,
        lambda: (
            f"submission {receipt.submission}{_for(receipt.counterpart)}: {receipt.records:,} records,"
            f" kept until {receipt.expires}"
        ),
        as_json=as_json,
    )


@agency.command(
    epilog=example(
        "counterfoil agency receipts --desk atl.desk",
        "counterfoil agency receipts atl.receipt.json --agreement lantern.json",
    )
)
@click.argument("paths", metavar="FILE...", nargs=-1, type=FILE)
@click.option(
    "--desk",
    "desk_folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="Verify what is kept there, too.",
)
@click.option(
    "--agreement", "agreement_path", type=FILE, metavar="FILE", help="Without a desk: it names the key of the host."
)
@json_option
def receipts(paths: tuple[Path, ...], desk_folder: Path | None, agreement_path: Path | None, *, as_json: bool) -> None:
    """Verify the host's receipts and certificates of deletion, offline: those of a desk, and FILEs from a stick."""
    from linkage.agreement.files import read_signed
    from server.client import Desk
    from server.client.receipts import read_words

    if (desk_folder is None) == (agreement_path is None):
        raise click.UsageError("give either --desk or --agreement")
    host = Desk.read(desk_folder).host if desk_folder else read_signed(agreement_path).agreement.host.root  # type: ignore[arg-type]  # one is given
    words = list(read_words(list(paths), desk_folder, host))
    emit(
        {"signed": [{"file": str(word.path), **word.statement} for word in words]},
        lambda: "\n".join(f"{word.path}: {word.sentence}" for word in words) or "nothing yet",
        as_json=as_json,
    )


@agency.command(
    epilog=example(
        "counterfoil agency withdraw 5f0c... --desk atl.desk",
        "    counterfoil agency withdraw 5f0c... --token 91ab... --reason rectification --desk atl.desk",
    )
)
@click.argument("submission")
@click.option("--token", "tokens", multiple=True, help="Of one record, from your counterfoil; may be given repeatedly.")
@click.option("--tokens", "tokens_path", type=FILE, metavar="FILE", help="Tokens of records, one a line.")
@click.option("--reason", default="withdrawn", show_default=True, help="Why records go, as a code; for the ledger.")
@letter_options
@desk_option
def withdraw(
    submission: str,
    desk_folder: Path,
    *,
    tokens: tuple[str, ...],
    tokens_path: Path | None,
    reason: str,
    letter_path: Path | None,
    letter_days: int,
) -> None:
    """Have a submission, or some of its records, erased with all hits about them; the signed certificate is kept."""
    from linkage.files import read_capped
    from server.client import Desk, RemoteHost
    from server.letter import WithdrawalWish

    wanted = list(tokens)
    if tokens_path is not None:
        wanted += read_capped(tokens_path, limit_bytes=_TOKENS_BYTES).decode("ascii", "replace").split()
    whole = not tokens and tokens_path is None
    if letter_path is not None:
        stated = {"submission": submission, "tokens": None if whole else wanted, "reason": reason}
        write_letter(Desk.read(desk_folder), letter_path, letter_days, WithdrawalWish, **stated)
        return
    with RemoteHost.of(Desk.read(desk_folder)) as host:
        if whole:
            host.withdraw(submission)
            click.echo(f"erased; {desk_folder / f'deletion-{submission}.json'} is the certificate")
            return
        for start in range(0, len(wanted), _TOKENS_AT_ONCE):
            host.withdraw_records(submission, wanted[start : start + _TOKENS_AT_ONCE], reason=reason)
    click.echo(f"records erased: {len(wanted):,}; {desk_folder} holds the certificates")


@agency.command(epilog=example("counterfoil agency plan --desk atl.desk"))
@desk_option
@file_option
@json_option
def plan(desk_folder: Path, standing_path: Path | None, *, as_json: bool) -> None:
    """Show what a run ordered now would compare, and on what legal ground."""
    from server.client import Desk, RemoteHost

    desk = Desk.read(desk_folder)
    if standing_path is not None:
        found = _plan_in(standing_path, desk)
    else:
        with RemoteHost.of(desk) as host:
            found = host.plan()
    names = {entry.submission: f"{entry.agency} {entry.category} ({entry.records:,})" for entry in found.submissions}
    lines = [f"{names[one.left]} with {names[one.right]}: {one.ground}" for one in found.comparisons]
    if found.others:
        lines.append(f"and comparisons between other agencies: {found.others:,}")
    if found.known:
        lines.append(f"known from earlier runs, and not compared again: {len(found.known):,}")
    emit(found.model_dump(), lambda: "\n".join(lines or ["nothing that is here may be compared"]), as_json=as_json)


@agency.command(epilog=example("counterfoil agency run --desk atl.desk --justification investigation --wait"))
@desk_option
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Least similarity. [default: the one that the encodings suggest]"
)
@click.option("--justification", required=True, help=_JUSTIFICATION)
@click.option("--remarks", help="Why, in words; kept apart from the ledger, which holds a commitment to them.")
@click.option("--wait", is_flag=True, help="Stay until the run has ended.")
@file_option
@letter_options
@json_option
def run(
    *,
    desk_folder: Path,
    threshold: float | None,
    justification: str,
    remarks: str | None,
    wait: bool,
    standing_path: Path | None,
    letter_path: Path | None,
    letter_days: int,
    as_json: bool,
) -> int:
    """Order a run of what the plan says now; by --letter, of what it says in --file."""
    from server.client import Desk, RemoteHost
    from server.letter import RunWish

    desk = Desk.read(desk_folder)
    if (letter_path is None) != (standing_path is None):
        raise click.UsageError("a letter needs the plan in a file, and only a letter: give --letter and --file")
    if letter_path is not None and standing_path is not None:
        least = "auto" if threshold is None else threshold
        seen, why = _plan_in(standing_path, desk).digest, {"justification": justification, "remarks": remarks}
        write_letter(desk, letter_path, letter_days, RunWish, plan=seen, threshold=least, **why)
        return 0
    with RemoteHost.of(desk) as host:
        found = host.order(host.plan(), threshold=threshold, justification=justification, remarks=remarks)
        if wait:
            found = _waited(host, found)
    emit(found.model_dump(), lambda: _told(found), as_json=as_json)
    return 0 if found.state in {"queued", "running", "done"} else 4


@agency.command(epilog=example("counterfoil agency status --desk atl.desk --watch"))
@desk_option
@click.option("--watch", is_flag=True, help="Stay until the newest run has ended.")
@file_option
@json_option
def status(desk_folder: Path, standing_path: Path | None, *, watch: bool, as_json: bool) -> None:
    """Show the agency's submissions and the runs of the operation."""
    from server.client import Desk, RemoteHost
    from server.client.receipts import read_standing

    desk = Desk.read(desk_folder)
    if standing_path is not None:
        told = read_standing(standing_path, desk)
        runs, submissions = told.runs, told.submissions
    else:
        with RemoteHost.of(desk) as host:
            runs = host.runs()
            if watch and runs:
                runs[0] = _waited(host, runs[0])
            submissions = host.submissions()
            host.watch()
    result = {
        "submissions": [found.model_dump(exclude={"receipt"}) for found in submissions],
        "runs": [found.model_dump() for found in runs],
    }
    lines = [
        *(
            f"submission {found.submission}  {found.category}{_for(found.counterpart)}  {found.records:,} records"
            f"  {found.state}"
            for found in submissions
        ),
        *(_told(found) for found in runs),
    ]
    emit(result, lambda: "\n".join(lines or ["nothing yet"]), as_json=as_json)


@agency.command(epilog=example("counterfoil agency cancel 8a1d... --desk atl.desk"))
@click.argument("run_id", metavar="RUN")
@letter_options
@desk_option
def cancel(run_id: str, desk_folder: Path, letter_path: Path | None, letter_days: int) -> None:
    """Call off a run that the agency has ordered; nothing of it is published."""
    from server.client import Desk, RemoteHost
    from server.letter import CancellationWish

    if letter_path is not None:
        write_letter(Desk.read(desk_folder), letter_path, letter_days, CancellationWish, run=run_id)
        return
    with RemoteHost.of(Desk.read(desk_folder)) as host:
        click.echo(_told(host.cancel(run_id)))


@agency.command(epilog=example("counterfoil agency freeze --desk atl.desk --justification incident"))
@desk_option
@click.option("--justification", required=True, help=_JUSTIFICATION)
@click.option("--remarks", help="Why, in words; kept apart from the ledger, which holds a commitment to them.")
@letter_options
def freeze(
    *, desk_folder: Path, justification: str, remarks: str | None, letter_path: Path | None, letter_days: int
) -> None:
    """Stop the operation after an incident, for all parties, until all have signed a next agreement."""
    from server.client import Desk, RemoteHost
    from server.letter import FreezeWish

    if letter_path is not None:
        stated = {"justification": justification, "remarks": remarks}
        write_letter(Desk.read(desk_folder), letter_path, letter_days, FreezeWish, **stated)
        return
    with RemoteHost.of(Desk.read(desk_folder)) as host:
        found = host.freeze(justification=justification, remarks=remarks)
    click.echo(f"operation {found.operation} is frozen since {found.frozen}")


@agency.command(
    epilog=example("counterfoil agency hits 8a1d... --desk atl.desk --justification investigation -o hits.csv")
)
@click.argument("run_id", metavar="RUN")
@desk_option
@click.option("--justification", required=True, help=_JUSTIFICATION)
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="CSV; an existing file is replaced.")
@json_option
def hits(run_id: str, desk_folder: Path, *, justification: str, output: Path, as_json: bool) -> None:
    """Write the hits of a run that are about the agency's own records. The look is in the ledger.

    FILE has one row per record: group, agency, token, band, counterparts and their contacts.
    """
    from linkage.files import OWNER_ONLY, whole_file
    from server.api.hits_csv import write_hits
    from server.client import Desk, RemoteHost

    desk = Desk.read(desk_folder)
    with (
        RemoteHost.of(desk) as host,
        whole_file(output, mode=OWNER_ONLY) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        count = write_hits(file, desk.key.agency, host.hits(run_id, justification=justification))
    emit({"hits": count, "written": str(output)}, lambda: f"{output}: {count:,} hits", as_json=as_json)


def _plan_in(path: Path, desk: "Desk") -> "PlanDocument":
    """Return the plan that the host has told the agency in a file."""
    from server.client.receipts import read_standing
    from server.errors import NotAllowedError

    found = read_standing(path, desk).plan
    if found is None:
        raise NotAllowedError("the operation was frozen or not in force, and nothing planned", code="operation.frozen")
    return found


def _waited(host: Any, run_: "RunDocument") -> "RunDocument":
    """Return the run when it has ended, with a bar meanwhile."""
    import time

    with progress("comparing", "pairs") as on_progress:
        while run_.state in {"queued", "running"}:
            time.sleep(0.3)
            run_ = host.run(run_.run)
            on_progress(run_.pairs_done, run_.pairs_total)
    return run_


def _for(counterpart: str | None) -> str:
    return f" for {counterpart}" if counterpart else ""


def _told(run_: "RunDocument") -> str:
    ending = f", {run_.problem}" if run_.problem else f", threshold {run_.threshold}" if run_.state == "done" else ""
    return f"run {run_.run}  {run_.state}  {run_.pairs_done:,} of {run_.pairs_total:,} pairs{ending}"
