"""The parts of an encode run, small and fixed, and the program in a process of its own."""

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from encoder.clk import EncodedBatch, Fault
from encoder.hardening import Seeds
from encoder.order import Order
from encoder.secret import OperationSecret
from linkage import load_schema
from linkage.category import Category
from linkage.identity import Identity
from linkage.package import open_package

PROGRAM = (sys.executable, "-c", "from linkage.command import main; main()")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECRET = OperationSecret(bytes(range(32)), 256, ours=True)
ATLANTIS = Identity.new("atl")


def feature(identifier: str, **format_: Any) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "format": format_ or {"type": "string"},
        "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 20}},
    }


BORN = feature("born", type="date", format="%Y-%m-%d")
BORN["hashing"]["missingValue"] = {"sentinel": "unknown", "replaceWith": ""}
DOCUMENT: dict[str, Any] = {
    "version": 3,
    "clkConfig": {"l": 256, "kdf": {"type": "HKDF"}},
    "features": [feature("name"), {"identifier": "note", "ignored": True}, BORN],
}
SCHEMA = load_schema(DOCUMENT)


def order(folder: Path, **changes: Any) -> Order:
    made = Order(
        schema=SCHEMA,
        secret=SECRET,
        identity=ATLANTIS,
        category=Category.WITNESS,
        package=folder / "out.cfp",
        counterfoil=folder / "out.csv",
        now=NOW,
        keep_days=10,
    )
    return replace(made, **changes)


class FakeEngine:
    """Sets one bit per filled cell; a name "bad" is a fault, and the number of batches is remembered."""

    description = "fake"

    def __init__(self, width: int = 32) -> None:
        self.width = width
        self.batches = 0

    def encode(self, columns: Sequence[Sequence[str]], seeds: Seeds | None = None) -> EncodedBatch:
        assert seeds is None
        self.batches += 1
        names, notes, born = columns
        assert set(notes) <= {""}
        encodings = np.zeros((len(names), self.width), dtype=np.uint8)
        encodings[:, 0] = [1 if name else 0 for name in names]
        encodings[:, 1] = [1 if date else 0 for date in born]
        faults = [Fault(row, "name", "must not be bad") for row, name in enumerate(names) if name == "bad"]
        empty = tuple(np.array([cell == "" for cell in columns[place]]) for place in (0, 2))
        return EncodedBatch(encodings, faults, empty)


def write_csv(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = ("id", "name", "born")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file without its header, by another reader than ours."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def encodings_by_id(package: Path, counterfoil: Path) -> dict[str, bytes]:
    encodings = open_package(package).encodings
    ids = dict(read_rows(counterfoil))
    assert set(ids) == set(encodings.token_texts())
    rows = zip(encodings.token_texts(), encodings.to_bytes(), strict=True)
    return {ids[token]: row.tobytes() for token, row in rows}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def run_program(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `counterfoil` in a process of its own, because the guard cannot be taken down."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
