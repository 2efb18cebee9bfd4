"""Similarities of all pairs, against counting them one by one."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from linkage import Encodings
from trial.similarity import Histogram, histogram


def encodings(rows: NDArray[np.uint8], agency: int) -> Encodings:
    tokens = np.zeros((len(rows), 16), dtype=np.uint8)
    tokens[:, 0] = agency
    tokens[:, 1] = np.arange(len(rows))
    return Encodings.from_bytes(rows, tokens)


@given(st.lists(st.lists(st.binary(min_size=3, max_size=3), max_size=6), min_size=2, max_size=3), st.data())
def test_every_pair_of_two_files_is_counted_by_its_equal_bytes(files: list[list[bytes]], data: st.DataObject) -> None:
    given_encodings = [
        encodings(np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), 3), agency)
        for agency, rows in enumerate(files)
    ]
    records = [
        (agency, token, row)
        for agency, (one, rows) in enumerate(zip(given_encodings, files, strict=True))
        for token, row in zip(one.token_texts(), rows, strict=True)
    ]
    persons = {token: data.draw(st.sampled_from("pqr")) for _, token, _ in records}
    matches, others = [0] * 4, [0] * 4
    for (agency, token, row), (other_agency, other_token, other_row) in combinations(records, 2):
        if agency != other_agency:
            counts = matches if persons[token] == persons[other_token] else others
            counts[sum(one == other for one, other in zip(row, other_row, strict=True))] += 1
    assert histogram(given_encodings, persons) == Histogram(tuple(matches), tuple(others))


def test_pairs_reaching_a_threshold_are_those_with_that_share_of_equal_bytes() -> None:
    counts = [0] * 101
    counts[69], counts[70], counts[100] = 5, 3, 2
    found = Histogram(tuple(counts), (1,) * 101)
    assert found.reaching(0.7) == (5, 31)
    assert found.reaching(0.695) == (5, 31)
    assert found.reaching(0.69) == (10, 32)
    assert found.reaching(1) == (2, 1)
    assert found.document()["same_person"][70] == 3
