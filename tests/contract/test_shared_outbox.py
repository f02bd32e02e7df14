"""Several processes work off one outbox on PostgreSQL: each effect by one of them, in order."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.outbox.rows import LeasedRows
from sekisho.adapters.records import Records
from sekisho.adapters.sql import Batch, Database, open_database
from sekisho.testkit.clock import SteppedClock
from tests.contract.parcels import MIGRATIONS, NOON, PARCELS, Parcel, QuietLog, Ring
from tests.postgresql import Cluster

pytestmark = pytest.mark.postgresql


@pytest.fixture
async def databases(postgresql_cluster: Cluster) -> AsyncIterator[list[Database]]:
    """Open one room as two processes would, at the same moment."""
    address = await postgresql_cluster.fresh_database()
    opened = await asyncio.gather(
        *(open_database(address, room="parcels", migrations=[MIGRATIONS]) for _ in range(2))
    )
    yield opened
    for database in opened:
        await database.close()


class Worker:
    """One process's outbox."""

    def __init__(self, database: Database) -> None:
        self.performed: list[tuple[str, object]] = []
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self.leave.set()
        self.runner = OutboxRunner(
            database,
            effects=PARCELS.effects,
            perform=self._perform,
            clock=SteppedClock(NOON),
            log=QuietLog(),
        )

    async def _perform(self, key: str, effect: object) -> None:
        self.entered.set()
        await self.leave.wait()
        self.performed.append((key, effect))


async def test_two_processes_share_the_work_without_doing_any_twice(
    databases: list[Database],
) -> None:
    """Each effect once, each key in order, whoever performs it."""
    store = Records(databases[0], PARCELS, kick=lambda: None)
    rings = [Ring(str(number)) for number in range(5)]
    for number in range(20):
        await store.add(Parcel(id=str(number)), rings)
    order: dict[str, list[object]] = defaultdict(list)
    workers = [Worker(database) for database in databases]
    for worker in workers:
        worker.performed = _Recorder(order)
    running = [asyncio.ensure_future(worker.runner.run()) for worker in workers]
    while (await workers[0].runner.health()).pending:
        for worker in workers:
            worker.runner.kick()
    for worker in workers:
        await worker.runner.stop()
    await asyncio.gather(*running)
    assert order == {str(number): rings for number in range(20)}


class _Recorder(list[tuple[str, object]]):
    """Writes down for all workers what is performed for each key."""

    def __init__(self, order: dict[str, list[object]]) -> None:
        super().__init__()
        self._order = order

    def append(self, entry: tuple[str, object]) -> None:
        self._order[entry[0]].append(entry[1])


async def test_what_one_process_performs_the_other_leaves_alone(
    databases: list[Database],
) -> None:
    """Neither the effect under way nor the one behind it."""
    store = Records(databases[0], PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    first, second = (Worker(database) for database in databases)
    first.leave.clear()
    flushing = asyncio.ensure_future(first.runner.flush("a"))
    await first.entered.wait()
    await second.runner.flush("a")
    assert second.performed == []
    first.leave.set()
    await flushing
    assert first.performed == [("a", Ring("1")), ("a", Ring("2"))]


async def test_what_a_dead_process_held_is_free_when_its_lease_is_over(
    databases: list[Database],
) -> None:
    """The lease goes by the server's clock, which this test puts back."""
    store = Records(databases[0], PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"), [Ring("1")])
    first, second = (Worker(database) for database in databases)
    first.leave.clear()
    flushing = asyncio.ensure_future(first.runner.flush("a"))
    await first.entered.wait()
    await databases[1].apply(Batch().must("UPDATE outbox SET held_until = 1"))
    await second.runner.flush("a")
    assert second.performed == [("a", Ring("1"))]
    first.leave.set()
    await flushing
    assert (await second.runner.health()).pending == 0


async def test_a_lease_is_renewed_while_its_effect_is_under_way(
    databases: list[Database],
) -> None:
    """A peer that takes a minute to answer is not asked by a second process meanwhile."""
    store = Records(databases[0], PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"), [Ring("1")])
    rows = [LeasedRows(database, holder) for database, holder in zip(databases, "xy", strict=True)]
    assert await rows[0].take("a", 1) is not None
    held = "SELECT held_until FROM outbox"
    (before,) = await databases[0].fetch(held)
    await rows[1].renew()
    assert await databases[0].fetch(held) == [before], "nobody renews what another holds"
    await rows[0].renew()
    (after,) = await databases[0].fetch(held)
    assert int(str(after["held_until"])) > int(str(before["held_until"]))


async def test_a_process_that_is_cut_off_gives_back_what_it_held(
    databases: list[Database],
) -> None:
    """An orderly end does not make the others wait for the lease."""
    store = Records(databases[0], PARCELS, kick=lambda: None)
    await store.add(Parcel(id="a"), [Ring("1")])
    first, second = (Worker(database) for database in databases)
    first.leave.clear()
    running = asyncio.ensure_future(first.runner.run())
    await first.entered.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await second.runner.flush("a")
    assert second.performed == [("a", Ring("1"))]


async def test_rooms_share_one_database_without_seeing_each_other(
    postgresql_cluster: Cluster,
) -> None:
    """A schema each: the same table name holds different records."""
    address = await postgresql_cluster.fresh_database()
    one = await open_database(address, room="one", migrations=[MIGRATIONS])
    other = await open_database(address, room="other", migrations=[MIGRATIONS])
    await Records(one, PARCELS, kick=lambda: None).add(Parcel(id="a"))
    assert await Records(other, PARCELS, kick=lambda: None).newest() == []
    await one.close()
    await other.close()
