"""The rules of a field, in words."""

from linkage.schema.hardening import MinHash, Step
from linkage.schema.model import (
    DateFormat,
    DoubleHash,
    EnumFormat,
    Format,
    Hashing,
    IntegerFormat,
    NgramComparison,
    NumericComparison,
    StandardFormat,
)


def format_words(format_: Format) -> str:
    """Return what a value must look like."""
    if isinstance(format_, DateFormat):
        return f"date {format_.format}"
    if isinstance(format_, EnumFormat):
        return f"enum of {len(format_.values)}"
    if isinstance(format_, IntegerFormat):
        return f"integer{_range(format_.minimum, format_.maximum)}"
    if isinstance(format_, StandardFormat):
        return f"standard {format_.standard}"
    length = _range(format_.min_length, format_.max_length)
    words = [f"string{length} characters" if length else "string"]
    words += [format_.case] if format_.case != "mixed" else []
    words += ["pattern"] if format_.pattern is not None else []
    words += [format_.encoding] if format_.encoding != "utf-8" else []
    return ", ".join(words)


def comparison_words(hashing: Hashing) -> str:
    """Return when two values are alike."""
    comparison = hashing.comparison
    if isinstance(comparison, NgramComparison):
        return f"{comparison.n}-gram" + (" with position" if comparison.positional else "")
    if isinstance(comparison, NumericComparison):
        return f"numeric within {comparison.threshold_distance}"
    return "exact"


def hash_words(hashing: Hashing) -> str:
    """Return the family of hash functions, and what salts the tokens."""
    singular = isinstance(hashing.hash, DoubleHash) and hashing.hash.prevent_singularity
    words = "doubleHash without singularities" if singular else hashing.hash.type
    return words if hashing.salt is None else f"{words}, salted by '{hashing.salt}'"


def step_words(step: Step) -> str:
    """Return a hardening step and its numbers."""
    numbers = step.model_dump(exclude={"step", "apart"}, exclude_none=True)
    words = [f"{name} {number}" for name, number in numbers.items()]
    words += [
        f"{apart.symbols} symbols apart of {' and '.join(apart.fields)}"
        for apart in (step.apart if isinstance(step, MinHash) else ())
    ]
    return step.step + (f" ({', '.join(words)})" if words else "")


def strategy_words(hashing: Hashing) -> str:
    """Return how many bits a value or each of its tokens sets."""
    strategy = hashing.strategy
    words = (
        f"{strategy.bits_per_token} bits per token"
        if strategy.bits_per_token is not None
        else f"{strategy.bits_per_feature} bits per value"
    )
    weights, percents = strategy.frequency_weights, strategy.percents
    if weights is None:
        return words
    return f"{words}, less for {len(percents):,} common tokens (down to {min(percents.values())} %; {weights.source})"


def missing_words(hashing: Hashing) -> str:
    """Return what stands for a missing value, and what is hashed then."""
    missing = hashing.missing_value
    if missing is None:
        return "no rule"
    if missing.replace_with is None and missing.sentinel:
        return f"'{missing.sentinel}': hashed as it is"
    return f"'{missing.sentinel}': " + (f"'{missing.replace_with}' is hashed" if missing.replace_with else "not hashed")


def _range(least: int | None, most: int | None) -> str:
    return (f" from {least}" if least is not None else "") + (f" to {most}" if most is not None else "")
