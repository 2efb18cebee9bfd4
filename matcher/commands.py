"""The command that runs at the host."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.command import emit, example, json_option, progress

if TYPE_CHECKING:
    from matcher.linking import Linkage

FILE = click.Path(path_type=Path)
FORMATS = (".csv", ".parquet")


def _table_path(_context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Return the path if its name ends like a format that can be written."""
    if path is not None and path.suffix.lower() not in FORMATS:
        raise click.BadParameter(f"must end in {' or '.join(FORMATS)}", param=parameter)
    return path


@click.command(epilog=example("counterfoil match atl.cfp bor.cfp cyr.cfp --threshold 0.8 -o groups.csv"))
@click.argument("paths", metavar="PACKAGE...", nargs=-1, required=True, type=FILE)
@click.option(
    "--threshold", required=True, type=click.FloatRange(0, 1), help="Least similarity; a pair exactly at it is in."
)
@click.option(
    "-o", "--output", required=True, type=FILE, callback=_table_path, metavar="FILE", help="Groups, .csv or .parquet."
)
@click.option(
    "--for-agencies",
    "agencies_folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="Also write AGENCY.groups.csv there for each agency: its own records only, to be given to it.",
)
@click.option(
    "--pairs", "pairs_path", type=FILE, callback=_table_path, metavar="FILE", help="Also write the candidate pairs."
)
@click.option(
    "--measure",
    type=click.Choice(["dice", "jaccard", "hamming"]),
    help="Similarity. [default: the one that the encodings are made for]",
)
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Cores to use. [default: all]")
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["native", "anonlink"]),
    default="native",
    show_default=True,
    help="What compares and groups; anonlink is the second opinion, with Dice on one core.",
)
@click.option(
    "--trust",
    "trusted_paths",
    multiple=True,
    type=FILE,
    metavar="FILE.pub",
    help="Public identity that may have signed a package; may be given several times.",
)
@json_option
def match(
    paths: tuple[Path, ...],
    *,
    threshold: float,
    output: Path,
    agencies_folder: Path | None,
    pairs_path: Path | None,
    measure: str | None,
    threads: int | None,
    engine_name: Any,
    trusted_paths: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Compare the encodings of packages and write the groups of records that are taken to be one person.

    Every two packages are compared, all pairs of their encodings, exactly. A group holds at most one record of each
    package, and all its records are at or above the threshold with each other. FILE has one row per record: group,
    agency, token, score (its best within the group). It holds tokens of all agencies and is the host's own; what an
    agency may have is the file that --for-agencies writes for it.

    Packages that were not made with the same schema and secret, have expired, or, with --trust, are not signed by one
    of those identities, are refused.
    """
    import time
    from datetime import UTC, datetime

    from linkage.identity import PublicIdentity
    from linkage.package import open_package
    from matcher.engine import engine
    from matcher.linking import link

    chosen = engine(engine_name)
    trusted = [PublicIdentity.read(path) for path in trusted_paths]
    now = datetime.now(UTC)
    packages = [open_package(path, trusted=trusted, now=now) for path in paths]
    start = time.perf_counter()
    with progress("comparing", "pairs") as on_progress:
        linkage = link(packages, threshold, engine=chosen, measure=measure, threads=threads, on_progress=on_progress)
    seconds = time.perf_counter() - start
    written = _write(linkage, output, agencies_folder, pairs_path)
    result = _summary(linkage, seconds) | {"engine": engine_name, "threshold": threshold, "written": written}
    emit(result, lambda: _text(result), as_json=as_json)


def _write(linkage: "Linkage", output: Path, agencies_folder: Path | None, pairs_path: Path | None) -> list[str]:
    """Write what was found and return the names of the files."""
    from matcher.output import write_groups, write_pairs

    written = [output]
    write_groups(output, linkage)
    if agencies_folder is not None:
        for agency in sorted({party.agency for party in linkage.parties}):
            written.append(agencies_folder / f"{agency}.groups.csv")
            write_groups(written[-1], linkage, agency=agency)
    if pairs_path is not None:
        written.append(pairs_path)
        write_pairs(pairs_path, linkage)
    return [str(path) for path in written]


def _summary(linkage: "Linkage", seconds: float) -> dict[str, Any]:
    """Return the figures of a linkage."""
    import numpy as np

    sizes = np.bincount(np.bincount(linkage.groups.group))
    return {
        "packages": len(linkage.parties),
        "encodings": sum(len(party.encodings) for party in linkage.parties),
        "pairs_compared": linkage.pairs_compared,
        "pairs_per_second": round(linkage.pairs_compared / seconds),
        "candidate_pairs": sum(len(comparison.pairs.score) for comparison in linkage.comparisons),
        "groups": int(sizes.sum()),
        "groups_by_size": {str(size): int(count) for size, count in enumerate(sizes) if count},
        "seconds": round(seconds, 3),
    }


def _text(result: dict[str, Any]) -> str:
    by_size = ", ".join(f"{count:,} of {size}" for size, count in result["groups_by_size"].items())
    speed = f"{result['seconds']:,.2f} s ({result['pairs_per_second']:,} pairs/s)"
    lines = (
        f"packages         {result['packages']} with {result['encodings']:,} encodings",
        f"pairs compared   {result['pairs_compared']:,} in {speed}",
        f"candidate pairs  {result['candidate_pairs']:,} at or above {result['threshold']:g}",
        f"groups           {result['groups']:,}" + (f" ({by_size} records)" if by_size else ""),
        f"written          {', '.join(result['written'])}",
    )
    return "\n".join(lines)
