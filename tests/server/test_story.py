"""Three agencies, from the agreement to the hits, through the API."""

from tests.server.house import House, Officer, package, people


def three_submit(house: House) -> dict[str, Officer]:
    """Let three agencies submit; atl shares two people with bor and one of them with cyr too."""
    atl, bor, cyr = people(30, 1), people(30, 2), people(30, 3)
    bor[:2] = atl[:2]
    cyr[0] = atl[0]
    officers = {name: house.joined(name) for name in ("atl", "bor", "cyr")}
    for seed, (name, rows) in enumerate({"atl": atl, "bor": bor, "cyr": cyr}.items()):
        answer = officers[name].submits(package(house.folder, name, rows, seed=seed), part=700)
        assert answer.status_code == 201, answer.json
    return officers


def test_hits_are_about_own_records_and_name_the_counterpart_agencies(house: House) -> None:
    officers = three_submit(house)
    run = officers["bor"].orders()
    assert run.status_code == 201, run.json
    assert house.works() == 1
    state = officers["cyr"].asks("GET", f"/runs/{run.json['run']}").json
    assert (state["state"], state["pairs_total"], state["pairs_done"]) == ("done", 1800, 1800)  # of 2700, its own
    hits = {name: officer.hits(run.json["run"]) for name, officer in officers.items()}
    assert {name: len(found) for name, found in hits.items()} == {"atl": 2, "bor": 2, "cyr": 1}
    shared = hits["cyr"][0]
    assert [found["agency"] for found in shared["counterparts"]] == ["atl", "bor"]
    assert shared["group"] in {hit["group"] for hit in hits["atl"]} & {hit["group"] for hit in hits["bor"]}
    assert set(shared) == {"token", "group", "band", "category", "counterparts"}
    assert len({hit["token"] for found in hits.values() for hit in found}) == 5
