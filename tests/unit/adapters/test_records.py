"""Records in SQL beyond the contract: bodies that were spoilt, writers that are always first."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sekisho.adapters.records import RECENT_MAX, TRIES_MAX, Records
from sekisho.adapters.sql import Batch, Database, open_database
from sekisho.adapters.sql.batch import Row, SqlValue
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, Misuse, OutOfTurn
from tests.contract.parcels import MIGRATIONS, PARCELS, Parcel


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(
        f"sqlite://{tmp_path}/room.db", room="parcels", migrations=[MIGRATIONS]
    )
    yield opened
    await opened.close()


@pytest.mark.parametrize("body", ["", "{}", '{"id": 1}', "no JSON"])
async def test_a_spoilt_body_is_our_mistake_and_is_never_written_over(
    database: Database, body: str
) -> None:
    """Nobody decides on what nobody can read."""
    store = Records(database, PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"))
    await database.apply(Batch().must("UPDATE parcel SET body = :body", body=body))
    store = Records(database, PARCELS, kick=lambda: None)  # as a process that did not write it
    with pytest.raises(Misuse, match="parcel"):
        await store.get("a")
    with pytest.raises(Misuse):
        await store.advance("a", lambda parcel: (replace(parcel, steps=1), ()))
    assert await database.fetch("SELECT body, version FROM parcel") == [
        {"body": body, "version": 1}
    ]


class AlwaysSecond:
    """A database in which another process is always first to change a record."""

    def __init__(self, database: Database, *, first: int) -> None:
        self._database = database
        self._first = first
        self.dialect = database.dialect
        self.fetch = database.fetch
        self.close = database.close

    async def apply(self, batch: Batch) -> None:
        if self._first and batch.statements[0].sql.startswith("UPDATE"):
            self._first -= 1
            await self._database.apply(Batch().do("UPDATE parcel SET version = version + 1"))
        await self._database.apply(batch)


async def test_a_decision_is_made_again_on_what_the_other_process_left(database: Database) -> None:
    """Each time on the record as it then stands, and kept once."""
    other = Records(database, PARCELS, kick=lambda: None)
    await other.add(Parcel(id="a"))
    decided = 0

    def decide(parcel: Parcel) -> tuple[Parcel, list[Effect]]:
        nonlocal decided
        decided += 1
        return replace(parcel, steps=parcel.steps + 1), []

    store = Records(AlwaysSecond(database, first=3), PARCELS, kick=lambda: None)
    assert (await store.advance("a", decide)).steps == 1
    assert decided == 4


async def test_who_is_always_second_gives_up(database: Database) -> None:
    """After so many tries something else is wrong; the caller is told, and nothing is kept."""
    store = Records(AlwaysSecond(database, first=TRIES_MAX), PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"))
    with pytest.raises(Conflict):
        await store.advance("a", lambda parcel: (replace(parcel, steps=1), ()))
    assert await store.get("a") == Parcel(id="a")


async def test_what_this_process_wrote_last_is_decided_on_without_reading_it(
    database: Database,
) -> None:
    """A record that we made ourselves costs no look at the database to be changed."""
    reads: list[str] = []
    watched = AlwaysSecond(database, first=0)

    async def fetch(sql: str, /, **values: SqlValue) -> list[Row]:
        reads.append(sql)
        return await database.fetch(sql, **values)

    watched.fetch = fetch
    store = Records(watched, PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"))
    await store.advance("a", lambda parcel: (replace(parcel, steps=1), ()))
    assert (
        await store.advance("a", lambda parcel: (replace(parcel, steps=parcel.steps + 1), ()))
    ).steps == 2
    assert reads == []
    assert await store.get("a") == Parcel(id="a", steps=2)


async def test_what_another_process_changed_is_not_decided_on_from_memory(
    database: Database,
) -> None:
    """A refusal, and a decision to leave it, count only on the record as it is kept."""
    ours = Records(database, PARCELS, kick=lambda: None)
    theirs = Records(database, PARCELS, kick=lambda: None)
    await ours.add(Parcel(id="a"))
    await theirs.advance("a", lambda parcel: (replace(parcel, steps=5), ()))

    def only_further(parcel: Parcel) -> tuple[Parcel, list[Effect]]:
        if parcel.steps == 0:
            raise OutOfTurn("it has not begun")
        return replace(parcel, steps=parcel.steps + 1), []

    assert (await ours.advance("a", only_further)).steps == 6
    await theirs.advance("a", lambda parcel: (replace(parcel, steps=7), ()))
    assert (await ours.advance("a", lambda parcel: (parcel, ()))).steps == 7
    await theirs.advance("a", lambda parcel: (replace(parcel, steps=8), ()))
    assert (await ours.advance("a", only_further)).steps == 9
    with pytest.raises(OutOfTurn, match="enough"):
        await ours.advance("a", _enough)
    assert (await ours.get("a")).steps == 9


def _enough(parcel: Parcel) -> tuple[Parcel, list[Effect]]:
    raise OutOfTurn(f"enough after {parcel.steps}")


async def test_only_so_many_records_are_remembered(database: Database) -> None:
    """Memory does not grow with the number of records."""
    store = Records(database, PARCELS, kick=lambda: None)
    for number in range(RECENT_MAX + 5):
        await store.add(Parcel(id=f"parcel-{number}"))
    assert len(store._recent) == RECENT_MAX
