"""The relation-graph attack, on few records: it looks at every four of them, so their number is small."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assessment.alignment import aligned
from assessment.case import Case
from assessment.coding import Code
from assessment.coincidences import coincidences
from assessment.plain import plain_likeness, token_table
from assessment.relations import Relations, relations
from assessment.spread import standardised
from linkage.symbols import unpacked

RELATED_RECORDS = 60
MOST_RECORDS = 250


def by_relations(case: Case, random: np.random.Generator) -> NDArray[np.int64]:
    """Guess the row of the register whose relations to the others are those of an encoding.

    Encodings and register are of as many records; the register is encoded under a key of the attacker's own. Where
    nothing is related, nobody is guessed.
    """
    held, register = (relation_graph(code) for code in (case.code, Code.of(case.register, case.schema)))
    if not (held.any() and register.any()):
        return np.full(len(case.encodings), -1, dtype=np.int64)
    return aligned(held, register, random)


def alike_records(case: Case, records: int, random: np.random.Generator) -> Case:
    """Return the case of a shared record drawn at random, those most like it, and a register of just these.

    It is what suits the attacker best: records that have much in common, and a list of exactly these persons.
    """
    shared = np.flatnonzero(case.truth >= 0)
    likeness = plain_likeness(
        token_table([case.register_rows[row] for row in case.truth[shared].tolist()], case.schema)
    )
    chosen = shared[np.argsort(-likeness[random.integers(len(shared))], kind="stable")[:records]]
    places = case.truth[random.permutation(chosen)]
    truth = np.argsort(places)[np.searchsorted(np.sort(places), case.truth[chosen])]
    return case._replace(
        code=Code.of(case.encodings[chosen], case.schema),
        register=case.register[places],
        dictionary=case.dictionary[places],
        truth=truth,
        known=np.empty(0, dtype=np.int64),
        register_rows=[case.register_rows[row] for row in places.tolist()],
        agreement=case.agreement[np.ix_(places, places)],
    )


def relation_graph(code: Code) -> NDArray[np.float32]:
    """Return how strongly every two records are related, float32 (n, n), symmetric; 0 where no more than by chance.

    A weight is log(1 + sum of the excess of each relation that both records are in). The excess is counted in standard
    deviations of chance, beyond the largest one to be expected among so many combinations (sqrt(2 ln N)). Time grows
    with the fourth power of the records: 0.4 seconds of one core for 60 of 8,192 bits, 0.7 for 150 of 1,024.

    Raises:
        ValueError: there are more than 250 records.
    """
    count = len(code.encodings)
    if count > MOST_RECORDS:
        raise ValueError(f"relations can be looked for among {MOST_RECORDS} records at most")
    weights = np.zeros(count * count)
    for found in _related(code):
        for one in range(found.records.shape[1]):
            for other in range(one):
                place = found.records[:, one] * count + found.records[:, other]
                weights += np.bincount(place, weights=found.excess, minlength=count * count)
    graph = weights.reshape(count, count)
    return np.log1p(graph + graph.T).astype(np.float32)


def _related(code: Code) -> Iterator[Relations]:
    if code.letter_bits > 1:
        return coincidences(unpacked(code.encodings))
    return relations(-standardised(np.unpackbits(code.encodings, axis=1)))  # 0 is positive: a product is where XOR is 0
