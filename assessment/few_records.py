"""The relation-graph attack, on few records: it looks at every four of them, so their number is small."""

import numpy as np
from numpy.typing import NDArray

from assessment.alignment import aligned
from assessment.case import Case
from assessment.plain import plain_likeness, token_table
from assessment.relations import relation_graph

RELATED_RECORDS = 60


def by_relations(case: Case, random: np.random.Generator) -> NDArray[np.int64]:
    """Guess the row of the register whose relations to the others are those of an encoding.

    Encodings and register are of as many records; the register is encoded under a key of the attacker's own. Where
    nothing is related, nobody is guessed.
    """
    graphs = relation_graph(case.encodings), relation_graph(case.register)
    if not all(graph.any() for graph in graphs):
        return np.full(len(case.encodings), -1, dtype=np.int64)
    return aligned(*graphs, random)


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
        encodings=case.encodings[chosen],
        register=case.register[places],
        dictionary=case.dictionary[places],
        truth=truth,
        known=np.empty(0, dtype=np.int64),
        register_rows=[case.register_rows[row] for row in places.tolist()],
        agreement=case.agreement[np.ix_(places, places)],
    )
