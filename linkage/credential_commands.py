"""The commands by which the holder of a root key says who its officers are."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option

FILE = click.Path(path_type=Path)
ROLES = ("agency.officer", "agency.dpo", "host.operator", "host.dpo", "authority")
_root = click.option("--root", "root_file", required=True, type=FILE, metavar="FILE", help="The root key that signs.")
_output = click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")


@click.group()
def credential() -> None:
    """Say whose keys may act for an agency or the host, in which role and until when."""


@credential.command(
    epilog=example(
        "counterfoil credential issue --root atl.key --officer o-17 --role agency.officer",
        "    --key o17.key.pub --days 365 -o o17.credential.json",
    )
)
@_root
@click.option("--officer", required=True, help="A pseudonym, never a name; you keep the list.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--key", "key_path", required=True, type=FILE, metavar="FILE.pub", help="The officer's own key.")
@click.option("--days", required=True, type=click.IntRange(1, 1100), help="How long it is valid.")
@_output
def issue(*, root_file: Path, officer: str, role: str, key_path: Path, days: int, output: Path) -> None:
    """Certify that a key belongs to an officer. The officer makes the key ('counterfoil identity new') and keeps it."""
    from datetime import UTC, datetime, timedelta

    from linkage.credential import Officer, Role
    from linkage.credential import issue as issue_credential
    from linkage.files import write_whole
    from linkage.identity import Identity, PublicIdentity

    now = datetime.now(UTC)
    made = issue_credential(
        officer,
        Role(role),
        PublicIdentity.read(key_path),
        Identity.read(root_file),
        valid_from=now,
        valid_until=now + timedelta(days=days),
    )
    write_whole(output, made, overwrite=False)
    found = Officer.claimed(made)
    click.echo(f"{output}: {found.officer}, {found.role} of {found.issuer}, until {found.valid_until}")


@credential.command(epilog=example("counterfoil credential show o17.credential.json --issuer atl.key.pub"))
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--issuer", "issuer_path", required=True, type=FILE, metavar="FILE.pub", help="The root key of it.")
@json_option
def show(path: Path, issuer_path: Path, *, as_json: bool) -> None:
    """Verify a credential and show whose key it certifies; one that is not valid now is refused."""
    from datetime import UTC, datetime

    from linkage.credential import Officer, officer_of
    from linkage.files import read_capped
    from linkage.identity import PublicIdentity

    content = read_capped(path, limit_bytes=Officer.limit_bytes)
    found = officer_of(content, PublicIdentity.read(issuer_path), now=datetime.now(UTC))
    result = {**found.model_dump(mode="json"), "key_id": found.key.key_id, "digest": found.digest}
    emit(
        result,
        lambda: (
            f"officer  {found.officer}\nrole     {found.role} of {found.issuer}\nkey id   {found.key.key_id}\n"
            f"valid    {found.valid_from} to {found.valid_until}\ndigest   {found.digest}"
        ),
        as_json=as_json,
    )


@credential.command(
    epilog=example(
        "counterfoil credential revoke --root atl.key o17.credential.json -o revoked-1.json",
        "    counterfoil credential revoke --root atl.key --after revoked-1.json o18.credential.json -o revoked-2.json",
    )
)
@_root
@click.option("--after", type=FILE, metavar="FILE", help="The agency's list before; all that it revokes stays revoked.")
@click.argument("paths", metavar="CREDENTIAL...", nargs=-1, type=FILE)
@_output
def revoke(root_file: Path, after: Path | None, paths: tuple[Path, ...], output: Path) -> None:
    """Sign the list of all credentials that are ended before their time; it takes the place of the list before."""
    from datetime import UTC, datetime

    from linkage.credential import Officer, RevocationList
    from linkage.files import read_capped, write_whole
    from linkage.identity import Identity
    from linkage.manifest import moment_text

    root = Identity.read(root_file)
    digests = {Officer.parse(read_capped(path, limit_bytes=Officer.limit_bytes), root.public).digest for path in paths}
    number = 1
    if after is not None:
        former = RevocationList.parse(read_capped(after, limit_bytes=RevocationList.limit_bytes), root.public)
        digests, number = digests | set(former.revoked), former.number + 1
    made = RevocationList(
        issuer=root.agency, number=number, issued=moment_text(datetime.now(UTC)), revoked=tuple(sorted(digests))
    )
    write_whole(output, made.signed(root), overwrite=False)
    click.echo(f"{output}: list {number} of {root.agency}, {len(digests):,} revoked")
