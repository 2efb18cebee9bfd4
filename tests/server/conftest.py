"""A host with an operation of three agencies."""

from pathlib import Path

import pytest

from tests.server.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A host that has registered the agreement."""
    made = House.at(tmp_path)
    assert made.registers().status_code == 201
    return made
