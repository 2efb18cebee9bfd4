"""The commands that run at an agency."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.category import Category
from linkage.command import emit, example, json_option, progress

if TYPE_CHECKING:
    from encoder.order import Order
    from linkage.manifest import Manifest

ENGINES = ("native", "clkhash")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
LONGEST_KEEP_DAYS = 36_500
FILE = click.Path(path_type=Path)

Command = Callable[..., None]


def _delimiter(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else DELIMITERS.get(value.lower(), value)


def _quote(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    return "" if value.lower() == "none" else value


def _order_options(command: Command) -> Command:
    """Add what every command that makes a package asks for."""
    options = (
        click.option("--schema", "schema_source", required=True, metavar="FILE|NAME", help="Linkage schema."),
        click.option("--secret-file", required=True, type=FILE, metavar="FILE", help="The secret of the operation."),
        click.option("--identity", "identity_file", required=True, type=FILE, metavar="FILE", help="Who signs."),
        click.option(
            "--category",
            required=True,
            type=click.Choice([kind.value for kind in Category]),
            help="What the persons are, all of them alike.",
        ),
        click.option("-o", "--output", "package", required=True, type=FILE, metavar="FILE", help="The package."),
        click.option(
            "--counterfoil", required=True, type=FILE, metavar="FILE", help="Tokens and record ids; it stays."
        ),
        click.option(
            "--bad-rows", type=FILE, metavar="FILE", help="Set rows with faults aside; FILE says which and why."
        ),
        click.option(
            "--expires-days",
            type=click.IntRange(1, LONGEST_KEEP_DAYS),
            default=365,
            show_default=True,
            help="How long the package may be kept and used.",
        ),
        click.option(
            "--checkpoint",
            "checkpoint_file",
            type=FILE,
            metavar="FILE",
            help="What you last saw of the host's ledger, such as atl.desk/checkpoint.txt; the package carries it.",
        ),
        click.option("--force", is_flag=True, help="Replace files that exist."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def secret() -> None:
    """Make and check the secret that the agencies of one operation share, and the host never has."""


@secret.command(epilog=example("counterfoil secret new -o op.secret"))
@click.option("-o", "--output", "path", required=True, type=FILE, metavar="FILE")
def new(path: Path) -> None:
    """Make a secret of 256 random bits in FILE, readable by its owner only; an existing file is not replaced.

    It is never printed. Give the file to the other agencies of the operation by a way that the host cannot read.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.secret import OperationSecret

    OperationSecret.new().write(path)
    click.echo(f"{path}: give it to the other agencies of the operation, and never to the host")


@secret.command(epilog=example("counterfoil secret check op.secret"))
@click.argument("path", metavar="FILE", type=FILE)
@json_option
def check(path: Path, *, as_json: bool) -> None:
    """Say whether a secret may be used, without showing it.

    Of a secret that Counterfoil did not make, the strength is estimated, with caution: at least 128 bits are needed.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.secret import OperationSecret

    found = OperationSecret.read(path)
    result = {"secret": str(path), "bits": found.bits, "estimated": not found.ours}
    kind = "made by Counterfoil" if found.ours else "of another make, estimated"
    emit(result, lambda: f"{path}: may be used ({found.bits} bits, {kind})", as_json=as_json)


@click.command(
    epilog=example(
        "counterfoil encode --schema febrl4 --secret-file op.secret --identity atl.key --category suspect",
        "    --id-column rec_id atl.csv -o atl.cfp --counterfoil atl.counterfoil.csv",
    )
)
@click.argument("table", metavar="TABLE", type=FILE)
@click.option("--id-column", metavar="NAME", help="Column with your own reference of a record. [default: row number]")
@click.option("--columns", "columns_file", type=FILE, metavar="FILE", help="Says which column is which field (JSON).")
@click.option("--engine", type=click.Choice(ENGINES), default="native", show_default=True, help="What encodes.")
@click.option("--encoding", metavar="NAME", help="Encoding of a text table, such as cp1252. [default: UTF-8]")
@click.option(
    "--delimiter", callback=_delimiter, metavar="CHARACTER", help="Between cells; also tab, comma, semicolon, pipe."
)
@click.option("--quote", callback=_quote, default='"', metavar="CHARACTER", help='Around cells, or none.  [default: "]')
@click.option("--sheet", metavar="NAME", help="Sheet of a spreadsheet, where several are not empty.")
@click.option(
    "--earlier-counterfoil",
    "earlier",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="With a schema that flips bits (blip): keep the noise of records that it holds; repeatable.",
)
@click.option("--first-encoding", "first", is_flag=True, help="With such a schema: none of these was ever encoded.")
@_order_options
def encode(
    table: Path,
    *,
    id_column: str | None,
    columns_file: Path | None,
    engine: str,
    encoding: str | None,
    delimiter: str | None,
    quote: str,
    sheet: str | None,
    earlier: tuple[Path, ...],
    first: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Encode the records in TABLE into a package, which travels, and a counterfoil, which stays.

    TABLE is a text table (any delimiter, any encoding), XLSX, ODS, Parquet or Arrow; the first row names the columns.
    Columns are found by the names of the schema's columns, or by a column profile:
    {"format": "counterfoil-columns/1", "columns": {"schema's column": "column of the table"}}.

    A row that does not fit stops the run and leaves no file, unless --bad-rows is given. While this runs, the process
    can open no socket and start no program.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.columns import column_facts, find_columns, read_profile, table_options, wanted_columns
    from encoder.encode_run import encode_table
    from encoder.engines import make_engine
    from encoder.noise import RememberedNoise
    from encoder.table import TextOptions, open_table

    started = time.monotonic()
    order = _order(options, [*([] if columns_file is None else [columns_file]), *earlier])
    profile = None if columns_file is None else read_profile(columns_file, order.schema)
    how = table_options(profile, TextOptions(encoding, delimiter, quote), sheet)
    opened = open_table(table, how, wanted=wanted_columns(order.schema, profile, id_column))
    columns = find_columns(table, opened.header, order.schema, profile, id_column)
    maker = make_engine(engine, order.schema, order.secret.value, column_facts(profile))
    noise = RememberedNoise(earlier, order.draw) if earlier or first else None
    with progress("encoding", "rows") as on_progress:
        manifest = encode_table(order, opened, columns, maker, noise=noise, on_progress=on_progress)
    remembered = noise.remembered if noise is not None and order.schema.noisy else None
    _report(order, manifest, time.monotonic() - started, remembered, as_json=as_json)


@click.command(
    name="import",
    epilog=example(
        "counterfoil import atl.clks.json --schema linkage-schema.json --secret-file op.secret --identity atl.key",
        "    --category suspect -o atl.cfp --counterfoil atl.counterfoil.csv",
    ),
)
@click.argument("clks", metavar="FILE.json", type=FILE)
@_order_options
def import_clks(clks: Path, *, as_json: bool, **options: Any) -> None:
    """Make a package of encodings that exist already, in CLK JSON as clkhash writes it: {"clks": ["...", ...]}.

    Give the schema and the secret that they were made with: you vouch for both. The record id of the counterfoil is
    the number of the row, counted from 1.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.import_run import import_encodings
    from linkage.clks_json import read_clks

    started = time.monotonic()
    order = _order(options)
    manifest = import_encodings(order, clks, read_clks(clks))
    _report(order, manifest, time.monotonic() - started, as_json=as_json)


@click.command(
    epilog=example("counterfoil reveal groups.csv --counterfoil atl.counterfoil.csv -o atl.hits.csv"),
)
@click.argument("groups", metavar="GROUPS", type=FILE)
@click.option("--counterfoil", required=True, type=FILE, metavar="FILE", help="The counterfoil of your package.")
@click.option("-o", "--output", "hits", required=True, type=FILE, metavar="FILE", help="Your own records in groups.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@json_option
def reveal(groups: Path, counterfoil: Path, hits: Path, *, force: bool, as_json: bool) -> None:
    """Write which of your own records are in GROUPS: what 'match' wrote, or 'agency hits' fetched from a service.

    GROUPS is CSV, or Parquet if its name ends in .parquet. The output is CSV. It has the columns group, record_id,
    token and what GROUPS tells of each (the score; or band, counterparts, contacts), and only rows of your counterfoil.
    It names persons: only its owner can read it.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.reveal import reveal as look_up

    found = look_up(groups, counterfoil, hits, overwrite=force)
    emit(
        {"hits": found.records, "groups": found.groups, "output": str(hits)},
        lambda: f"{found.records:,} of your records are in {found.groups:,} groups: {hits}",
        as_json=as_json,
    )


def _order(options: dict[str, Any], more_inputs: list[Path] | None = None) -> "Order":
    """Return what the common options ask for."""
    from datetime import UTC, datetime

    from encoder.order import Order
    from encoder.secret import OperationSecret
    from linkage.identity import Identity
    from linkage.ledger.watcher import read_checkpoint
    from linkage.schema import load_schema

    seen = options["checkpoint_file"]
    return Order(
        schema=load_schema(options["schema_source"]),
        secret=OperationSecret.read(options["secret_file"]),
        identity=Identity.read(options["identity_file"]),
        category=Category(options["category"]),
        package=options["package"],
        counterfoil=options["counterfoil"],
        now=datetime.now(UTC),
        keep_days=options["expires_days"],
        checkpoint=None if seen is None else read_checkpoint(seen).encode().decode(),
        bad_rows=options["bad_rows"],
        inputs=(
            Path(options["schema_source"]),
            options["secret_file"],
            options["identity_file"],
            *([] if seen is None else [seen]),
            *(more_inputs or []),
        ),
        overwrite=options["force"],
    )


def _report(
    order: "Order", manifest: "Manifest", seconds: float, remembered: int | None = None, *, as_json: bool
) -> None:
    """Print what was made; `remembered` is how many rows had noise already, None where there is no noise."""
    quality = manifest.quality
    package_bytes = order.package.stat().st_size
    rate = round(quality.rows_read / max(seconds, 0.001))
    result = {
        "rows": quality.rows_read,
        "records": manifest.records,
        "set_aside": quality.rows_set_aside,
        "seconds": round(seconds, 3),
        "rows_per_second": rate,
        "package": str(order.package),
        "package_bytes": package_bytes,
        "counterfoil": str(order.counterfoil),
        "bad_rows": None if order.bad_rows is None else str(order.bad_rows),
        "expires": manifest.expires,
    }
    if remembered is not None:
        result["noise_remembered"] = remembered

    def text() -> str:
        lines = [
            f"{quality.rows_read:,} rows, {manifest.records:,} records, {seconds:,.1f} s, {rate:,} rows/s",
            f"{order.package}: the package, {package_bytes:,} bytes; it may travel, until {manifest.expires}",
            f"{order.counterfoil}: the counterfoil; it must stay with you, without it a hit names nobody",
        ]
        if remembered is not None:
            lines.append(f"noise: {remembered:,} of the rows had some before and kept it; this counterfoil holds it")
        if order.bad_rows is not None:
            lines.append(f"{order.bad_rows}: {quality.rows_set_aside:,} rows set aside, with what is wrong with them")
        return "\n".join(lines)

    emit(result, text, as_json=as_json)
