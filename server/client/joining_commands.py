"""The commands by which officers come to be known to a host, and cease to be."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option
from server.client.options import FILE, desk_option


@click.command(
    epilog=example(
        "counterfoil agency join --url https://match.example.int --agreement lantern.json",
        "    --root atl.key --officer o-17 --desk atl.desk",
    )
)
@click.option("--url", help="Address of the host. [default: none; all is carried there on a stick]")
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
    url: str | None,
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

    Without --url nothing is sent: carry the credential to the host ('counterfoil host import').
    """
    import shutil
    from datetime import UTC, datetime, timedelta

    from linkage.agreement.files import read_signed
    from linkage.credential import Officer, Role, issue
    from linkage.errors import CounterfoilError
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
    is_new = not desk_folder.exists()
    desk = Desk.set_up(desk_folder, url, key, signed, authority=vouching)
    if url is None:
        path = desk.keep("credential.json", credential)
        click.echo(
            f"{path}: to be carried to the host\nthere: counterfoil host import {path.name} -o joined.receipt.json\n"
            f"{desk_folder}: keep it secret, it holds the officer's key"
        )
        return
    with RemoteHost.of(desk) as host:
        try:
            joined = host.join(credential)
        except CounterfoilError:
            if is_new:
                shutil.rmtree(desk_folder)  # so that the same command may be given again
            raise
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


@click.command(epilog=example("counterfoil agency revoke revoked-2.json --desk atl.desk"))
@click.argument("path", metavar="LIST", type=FILE)
@desk_option
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
