"""Tokens: the pieces of a value that are hashed, as plain Python defines them.

This is the reference; ``encoder.grams`` finds the same n-grams for many texts at once.
"""

from linkage.schema import ExactComparison, NgramComparison, NumericComparison

Comparison = NgramComparison | ExactComparison | NumericComparison


def tokenise(text: str, comparison: Comparison) -> list[str]:
    """Return the tokens of `text` in order, repeated ones included; an empty text has none.

    Raises:
        ValueError: the comparison is numeric and the text is no finite number.
    """
    if text == "":
        return []
    if isinstance(comparison, ExactComparison):
        return [text]
    if isinstance(comparison, NumericComparison):
        return _neighbourhood(text, comparison)
    return _ngrams(text, comparison.n, positional=comparison.positional)


def _ngrams(text: str, n: int, *, positional: bool) -> list[str]:
    padding = " " * (n - 1)
    padded = f"{padding}{text}{padding}"
    grams = [padded[start : start + n] for start in range(len(padded) - n + 1)]
    return [f"{place} {gram}" for place, gram in enumerate(grams, start=1)] if positional else grams


def _neighbourhood(text: str, comparison: NumericComparison) -> list[str]:
    """Return 2 * resolution + 1 grid points around the number (Vatsalan & Christen 2016, as clkhash does it)."""
    scale = 10**comparison.fractional_precision
    try:
        number = int(text, base=10) * scale
    except ValueError:
        try:
            number = int(round(float(text) * scale)) if scale > 1 else int(float(text))  # noqa: RUF046 - round(inf)
        except OverflowError:
            raise ValueError("not a finite number") from None
    interval = comparison.distance_interval
    number *= 2 * comparison.resolution
    residue = number % interval
    if 2 * residue < interval:
        number -= residue
    else:
        number += interval - residue
    return [str(number + step * interval) for step in range(-comparison.resolution, comparison.resolution + 1)]
