"""What runs at an agency: tables in, packages out; raw values never leave and no socket is ever opened.

The names below are its public surface; they load when first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING

from linkage.lazy import lazy_exports

if TYPE_CHECKING:
    from encoder.clk import ClkEncoder, EncodedBatch, Fault, encode_clks

__all__ = ["ClkEncoder", "EncodedBatch", "Fault", "encode_clks"]

__getattr__ = lazy_exports(__name__, dict.fromkeys(__all__, "encoder.clk"))
