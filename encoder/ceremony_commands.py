"""The commands of the key ceremony, which run at an agency; only `status` is also for the host."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option

FILE = click.Path(path_type=Path)
INCOMPLETE = 3
_agreement = click.argument("agreement_path", metavar="AGREEMENT", type=FILE)
_identity = click.option("--identity", "identity_file", required=True, type=FILE, metavar="FILE", help="Your root key.")
_with = click.option("--with", "other", metavar="AGENCY", help="The other agency, where each pair has its own secret.")
_output = click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")


@click.group()
def ceremony() -> None:
    """Share the secret of an operation among its agencies, sealed, so that the host never has it."""


@ceremony.command(
    epilog=example("counterfoil ceremony make lantern.json --identity atl.key --secret-file op.secret -o ceremony.json")
)
@_agreement
@_identity
@click.option("--secret-file", required=True, type=FILE, metavar="FILE", help="Where your own copy goes.")
@click.option("--existing", is_flag=True, help="Share the secret that is in that file instead of a new one.")
@_with
@_output
def make(
    agreement_path: Path, identity_file: Path, secret_file: Path, *, existing: bool, other: str | None, output: Path
) -> None:
    """Draw a secret and seal it to every other agency that the agreement names.

    One agency does this; anybody, the host too, may carry the file to the others.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from datetime import UTC, datetime

    from encoder import ceremony as ceremonies
    from encoder.secret import OperationSecret
    from linkage.agreement.files import read_signed
    from linkage.files import write_whole
    from linkage.identity import Identity

    signed, identity = read_signed(agreement_path), Identity.read(identity_file)
    sharers = ceremonies.sharers_with(signed.agreement, identity.agency, other)
    secret = OperationSecret.read(secret_file) if existing else OperationSecret.new()
    made = ceremonies.make(signed, sharers, secret, identity, now=datetime.now(UTC))
    if not existing:
        secret.write(secret_file)
    try:
        write_whole(output, made, overwrite=False)
    except BaseException:
        if not existing:
            secret_file.unlink()
        raise
    others = ", ".join(name for name in sharers if name != identity.agency)
    click.echo(f"{output}: sealed to {others}\n{secret_file}: your own copy, keep it secret")


@ceremony.command(
    "open",
    epilog=example("counterfoil ceremony open ceremony.json lantern.json --key bor.seal -o op.secret"),
)
@click.argument("path", metavar="CEREMONY", type=FILE)
@_agreement
@click.option("--key", "key_path", required=True, type=FILE, metavar="FILE", help="Your private sealing key.")
@_output
def open_(path: Path, agreement_path: Path, key_path: Path, output: Path) -> None:
    """Open your copy of the secret, after checking who made it, under which agreement, and for whom."""
    from encoder.guard import raise_guard

    raise_guard()
    from datetime import UTC, datetime

    from encoder.ceremony import open_copy
    from linkage.agreement.files import read_signed
    from linkage.ceremony import LARGEST_CEREMONY_BYTES
    from linkage.files import read_capped
    from linkage.sealing import SealingKey

    content = read_capped(path, limit_bytes=LARGEST_CEREMONY_BYTES)
    signed, key = read_signed(agreement_path), SealingKey.read(key_path)
    open_copy(content, signed, key, now=datetime.now(UTC)).write(output)
    click.echo(f"{output}: the secret that its maker confirms; keep it secret and confirm it")


@ceremony.command(
    epilog=example("counterfoil ceremony confirm lantern.json --identity bor.key --secret-file op.secret -o bor.json")
)
@_agreement
@_identity
@click.option("--secret-file", required=True, type=FILE, metavar="FILE", help="Your copy of the secret.")
@_with
@_output
def confirm(agreement_path: Path, identity_file: Path, secret_file: Path, *, other: str | None, output: Path) -> None:
    """State, signed, which secret you hold, by a value that tells nothing about it but equality."""
    from encoder.guard import raise_guard

    raise_guard()
    from encoder import ceremony as ceremonies
    from encoder.secret import OperationSecret
    from linkage.agreement.files import read_signed
    from linkage.files import write_whole
    from linkage.identity import Identity

    signed, identity = read_signed(agreement_path), Identity.read(identity_file)
    sharers = ceremonies.sharers_with(signed.agreement, identity.agency, other)
    made = ceremonies.confirm(signed, sharers, OperationSecret.read(secret_file), identity)
    write_whole(output, made, overwrite=False)
    click.echo(f"{output}: give it to the host and to the other agencies")


@ceremony.command(epilog=example("counterfoil ceremony status ceremony.json lantern.json atl.json bor.json cyr.json"))
@click.argument("path", metavar="CEREMONY", type=FILE)
@_agreement
@click.argument("confirmation_paths", metavar="CONFIRMATION...", nargs=-1, type=FILE)
@json_option
def status(path: Path, agreement_path: Path, confirmation_paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Say who has confirmed the secret of the ceremony, who another one, and who none yet; needs no secret.

    The exit code is 0 when all who share the secret have confirmed the same one, else 3.
    """
    from linkage.agreement.files import read_signed
    from linkage.ceremony import LARGEST_CEREMONY_BYTES, Ceremony, Confirmation, standing
    from linkage.files import read_capped

    agreed = read_signed(agreement_path).agreement
    found = Ceremony.verified(read_capped(path, limit_bytes=LARGEST_CEREMONY_BYTES), agreed)
    confirmations = [
        Confirmation.verified(read_capped(one, limit_bytes=LARGEST_CEREMONY_BYTES), agreed)
        for one in confirmation_paths
    ]
    reached = standing(found, confirmations)
    lines = [
        f"operation {found.operation}, epoch {found.epoch}, made by {found.maker} on {found.made}",
        *(f"{name} confirms the secret" for name in reached.agreeing),
        *(f"{name} confirms another secret" for name in reached.differing),
        *(f"{name} has not confirmed" for name in reached.waiting),
    ]
    result = {
        "operation": found.operation,
        "epoch": found.epoch,
        "maker": found.maker,
        "agreeing": list(reached.agreeing),
        "differing": list(reached.differing),
        "waiting": list(reached.waiting),
        "complete": reached.complete,
    }
    emit(result, lambda: "\n".join(lines), as_json=as_json)
    return 0 if reached.complete else INCOMPLETE
