"""What a host holds is looked through: whole things are told from missing and changed ones."""

from pathlib import Path

import sqlalchemy as sa

from server.database import writing
from server.ledger import tables
from server.soundness import look_through
from tests.server.house import House
from tests.server.test_story import three_submit
from tests.server.test_submissions import kinds


def stored(house: House) -> list[Path]:
    return sorted((house.folder / "host" / "store" / "submissions").iterdir())


def test_a_host_is_whole(house: House) -> None:
    three_submit(house)
    found = look_through(house.service)
    assert found.whole
    assert (found.submissions, found.broken, found.entries) == (3, [], len(kinds(house)))


def test_missing_and_damaged_submissions_are_told(house: House) -> None:
    three_submit(house)
    lost, damaged, _ = stored(house)
    lost.unlink()
    content = bytearray(damaged.read_bytes())
    content[100] ^= 1
    damaged.write_bytes(content)
    found = look_through(house.service)
    assert not found.whole
    assert found.ledger_whole
    assert sorted(found.broken) == [lost.name, damaged.name]


def test_a_changed_entry_of_the_ledger_is_told(house: House) -> None:
    three_submit(house)
    with writing(house.service.engine) as connection:
        first = tables.entries.c.number == 0
        content = connection.execute(sa.select(tables.entries.c.content).where(first)).scalar_one()
        changed = content.replace(b"2026", b"2025", 1)
        assert changed != content
        connection.execute(tables.entries.update().where(first).values(content=changed))
    found = look_through(house.service)
    assert not found.whole
    assert found.broken == []
    assert not found.ledger_whole
