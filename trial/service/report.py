"""The figures of a demonstration through a service as text for a terminal."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from trial.report import leak_headline, leak_scope, new_table, print_sections, share, steps_table
from trial.service.figures import ServiceFigures

_AT_THE_HOST = "all files of the host, every cell of its database, every line of its log, its metrics"


def print_service_report(figures: ServiceFigures, folder: Path) -> None:
    """Print everything that was found, and where it lies, on standard output."""
    print_sections(_sections(figures, folder))


def _sections(figures: ServiceFigures, folder: Path) -> Iterator[tuple[str, RenderableType]]:
    yield "The agencies: what they submitted, what came back", _agencies(figures)
    yield "What the host did", _run(figures)
    yield "Whether it is what comes of the same packages by files", Text(same_groups(figures))
    yield "How good that is, over pairs of records of different agencies", _quality(figures)
    yield "Raw values, secrets and private keys at the host", _leaks(figures)
    yield "What a data protection officer finds, offline, after the host is gone", _verification(figures)
    yield "What was run, each command in a process of its own", steps_table(figures.steps)
    yield "Where it is", _places(figures, folder)


def same_groups(figures: ServiceFigures) -> str:
    """Return in a sentence whether the service and `counterfoil match` made the same groups."""
    if figures.differing_groups:
        return f"NOT the same: {figures.differing_groups:,} groups are made by one of the two ways only."
    return f"The same: the {figures.groups_by_files:,} groups of 'counterfoil match', record by record."


def _agencies(figures: ServiceFigures) -> Table:
    table = new_table("agency", "records submitted", "of its records also known elsewhere")
    for agency, records in figures.agencies.items():
        table.add_row(agency, f"{records:,}", f"{figures.hits[agency]:,}")
    return table


def _run(figures: ServiceFigures) -> Text:
    run = figures.run
    return Text(
        f"run {run['run']} under operation {run['operation']}: {run['state']}, {run['pairs_done']:,} of "
        f"{run['pairs_total']:,} pairs, threshold {run['threshold']}, result {run['result']}"
    )


def _quality(figures: ServiceFigures) -> Text:
    pairs, linkage = figures.linkage.pairs, figures.linkage
    return Text(
        f"precision {share(pairs.precision)}, recall {share(pairs.recall)}, F1 {share(pairs.f1)}; "
        f"{linkage.right_groups:,} of {linkage.true_groups:,} persons whom several agencies hold are found whole."
    )


def _leaks(figures: ServiceFigures) -> Text:
    keys = "none found" if figures.keys_found == 0 else f"FOUND in {figures.keys_found:,} places"
    return Text(
        f"{leak_headline(figures.leak_search)}\n{leak_scope(figures.leak_search, _AT_THE_HOST)}\n"
        f"{figures.words_of_the_agreement} values were not looked for: the text of the agreement, written before any "
        "data, has these words.\n"
        f"The operation secret and the agencies' private keys, as bytes, in hexadecimal and base64: {keys}."
    )


def _verification(figures: ServiceFigures) -> Text:
    act = figures.last_act
    lines = [
        *(f"ok   {sentence}" for sentence in act.true.green),
        f"Not checked: {len(act.true.unchecked)} things, such as {act.true.unchecked[-2]}.",
        f"With one byte of the pack changed (number {act.changed_byte:,}):",
        *(f"NOT  {sentence}" for sentence in act.changed.red),
    ]
    return Text("\n".join(lines))


def _places(figures: ServiceFigures, folder: Path) -> Text:
    first = next(iter(figures.agencies))
    return Text(
        f"{folder / first}, ...: what each agency has: table, keys, agreement, desk, counterfoil, {first}.hits.csv\n"
        f"{folder / 'host'}: all that the host has: keys, agreement, database, sealed store, log, metrics\n"
        f"{folder / 'commands.txt'}: the commands\n"
        f"{folder / 'figures.json'}: all figures\n"
        f"It took {figures.seconds:.0f} s."
    )
