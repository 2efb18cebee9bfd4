"""The command that gives common tokens of a schema less weight."""

import json
from pathlib import Path

import click

from linkage.command import emit, example, json_option

FILE = click.Path(path_type=Path)
_SHOWN = 10


@click.command(
    epilog=example(
        "counterfoil schema weigh person surnames.csv --field name --source 'US Census 2010, surnames' -o ours.json",
        "counterfoil schema check ours.json",
    )
)
@click.argument("schema", metavar="FILE|NAME")
@click.argument("table", metavar="TABLE", type=FILE)
@click.option("--field", "fields", multiple=True, required=True, metavar="IDENTIFIER", help="Field; may be repeated.")
@click.option("--source", required=True, metavar="TEXT", help="Which public table it is; stands in the schema.")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="The schema with the weights.")
@click.option("--value-column", default="value", show_default=True, metavar="NAME", help="Column with the values.")
@click.option("--count-column", default="count", show_default=True, metavar="NAME", help="Column with their counts.")
@click.option(
    "--rare",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.001,
    show_default=True,
    help="Share of people with a token that keeps its whole weight; rarer ones keep it too.",
)
@click.option(
    "--least",
    type=click.IntRange(1, 99),
    default=40,
    show_default=True,
    help="Percent of the weight that the commonest tokens keep at least.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@json_option
def weigh(
    schema: str,
    table: Path,
    *,
    fields: tuple[str, ...],
    source: str,
    output: Path,
    value_column: str,
    count_column: str,
    rare: float,
    least: int,
    force: bool,
    as_json: bool,
) -> None:
    """Let common tokens of a linkage schema weigh less, by a public table of how many people have each value.

    A token that the share p of people has weighs 100 log(1/p) / log(1/rare) percent of a rare one, in tens (Fellegi &
    Sunter 1969, Winkler 1989). Values are read as the field reads them; a row without a value stands for all others.
    Take a published table: what the tokens weigh is in the schema, which everybody may read. docs/standardisation.md,
    "Weights", says when it is worth it.
    """
    from encoder.guard import raise_guard

    raise_guard()
    from encoder.weighing import Weighing, read_frequencies, weighed
    from linkage.files import check_outputs, write_whole
    from linkage.report import table as aligned
    from linkage.schema import load_schema

    check_outputs([output], [table, Path(schema)], overwrite=force)
    given = load_schema(schema)
    made, found = weighed(
        given, fields, read_frequencies(table, value_column, count_column), Weighing(source, rare, least)
    )
    text = json.dumps(made.document(), ensure_ascii=False, indent=1)
    write_whole(output, f"{text}\n".encode(), overwrite=force)
    result = {
        "output": str(output),
        "schema_digest": made.digest,
        "fields": [
            {
                "field": field.identifier,
                "tokens": len(field.percents),
                "commonest": dict(list(field.percents.items())[:_SHOWN]),
            }
            for field in found
        ],
    }

    def told() -> str:
        parts = [f"{output}: digest {made.digest}"]
        for identifier, percents in found:
            parts.append(f"field '{identifier}': {len(percents):,} tokens weigh less")
            commonest = list(percents.items())[:_SHOWN]
            if commonest:
                parts.append(aligned([(f"  {token}", f"{percent} %") for token, percent in commonest], right=(1,)))
        return "\n".join(parts)

    emit(result, told, as_json=as_json)
