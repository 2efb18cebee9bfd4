"""How many rows a second one core standardises and encodes, schema person: Latin rows, and rows of every script.

Run: uv run python -m benchmarks.standardise [ROWS] [--hardened] [--json]

Rows are those of a register made from the open multi-script set (benchmarks/data): names are drawn by Zipf's law from
those of one script, a given name in thirty and a surname in five being one that nobody else in the register bears, made
of the halves of two others; dates of birth are any day of seventy years; document numbers do not repeat. Sex, country,
city, and kind and country of the document are those of some record of the script, and what that record lacks is missing
here too. Measured are the register with numbers of documents alone, with whole documents, and with whole documents but
no name, and no part of one, that comes twice. Beside it stand rows of FEBRL 4, whose
columns are drawn one by one as benchmarks/encode.py draws them (numbers do not repeat), each row with a sex and of one
country. Counted is processor time from columns of text to encodings, after the
tables are loaded, with Python's garbage collector set as `counterfoil encode` sets it; the encodings are plain filters
unless --hardened is given. Machines differ by more than programs do, so before each case clkhash encodes rows of
benchmarks/encode.py (ten fields as bigrams, nothing standardised): how many times its rows a second are made says more
than their number.
"""

import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import click

from benchmarks.encode import FIELDS, SCHEMAS, by_clkhash, rows_like_febrl
from benchmarks.scripts import Records, rows_of
from encoder import ClkEncoder
from encoder.clk import rows_per_batch
from encoder.columns import find_columns
from encoder.standardise import names
from encoder.standardise.names import many
from encoder.standardise.names.reading import read_token
from encoder.standardise.names.romanise import romanise
from encoder.table import Batch
from encoder.table.batch import BATCH_ROWS
from linkage import load_schema
from linkage.command import emit, json_option
from linkage.command.program import search_seldom
from linkage.schema import Schema

WITHOUT_SPACE = ("CJK", "HANGUL")
USUAL = {"given_names": 1 / 30, "family_name": 1 / 5}
EVERY_NAME_NEW = {"given_names": 1.0, "family_name": 1.0}
NUMBER_ALONE = ("full_name", "date_of_birth", "sex", "nationality", "birth_city", "document_number", "aliases")
WHOLE_DOCUMENT = (*NUMBER_ALONE, "document_type", "document_country")
CASES = (
    ("numbers of documents alone", USUAL, NUMBER_ALONE),
    ("whole documents", USUAL, WHOLE_DOCUMENT),
    ("every name new", EVERY_NAME_NEW, WHOLE_DOCUMENT),
)
COUNTED = ("full_name", "date_of_birth", "birth_city", "document_number")
PEER_ROWS = 20_000
LOADING = 100  # rows that are encoded before the clock starts


class Register:
    """Makes up persons after those of the open set."""

    def __init__(self, records: Records, rare: dict[str, float]) -> None:
        self._draw = random.Random("register")  # noqa: S311 - nobody's secret
        self._records = records
        self._rare = rare
        self._tables = {
            (script, part): self._table(script, part) for script in {row["script"] for row in records} for part in USUAL
        }

    def _table(self, script: str, part: str) -> tuple[list[str], list[float]]:
        """Return the names of a script, and how often each and those before it are borne."""
        found = sorted({row[part] for row in self._records if row["script"] == script and row[part]})
        self._draw.shuffle(found)
        return found, list(accumulate(1 / rank for rank in range(5, len(found) + 5)))

    def persons(self) -> Iterator[dict[str, str]]:
        """Yield records without end."""
        while True:
            yield self._person()

    def _person(self) -> dict[str, str]:
        like = self._draw.choice(self._records)
        given, family = (self._name(like["script"], part) for part in USUAL)
        whole = family + given if like["script"] in WITHOUT_SPACE else f"{given} {like['middle_names']} {family}"
        year, month, day = (self._draw.randint(*span) for span in ((1940, 2009), (1, 12), (1, 28)))
        number = f"{self._draw.choice('ABCDEFGHKLMNPRSTUVWXYZ')}{self._draw.randrange(10**8):08}"
        return {
            **like,
            "full_name": whole,
            "date_of_birth": like["dob"] and f"{year}-{month:02}-{day:02}",
            "document_number": like["doc_number"] and number,
            "document_type": like["doc_type"],
            "document_country": like["doc_country"],
        }

    def _name(self, script: str, part: str) -> str:
        found, weights = self._tables[script, part]
        (name,) = self._draw.choices(found, cum_weights=weights)
        if self._draw.random() >= self._rare[part]:
            return name
        other = self._draw.choice(found)
        return name[: (len(name) + 1) // 2] + other[len(other) // 2 :]


def febrl_persons(count: int) -> Iterator[dict[str, str]]:
    """Yield so many records of FEBRL 4's columns."""
    for number, row in enumerate(rows_like_febrl(count)):
        cells = dict(zip(FIELDS, row, strict=True))
        yield {
            "full_name": f"{cells['given_name']} {cells['surname']}",
            "date_of_birth": cells["date_of_birth"],
            "sex": "mf"[number % 2],
            "nationality": "AU",
            "birth_city": cells["suburb"],
            "document_number": cells["soc_sec_id"],
            "aliases": "",
        }


def measured(schema: Schema, header: Sequence[str], persons: Iterator[dict[str, str]], size: int) -> dict[str, Any]:
    """Return rows per second of processor time for so many rows with the columns `header`, and how many values differ.

    As where a table is read, there is one batch of rows at a time.
    """
    for remembered in (many.read_names, read_token, romanise, names.fold, names.name_class):
        remembered.cache_clear()
    columns = find_columns(Path("register"), header, schema, None, None)
    encoder = ClkEncoder(schema, b"a secret for a benchmark, and for nothing else")
    differing: dict[str, set[str]] = {column: set() for column in COUNTED}

    def seconds(count: int) -> float:
        rows = list(islice(persons, count))
        for column, values in differing.items():
            values.update(row[column] for row in rows)
        batch = Batch(1, tuple([row[header[place]] for row in rows] for place in columns.places), share_read=1)
        del rows
        begun = time.process_time()
        encoder.encode(columns.of_fields(columns.of_batch(batch), len(batch)))
        return time.process_time() - begun

    seconds(LOADING)
    step = min(rows_per_batch(schema), BATCH_ROWS)
    spent = sum(seconds(min(step, size - start)) for start in range(0, size, step))
    return {
        "rows_per_second": round(size / spent),
        "distinct": {column: len(values) for column, values in differing.items()},
    }


@click.command()
@click.argument("size", metavar="ROWS", default=200_000)
@click.option("--hardened", is_flag=True, help="as the schema says, not as plain filters")
@json_option
def main(size: int, *, hardened: bool, as_json: bool) -> None:
    """Measure the speed of standardisation and encoding."""
    search_seldom()
    document = load_schema("person").document()
    schema = load_schema(document if hardened else document | {"hardening": []})
    records = [row for row in rows_of("multiscript_open_records.csv") if row["script"] != "THAI"]  # of six persons
    result: dict[str, Any] = {}
    peer = next(iter(SCHEMAS.values())), rows_like_febrl(PEER_ROWS)
    cases: list[tuple[str, Sequence[str], Iterator[dict[str, str]]]] = [
        ("FEBRL 4, numbers of documents alone", NUMBER_ALONE, febrl_persons(LOADING + size))
    ]
    for kind, wanted in (("latin", [row for row in records if row["script"] == "LATIN"]), ("mixed", records)):
        cases += [(f"{kind}, {case}", header, Register(wanted, rare).persons()) for case, rare, header in CASES]
    for case, header, persons in cases:
        begun = time.process_time()
        by_clkhash(*peer)
        rate = len(peer[1]) / (time.process_time() - begun)
        found = measured(schema, header, persons, size)
        compared = {"clkhash_rows_per_second": round(rate), "ratio": round(found["rows_per_second"] / rate, 1)}
        result[case] = found | compared
    emit(result, lambda: text(result), as_json=as_json)


def text(result: dict[str, Any]) -> str:
    """Return the figures as lines."""
    return "\n".join(
        f"{name:36}{part['rows_per_second']:9,} rows/s, {part['ratio']:4} times clkhash   "
        + ", ".join(f"{count:,} of {column}" for column, count in part["distinct"].items())
        for name, part in result.items()
    )


if __name__ == "__main__":
    main()
