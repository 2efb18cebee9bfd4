"""What 'counterfoil audit' does with a host: have a compliance pack made, and have a run repeated."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.command import emit, example, json_option
from server.command_options import FILE, config_option, data_option, opened_service

if TYPE_CHECKING:
    from linkage.ledger.pack import Attached, Pack
    from server.service import Service

REFUSED = 4
_LIMIT_BYTES = 1 << 20


@click.command(
    epilog=example(
        "counterfoil audit export --operation lantern --desk dpo.desk -o lantern.pack",
        "counterfoil audit export --operation lantern --data ./host -o lantern.pack",
    )
)
@click.option("--operation", required=True, metavar="NAME", help="Whose pack.")
@click.option(
    "--desk",
    "desk_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Ask the host as the data protection officer whose desk this is (counterfoil agency join --role agency.dpo).",
)
@data_option
@config_option
@click.option("--ceremony", multiple=True, type=FILE, metavar="FILE", help="Add a ceremony or a confirmation of it.")
@click.option("--schema", multiple=True, metavar="FILE|NAME", help="Add the linkage schema.")
@click.option("--assessment", multiple=True, type=FILE, metavar="FILE", help="Add what 'assess --json' printed.")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file is replaced.")
@json_option
def export(
    *,
    operation: str,
    desk_folder: Path | None,
    data: Path | None,
    config: Path | None,
    ceremony: tuple[Path, ...],
    schema: tuple[str, ...],
    assessment: tuple[Path, ...],
    output: Path,
    as_json: bool,
) -> None:
    """Write the compliance pack of an operation: one file that 'audit verify' and 'report' read offline.

    It holds agreements, the ledger, plans, digests of results, certificates of deletion and officers' credentials; no
    encoding, no token, no name of a person. That it was made is in the ledger.
    """
    attached = _attached(ceremony, schema, assessment)
    if desk_folder is not None and data is None and config is None:
        pack = _from_desk(desk_folder, operation, attached)
    elif desk_folder is None:
        pack = _from_host(opened_service(data, config), operation, attached)
    else:
        raise click.UsageError("give one of --desk, --data and --config")
    pack.write(output)
    result = {
        "operation": pack.operation,
        "entries": len(pack.entries),
        "ledger": len(pack.leaf_hashes),
        "bytes": output.stat().st_size,
        "written": str(output),
    }
    emit(
        result,
        lambda: (
            f"{output}: {len(pack.entries):,} entries about {operation}, of {len(pack.leaf_hashes):,} in the ledger\n"
            f"next: counterfoil audit verify {output} --checkpoint ... --host ..."
        ),
        as_json=as_json,
    )


@click.command(epilog=example("counterfoil audit repeat 8a1d... --engine anonlink --justification audit --data ./host"))
@click.argument("run_id", metavar="RUN")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(["native", "anonlink"]),
    default=("native",),
    show_default=True,
    help="Which software does it; may be given twice. anonlink is not ours.",
)
@click.option("--justification", required=True, help="Why, as a code such as audit; it goes into the ledger.")
@data_option
@config_option
@json_option
def repeat(
    *,
    run_id: str,
    engines: tuple[str, ...],
    justification: str,
    data: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Do a run once more from the sealed encodings, at the host, and say whether the result is the published one.

    Nothing is published, and it is in the ledger. Ends with code 4 when a result differs.
    """
    from server.audit.repetition import repeat as repeated

    service = opened_service(data, config)
    found = [
        repeated(service, service.console(), run_id, name, justification=justification)  # type: ignore[arg-type]  # click chose
        for name in engines
    ]
    emit(
        {"run": run_id, "repetitions": [each._asdict() | {"same": each.same} for each in found]},
        lambda: "\n".join(
            f"{'same ' if each.same else 'OTHER'}  {each.engine}: {each.digest}"
            + ("" if each.same else f", and published was {each.published}")
            for each in found
        ),
        as_json=as_json,
    )
    return 0 if all(each.same for each in found) else REFUSED


def _attached(ceremony: tuple[Path, ...], schema: tuple[str, ...], assessment: tuple[Path, ...]) -> "Attached":
    from linkage.canonical import canonical_json
    from linkage.ledger.pack import Attached
    from linkage.schema import load_schema

    return Attached(
        ceremony=tuple(map(_text, ceremony)),
        schemas=tuple(canonical_json(load_schema(source).document()).decode() for source in schema),
        assessments=tuple(map(_object, assessment)),
    )


def _object(path: Path) -> str:
    from linkage.canonical import parse_json
    from linkage.errors import FileError

    text = _text(path)
    try:
        whole = isinstance(parse_json(text.encode()), dict)
    except ValueError:
        whole = False
    if not whole:
        raise FileError(
            f"{path} is not a JSON object", code="file.json", hint="give what 'counterfoil assess --json' printed"
        )
    return text


def _text(path: Path) -> str:
    from linkage.errors import FileError
    from linkage.files import read_capped

    try:
        return read_capped(path, limit_bytes=_LIMIT_BYTES).decode()
    except UnicodeDecodeError:
        raise FileError(f"{path} is not UTF-8 text", code="file.text") from None


def _from_desk(folder: Path, operation: str, attached: "Attached") -> "Pack":
    from server.client import Desk, RemoteHost

    desk = Desk.read(folder)
    if desk.operation != operation:
        raise click.UsageError(f"the desk is for operation {desk.operation}")
    with RemoteHost.of(desk) as host:
        return host.pack(attached)


def _from_host(service: "Service", operation: str, attached: "Attached") -> "Pack":
    from server.audit.export import export as exported

    return exported(service, service.console(), operation, attached)
