"""Similarities of all pairs, against counting them one by one."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from linkage import Encodings
from trial.similarity import BINS, Histogram, histogram


def encodings(rows: NDArray[np.uint8], agency: int) -> Encodings:
    tokens = np.zeros((len(rows), 16), dtype=np.uint8)
    tokens[:, 0] = agency
    tokens[:, 1] = np.arange(len(rows))
    return Encodings.from_bytes(rows, tokens)


@given(st.lists(st.lists(st.binary(min_size=3, max_size=3), max_size=6), min_size=2, max_size=3), st.data())
def test_every_pair_of_two_files_is_counted_in_its_bin(files: list[list[bytes]], data: st.DataObject) -> None:
    given_encodings = [
        encodings(np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), 3), agency)
        for agency, rows in enumerate(files)
    ]
    records = [
        (agency, token, int.from_bytes(row))
        for agency, (one, rows) in enumerate(zip(given_encodings, files, strict=True))
        for token, row in zip(one.token_texts(), rows, strict=True)
    ]
    persons = {token: data.draw(st.sampled_from("pqr")) for _, token, _ in records}
    matches, others = [0] * BINS, [0] * BINS
    for (agency, token, row), (other_agency, other_token, other_row) in combinations(records, 2):
        if agency != other_agency:
            size = row.bit_count() + other_row.bit_count()
            common = (row & other_row).bit_count()
            counts = matches if persons[token] == persons[other_token] else others
            counts[min(BINS - 1, BINS * 2 * common // size if size else 0)] += 1
    assert histogram(given_encodings, persons) == Histogram(tuple(matches), tuple(others))


def test_files_larger_than_a_block_are_counted_whole() -> None:
    rows = np.full((1300, 2), 0b10101010, dtype=np.uint8)
    tokens = np.arange(1300 * 16, dtype=np.uint32).astype(np.uint8).reshape(1300, 16).copy()
    tokens[:, :4] = np.arange(1300, dtype=">u4").view(np.uint8).reshape(1300, 4)
    many, one = Encodings.from_bytes(rows, tokens), encodings(rows[:1], 255)
    persons = dict.fromkeys([*many.token_texts(), *one.token_texts()], "p")
    assert histogram([many, one], persons).matches[-1] == 1300


def test_pairs_reaching_a_threshold_are_those_of_its_bin_and_above() -> None:
    counts = [0] * BINS
    counts[69], counts[70], counts[99] = 5, 3, 2
    found = Histogram(tuple(counts), (1,) * BINS)
    assert found.reaching(0.7) == (5, 30)
    assert found.reaching(0.69) == (10, 31)
    assert found.document()["same_person"][70] == 3
