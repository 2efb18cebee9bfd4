"""The command that tells what was done with one local reference."""

from pathlib import Path

import click

from linkage.command import example
from linkage.report_commands import FILE, of_pack, open_dossier, show


@click.command(
    epilog=example(
        "counterfoil report disclosure lantern.pack --agency atl --reference A-1",
        "    --counterfoil atl.counterfoil.csv --receipt atl.desk/receipt-5f0c.json --hits atl.groups.csv -o a-1.html",
    )
)
@of_pack
@click.option("--agency", required=True, help="Whose reference it is: yours.")
@click.option("--reference", required=True, help="The local reference, as it is in the counterfoil.")
@click.option(
    "--counterfoil",
    "counterfoils",
    multiple=True,
    required=True,
    type=FILE,
    metavar="FILE",
    help="A counterfoil; give one for each --receipt, in the same order.",
)
@click.option(
    "--receipt",
    "receipts",
    multiple=True,
    required=True,
    type=FILE,
    metavar="FILE",
    help="The host's receipt for the package that was encoded with that counterfoil.",
)
@click.option(
    "--hits", "hit_files", multiple=True, type=FILE, metavar="FILE", help="What 'agency hits' wrote, before 'reveal'."
)
def disclosure(
    path: Path,
    host_path: Path | None,
    held_path: Path | None,
    output: Path | None,
    *,
    agency: str,
    reference: str,
    counterfoils: tuple[Path, ...],
    receipts: tuple[Path, ...],
    hit_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Tell what was done with the records of one local reference (Art. 14 LED, Art. 15 GDPR).

    Made at the agency, where the counterfoil is; the page names the reference and is readable by you only.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.disclosure import disclosure as made
    from encoder.disclosure import find_submitted, hits_of
    from linkage.files import OWNER_ONLY

    if len(counterfoils) != len(receipts):
        raise click.UsageError("give a --counterfoil for each --receipt, in the same order")
    dossier = open_dossier(path, host_path, held_path)
    host = dossier.agreement.host.root
    submitted = [
        find_submitted(reference, agency, receipt, counterfoil, host)
        for receipt, counterfoil in zip(receipts, counterfoils, strict=True)
    ]
    tokens = [token for found in submitted for token in found.tokens]
    hits = [hit for hit_file in hit_files for hit in hits_of(tokens, hit_file)] if hit_files else None
    show(made(dossier, agency, reference, submitted, hits), output, as_json=as_json, mode=OWNER_ONLY)
