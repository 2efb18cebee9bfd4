"""Runs whose comparisons go to a Dask cluster that the host's settings name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from distributed import LocalCluster

from matcher.cluster import Cluster
from matcher.errors import ComparisonError, EngineError
from server.database.tables import runs
from server.diagnosis import diagnose
from server.hosting import worker
from server.runs.machines import cluster_of, comparison_options
from server.settings import ClusterAddress, Settings
from tests.ports import free_port
from tests.server.house import House
from tests.server.test_story import three_submit


@pytest.fixture(scope="module")
def machines() -> Iterator[str]:
    """The address of a scheduler with two workers, processes of their own."""
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed is not typed
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as running:
        yield running.scheduler_address


def result(house: House, run: str) -> Any:
    with house.service.engine.connect() as connection:
        return connection.execute(sa.select(runs).where(runs.c.id == run)).one()


def ran(folder: Path, cluster: ClusterAddress | None) -> tuple[House, str]:
    folder.mkdir()
    house = House.at(folder, cluster=cluster)
    assert house.registers().status_code == 201
    return house, three_submit(house)["bor"].orders().json["run"]


def closed_address() -> str:
    return f"tcp://127.0.0.1:{free_port()}"


def test_a_run_on_a_cluster_finds_what_the_hosts_own_cores_find(
    machines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: object
) -> None:
    asked: list[str] = []
    connect = Cluster.connect

    def connected(cluster: Cluster) -> Any:
        asked.append(cluster.address)
        return connect(cluster)

    monkeypatch.setattr(Cluster, "connect", connected)
    found = []
    for name, cluster in (("own", None), ("cluster", ClusterAddress(address=machines))):
        house, run = ran(tmp_path / name, cluster)
        assert house.works() == 1
        row = result(house, run)
        assert (row.state, row.problem) == ("done", None)
        found.append((row.pairs_done, row.threshold))
        assert asked == [] or name == "cluster"
    assert asked == [machines] * 3  # the three pairs of agencies
    assert found[0] == found[1]
    officer = house.joined("cyr")
    assert len(officer.hits(run)) == 1


def test_a_run_waits_for_a_cluster_that_is_away(
    machines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: object
) -> None:
    monkeypatch.setattr("matcher.cluster._CONNECT_SECONDS", 1)
    house, run = ran(tmp_path / "away", ClusterAddress(address=closed_address()))
    with pytest.raises(EngineError, match="no scheduler answers"):
        worker(house.service, "worker-0").work_once()
    assert result(house, run).state == "running"
    house.clock.forward(seconds=house.service.settings.jobs.lease_seconds + 2)
    monkeypatch.setattr("server.runs.work.comparison_options", lambda _: {"cluster": Cluster(address=machines)})
    assert house.works() == 1
    assert result(house, run).state == "done"


def test_doctor_says_whether_the_cluster_answers(
    machines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.cluster._CONNECT_SECONDS", 1)

    def said(address: str | None) -> tuple[bool, str]:
        cluster = None if address is None else ClusterAddress(address=address)
        (found,) = [one for one in diagnose(Settings.embedded(tmp_path, cluster=cluster)) if one.part == "cluster"]
        return found.well, found.says

    assert said(machines) == (True, "answers, with 2 workers")
    assert said(closed_address()) == (False, "the cluster cannot be used: no scheduler answers")
    assert said("tcp://198.51.100.1:8786") == (False, "a cluster on other machines must be reached by tls://")
    assert said(None)[0]


def test_the_files_of_a_cluster_lie_beside_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "host.toml"
    path.write_text(
        'data = "data"\n[jobs]\nthreads = 3\n[cluster]\naddress = "tls://scheduler:8786"\n'
        'authority = "ca.pem"\ncertificate = "/etc/c.pem"\nkey = "k.pem"\n'
    )
    settings = Settings.read(path)
    cluster = cluster_of(settings)
    assert cluster == Cluster(
        address="tls://scheduler:8786",
        authority=tmp_path / "ca.pem",
        certificate=Path("/etc/c.pem"),
        key=tmp_path / "k.pem",
    )
    assert comparison_options(settings) == {"threads": 3, "cluster": cluster}
    path.write_text('data = "data"\n[cluster]\naddress = "tcp://scheduler:8786"\n')
    with pytest.raises(ComparisonError, match="must be reached by tls"):
        cluster_of(Settings.read(path))
