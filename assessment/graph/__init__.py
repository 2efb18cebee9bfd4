"""Graph matching: two files aligned by the similarities inside each of them, without a key."""

from assessment.graph.matching import Guesses, graph_matching

__all__ = ["Guesses", "graph_matching"]
