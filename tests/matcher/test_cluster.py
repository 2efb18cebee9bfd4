"""A comparison on a Dask cluster of processes: the same bytes, whatever dies."""

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from distributed import Client, LocalCluster

from linkage import Encodings
from matcher import candidate_pairs, cluster_work
from matcher.cluster import Cluster
from matcher.cluster_work import compare_cell
from matcher.comparison import TileSize
from matcher.errors import ComparisonError, EngineError
from matcher.similarity import Requirement
from tests.matcher.making import random_encodings, same
from tests.ports import free_port


@pytest.fixture(scope="module")
def machines() -> Iterator[LocalCluster]:
    """Two workers, processes of their own, of one thread each, with nobody to start them again."""
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed is not typed
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as running:
        yield running


@pytest.fixture(scope="module")
def files() -> tuple[Encodings, Encodings]:
    return random_encodings(1500, 16, 0.4, 1), random_encodings(1200, 16, 0.4, 2)


def test_a_cluster_gives_the_bytes_that_threads_give(
    machines: LocalCluster, files: tuple[Encodings, Encodings]
) -> None:
    cluster = Cluster(address=machines.scheduler_address)
    calls: list[tuple[int, int | None]] = []
    found = candidate_pairs(
        *files, 0.5, cluster=cluster, tile_size=TileSize(400, 500), on_progress=lambda *call: calls.append(call)
    )
    assert len(found.score) > 50_000
    assert same(found, candidate_pairs(*files, 0.5))
    assert len(calls) == 4 * 3
    assert calls[-1] == (1500 * 1200, 1500 * 1200)
    best = candidate_pairs(*files, 0.5, cluster=cluster, best=2, limit=100)
    assert same(best, candidate_pairs(*files, 0.5, best=2, limit=100))


def test_an_interrupt_ends_the_work_and_leaves_the_cluster_usable(
    machines: LocalCluster, files: tuple[Encodings, Encodings]
) -> None:
    cluster = Cluster(address=machines.scheduler_address)

    def interrupt(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        candidate_pairs(*files, 0.5, cluster=cluster, tile_size=TileSize(100, 100), on_progress=interrupt)
    assert len(candidate_pairs(files[0], files[0], 1.0, cluster=cluster).score) >= 1500


def test_a_worker_killed_in_the_middle_costs_only_its_part_of_the_work(
    machines: LocalCluster, files: tuple[Encodings, Encodings]
) -> None:
    with Client(machines.scheduler_address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # not typed
        victims = list(client.run(os.getpid).values())
    killed: list[int] = []

    def kill_one(done: int, total: int | None) -> None:
        if not killed and total and done < total // 2:
            os.kill(victims[0], signal.SIGKILL)
            killed.append(victims[0])

    cluster = Cluster(address=machines.scheduler_address)
    found = candidate_pairs(*files, 0.5, cluster=cluster, tile_size=TileSize(100, 150), on_progress=kill_one)
    assert killed
    assert same(found, candidate_pairs(*files, 0.5))


def test_a_cell_with_too_many_hits_is_cut_until_it_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    one = random_encodings(130, 8, 0.4, 1)
    requirement = Requirement.of("dice", 0.0, one.bits)
    arguments = ((slice(0, 130), slice(0, 130)), (0, 0), requirement, requirement.common, one.bits)
    whole = compare_cell(one.words, one.words, *arguments)
    assert whole is not None
    assert whole.shape == (4, 130 * 130)
    monkeypatch.setattr(cluster_work, "_MOST_HITS", 100)
    assert compare_cell(one.words, one.words, *arguments) is None
    task = cluster_work._Task(range(10, 15), range(3, 4))
    covered = np.zeros((20, 5), dtype=int)
    for part in task.quarters():
        covered[np.ix_(part.left, part.right)] += 1
    assert covered.sum() == task.pairs
    assert np.all(covered[10:15, 3] == 1)


@pytest.mark.parametrize("address", ["", "127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://h:x"])
def test_an_address_that_is_none_is_a_typed_error(address: str) -> None:
    with pytest.raises(ComparisonError) as caught:
        Cluster(address=address)
    assert caught.value.code == "comparison.cluster-address"


def test_a_plain_connection_to_another_machine_must_be_allowed() -> None:
    with pytest.raises(ComparisonError) as caught:
        Cluster(address="tcp://192.0.2.1:8786")
    assert caught.value.code == "comparison.cluster-insecure"
    assert Cluster(address="tcp://192.0.2.1:8786", insecure=True).insecure
    assert Cluster(address="tls://192.0.2.1:8786").address


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_a_scheduler_that_cannot_be_reached_is_a_typed_error_within_seconds(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.cluster._CONNECT_SECONDS", 0.5)
    one = random_encodings(5, 16, 0.5, 1)
    with pytest.raises(EngineError) as caught:
        candidate_pairs(one, one, 0.5, cluster=Cluster(address=f"{scheme}://127.0.0.1:{free_port()}"))
    assert caught.value.code == "engine.cluster-unreachable"
