"""The commands that carry the files of a key ceremony to the host and from it. The secret itself stays with `encode`.

What makes, opens and confirms a secret runs without a network (`counterfoil ceremony`); what has a network never sees
one, only what is sealed or signed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.command import emit, example, json_option
from server.client.options import FILE, desk_option, file_option

if TYPE_CHECKING:
    from server.api.models import CeremonyDocument
    from server.client.host import RemoteHost

INCOMPLETE = 3
_with = click.option("--with", "other", metavar="AGENCY", help="The other agency, where each pair has its own secret.")


@click.group()
def ceremony() -> None:
    """Exchange the files of the key ceremony through the host, which can open none of them."""


@ceremony.command(
    epilog=example(
        "counterfoil agency ceremony send ceremony.json --desk atl.desk",
        "    counterfoil agency ceremony send atl.confirmation.json --desk atl.desk",
    )
)
@click.argument("path", metavar="FILE", type=FILE)
@desk_option
@json_option
def send(path: Path, desk_folder: Path, *, as_json: bool) -> None:
    """Send what 'counterfoil ceremony make' or 'counterfoil ceremony confirm' has written; nothing else is sent.

    A ceremony whose copies are for others than those who share the secret is not sent, least of all one for the host.
    """
    from linkage.ceremony import LARGEST_CEREMONY_BYTES, Ceremony, Confirmation
    from linkage.envelope import Envelope
    from linkage.errors import CeremonyError
    from linkage.files import read_capped
    from server.client import Desk, RemoteHost

    desk = Desk.read(desk_folder)
    agreed, content = desk.agreement.agreement, read_capped(path, limit_bytes=LARGEST_CEREMONY_BYTES)
    try:
        kind = Envelope.parse(content).payload_type
    except ValueError:
        raise CeremonyError(f"{path}: not a file of a key ceremony, so it stays here") from None
    with RemoteHost.of(desk) as host:
        if kind == Confirmation.payload_type:
            confirmation = Confirmation.verified(content, agreed)
            found = host.confirm_ceremony(_of(host, confirmation.sharers).ceremony, content)
        else:
            Ceremony.verified(content, agreed)
            found = host.hold_ceremony(content)
    emit(found.model_dump(), lambda: "\n".join(_told(found)), as_json=as_json)


@ceremony.command(epilog=example("counterfoil agency ceremony fetch --desk bor.desk -o ceremony.json"))
@desk_option
@_with
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")
def fetch(desk_folder: Path, *, other: str | None, output: Path) -> None:
    """Fetch the sealed copies; open yours with 'counterfoil ceremony open'."""
    from linkage.canonical import canonical_json
    from linkage.ceremony import Ceremony
    from linkage.errors import CeremonyError
    from linkage.files import write_whole
    from server.client import Desk, RemoteHost

    desk = Desk.read(desk_folder)
    agreed = desk.agreement.agreement
    with RemoteHost.of(desk) as host:
        found = host.ceremony(_of(host, _sharers(desk.key.agency, other)).ceremony)
    if found.signed is None:
        raise CeremonyError(
            "all have confirmed, so the host has deleted the sealed copies",
            code="ceremony.over",
            hint="another agency can share the secret again by file: counterfoil ceremony make --existing",
        )
    content = canonical_json(found.signed.model_dump())
    made = Ceremony.verified(content, agreed)
    write_whole(output, content, overwrite=False)
    click.echo(f"{output}: made by {made.maker}; next: counterfoil ceremony open {output} AGREEMENT --key YOURS.seal")


@ceremony.command(epilog=example("counterfoil agency ceremony status --desk atl.desk"))
@desk_option
@file_option
@json_option
def status(desk_folder: Path, standing_path: Path | None, *, as_json: bool) -> int:
    """Say who has confirmed which secret. The exit code is 0 when all who share one have confirmed it, else 3."""
    from server.client import Desk, RemoteHost
    from server.client.receipts import read_standing

    desk = Desk.read(desk_folder)
    if standing_path is not None:
        found = read_standing(standing_path, desk).ceremonies
    else:
        with RemoteHost.of(desk) as host:
            found = host.ceremonies()
    lines = [line for one in found for line in _told(one)]
    emit(
        {"ceremonies": [one.model_dump() for one in found]},
        lambda: "\n".join(lines or ["no ceremony has been held through this host"]),
        as_json=as_json,
    )
    return 0 if found and all(one.complete for one in found) else INCOMPLETE


def _sharers(own: str, other: str | None) -> tuple[str, ...] | None:
    return None if other is None else tuple(sorted((own, other)))


def _of(host: "RemoteHost", sharers: tuple[str, ...] | None) -> "CeremonyDocument":
    """Return the ceremony of those who share a secret, or the only one."""
    from linkage.errors import CeremonyError

    found = [one for one in host.ceremonies() if sharers is None or tuple(one.sharers) == sharers]
    if len(found) != 1:
        raise CeremonyError(
            "there are several ceremonies; name the other agency" if found else "no such ceremony is at the host",
            code="ceremony.absent",
            hint="counterfoil agency ceremony status lists them",
        )
    return found[0]


def _told(one: "CeremonyDocument") -> list[str]:
    return [
        f"secret of {', '.join(one.sharers)}, epoch {one.epoch}, made by {one.maker} on {one.made}",
        *(f"  {name} confirms the secret" for name in one.agreeing),
        *(f"  {name} confirms another secret" for name in one.differing),
        *(f"  {name} has not confirmed" for name in one.waiting),
    ]
