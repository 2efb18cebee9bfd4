"""Runs: the plan of what may be compared, the order to do so, the work, and its result, published once."""
