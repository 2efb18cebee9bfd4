"""The commands about schemas, identities and packages."""

import json
from pathlib import Path
from typing import Any

import click

from linkage.command import SharedGroup, emit, example, json_option

WARNED = 3


def _lengths(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """Return the lengths in FIELD=N."""
    lengths = {}
    for value in values:
        identifier, _, number = value.rpartition("=")
        try:
            lengths[identifier] = float(number)
        except ValueError:
            raise click.BadParameter("must be FIELD=N, such as surname=7") from None
    return lengths


_trust_option = click.option(
    "--trust",
    "trusted_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE.pub",
    help="Public identity that may have signed the package; may be given several times.",
)


@click.group(cls=SharedGroup, shared="counterfoil.schema")
def schema() -> None:
    """Check linkage schemas and list those that come with Counterfoil."""


@schema.command(epilog=example("counterfoil schema check configs/schemas/febrl4.json --length surname=7"))
@click.argument("source", metavar="FILE|NAME")
@click.option(
    "--length",
    "lengths",
    multiple=True,
    callback=_lengths,
    metavar="FIELD=N",
    help="Characters of a typical value of a field, for the expected fill.",
)
@click.option("--strict", is_flag=True, help=f"Exit with code {WARNED} when there are warnings.")
@json_option
def check(source: str, lengths: dict[str, float], *, strict: bool, as_json: bool) -> int:
    """Say what a linkage schema does: fields, expected fill of the encodings, and warnings.

    Reads our own format and clkhash's linkage schemas, versions 1 to 3.
    """
    from dataclasses import asdict

    from linkage.report import schema_text
    from linkage.schema import load_schema
    from linkage.schema.summary import summarise

    summary = summarise(load_schema(source), lengths)
    emit(asdict(summary), lambda: schema_text(summary), as_json=as_json)
    return WARNED if strict and summary.warnings else 0


@schema.command("list", epilog=example("counterfoil schema list"))
@json_option
def list_schemas(*, as_json: bool) -> None:
    """List the schemas that come with Counterfoil; their names may stand wherever a schema is asked for."""
    from linkage.schema import builtin_schemas

    names = builtin_schemas()
    emit({"schemas": names}, lambda: "\n".join(names), as_json=as_json)


@schema.command("json-schema", epilog=example("counterfoil schema json-schema > linkage-schema.json"))
def print_json_schema() -> None:
    """Print the JSON Schema of our linkage schema format."""
    from linkage.json_schema import linkage_schema_format

    click.echo(json.dumps(linkage_schema_format(), indent=2))


@click.group()
def identity() -> None:
    """Make and show the keys of an agency: its identity, which signs, and its sealing key."""


@identity.command(epilog=example("counterfoil identity new --agency atl -o atl.key"))
@click.option("--agency", required=True, help="Name of the agency: a-z, 0-9, '.', '_' and '-'.")
@click.option("-o", "--output", "path", required=True, type=click.Path(path_type=Path), metavar="FILE")
@json_option
def new(agency: str, path: Path, *, as_json: bool) -> None:
    """Make an identity: the private key in FILE, for its owner only, and the public half in FILE.pub, for others.

    Existing files are not replaced.
    """
    from linkage.identity import Identity

    made = Identity.new(agency)
    public_path = path.with_name(f"{path.name}.pub")
    made.public.write(public_path)
    try:
        made.write(path)
    except BaseException:
        public_path.unlink()
        raise
    result = {"agency": agency, "key_id": made.public.key_id, "private": str(path), "public": str(public_path)}
    emit(
        result,
        lambda: f"{path}: keep it secret\n{public_path}: give it to the host\nkey id {made.public.key_id}",
        as_json=as_json,
    )


@identity.command("sealing-key", epilog=example("counterfoil identity sealing-key --agency atl -o atl.seal"))
@click.option("--agency", required=True, help="The name that is in the identity, too.")
@click.option("-o", "--output", "path", required=True, type=click.Path(path_type=Path), metavar="FILE")
@json_option
def sealing_key(agency: str, path: Path, *, as_json: bool) -> None:
    """Make a sealing key, for what others seal to you: the private half in FILE, the public half in FILE.pub.

    The agreement names both public keys of an agency. Existing files are not replaced.
    """
    from linkage.sealing import SealingKey

    made = SealingKey.new(agency)
    public_path = path.with_name(f"{path.name}.pub")
    made.public.write(public_path)
    try:
        made.write(path)
    except BaseException:
        public_path.unlink()
        raise
    result = {"agency": agency, "key_id": made.public.key_id, "private": str(path), "public": str(public_path)}
    emit(
        result,
        lambda: f"{path}: keep it secret\n{public_path}: give it to the others\nkey id {made.public.key_id}",
        as_json=as_json,
    )


@identity.command(epilog=example("counterfoil identity show atl.key.pub"))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def show(path: Path, *, as_json: bool) -> None:
    """Show agency, key id and public key of an identity, private or public; a private key is never shown."""
    from linkage.errors import KeyFileError
    from linkage.identity import Identity, PublicIdentity

    try:
        public = PublicIdentity.read(path)
    except KeyFileError as error:
        try:
            public = Identity.read(path).public
        except KeyFileError:
            raise error from None
    result = {"agency": public.agency, "key_id": public.key_id, "public_key": public.key_text}
    emit(
        result,
        lambda: f"agency      {public.agency}\nkey id      {public.key_id}\npublic key  {public.key_text}",
        as_json=as_json,
    )


@click.command(epilog=example("counterfoil inspect atl.cfp --trust atl.key.pub"))
@click.argument("path", metavar="PACKAGE", type=click.Path(path_type=Path))
@_trust_option
@json_option
def inspect(path: Path, trusted_paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Verify a package and show what is in it: who, what, how made, how good, until when.

    Without --trust the signature shows that the package is whole; whose it is, only the key can tell.
    """
    from datetime import UTC, datetime

    from linkage.identity import PublicIdentity
    from linkage.package import read_manifest
    from linkage.report import manifest_text

    trusted = [PublicIdentity.read(trusted_path) for trusted_path in trusted_paths]
    manifest = read_manifest(path, trusted=trusted)
    now = datetime.now(UTC)
    result: dict[str, Any] = {
        "manifest": manifest.document(),
        "signature": {"key_id": manifest.signer.key_id, "trusted": bool(trusted)},
        "expired": manifest.expired(now),
    }
    emit(result, lambda: manifest_text(manifest, trusted=bool(trusted), now=now), as_json=as_json)


@click.command(epilog=example("counterfoil export --format clks-json atl.cfp -o atl.clks.json"))
@click.argument("path", metavar="PACKAGE", type=click.Path(path_type=Path))
@click.option("--format", "format_", required=True, type=click.Choice(["clks-json", "csv", "parquet"]))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE")
@_trust_option
def export(path: Path, format_: str, output: Path, trusted_paths: tuple[Path, ...]) -> None:
    """Verify a package and write its encodings for other programs.

    clks-json is what clkhash writes and anonlink reads: encodings by position, without tokens. csv has token and
    encoding (base64), parquet token, category and encoding. A package that has expired is refused.
    """
    from datetime import UTC, datetime

    from linkage.export import EXPORTS
    from linkage.identity import PublicIdentity
    from linkage.package import open_package

    trusted = [PublicIdentity.read(trusted_path) for trusted_path in trusted_paths]
    EXPORTS[format_](output, open_package(path, trusted=trusted, now=datetime.now(UTC)))
