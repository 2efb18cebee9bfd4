"""The commands about the ledger, on files: checkpoints, proofs and compliance packs."""

from pathlib import Path

import click

from linkage.command import SharedGroup, emit, example, json_option

REFUSED = 4

_host_option = click.option(
    "--host",
    "host_path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.pub",
    help="Public identity of the host that keeps the ledger.",
)


@click.group()
def ledger() -> None:
    """Look at checkpoints of a host's ledger and verify its proofs; needs no network."""


@ledger.command(epilog=example("counterfoil ledger status mine.txt --host host.pub --witness atl.key.pub"))
@click.argument("path", metavar="CHECKPOINT", type=click.Path(path_type=Path))
@_host_option
@click.option(
    "--witness",
    "witness_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE.pub",
    help="Public identity of an agency that may have cosigned it; may be given several times.",
)
@json_option
def status(path: Path, host_path: Path, witness_paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Say what a checkpoint states, and whether the host and witnesses have signed it.

    Ends with code 4 when the host has not signed it.
    """
    from linkage.canonical import base64_text
    from linkage.identity import PublicIdentity
    from linkage.ledger.watcher import read_checkpoint
    from linkage.manifest import moment_text

    host = PublicIdentity.read(host_path)
    signed = read_checkpoint(path)
    seen = {witness.agency: signed.seen_by(witness) for witness in map(PublicIdentity.read, witness_paths)}
    by_host = signed.signed_by(host)
    witnesses = {name: None if moment is None else moment_text(moment) for name, moment in seen.items()}
    origin, size, head = signed.checkpoint
    result = {"ledger": origin, "entries": size, "head": base64_text(head), "signed": by_host, "witnesses": witnesses}
    lines = [
        f"ledger   {origin}",
        f"entries  {size:,}",
        f"head     {base64_text(head)}",
        f"host     {host.agency} has signed it" if by_host else f"host     {host.agency} has NOT signed it",
        *(
            f"witness  {name} saw it at {moment}" if moment else f"witness  {name} has not cosigned it"
            for name, moment in witnesses.items()
        ),
    ]
    emit(result, lambda: "\n".join(lines), as_json=as_json)
    return 0 if by_host else REFUSED


@ledger.command(epilog=example("counterfoil ledger prove entry.tlog-proof entry.json --host host.pub"))
@click.argument("proof_path", metavar="PROOF", type=click.Path(path_type=Path))
@click.argument("entry_path", metavar="ENTRY", type=click.Path(path_type=Path))
@_host_option
@json_option
def prove(proof_path: Path, entry_path: Path, host_path: Path, *, as_json: bool) -> int:
    """Verify that an entry is in the ledger: PROOF is a C2SP tlog-proof, ENTRY the entry as it was logged.

    Ends with code 4 when the proof does not show it.
    """
    from linkage.files import read_capped
    from linkage.identity import PublicIdentity
    from linkage.ledger.entry import LARGEST_ENTRY_BYTES, Entry
    from linkage.ledger.proof_file import LARGEST_PROOF_BYTES, InclusionProof

    host = PublicIdentity.read(host_path)
    proof = InclusionProof.parse(read_capped(proof_path, limit_bytes=LARGEST_PROOF_BYTES), str(proof_path))
    content = read_capped(entry_path, limit_bytes=LARGEST_ENTRY_BYTES)
    entry = Entry.parse(content, str(entry_path))
    shown = proof.shows(content, host)
    size = proof.signed.checkpoint.size
    where = f"entry {proof.number} of the {size:,} that {host.agency} has signed for"
    what = f"{entry.time} {entry.verb} ({entry.kind}) by {entry.agency}"
    emit(
        {"shown": shown, "number": proof.number, "size": size, "entry": entry.document()},
        lambda: f"{what}: it is {where}" if shown else f"{what}: NOT shown to be {where}",
        as_json=as_json,
    )
    return 0 if shown else REFUSED


@ledger.command(epilog=example("counterfoil ledger extract lantern.pack 17 -o entry.json --proof entry.tlog-proof"))
@click.argument("path", metavar="PACK", type=click.Path(path_type=Path))
@click.argument("number", type=click.IntRange(min=0))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The entry.")
@click.option(
    "--proof",
    "proof_path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The proof that it is in the ledger, for 'ledger prove'.",
)
def extract(path: Path, number: int, output: Path, proof_path: Path) -> None:
    """Take one entry out of a compliance pack, with the proof that it is in the ledger: to show it and nothing else.

    Whoever has both and the host's public key can verify it ('ledger prove'). Existing files are replaced.
    """
    from linkage.files import write_whole
    from linkage.ledger.pack import Pack

    pack = Pack.read(path)
    found = next((each.entry for each in pack.entries if each.number == number), None)
    if found is None:
        raise click.UsageError(f"the pack has no entry {number}: it shows those about operation {pack.operation}")
    write_whole(output, found.encode())
    write_whole(proof_path, pack.proof(number).encode())
    click.echo(f"{output}, {proof_path}: {found.time} {found.verb} ({found.kind}) by {found.agency}")


@ledger.command(
    epilog=example(
        "counterfoil ledger compare mine.txt theirs.txt --host host.pub --pack lantern.pack",
        "counterfoil ledger compare mine.txt theirs.txt --host host.pub --proof proof.txt",
    )
)
@click.argument("held_path", metavar="MINE", type=click.Path(path_type=Path))
@click.argument("shown_path", metavar="THEIRS", type=click.Path(path_type=Path))
@_host_option
@click.option(
    "--proof",
    "proof_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Consistency proof between the two, a line of base64 for each hash.",
)
@click.option(
    "--pack",
    "pack_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Instead: a compliance pack of the host that is as new as both; the proof is computed from its hashes.",
)
@json_option
def compare(
    held_path: Path,
    shown_path: Path,
    host_path: Path,
    proof_path: Path | None,
    pack_path: Path | None,
    *,
    as_json: bool,
) -> int:
    """Say whether two checkpoints are of one ledger: the same, one continuing the other, or a fork.

    Where they count different numbers of entries that takes a proof: a file of the host, or a compliance pack. Ends
    with code 4 when it is a fork, or not shown that it is none.
    """
    from linkage.errors import RefusedError
    from linkage.files import read_capped
    from linkage.identity import PublicIdentity
    from linkage.ledger.pack import Pack
    from linkage.ledger.proof_file import LARGEST_PROOF_BYTES, parse_consistency
    from linkage.ledger.watcher import Relation, read_checkpoint
    from linkage.ledger.watcher import compare as compared

    host = PublicIdentity.read(host_path)
    held, shown = read_checkpoint(held_path), read_checkpoint(shown_path)
    for path, signed in ((held_path, held), (shown_path, shown)):
        if not signed.signed_by(host):
            raise RefusedError(f"{path} is not signed by {host.agency}", code="ledger.signature")
    if proof_path is not None and pack_path is not None:
        raise click.UsageError("give one of --proof and --pack")
    proof = None
    if pack_path is not None:
        proof = Pack.read(pack_path).consistency(held.checkpoint.size, shown.checkpoint.size)
    if proof_path is not None:
        proof = parse_consistency(read_capped(proof_path, limit_bytes=LARGEST_PROOF_BYTES), str(proof_path))
    found = compared(held.checkpoint, shown.checkpoint, proof)
    emit({"relation": found.relation, "sentence": found.sentence}, lambda: found.sentence, as_json=as_json)
    return REFUSED if found.relation in (Relation.FORK, Relation.UNPROVEN) else 0


@click.group(cls=SharedGroup, shared="counterfoil.audit")
def audit() -> None:
    """Have a compliance pack made, and verify offline, without trusting the host, what it has done."""


@audit.command(epilog=example("counterfoil audit verify lantern.pack --checkpoint mine.txt --host host.pub"))
@click.argument("path", metavar="PACK", type=click.Path(path_type=Path))
@click.option(
    "--checkpoint",
    "held_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A checkpoint that you kept; without one, a rewritten history cannot be told from a true one.",
)
@click.option(
    "--host",
    "host_path",
    type=click.Path(path_type=Path),
    metavar="FILE.pub",
    help="Public identity of the host, as you know it; else that of the pack is believed.",
)
@json_option
def verify(path: Path, held_path: Path | None, host_path: Path | None, *, as_json: bool) -> int:
    """Say, a sentence for each check, what a compliance pack shows, and what was not checked.

    Ends with code 4 when a check found a problem.
    """
    from datetime import UTC, datetime

    from linkage.identity import PublicIdentity
    from linkage.ledger.audit import audit as audited
    from linkage.ledger.pack import Pack
    from linkage.ledger.watcher import read_checkpoint

    found = audited(
        Pack.read(path),
        datetime.now(UTC),
        host=None if host_path is None else PublicIdentity.read(host_path),
        held=None if held_path is None else read_checkpoint(held_path),
    )
    red = sum(not each.passed for each in found.findings)
    gist = (
        f"{red} of {len(found.findings)} checks found a PROBLEM" if red else f"all {len(found.findings)} checks passed"
    )
    lines = [
        *(
            f"{click.style('ok ', fg='green') if each.passed else click.style('NOT', fg='red')}  {each.sentence}"
            for each in found.findings
        ),
        "",
        f"{gist}; not checked:",
        *(f"  - {each}" for each in found.unchecked),
    ]
    emit(found.document(), lambda: "\n".join(lines), as_json=as_json)
    return 0 if found.passed else REFUSED
