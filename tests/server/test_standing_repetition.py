"""A run of a standing operation done once more, alone: its groups, the hits that are its own, their former names."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkage.canonical import canonical_json, digest_of, parse_json
from linkage.errors import CounterfoilError
from linkage.ledger import Kind
from linkage.ledger.audit import Audit, audit
from server.audit.export import export
from server.audit.repetition import Repetition, repeat
from server.database import writing
from server.database.tables import evidence, hits, runs
from server.expiry.schedule import expire
from server.runs import results
from tests.linkage.agreements import HOST, keys
from tests.server.house import OPERATION, people
from tests.server.test_audit import red
from tests.server.test_standing import Standing, three
from tests.server.test_submissions import entries


@pytest.fixture
def standing(tmp_path: Path, database: object) -> Standing:
    return Standing(tmp_path)


def three_runs(standing: Standing) -> list[str]:
    """The runs of atl with bor, of cyr with both, and of more of bor with atl and cyr; names are taken over twice."""
    atl, bor, cyr = three()
    standing.submits("atl", atl)
    standing.submits("bor", bor)
    found = standing.works()
    standing.submits("cyr", cyr)
    found += standing.works()
    more = people(6, 9)
    more[0], more[1] = cyr[4], atl[5]
    standing.submits("bor", more, supplement=True)
    return found + standing.works()


def repeated(standing: Standing, run: str, engine: Any = "native") -> Repetition:
    service = standing.house.service
    return repeat(service, service.console(), run, engine, justification="audit")


def refused(standing: Standing, run: str) -> str:
    with pytest.raises(CounterfoilError) as caught:
        repeated(standing, run)
    return caught.value.code


def verified(standing: Standing) -> Audit:
    service = standing.house.service
    pack = export(service, service.console(), OPERATION)
    return audit(pack, standing.house.clock.now, host=keys(HOST).root.public)


@pytest.mark.parametrize("engine", ["native", "anonlink"])
def test_every_run_is_repeated_alone_and_gives_the_published_result(standing: Standing, engine: Any) -> None:
    found = three_runs(standing)
    assert len(found) == 3
    names = [set(standing.groups(run)) for run in found]
    assert names[1] & names[0], "the second run goes on with a group of the first"
    for run in reversed(found):
        assert repeated(standing, run, engine).same
    audited = verified(standing)
    assert red(audited) == []
    told = {each.check: each.sentence for each in audited.findings}
    assert f"3 runs repeated at the host from the sealed encodings (by {engine})" in told["repetitions"]
    assert "each names the result of the run before it" in told["comparisons"]


def test_runs_published_within_one_second_keep_their_order(standing: Standing) -> None:
    atl, bor, cyr = three()
    for name, rows in (("atl", atl), ("bor", bor), ("cyr", cyr)):
        standing.submits(name, rows)
        standing.house.works()
    for run in standing.runs():
        assert repeated(standing, run["id"]).same
    assert red(verified(standing)) == []


def test_group_that_went_on_under_another_name_is_found(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        results, "continued", lambda groups, _former, run: [f"{run[:16]}{n:016}" for n in range(len(groups))]
    )
    found = three_runs(standing)
    monkeypatch.undo()
    assert not repeated(standing, found[1]).same
    (told,) = red(verified(standing))
    assert f"run {found[1]} gave ANOTHER result than the published one" in told


def test_hit_that_a_host_slipped_into_a_former_run_is_found(standing: Standing) -> None:
    found = three_runs(standing)
    with writing(standing.house.service.engine) as connection:
        row = dict(connection.execute(sa.select(hits).where(hits.c.run == found[0])).mappings().first() or {})
        connection.execute(hits.insert(), row | {"token": "0" * 32})
    assert refused(standing, found[2]) == "run.hits-gone"
    assert repeated(standing, found[0]).same, "the first rests on nothing before it"


def test_run_whose_former_hits_have_expired_is_not_repeated(tmp_path: Path, database: object) -> None:
    standing = Standing(tmp_path, retention={"encodings_days": 60, "hits_days": 20, "logs_days": 900})
    found = three_runs(standing)
    standing.house.clock.forward(days=21)
    expire(standing.house.service)
    assert repeated(standing, found[0]).same
    assert refused(standing, found[2]) == "run.hits-gone"
    assert [each.subject for each in entries(standing.house) if each.kind is Kind.RUN_REPEATED] == [found[0]]


def test_run_of_which_records_were_withdrawn_is_gone_and_the_next_is_repeated(standing: Standing) -> None:
    atl, bor, cyr = three()
    submission, tokens = standing.submits("atl", atl)
    standing.submits("bor", bor)
    (first,) = standing.works()
    asked = {"tokens": [tokens[0]], "reason": "rectification"}
    answer = standing.officers["atl"].asks("POST", f"/submissions/{submission}/withdrawals", asked)
    assert answer.status_code == 201
    standing.submits("cyr", cyr)
    (second,) = standing.works()
    assert refused(standing, first) == "run.submission-gone"
    assert repeated(standing, second).same


def test_result_that_names_another_predecessor_is_found(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"run": "0" * 32, "result": "sha256:" + "0" * 64}
    monkeypatch.setattr(results, "_last_published", lambda *_: other)
    three_runs(standing)
    told = red(verified(standing))
    assert len(told) == 3
    assert all("is not the one that was published before it" in each for each in told)


def test_run_of_a_program_that_noted_no_predecessor_is_not_repeated(standing: Standing) -> None:
    found = three_runs(standing)
    with writing(standing.house.service.engine) as connection:
        for row in connection.execute(sa.select(evidence).where(evidence.c.kind == "document")).all():
            stated = parse_json(row.content)
            if stated.get("run") == found[0]:
                content = canonical_json(
                    {name: value for name, value in stated.items() if name not in ("names", "predecessor")}
                )
                connection.execute(evidence.delete().where(evidence.c.digest == row.digest))
                connection.execute(
                    evidence.insert().values(
                        digest=digest_of(content), kind="document", owner=OPERATION, content=content
                    )
                )
        connection.execute(runs.update().where(runs.c.id == found[0]).values(entry=None))
    assert refused(standing, found[0]) == "run.unpublished"
    assert repeated(standing, found[2]).same
