"""The commands about agreements: drafting, signing, checking. All of them work offline, on files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.command import emit, example, json_option

if TYPE_CHECKING:
    from linkage.agreement import Agreement, SignedAgreement
    from linkage.identity import PublicIdentity
    from linkage.sealing import PublicSealingKey

FILE = click.Path(path_type=Path)
NOT_IN_FORCE = 3
_output = click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")


@click.group()
def agreement() -> None:
    """Draft, sign and check the agreement that says who may compare what with whom."""


@agreement.command(
    epilog=example(
        "counterfoil agreement new --from three-countries --schema person",
        "    --key atl.key.pub --key atl.seal.pub --key bor.key.pub --key bor.seal.pub",
        "    --key cyr.key.pub --key cyr.seal.pub --key host.key.pub --key host.seal.pub",
        "    --valid-from 2026-12-01 --valid-until 2027-12-01 -o draft.json",
    )
)
@click.option("--from", "source", required=True, metavar="FILE|NAME", help="The text, as JSON, places empty.")
@click.option(
    "--key", "key_paths", multiple=True, type=FILE, metavar="FILE.pub", help="Public identity or public sealing key."
)
@click.option("--schema", "schema_source", metavar="FILE|NAME", help="Linkage schema.")
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day (UTC).")
@click.option("--valid-until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day it ends (UTC).")
@click.option("--amends", "amended_path", type=FILE, metavar="FILE", help="The signed version that this one replaces.")
@_output
def new(
    *,
    source: str,
    key_paths: tuple[Path, ...],
    schema_source: str | None,
    valid_from: Any,
    valid_until: Any,
    amended_path: Path | None,
    output: Path,
) -> None:
    """Write a draft: the text with the keys, the digest of the schema, the dates and the version put in.

    A key goes to the party, or to the host, whose name it bears. What the text has already needs no option. By name:
    three-countries, the example that comes with Counterfoil.
    """
    from linkage.agreement import changes_to_tell, faults
    from linkage.agreement.drafting import draft
    from linkage.agreement.files import read_signed, read_text, write_draft
    from linkage.builtin import builtin_path
    from linkage.errors import AgreementError
    from linkage.manifest import moment_text
    from linkage.schema import load_schema

    if (valid_from is None) != (valid_until is None):
        raise click.UsageError("--valid-from and --valid-until go together")
    amended = None if amended_path is None else read_signed(amended_path)
    made = draft(
        read_text(builtin_path("agreements", source)),
        keys=[_public_key(path) for path in key_paths],
        schema=None if schema_source is None else load_schema(schema_source),
        validity=None if valid_from is None else (moment_text(_utc(valid_from)), moment_text(_utc(valid_until))),
        amended=amended,
    )
    found = (*faults(made), *(changes_to_tell(made, amended.agreement) if amended else ()))
    if found:
        raise AgreementError(f"{source}: {found[0]}", code="agreement.faulty")
    write_draft(output, made)
    click.echo(f"{output}: operation {made.operation}, version {made.version}, {made.digest}")
    _tell_doubts(made)


@agreement.command(epilog=example("counterfoil agreement sign draft.json --identity atl.key -o lantern.atl.json"))
@click.argument("path", metavar="DRAFT", type=FILE)
@click.option("--identity", "identity_file", required=True, type=FILE, metavar="FILE", help="Who signs.")
@_output
def sign(path: Path, identity_file: Path, output: Path) -> None:
    """Sign a draft, or add a signature to an agreement that others have signed.

    Read it first ('counterfoil agreement show'): what is signed is the whole text, whatever the file looks like.
    """
    from linkage.agreement import Agreement, SignedAgreement
    from linkage.agreement.files import read_agreement
    from linkage.identity import Identity

    found, identity = read_agreement(path), Identity.read(identity_file)
    signed = (
        SignedAgreement.signed_first(found, identity) if isinstance(found, Agreement) else found.signed_also(identity)
    )
    _write_signed(signed, output)


@agreement.command(epilog=example("counterfoil agreement merge lantern.atl.json lantern.bor.json -o lantern.json"))
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=FILE)
@_output
def merge(paths: tuple[Path, ...], output: Path) -> None:
    """Put the signatures of people who signed the same text separately into one file."""
    from linkage.agreement.files import read_signed

    merged = read_signed(paths[0])
    for path in paths[1:]:
        merged = merged.merged(read_signed(path))
    _write_signed(merged, output)


@agreement.command(epilog=example("counterfoil agreement check lantern.json --schema person"))
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--schema", "schema_source", metavar="FILE|NAME", help="Check this linkage schema against it as well.")
@click.option("--amends", "amended_path", type=FILE, metavar="FILE", help="The signed version that it must follow.")
@json_option
def check(path: Path, schema_source: str | None, amended_path: Path | None, *, as_json: bool) -> int:
    """Say who has signed, who has not, and whether the agreement is in force; one sentence per finding.

    The exit code is 0 when it is in force and 3 when it is not.
    """
    from datetime import UTC, datetime

    from linkage.agreement import Agreement, changes_to_tell, doubts, faults
    from linkage.agreement.drafting import weaker_than_agreed
    from linkage.agreement.files import read_agreement, read_signed
    from linkage.schema import load_schema

    found = read_agreement(path)
    text = found if isinstance(found, Agreement) else found.agreement
    signers = () if isinstance(found, Agreement) else found.signers
    reasons = (
        [*faults(text), "it is a draft that nobody has signed"]
        if isinstance(found, Agreement)
        else list(found.not_in_force(datetime.now(UTC)))
    )
    if amended_path is not None:
        reasons += changes_to_tell(text, read_signed(amended_path).agreement)
    if schema_source is not None:
        reasons += weaker_than_agreed(text, load_schema(schema_source))
    worth_a_look = doubts(text)
    result = {
        "operation": text.operation,
        "version": text.version,
        "digest": text.digest,
        "signed_by": list(signers),
        "in_force": not reasons,
        "reasons": reasons,
        "doubts": list(worth_a_look),
    }
    lines = [
        f"operation {text.operation}, version {text.version}, {text.digest}",
        *(f"{name} has signed" for name in signers),
        *(f"not in force: {reason}" for reason in reasons),
        *(f"worth a look: {doubt}" for doubt in worth_a_look),
        *([] if reasons else ["the agreement is in force"]),
    ]
    emit(result, lambda: "\n".join(lines), as_json=as_json)
    return NOT_IN_FORCE if reasons else 0


@agreement.command(epilog=example("counterfoil agreement show lantern.json", "counterfoil agreement show draft.json"))
@click.argument("path", metavar="FILE", type=FILE)
@json_option
def show(path: Path, *, as_json: bool) -> None:
    """Tell an agreement in plain words: purpose, law, parties, what is compared, and for how long it is kept."""
    import textwrap

    from linkage.agreement import Agreement
    from linkage.agreement.files import read_agreement
    from linkage.agreement.wording import sections
    from linkage.report import printable

    found = read_agreement(path)
    text = found if isinstance(found, Agreement) else found.agreement
    signers = "nobody" if isinstance(found, Agreement) else ", ".join(found.signers)

    def wrapped() -> str:
        lines: list[str] = []
        for heading, sentences in sections(text):
            lines += [printable(heading), "-" * min(len(heading), 78)]
            for sentence in sentences:
                lines += textwrap.wrap(printable(sentence), 96, initial_indent="* ", subsequent_indent="  ")
            lines.append("")
        return "\n".join([*lines, f"Signed by: {signers}"])

    emit(text.document(), wrapped, as_json=as_json)


def _write_signed(signed: "SignedAgreement", output: Path) -> None:
    from linkage.files import write_whole

    write_whole(output, signed.encode(), overwrite=False)
    click.echo(f"{output}: signed by {', '.join(signed.signers)}")
    if signed.missing:
        click.echo(f"still to sign: {', '.join(signed.missing)}")


def _tell_doubts(made: "Agreement") -> None:
    from linkage.agreement import doubts

    for doubt in doubts(made):
        click.echo(f"worth a look: {doubt}")


def _public_key(path: Path) -> "PublicIdentity | PublicSealingKey":
    """Return the public identity or the public sealing key in `path`."""
    from linkage.errors import KeyFileError
    from linkage.identity import PublicIdentity
    from linkage.sealing import PublicSealingKey

    try:
        return PublicSealingKey.read(path)
    except KeyFileError:
        return PublicIdentity.read(path)


def _utc(day: Any) -> Any:
    from datetime import UTC

    return day.replace(tzinfo=UTC)
