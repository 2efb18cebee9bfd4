"""The probability Jaccard index, against its definition token by token."""

from itertools import combinations

import numpy as np
import pytest

from assessment.jaccard import probability_jaccard
from assessment.plain import counted_tokens
from assessment.records import BACKGROUND, read_records
from encoder.parts import TokenReader
from encoder.standardise import NO_FACTS
from linkage import load_schema
from linkage.schema import Schema

PERSON = load_schema("person")
ROWS = read_records(BACKGROUND, PERSON, None)[:140]
Weights = dict[tuple[int, int], float]


def weights_of(schema: Schema) -> list[Weights]:
    found: list[Weights] = [{} for _ in ROWS]
    for place, (field, table, tokens, percent) in enumerate(counted_tokens(ROWS, schema)):
        assert field.hashing is not None
        strategy = field.hashing.strategy
        for row, counts in enumerate(table.astype(int)):
            one = strategy.bits_per_token or (strategy.bits_per_feature or 0) / max(tokens[row], 1)
            one *= percent / 100
            found[row] |= {(place, token): one * counts[token] for token in np.flatnonzero(counts).tolist()}
    return found


def index(one: Weights, other: Weights) -> float:
    every = one.keys() | other.keys()
    return sum(
        1 / sum(max(one.get(token, 0) / one[drawn], other.get(token, 0) / other[drawn]) for token in every)
        for drawn in one.keys() & other.keys()
    )


def per_token() -> Schema:
    document = PERSON.document()
    for feature in document["features"]:
        if "hashing" in feature:
            feature["hashing"]["strategy"] = {"bitsPerToken": 7}
    return load_schema(document)


def weighed() -> Schema:
    """Return PERSON, in which the commonest thirty tokens of fields that have as many weigh less."""
    document = PERSON.document()
    for feature, field, column in zip(document["features"], PERSON.fields, zip(*ROWS, strict=True), strict=True):
        read = TokenReader(field, validate=False, facts=NO_FACTS).read(column).tokens
        order = np.argsort(-np.bincount(read.ids, minlength=30), kind="stable")[:30]
        if len(read.vocabulary) >= len(order):
            tokens = [read.vocabulary[token] for token in order]
            weights = {"source": "these rows", "percent": {"40": tokens[:10], "70": tokens[10:]}}
            feature["hashing"]["strategy"]["frequencyWeights"] = weights
    return load_schema(document)


@pytest.mark.parametrize("schema", [PERSON, per_token(), weighed()], ids=["per feature", "per token", "weighed"])
def test_index_is_that_of_the_definition(schema: Schema) -> None:
    """Tokens that one record has twice and another once leave a small difference."""
    weights, found = weights_of(schema), probability_jaccard(list(counted_tokens(ROWS, schema)))
    assert np.allclose(found, found.T, atol=1e-6)
    differences = []
    for one, other in list(combinations(range(len(ROWS)), 2))[::31]:
        exact = index(weights[one], weights[other])
        differences.append(found[one, other] - exact)
        assert found[one, other] == pytest.approx(exact, rel=0.08, abs=1e-3)
    assert np.sqrt(np.mean(np.square(differences))) < 1e-3


def test_index_of_rows_without_a_token_in_common_is_0() -> None:
    empty = ("",) * len(PERSON.fields)
    counted = list(counted_tokens([ROWS[0], empty, empty], PERSON))
    assert probability_jaccard(counted)[np.triu_indices(3, 1)].tolist() == [0, 0, 0]
