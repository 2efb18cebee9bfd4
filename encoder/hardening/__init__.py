"""Hardening: what is done to the bits of a record before they travel, step by step as the schema declares.

``saul`` or ``minhash`` takes the place of the filter; ``steps`` change the bits of an encoding, ``noise`` flips
some; ``keys`` derives what keys them.
"""

from encoder.hardening.keys import HardeningKeys
from encoder.hardening.minhash import MinHashEncoder
from encoder.hardening.noise import SEED_BYTES, Seeds
from encoder.hardening.saul import SaulEncoder
from encoder.hardening.steps import Hardening

__all__ = ["SEED_BYTES", "Hardening", "HardeningKeys", "MinHashEncoder", "SaulEncoder", "Seeds"]
