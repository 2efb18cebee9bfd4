"""What links alone give away, beside what encodings do: whom an attacker finds who sees nothing but what is linked.

Run: uv run python -m benchmarks.links [--runs 8] [--json]

Any encoding that links tells a host which pairs are alike enough. So whoever has a register and knows who some records
are learns something from any of them: those so like a known record that the two are linked. Here an attacker is given,
for every encoding and every known one, only whether they have as many equal symbols as a link needs, and takes the
likeliest row of the register, as `agreement-counts` does with the counts themselves. Both are tried on the same cases:
the schema person and the invented persons of `counterfoil assess`, a register of 2,000, 40 % of them held.
"""

from collections.abc import Iterator
from math import comb
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from assessment.attacks import ATTACKS, judged
from assessment.case import Case, make_case, split
from assessment.records import BACKGROUND, read_records
from assessment.success import Success, Tally, success
from linkage import load_schema
from linkage.command import emit, json_option
from linkage.symbols import ALPHABET, SYMBOL_BITS

REGISTER, OVERLAP = 2000, 0.4
KNOWN = (100, 300)
LINKED = 8  # equal symbols that the automatic threshold asks of 42 small files; of larger ones it asks for more
COUNTS = next(attack for attack in ATTACKS if attack.name == "agreement-counts")
_LEAST = 1e-12


def by_links(case: Case, needed: int) -> NDArray[np.int64]:
    """Guess the row that is likeliest by whether encodings have `needed` symbols in common with known ones."""
    symbols = case.schema.encoded_bits // SYMBOL_BITS
    rows = case.truth[case.known]
    code = case.code
    equal, expected = (
        1 / ALPHABET + (1 - 1 / ALPHABET) * side for side in (code.agreement[:, case.known], case.agreement[:, rows])
    )
    linked = np.rint(equal * symbols) >= needed
    expected = np.clip(expected.astype(np.float64), 0, 1)
    fewer = sum(comb(symbols, count) * expected**count * (1 - expected) ** (symbols - count) for count in range(needed))
    chance = np.clip(1 - fewer, _LEAST, 1 - _LEAST)
    scores = linked @ np.log(chance).T + ~linked @ np.log1p(-chance).T
    scores[:, rows] = -np.inf
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)


def tallies(runs: int) -> Iterator[tuple[int, Tally, Tally]]:
    """Yield, of each run and number of known records, what links gave away and what the encodings did."""
    schema = load_schema("person")
    rows = read_records(BACKGROUND, schema, None)
    for seed in range(runs):
        parts = split(len(rows), REGISTER, OVERLAP, np.random.default_rng(seed))
        for known in KNOWN:
            random = np.random.default_rng([seed, known])
            case = make_case(rows, schema, parts, known=known, random=random)
            yield known, judged(by_links(case, LINKED), case, COUNTS), COUNTS.tried(case, random)


def told(found: Success) -> dict[str, Any]:
    """Return a success as JSON-like data."""
    return {"right": found.right, "of": found.of, "share": found.share, "low": found.low, "high": found.high}


@click.command()
@click.option("--runs", default=8, show_default=True, help="Choices of persons, each under fresh secrets.")
@json_option
def main(*, runs: int, as_json: bool) -> None:
    """Compare what links give away with what encodings do."""
    results: dict[int, list[tuple[Tally, Tally]]] = {known: [] for known in KNOWN}
    for known, of_links, of_counts in tallies(runs):
        results[known].append((of_links, of_counts))
    random = np.random.default_rng(0)
    report = {
        f"{known} known": {
            name: told(success(outcomes, random))
            for name, outcomes in zip(("links alone", "encodings"), zip(*found, strict=True), strict=True)
        }
        for known, found in results.items()
    }
    emit(report, lambda: text(report), as_json=as_json)


def text(report: dict[str, Any]) -> str:
    """Return the figures as lines."""
    lines = []
    for known, parts in report.items():
        for name, one in parts.items():
            shares = "{share:.2%} ({low:.2%} to {high:.2%})".format(**one)
            lines.append(f"{known:10} {name:12} {one['right']:4} of {one['of']:,}: {shares}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
