"""The way of the data where sealed files lie in an S3 bucket: submit, run, look, withdraw, expire."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa

from linkage.manifest import moment_text
from server.database.tables import submissions
from server.errors import ConflictError
from server.expiry.schedule import expire
from server.soundness import look_through
from server.store import Store
from server.submissions.keeping import opened
from tests.ports import free_port
from tests.server.bucket import SECRET, folder_in
from tests.server.house import House, package, people
from tests.server.processes import Line, Present, Processes, config, registered
from tests.server.test_story import three_submit


def objects(url: str) -> list[str]:
    files, root = fsspec.url_to_fs(url, use_listings_cache=False)
    return sorted(name.removeprefix(f"{root}/") for name in files.find(root))


def rows_of(house: House) -> dict[str, Any]:
    with house.service.engine.connect() as connection:
        return {row.id: row for row in connection.execute(sa.select(submissions))}


def test_the_story_in_a_bucket(bucket: str, tmp_path: Path, database: object) -> None:
    url = folder_in(bucket)
    house = House.at(tmp_path, store=url)
    assert house.registers().status_code == 201
    officers = three_submit(house)
    whole = rows_of(house)
    assert objects(url) == sorted(f"submissions/{name}" for name in whole)
    run = officers["bor"].orders().json["run"]
    assert house.works() == 1
    assert {name: len(officer.hits(run)) for name, officer in officers.items()} == {"atl": 2, "bor": 2, "cyr": 1}
    assert look_through(house.service).whole

    (own,) = [name for name, row in whole.items() if row.agency == "cyr"]
    assert officers["cyr"].asks("DELETE", f"/submissions/{own}").status_code == 200
    assert objects(url) == sorted(f"submissions/{name}" for name in whole if name != own)
    gone = rows_of(house)[own]
    assert (gone.state, gone.sealing_key) == ("withdrawn", None)
    with pytest.raises(ConflictError, match="is gone"):  # also for whoever has kept a copy of the object
        opened(house.service, gone)
    assert {name: len(officers[name].hits(run)) for name in ("atl", "bor")} == {"atl": 2, "bor": 2}

    house.clock.forward(days=400)
    expire(house.service)
    assert objects(url) == []
    assert {row.sealing_key for row in rows_of(house).values()} == {None}
    assert not (tmp_path / "host" / "store").exists()


def test_a_bucket_that_is_away_refuses_and_leaves_no_half_state(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.at(tmp_path, store=folder_in(bucket))
    assert house.registers().status_code == 201
    monkeypatch.setattr(Store, "_place", fsspec.url_to_fs("s3://no-such-bucket/folder"))
    answer = house.client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["code"]) == (503, "unavailable")
    with pytest.raises(AssertionError):
        three_submit(house)
    monkeypatch.undo()
    assert rows_of(house) == {}
    assert house.client.get("/readyz").status_code == 200


@pytest.mark.slow
def test_processes_share_a_bucket_and_their_logs_hold_no_credentials(bucket: str, tmp_path: Path) -> None:
    url, port = folder_in(bucket), free_port()
    more = config(port, f'store = "{url}"').replace("[listen]", "[listen]\nprocesses = 2")
    (tmp_path / "host.toml").write_text(more, encoding="utf-8")
    house = registered(tmp_path, store=url)
    processes, line = Processes(tmp_path), Line(f"http://127.0.0.1:{port}")
    try:
        for name in ("serve", "worker"):
            processes.start(name)
        house.client, house.clock = line, Present()  # type: ignore[assignment]  # the same calls, over HTTP
        while line.open("/readyz", method="GET", headers={}, data=b"").status_code != 200:
            time.sleep(0.05)
        officers, now = {}, datetime.now(UTC)
        stated = {"created": moment_text(now - timedelta(days=1)), "expires": moment_text(now + timedelta(days=9))}
        for seed, agency in enumerate(("atl", "bor")):
            officers[agency] = house.joined(agency)
            content = package(tmp_path, agency, people(20, 1), seed=seed, **stated)
            assert officers[agency].submits(content, part=500).status_code == 201
        run = officers["bor"].orders().json["run"]
        while officers["bor"].asks("GET", f"/runs/{run}").json["state"] in ("queued", "running"):
            time.sleep(0.05)
        assert [len(officers[name].hits(run)) for name in ("atl", "bor")] == [20, 20]
    finally:
        for name in list(processes.running):
            processes.kill(name)
        line.close()
    assert len(objects(url)) == 2
    logs = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.log")]
    assert all(logs)
    assert SECRET not in "".join(logs)
