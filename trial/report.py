"""The figures of a demonstration as text for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trial.evaluation import Evaluation
from trial.figures import Figures
from trial.leak import LeakSearch
from trial.program import Step

_BYTES_SHOWN = 16
_WIDTH_WHEN_PIPED = 110
COUNTS = {1: "one agency", 2: "two", 3: "three"}


def print_report(figures: Figures, folder: Path, page: Path) -> None:
    """Print everything that was found, and where it lies, on standard output."""
    print_sections(_sections(figures, folder, page))


def print_sections(sections: Iterable[tuple[str, RenderableType]]) -> None:
    """Print titles and what stands under them on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_WHEN_PIPED)
    for title, body in sections:
        console.print()
        console.print(Text(title, style="bold"))
        console.print(Padding(body, (0, 0, 0, 2)))


def _sections(figures: Figures, folder: Path, page: Path) -> Iterator[tuple[str, RenderableType]]:
    yield "The data", _data(figures)
    yield "The agencies: what went in, what went out, what came back", _agencies(figures)
    yield "What the matcher sees of one record", _seen(figures)
    yield "What the matcher found", _found(figures)
    yield "How good that is, over pairs of records of different agencies", _quality(figures)
    yield (
        "Raw values in the three packages",
        Text(f"{leak_headline(figures.leak_search)}\n{leak_scope(figures.leak_search)}"),
    )
    yield "What was run, each command in a process of its own", steps_table(figures.steps)
    yield "Where it is", _places(figures, folder, page)


def _data(figures: Figures) -> Text:
    held = ", ".join(f"{persons:,} by {COUNTS[count]}" for count, persons in figures.persons.items())
    return Text(
        f"FEBRL 4, a public benchmark of {sum(figures.persons.values()):,} invented persons in "
        f"{figures.rows:,} records, with typing errors, dealt over {len(figures.agencies)} invented agencies "
        f"(seed {figures.seed}).\n"
        f"Persons held: {held}. So {figures.linkage.pairs.true_pairs:,} pairs are to be found.\n"
        f"The data set has two records of a person: where three agencies hold one, two of the three records are equal "
        f"({figures.equal_pairs:,} of the pairs)."
    )


def _agencies(figures: Figures) -> Table:
    table = new_table("agency", "rows in", "encoded in", "package", "of its records also known elsewhere")
    for agency in figures.agencies:
        table.add_row(
            agency.name,
            f"{agency.rows:,}",
            f"{agency.encode_seconds:.1f} s",
            f"{agency.package_bytes:,} bytes",
            f"{agency.hits:,}",
        )
    return table


def _seen(figures: Figures) -> Text:
    side = figures.pair[0]
    shown = side.encoding[:_BYTES_SHOWN].hex(" ")
    return Text(
        f"token     {side.token}   (random; means something to {side.agency} only)\n"
        f"category  {side.category}\n"
        f"encoding  {shown} ... {len(side.encoding):,} bytes\n"
        f"{', '.join(used.name for used in figures.fields)}: none of these is there, nor the secret, nor the "
        f"agency's own number of the record."
    )


def _found(figures: Figures) -> Text:
    sizes = figures.linkage.group_sizes
    groups = ", ".join(f"{count:,} of {size} records" for size, count in sorted(sizes.items()))
    same, different = figures.histogram.reaching(figures.threshold)
    return Text(
        f"{sum(sizes.values()):,} groups: {groups}. {figures.linkage.right_groups:,} are exactly one of the "
        f"{figures.linkage.true_groups:,} persons whom several agencies hold.\n"
        f"{figures.pairs_compared:,} pairs of encodings were compared in {figures.match_seconds:.1f} s. At or above "
        f"the threshold of {figures.threshold} are {same:,} of one person and {different:,} of different persons."
    )


def _quality(figures: Figures) -> Table:
    table = new_table("", "precision", "recall", "F1", "wrong pairs", "missed pairs", "seconds")
    rows: list[tuple[str, Evaluation, float]] = [
        ("Counterfoil, encodings only", figures.linkage, figures.encode_and_match_seconds),
        (
            "raw records in one hand, recordlinkage",
            figures.plaintext.evaluation,
            figures.plaintext.seconds,
        ),
        ("raw records in one hand, equal soc_sec_id", figures.equality.evaluation, figures.equality.seconds),
    ]
    for name, evaluation, seconds in rows:
        pairs = evaluation.pairs
        table.add_row(
            name,
            *(share(value) for value in (pairs.precision, pairs.recall, pairs.f1)),
            f"{pairs.found_pairs - pairs.right_pairs:,}",
            f"{pairs.true_pairs - pairs.right_pairs:,}",
            f"{seconds:.1f}",
        )
    return table


def share(value: float | None) -> str:
    """Return a share with four decimals; one that is nearly 1 or nearly 0 is not rounded to it."""
    if value is None:
        return "none"
    text = f"{value:.4f}"
    return text if value in {0, 1} or text not in {"0.0000", "1.0000"} else f"{value:.6f}"


def leak_headline(search: LeakSearch) -> str:
    """Return what the search came to, in a sentence."""
    found = sum(find.times for find in search.finds)
    return f"{search.verdict.capitalize()}: {found:,} finds of {search.values + search.short_values:,} values."


IN_PACKAGES = "the packages, their members, every decoded column and text"


def leak_scope(search: LeakSearch, where: str = IN_PACKAGES) -> str:
    """Return what was searched and how, for people."""
    control = "found" if search.control_held else "NOT found"
    sentences = [
        (
            f"{search.values:,} values of six bytes or more, written in {search.patterns:,} ways (UTF-8, UTF-16, "
            f"upper, lower and title case, hexadecimal, base64), were looked for in {search.bytes_searched:,} bytes: "
            f"{where}."
        ),
        f"{search.short_values:,} shorter values were looked for as whole fields only.",
        f"Values planted as a control were {control}.",
    ]
    if search.by_chance:
        sentences.append(
            f"{search.by_chance} short values stand inside digests, base64 or bytes that are no text, where chance "
            f"alone puts {search.expected_by_chance:.2f} on average."
        )
    return " ".join(sentences)


def steps_table(steps: Sequence[Step]) -> Table:
    """Return who ran what, and how long it took."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for step in steps:
        table.add_row(step.party, f"{step.seconds:.1f} s", step.command)
    return table


def _places(figures: Figures, folder: Path, page: Path) -> Text:
    first = figures.agencies[0].name
    return Text(
        f"{page}: the page with all this, to open in a browser\n"
        f"{folder / first}, ...: what each agency has: its table, keys, counterfoil and {first}.hits.csv\n"
        f"{folder / 'host'}: all that the matcher has\n"
        f"{folder / 'commands.txt'}: the commands, to repeat them by hand in a new folder beside this one\n"
        f"{folder / 'figures.json'}: all figures\n"
        f"It took {figures.seconds:.0f} s."
    )


def new_table(*columns: str) -> Table:
    """Return an empty table whose first column is flush left and the others flush right."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table
