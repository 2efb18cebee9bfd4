"""The commands that an agency's officer runs against a host."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.command import emit, example, json_option, progress
from server.client.ceremony_commands import ceremony

if TYPE_CHECKING:
    from server.api.models import RunDocument

FILE = click.Path(path_type=Path)
_desk_option = click.option(
    "--desk",
    "desk_folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="What 'counterfoil agency join' has set up.",
)
_TOKENS_AT_ONCE = 1000
_TOKENS_BYTES = 64 << 20
_JUSTIFICATION = "Why, as a code of your service, such as investigation; it goes into the ledger."


@click.group()
def agency() -> None:
    """Call the host on behalf of an agency: join, submit, order runs, look at hits, withdraw."""


agency.add_command(ceremony)


@agency.command(
    epilog=example(
        "counterfoil agency join --url https://match.example.int --agreement lantern.json",
        "    --root atl.key --officer o-17 --desk atl.desk",
    )
)
@click.option("--url", required=True, help="Address of the host.")
@click.option(
    "--agreement", "agreement_path", required=True, type=FILE, metavar="FILE", help="The agreement, signed by all."
)
@click.option("--root", "root_path", type=FILE, metavar="FILE", help="The agency's root key, to certify a new officer.")
@click.option("--officer", help="Pseudonym of the new officer, never a name; you keep the list.")
@click.option(
    "--role",
    type=click.Choice(["agency.officer", "agency.dpo"]),
    default="agency.officer",
    show_default=True,
    help="What the new officer may do; a data protection officer has packs made and sees no hit.",
)
@click.option("--key", "key_path", type=FILE, metavar="FILE", help="Instead of --root: the officer's own key ...")
@click.option("--credential", "credential_path", type=FILE, metavar="FILE", help="... and its credential.")
@click.option(
    "--days", type=click.IntRange(1, 1100), default=365, show_default=True, help="How long the officer may act."
)
@click.option("--authority", type=FILE, metavar="FILE.pem", help="Who vouches for the address, if no public authority.")
@click.option("--desk", "desk_folder", required=True, type=FILE, metavar="FOLDER", help="A new folder for all of this.")
@json_option
def join(
    *,
    url: str,
    agreement_path: Path,
    root_path: Path | None,
    officer: str | None,
    role: str,
    key_path: Path | None,
    credential_path: Path | None,
    days: int,
    authority: Path | None,
    desk_folder: Path,
    as_json: bool,
) -> None:
    """Set up a desk and make the officer known to the host.

    With the root key at hand, an officer's key and credential are made. Where it is kept offline, make them with
    'counterfoil identity new' and 'counterfoil credential issue', and give --key and --credential.
    """
    from datetime import UTC, datetime, timedelta

    from linkage.agreement.files import read_signed
    from linkage.credential import Officer, Role, issue
    from linkage.files import read_capped
    from linkage.identity import Identity
    from server.client import Desk, RemoteHost

    signed = read_signed(agreement_path)
    if root_path is not None and officer is not None and key_path is None and credential_path is None:
        root, now = Identity.read(root_path), datetime.now(UTC)
        key = Identity.new(root.agency)
        credential = issue(
            officer, Role(role), key.public, root, valid_from=now, valid_until=now + timedelta(days=days)
        )
    elif key_path is not None and credential_path is not None and root_path is None and officer is None:
        key = Identity.read(key_path)
        credential = read_capped(credential_path, limit_bytes=Officer.limit_bytes)
    else:
        raise click.UsageError("give --root and --officer, or --key and --credential")
    vouching = None if authority is None else read_capped(authority, limit_bytes=1 << 20)
    desk = Desk.set_up(desk_folder, url, key, signed, authority=vouching)
    with RemoteHost.of(desk) as host:
        joined = host.join(credential)
        host.watch()
    result = joined.model_dump() | {"operation": desk.operation, "desk": str(desk_folder)}
    emit(
        result,
        lambda: (
            f"{joined.officer} is {joined.role} of {joined.agency} in operation {desk.operation}\n"
            f"{desk_folder}: keep it secret, it holds the officer's key"
        ),
        as_json=as_json,
    )


@agency.command(epilog=example("counterfoil agency revoke revoked-2.json --desk atl.desk"))
@click.argument("path", metavar="LIST", type=FILE)
@_desk_option
def revoke(path: Path, desk_folder: Path) -> None:
    """Have a revocation list count that the agency's root key has signed; the officers on it are out at once.

    If the only officer's key is lost, join with a new one first.
    """
    from linkage.credential import RevocationList
    from linkage.files import read_capped
    from server.client import Desk, RemoteHost

    content = read_capped(path, limit_bytes=RevocationList.limit_bytes)
    with RemoteHost.of(Desk.read(desk_folder)) as host:
        found = host.revoke(content)
    click.echo(f"list {found.number} of {found.issuer}: {found.revoked:,} revoked")


@agency.command(
    epilog=example(
        "counterfoil agency submit atl.cfp --desk atl.desk",
        "    counterfoil agency submit more.cfp --supplement --desk atl.desk",
    )
)
@click.argument("package", type=FILE)
@click.option("--supplement", is_flag=True, help="Leave the earlier ones of its category and come beside them.")
@_desk_option
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
@_desk_option
def withdraw(
    submission: str, desk_folder: Path, *, tokens: tuple[str, ...], tokens_path: Path | None, reason: str
) -> None:
    """Have a submission, or some of its records, erased with all hits about them; the signed certificate is kept."""
    from linkage.files import read_capped
    from server.client import Desk, RemoteHost

    wanted = list(tokens)
    if tokens_path is not None:
        wanted += read_capped(tokens_path, limit_bytes=_TOKENS_BYTES).decode("ascii", "replace").split()
    with RemoteHost.of(Desk.read(desk_folder)) as host:
        if not tokens and tokens_path is None:
            host.withdraw(submission)
            click.echo(f"erased; {desk_folder / f'deletion-{submission}.json'} is the certificate")
            return
        for start in range(0, len(wanted), _TOKENS_AT_ONCE):
            host.withdraw_records(submission, wanted[start : start + _TOKENS_AT_ONCE], reason=reason)
    click.echo(f"records erased: {len(wanted):,}; {desk_folder} holds the certificates")


@agency.command(epilog=example("counterfoil agency plan --desk atl.desk"))
@_desk_option
@json_option
def plan(desk_folder: Path, *, as_json: bool) -> None:
    """Show what a run ordered now would compare, and on what legal ground."""
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host:
        found = host.plan()
    names = {entry.submission: f"{entry.agency} {entry.category} ({entry.records:,})" for entry in found.submissions}
    lines = [f"{names[one.left]} with {names[one.right]}: {one.ground}" for one in found.comparisons]
    if found.others:
        lines.append(f"and comparisons between other agencies: {found.others:,}")
    if found.known:
        lines.append(f"known from earlier runs, and not compared again: {len(found.known):,}")
    emit(found.model_dump(), lambda: "\n".join(lines or ["nothing that is here may be compared"]), as_json=as_json)


@agency.command(epilog=example("counterfoil agency run --desk atl.desk --justification investigation --wait"))
@_desk_option
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Least similarity. [default: the one that the encodings suggest]"
)
@click.option("--justification", required=True, help=_JUSTIFICATION)
@click.option("--remarks", help="Why, in words; kept apart from the ledger, which holds a commitment to them.")
@click.option("--wait", is_flag=True, help="Stay until the run has ended.")
@json_option
def run(
    *, desk_folder: Path, threshold: float | None, justification: str, remarks: str | None, wait: bool, as_json: bool
) -> int:
    """Order a run of what the plan says now."""
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host:
        found = host.order(host.plan(), threshold=threshold, justification=justification, remarks=remarks)
        if wait:
            found = _waited(host, found)
    emit(found.model_dump(), lambda: _told(found), as_json=as_json)
    return 0 if found.state in {"queued", "running", "done"} else 4


@agency.command(epilog=example("counterfoil agency status --desk atl.desk --watch"))
@_desk_option
@click.option("--watch", is_flag=True, help="Stay until the newest run has ended.")
@json_option
def status(desk_folder: Path, *, watch: bool, as_json: bool) -> None:
    """Show the agency's submissions and the runs of the operation."""
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host:
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
@_desk_option
def cancel(run_id: str, desk_folder: Path) -> None:
    """Call off a run that the agency has ordered; nothing of it is published."""
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host:
        click.echo(_told(host.cancel(run_id)))


@agency.command(epilog=example("counterfoil agency freeze --desk atl.desk --justification incident"))
@_desk_option
@click.option("--justification", required=True, help=_JUSTIFICATION)
@click.option("--remarks", help="Why, in words; kept apart from the ledger, which holds a commitment to them.")
def freeze(*, desk_folder: Path, justification: str, remarks: str | None) -> None:
    """Stop the operation after an incident, for all parties, until all have signed a next agreement."""
    from server.client import Desk, RemoteHost

    with RemoteHost.of(Desk.read(desk_folder)) as host:
        found = host.freeze(justification=justification, remarks=remarks)
    click.echo(f"operation {found.operation} is frozen since {found.frozen}")


@agency.command(
    epilog=example("counterfoil agency hits 8a1d... --desk atl.desk --justification investigation -o hits.csv")
)
@click.argument("run_id", metavar="RUN")
@_desk_option
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
