"""A case that several attacks are tried on."""

from typing import Any

import numpy as np

from assessment.case import Case, make_case, split, usual_clk
from assessment.records import BACKGROUND, read_records
from linkage import load_schema

KNOWN = 50


def case_of(*steps: dict[str, Any]) -> Case:
    """400 persons as the usual CLK has them, hardened; half are held, and 50 of these known."""
    schema = load_schema("person")
    usual, cells = usual_clk(schema)
    rows = [[row[cell] for cell in cells] for row in read_records(BACKGROUND, schema, None)[:400]]
    random = np.random.default_rng(1)
    hardened = load_schema(usual.document() | {"hardening": list(steps)})
    return make_case(rows, hardened, split(400, 400, 0.5, random), known=KNOWN, random=random)
