"""The command that assesses encodings."""

from pathlib import Path

import click

from linkage.command import emit, example, json_option, progress

FILE = click.Path(path_type=Path)
PROFILES = {"quick": (2000, 5), "full": (5000, 10)}  # persons in the register, runs


@click.command(
    epilog=example(
        "counterfoil assess --schema person -o report.html", "counterfoil assess --schema person --register 1000 --json"
    )
)
@click.option("--schema", "schema_source", required=True, metavar="FILE|NAME", help="Linkage schema.")
@click.option("--data", type=FILE, metavar="TABLE", help="Your own records. [default: 5,000 invented persons]")
@click.option("--columns", "columns_file", type=FILE, metavar="FILE", help="Says which column is which field (JSON).")
@click.option("--quick", "profile", flag_value="quick", help="A register of 2,000, five runs: minutes. [default]")
@click.option("--full", "profile", flag_value="full", help="A register of 5,000, ten runs: hours.")
@click.option("--register", type=click.IntRange(100, 20_000), help="Persons in the attacker's register.")
@click.option("--overlap", type=click.FloatRange(0.01, 1), default=0.4, show_default=True, help="Share of them held.")
@click.option("--known", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Known beforehand.")
@click.option("--seeds", type=click.IntRange(5, 100), help="Runs.")
@click.option("-o", "--output", type=FILE, metavar="FILE", help="The report, as one HTML page.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@json_option
def assess(
    *,
    schema_source: str,
    data: Path | None,
    columns_file: Path | None,
    profile: str | None,
    register: int | None,
    overlap: float,
    known: int,
    seeds: int | None,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Attack encodings of your own records, or of invented ones, as someone with a register would.

    Each attack is tried on plain CLKs of the same records too: where none falls, the verdict is "inconclusive". The
    verdict is never "safe". While this runs, the process can open no socket and start no program.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from assessment.assessing import Trial
    from assessment.assessing import assess as run
    from assessment.records import BACKGROUND, read_records
    from assessment.report import report_page, report_text
    from linkage.files import check_outputs, write_whole
    from linkage.schema import load_schema

    check_outputs([output], [data, columns_file], overwrite=force)  # now, not when hours have gone
    schema = load_schema(schema_source)
    rows = read_records(data or BACKGROUND, schema, columns_file)
    told = "invented persons of many countries (opensanctions/yente)" if data is None else "your own table"
    register, seeds = register or PROFILES[profile or "quick"][0], seeds or PROFILES[profile or "quick"][1]
    with progress("assessing", "cases") as on_progress:
        found = run(rows, schema, Trial(register, overlap, known, seeds), data=told, on_progress=on_progress)
    if output is not None:
        write_whole(output, report_page(found).encode(), overwrite=force)
    emit(found.document(), lambda: report_text(found), as_json=as_json)
