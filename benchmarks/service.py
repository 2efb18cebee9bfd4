"""Two agencies through the service, from upload to hits: seconds of each step, and peak memory of its processes.

Run: uv run python -m benchmarks.service [rows] [hardened] [submit]

Random filters of 1,024 bits, 29.3 % set, compared at a Dice coefficient of .8; or, `hardened`, codes of 5,376
random bytes, as the built-in schemas make them, compared at .005 of equal symbols. 1,000 are at both agencies.
SQLite, one web server and one worker in processes of their own, requests signed, commits on disk. The matching is from
the order of the run to its end, with the processor time of the worker; with `submit`, nothing is compared.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.million import filters
from linkage.manifest import moment_text
from tests.ports import free_port
from tests.server.house import package
from tests.server.processes import Line, Present, Processes, config, registered

SHARED = 1000
PART_BYTES = 8 << 20
HARDENED_BYTES = 5376
TICKS = os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> int:
    """Return the peak memory of a process and its children in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = int(status.split("VmHWM:")[1].split()[0]) // 1000
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return max([own, *(peak(int(child)) for child in children)])


def processor(pid: int) -> float:
    """Return the seconds that all threads of a process have worked."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def codes(rows: int, seed: int) -> NDArray[np.uint8]:
    """Return random codes as the built-in schemas make them."""
    return np.random.default_rng(seed).integers(0, 256, (rows, HARDENED_BYTES), dtype=np.uint8)


def compare(officers: dict[str, Any], threshold: float, worker: int) -> None:
    """Order a run, wait for it, and look at its hits."""
    begun, worked = time.perf_counter(), processor(worker)
    run = officers["bor"].orders(threshold).json["run"]
    while (state := officers["bor"].asks("GET", f"/runs/{run}").json)["state"] in ("queued", "running"):
        time.sleep(0.1)
    wall, own = time.perf_counter() - begun, processor(worker) - worked
    print(f"run {state['state']} in {wall:.1f} s, {own:.1f} s of processor time, {state['pairs_total']:,} pairs")
    hits = officers["atl"].hits(run)
    assert len(hits) == SHARED, len(hits)


def main(rows: int, folder: Path, *, hardened: bool, compares: bool) -> None:
    """Print what each step took."""
    port = free_port()
    (folder / "host.toml").write_text(config(port), encoding="utf-8")
    house, processes, line = registered(folder), Processes(folder), Line(f"http://127.0.0.1:{port}")
    left, right = (codes if hardened else filters)(rows, 1), (codes if hardened else filters)(rows, 2)
    right[:SHARED] = left[:SHARED]
    now = datetime.now(UTC)
    stated = {"created": moment_text(now - timedelta(days=1)), "expires": moment_text(now + timedelta(days=9))}
    if hardened:
        stated |= {"measure": "symbols", "unrelated": "binomial"}
    officers: dict[str, Any] = {}
    try:
        for name in ("serve", "worker"):
            processes.start(name)
        for seed, (agency, found) in enumerate({"atl": left, "bor": right}.items()):
            officers[agency] = house.joined(agency)
            officers[agency].client, officers[agency].clock = line, Present()
            content = package(folder, agency, found, seed=seed, **stated)
            while officers[agency].asks("GET", "/operations").status_code == 0:
                pass
            begun = time.perf_counter()
            assert officers[agency].submits(content, part=PART_BYTES).status_code == 201
            megabytes = len(content) / 1e6
            print(f"{agency}: {rows:,} records, {megabytes:.0f} MB submitted in {time.perf_counter() - begun:.1f} s")
        if compares:
            compare(officers, 0.005 if hardened else 0.8, processes.running["worker"].pid)
        for name, process in processes.running.items():
            print(f"{name}: at most {peak(process.pid)} MB")
    finally:
        for name in list(processes.running):
            processes.kill(name)
        line.close()


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdecimal()]
    with tempfile.TemporaryDirectory() as scratch:
        main(
            numbers[0] if numbers else 100_000,
            Path(scratch),
            hardened="hardened" in words,
            compares="submit" not in words,
        )
