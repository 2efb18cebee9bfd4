"""The commands that seal files for others and open what others sealed."""

from pathlib import Path

import click

from linkage.command import example, progress

FILE = click.Path(path_type=Path)


@click.command(epilog=example("counterfoil seal atl.cfp --to host.seal.pub -o atl.cfp.sealed"))
@click.argument("path", metavar="FILE", type=FILE)
@click.option(
    "--to", "recipient_paths", required=True, multiple=True, type=FILE, metavar="FILE.pub", help="Public sealing key."
)
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")
def seal(path: Path, recipient_paths: tuple[Path, ...], output: Path) -> None:
    """Seal a file so that only the recipients can open it, for a USB stick or the post.

    The key of the file is sealed by ML-KEM-768 and X25519 together (HPKE), the content by ChaCha20-Poly1305. Sealing
    hides; it does not say who sealed. A package is signed inside.
    """
    from linkage.sealing import PublicSealingKey, seal_file

    recipients = [PublicSealingKey.read(recipient) for recipient in recipient_paths]
    with progress("sealing", "bytes") as on_progress:
        total = path.stat().st_size if path.is_file() else None
        seal_file(path, output, recipients, on_bytes=lambda done: on_progress(done, total))
    click.echo(f"{output}: sealed to {', '.join(recipient.agency for recipient in recipients)}")


@click.command("open", epilog=example("counterfoil open atl.cfp.sealed --key host.seal -o atl.cfp"))
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--key", "key_path", required=True, type=FILE, metavar="FILE", help="Your private sealing key.")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="An existing file stays.")
def open_(path: Path, key_path: Path, output: Path) -> None:
    """Open a sealed file. Nothing is left behind unless all of it is whole; the result is for its owner only."""
    from linkage.sealing import SealingKey, open_sealed

    key = SealingKey.read(key_path)
    with progress("opening", "bytes") as on_progress:
        total = path.stat().st_size if path.is_file() else None
        open_sealed(path, output, key, on_bytes=lambda done: on_progress(done, total))
    click.echo(f"{output}: whole")
