"""The order of candidate pairs, sorted as one number or field by field, many or few."""

import numpy as np
import pytest

from matcher.pair_order import in_order


@pytest.mark.parametrize(("rows", "threads"), [(0, 1), (1, 2), (1000, 2), (40_000, 1), (200_000, 1), (200_000, 3)])
@pytest.mark.parametrize("most", [(0, 0, 0), (1, 255, 256), (70, 2**20, 3), (2**33, 2**33, 2**33), (2**63 - 1, 0, 1)])
def test_fields_come_in_order_and_no_row_is_lost(rows: int, threads: int, most: tuple[int, int, int]) -> None:
    random = np.random.default_rng(rows)
    fields = [random.integers(0, largest, rows, endpoint=True) for largest in most]
    cut = rows // 3
    parts = [[field[:cut] for field in fields], [field[cut:] for field in fields]]
    expected = np.array(fields)[:, np.lexsort(fields[::-1])]
    assert np.array_equal(np.array(in_order(parts, most, threads=threads)), expected)
