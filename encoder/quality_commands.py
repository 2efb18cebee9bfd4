"""The commands about the quality of an agency's own table, before anything is encoded."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option, progress

FILE = click.Path(path_type=Path)
_columns_option = click.option(
    "--columns", "columns_file", type=FILE, metavar="FILE", help="Column profile. [default: exact names, else guesses]"
)
_sheet_option = click.option("--sheet", metavar="NAME", help="Sheet of a spreadsheet, where several are not empty.")


@click.command(
    epilog=example(
        "counterfoil preview register.xlsx --save-profile register.columns.json",
        "counterfoil preview register.xlsx --columns register.columns.json",
    )
)
@click.argument("table", metavar="FILE", type=FILE)
@_columns_option
@_sheet_option
@click.option("--save-profile", type=FILE, metavar="FILE", help="Write the mapping, to be checked and corrected.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--with-values", is_flag=True, help="With --json, show the twenty rows too.")
@json_option
def preview(
    table: Path,
    *,
    columns_file: Path | None,
    sheet: str | None,
    save_profile: Path | None,
    force: bool,
    with_values: bool,
    as_json: bool,
) -> None:
    """Show your own table as it would be encoded: columns, twenty rows before and after, problems and how to mend them.

    It shows personal data on this terminal, because you asked to see your own; --json leaves them out unless
    --with-values is given. It also says what would leave this computer. Nothing is sent and no package is made: while
    this runs, the process can open no socket and start no program.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.preview import preview_table
    from encoder.preview_standard import standardised
    from encoder.preview_text import preview_document, preview_text
    from encoder.profile import ColumnProfile
    from linkage.files import check_outputs

    check_outputs([save_profile], [table, columns_file], overwrite=force)
    if with_values and not as_json:
        raise click.UsageError("--with-values goes with --json; without it the rows are always shown")
    profile = None if columns_file is None else ColumnProfile.read(columns_file)
    with progress("reading", "rows") as on_progress:
        seen = preview_table(table, profile=profile, sheet=sheet, standardise_row=standardised, on_progress=on_progress)
    if save_profile is not None:
        seen.profile.write(save_profile, overwrite=force)
    emit(preview_document(seen, with_values=with_values), lambda: preview_text(seen), as_json=as_json)


@click.command(
    epilog=example("counterfoil dedupe register.xlsx --columns register.columns.json -o register.duplicates.csv")
)
@click.argument("table", metavar="FILE", type=FILE)
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="The pairs, as CSV; it stays with you.")
@_columns_option
@_sheet_option
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.55,
    show_default=True,
    help="Least likeness of two records, from 0 to 1.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@json_option
def dedupe(
    table: Path,
    *,
    output: Path,
    columns_file: Path | None,
    sheet: str | None,
    threshold: float,
    force: bool,
    as_json: bool,
) -> None:
    """Find records of your own table that are probably one person, before it is encoded.

    Writes one line per pair: the numbers of the two rows (from 1, without the header), their record ids and a score;
    no other value. It changes nothing: you decide which record stays. Uses recordlinkage, on this computer only.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.dedupe import find_duplicates, read_people, write_duplicates
    from encoder.profile import ColumnProfile
    from linkage.files import check_outputs

    check_outputs([output], [table, columns_file], overwrite=force)
    profile = None if columns_file is None else ColumnProfile.read(columns_file)
    with progress("reading", "rows") as on_progress:
        people = read_people(table, profile, sheet, on_progress=on_progress)
    found = find_duplicates(people, threshold=threshold)
    write_duplicates(output, people, found, overwrite=force)
    result = {"rows": len(people.rows), "pairs": len(found), "output": str(output)}
    emit(
        result,
        lambda: f"{len(people.rows):,} rows, {len(found):,} pairs that are probably one person: {output}",
        as_json=as_json,
    )
