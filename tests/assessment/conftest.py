"""Fixed secrets: under some keys an attack fares better than under others, and a test is to say the same each time."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _fixed_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw secrets and the seeds of noise from a generator that starts anew with each test."""
    monkeypatch.setattr("assessment.case.secrets", SimpleNamespace(token_bytes=np.random.default_rng(0).bytes))
