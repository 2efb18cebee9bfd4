"""Approximate search: most candidate pairs for less than the work of comparing all, by Hamming LSH."""

from matcher.approximate.design import KeyDesign
from matcher.approximate.search import approximate_pairs, search_design

__all__ = ["KeyDesign", "approximate_pairs", "search_design"]
