"""How much the tokens of a field weigh: all alike, or common ones less than others."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from itertools import chain
from typing import Annotated, Self

from pydantic import Field as Key
from pydantic import field_validator, model_validator

from linkage.schema.part import Part

LARGEST_HASH_COUNT = 1 << 16
MOST_WEIGHED_TOKENS = 50_000
_PERCENT = "[1-9][0-9]?"

_Token = Annotated[str, Key(min_length=1, max_length=1000)]
_Tokens = Annotated[tuple[_Token, ...], Key(min_length=1, strict=False)]


class FrequencyWeights(Part):
    """Tokens that many people have, which say less when two records share them, and how much less they weigh.

    The weight of agreement on a value is log(1/p), p being its frequency (Fellegi & Sunter, JASA 1969; Winkler,
    "Frequency-based matching in Fellegi-Sunter model of record linkage", 1989).
    """

    source: str = Key(min_length=1, max_length=200, description="the public table that the frequencies are from")
    percent: dict[str, _Tokens] = Key(
        description="percent (1 to 99) of other tokens' weight -> tokens, as they are hashed, that weigh so much",
        json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": f"^{_PERCENT}$"}},
    )

    @field_validator("percent")
    @classmethod
    def _each_token_once(cls, percent: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not percent:
            raise ValueError("lists no token; leave frequencyWeights out")
        if not all(re.fullmatch(_PERCENT, key) for key in percent):
            raise ValueError("a key must be a whole percent from 1 to 99, written without leading zeros")
        tokens = list(chain.from_iterable(percent.values()))
        if len(tokens) > MOST_WEIGHED_TOKENS:
            raise ValueError(f"has {len(tokens):,} tokens in all; keep the commonest {MOST_WEIGHED_TOKENS:,}")
        repeated = sum(times > 1 for times in Counter(tokens).values())
        if repeated:
            raise ValueError(f"a token may stand once, in one list only; {repeated:,} stand there more often")
        return {key: tuple(sorted(percent[key])) for key in sorted(percent, key=int)}


class Strategy(Part):
    """How often a token is inserted: a number per token, or a number per value shared among its tokens."""

    bits_per_token: int | None = Key(default=None, alias="bitsPerToken", ge=1, le=LARGEST_HASH_COUNT)
    bits_per_feature: int | None = Key(default=None, alias="bitsPerFeature", ge=1, le=LARGEST_HASH_COUNT)
    frequency_weights: FrequencyWeights | None = Key(default=None, alias="frequencyWeights")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.bits_per_token is None) == (self.bits_per_feature is None):
            raise ValueError("needs exactly one of bitsPerToken and bitsPerFeature")
        return self

    @cached_property
    def percents(self) -> Mapping[str, int]:
        """Token -> percent of the weight that other tokens have, of those that have less; empty if there are none."""
        lists = {} if self.frequency_weights is None else self.frequency_weights.percent
        return {token: int(percent) for percent, tokens in lists.items() for token in tokens}
