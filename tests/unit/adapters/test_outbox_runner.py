"""The outbox in the background: what falls due is performed, by the house's clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sekisho.adapters.clock import SandboxClock, WakingClock
from sekisho.adapters.outbox import OutboxRunner, RetryPlan
from sekisho.adapters.outbox import runner as outbox_runner
from sekisho.adapters.outbox.runner import AT_ONCE_MAX
from sekisho.adapters.records import Records
from sekisho.adapters.sql import (
    Batch,
    Database,
    DatabaseFailed,
    Row,
    SqlValue,
    open_database,
)
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Unreachable
from sekisho.testkit.clock import SteppedClock
from tests.contract.parcels import MIGRATIONS, NOON, PARCELS, Parcel, QuietLog, Remind, Ring

MINUTE = timedelta(minutes=1)


class Room:
    """A store and its running outbox."""

    def __init__(self, database: Database, clock: WakingClock, retry: RetryPlan) -> None:
        self.log = QuietLog()
        self.database = database
        self.tried: list[tuple[str, object]] = []
        self.tries = asyncio.Semaphore(0)
        self.on_perform: Callable[[str, object], Awaitable[None]] | None = None
        self.runner = OutboxRunner(
            database,
            effects=PARCELS.effects,
            perform=self._perform,
            clock=clock,
            log=self.log,
            retry=retry,
        )
        self.store = Records(database, PARCELS, kick=self.runner.kick, wake_at=self.runner.wake_at)
        self.running = asyncio.ensure_future(self.runner.run())

    async def _perform(self, key: str, effect: object) -> None:
        self.tried.append((key, effect))
        self.tries.release()
        if self.on_perform is not None:
            await self.on_perform(key, effect)

    async def wait_for_tries(self, count: int) -> None:
        """Return when so many further tries were made."""
        for _ in range(count):
            await self.tries.acquire()

    async def settle(self) -> None:
        """Let the outbox run until it has nothing left to do or to write for now.

        An empty batch comes back when every batch asked for before it is committed.
        """
        for _ in range(5):
            await self.database.apply(Batch())
            await turns()

    async def stop(self) -> None:
        await self.runner.stop()
        await self.running


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/room.db"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    opened = await open_database(address, room="parcels", migrations=[MIGRATIONS])
    yield opened
    await opened.close()


@pytest.fixture
async def room(database: Database, clock: SteppedClock) -> AsyncIterator[Room]:
    opened = Room(database, clock, RetryPlan(first=MINUTE, longest=MINUTE * 8, tries_max=3))
    yield opened
    await opened.stop()


async def turns(count: int = 20) -> None:
    """Let other tasks run for a while."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_is_kept_is_performed_without_asking(room: Room) -> None:
    """The commit kicks the outbox."""
    await room.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    await room.wait_for_tries(2)
    assert room.tried == [("a", Ring("1")), ("a", Ring("2"))]


async def test_what_a_dead_process_left_is_taken_up_at_start(
    database: Database, clock: SteppedClock
) -> None:
    """Nobody has to remember what was under way."""
    await Records(database, PARCELS, kick=lambda: None).add(Parcel(id="a"), [Ring("1")])
    room = Room(database, clock, RetryPlan())
    await room.wait_for_tries(1)
    await room.stop()
    assert room.tried == [("a", Ring("1"))]
    assert (await room.runner.health()).pending == 0


async def test_a_timer_wakes_the_outbox_when_the_clock_is_put_forward(
    room: Room, clock: SteppedClock
) -> None:
    """Ten minutes of a sandbox pass in no time, and the time-out comes."""
    await room.store.add(Parcel(id="a"), [Later(NOON + 10 * MINUTE, Remind(1))])
    await room.settle()
    clock.advance(9 * MINUTE)
    await room.settle()
    assert room.tried == []
    clock.advance(MINUTE)
    await room.wait_for_tries(1)
    assert room.tried == [("a", Remind(1))]


async def test_a_nearer_timer_moves_the_alarm(room: Room, clock: SteppedClock) -> None:
    """The alarm is always set to the nearest moment, and the further one is not forgotten."""
    await room.store.add(Parcel(id="a"), [Later(NOON + 10 * MINUTE, Remind(1))])
    await room.settle()
    await room.store.add(Parcel(id="b"), [Later(NOON + 2 * MINUTE, Remind(2))])
    await room.settle()
    clock.advance(2 * MINUTE)
    await room.wait_for_tries(1)
    clock.advance(8 * MINUTE)
    await room.wait_for_tries(1)
    assert room.tried == [("b", Remind(2)), ("a", Remind(1))]


async def test_the_sandbox_clock_wakes_it_too(database: Database) -> None:
    """The clock that `lab` puts forward is the clock that timers go by."""
    clock = SandboxClock(None)
    room = Room(database, clock, RetryPlan())
    await room.store.add(Parcel(id="a"), [Later(clock.now() + 10 * MINUTE, Remind(1))])
    await room.settle()
    clock.advance(10 * MINUTE)
    await room.wait_for_tries(1)
    await room.stop()


async def test_a_peer_that_does_not_answer_is_asked_again(room: Room, clock: SteppedClock) -> None:
    """After a pause by the house's clock; the log says so and the rest of the room goes on."""

    async def closed(key: str, effect: object) -> None:
        if key == "a" and len(room.tried) == 1:
            raise Unreachable("closed")

    room.on_perform = closed
    await room.store.add(Parcel(id="a"), [Ring("1")])
    await room.wait_for_tries(1)
    await room.store.add(Parcel(id="b"), [Ring("2")])
    await room.wait_for_tries(1)
    await room.settle()
    assert (await room.runner.health()).oldest_due == NOON
    clock.advance(MINUTE)
    await room.wait_for_tries(1)
    assert room.tried == [("a", Ring("1")), ("b", Ring("2")), ("a", Ring("1"))]
    assert [line[:2] for line in room.log.lines] == [("warning", "effect met no answer")]


async def test_a_mistake_is_an_error_in_the_log_and_put_aside_in_the_end(
    room: Room, clock: SteppedClock
) -> None:
    """Kept and counted until somebody has mended it; then it is performed after all."""
    broken = True

    async def mistaken(key: str, effect: object) -> None:
        if broken:
            raise ValueError("a bug")

    room.on_perform = mistaken
    await room.store.add(Parcel(id="a"), [Ring("1")])
    for _ in range(3):
        await room.wait_for_tries(1)
        await room.settle()
        clock.advance(8 * MINUTE)
    await room.settle()
    health = await room.runner.health()
    assert (health.pending, health.parked) == (0, 1)
    assert [line[:2] for line in room.log.lines] == [("error", "effect failed")] * 3 + [
        ("error", "effect put aside")
    ]
    broken = False
    await room.runner.unpark()
    await room.wait_for_tries(1)
    await room.settle()
    health = await room.runner.health()
    assert (health.pending, health.parked) == (0, 0)


async def test_an_effect_that_the_program_no_longer_knows_is_kept(
    room: Room, database: Database, clock: SteppedClock
) -> None:
    """A release that dropped a class must not drop what was promised."""
    await database.apply(
        Batch().do(
            "INSERT INTO outbox (key, kind, body, due, next_try, tries, parked, held_until) "
            "VALUES ('a', 'Gone', '{}', 0, 0, 0, 0, 0)"
        )
    )
    for _ in range(3):
        room.runner.kick()
        await room.settle()
        clock.advance(8 * MINUTE)
    await room.settle()
    assert (await room.runner.health()).parked == 1
    assert room.tried == []


async def test_keys_are_worked_at_together_but_not_all_at_once(room: Room) -> None:
    """A slow peer holds up its own records only, and a crowd of them does not flood it."""
    leave = asyncio.Event()
    inside = most = 0

    async def slow(key: str, effect: object) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await leave.wait()
        inside -= 1

    room.on_perform = slow
    count = AT_ONCE_MAX + 8
    for number in range(count):
        await room.store.add(Parcel(id=str(number)), [Ring("1"), Ring("2")])
    await room.wait_for_tries(AT_ONCE_MAX)
    await room.settle()
    assert most == AT_ONCE_MAX
    leave.set()
    await room.wait_for_tries(2 * count - AT_ONCE_MAX)
    assert most == AT_ONCE_MAX


async def test_flush_and_background_never_perform_one_row_twice(room: Room) -> None:
    """Whoever comes first does it; flush returns when it is done."""
    done: list[object] = []

    async def slow(key: str, effect: object) -> None:
        await turns(5)
        done.append(effect)

    room.on_perform = slow
    effects = [Ring(str(number)) for number in range(20)]
    await room.store.add(Parcel(id="a"), effects)
    await asyncio.gather(*(room.runner.flush("a") for _ in range(5)))
    assert done == effects
    assert [effect for _, effect in room.tried] == effects


async def test_stop_waits_for_what_is_under_way(database: Database, clock: SteppedClock) -> None:
    """And starts nothing more; the rest stays for the next start."""
    room = Room(database, clock, RetryPlan())
    leave = asyncio.Event()

    async def slow(key: str, effect: object) -> None:
        await leave.wait()

    room.on_perform = slow
    await room.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    await room.wait_for_tries(1)
    stopping = asyncio.ensure_future(room.stop())
    await room.settle()
    assert not stopping.done()
    leave.set()
    await stopping
    assert room.tried == [("a", Ring("1"))]
    assert (await room.runner.health()).pending == 1


async def test_a_cancelled_runner_leaves_what_was_under_way(
    database: Database, clock: SteppedClock
) -> None:
    """Cut off is not done."""
    room = Room(database, clock, RetryPlan())

    async def hang(key: str, effect: object) -> None:
        await asyncio.Event().wait()

    room.on_perform = hang
    await room.store.add(Parcel(id="a"), [Ring("1")])
    await room.wait_for_tries(1)
    room.running.cancel()
    await asyncio.gather(room.running, return_exceptions=True)
    assert (await room.runner.health()).pending == 1
    again = Room(database, clock, RetryPlan())
    await again.wait_for_tries(1)
    await again.stop()


async def test_a_stopped_runner_stops_at_once_when_never_started(database: Database) -> None:
    """A house that failed to start can still be taken down."""
    runner = OutboxRunner(
        database,
        effects=(),
        perform=_nothing,
        clock=SteppedClock(NOON),
        log=QuietLog(),
    )
    await runner.stop()
    await runner.run()


async def _nothing(key: str, effect: object) -> None:
    """Perform nothing."""


async def test_an_idle_outbox_asks_nothing(room: Room, database: Database) -> None:
    """No polling on SQLite: without a kick or a timer it sleeps."""
    await room.settle()
    asked = 0
    fetch = database.fetch

    async def counting(sql: str, /, **values: object) -> object:
        nonlocal asked
        asked += 1
        return await fetch(sql, **values)  # type: ignore[arg-type]

    database.fetch = counting  # type: ignore[method-assign, assignment]
    await room.settle()
    assert asked == 0
    room.runner.kick()
    await room.settle()
    assert asked == 2


async def test_a_new_timer_asks_nothing_before_it_is_due(
    room: Room, database: Database, clock: SteppedClock
) -> None:
    """Every transaction sets timers: the outbox is woken at the first moment, not by each."""
    await room.settle()
    asked = 0
    fetch = database.fetch

    async def counting(sql: str, /, **values: object) -> object:
        nonlocal asked
        asked += 1
        return await fetch(sql, **values)  # type: ignore[arg-type]

    database.fetch = counting  # type: ignore[method-assign, assignment]
    await room.store.add(Parcel(id="a"), [Later(NOON + 3 * MINUTE, Remind(1))])
    await room.store.add(Parcel(id="b"), [Later(NOON + 2 * MINUTE, Remind(2))])
    await room.store.add(Parcel(id="c"), [Later(NOON + 4 * MINUTE, Remind(3))])
    await room.settle()
    assert asked == 0
    for minutes, key in ((2, "b"), (3, "a"), (4, "c")):
        clock.advance(NOON + minutes * MINUTE - clock.now())
        await room.wait_for_tries(1)
        assert room.tried[-1][0] == key
    await room.store.add(Parcel(id="d"), [Later(NOON, Remind(4))])
    await room.wait_for_tries(1)
    assert room.tried[-1] == ("d", Remind(4))


async def test_a_timer_told_while_the_outbox_reads_is_not_lost(
    room: Room, database: Database, clock: SteppedClock
) -> None:
    """What was read may be older than what was told: the earlier moment counts."""
    await room.settle()
    fetch = database.fetch
    told = False

    async def slow(sql: str, /, **values: object) -> object:
        nonlocal told
        rows = await fetch(sql, **values)  # type: ignore[arg-type]
        if "MIN(next_try)" in sql and not told:
            told = True
            await room.store.add(Parcel(id="a"), [Later(NOON + MINUTE, Remind(1))])
        return rows

    database.fetch = slow  # type: ignore[method-assign, assignment]
    room.runner.kick()
    await room.settle()
    assert told
    clock.advance(MINUTE)
    await room.wait_for_tries(1)
    assert room.tried == [("a", Remind(1))]


class Unsteady:
    """A database that fails when told to, in front of a real one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.failures_left = 0
        self.dialect = database.dialect

    async def fetch(self, sql: str, /, **values: SqlValue) -> list[Row]:
        self._fail()
        return await self._database.fetch(sql, **values)

    async def apply(self, batch: Batch) -> None:
        self._fail()
        await self._database.apply(batch)

    async def close(self) -> None:
        await self._database.close()

    def _fail(self) -> None:
        if self.failures_left:
            self.failures_left -= 1
            raise DatabaseFailed("the disk is away")


@pytest.mark.parametrize("failures", range(1, 7))
async def test_a_database_that_fails_for_a_while_loses_no_effect(
    database: Database, clock: SteppedClock, failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At whichever step it fails: the outbox says so, waits and goes on; twice is at least once."""
    monkeypatch.setattr(outbox_runner, "AFTER_FAILURE_S", 0.0)
    unsteady = Unsteady(database)
    room = Room(unsteady, clock, RetryPlan())
    await room.settle()

    async def disk_goes_away(key: str, effect: object) -> None:
        if len(room.tried) == 1:
            unsteady.failures_left = failures

    room.on_perform = disk_goes_away
    await room.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    await room.wait_for_tries(3)
    while (await database.fetch("SELECT COUNT(*) AS n FROM outbox"))[0]["n"]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await room.stop()
    assert [effect for _, effect in room.tried] == [Ring("1"), Ring("1"), Ring("2")]
    assert {line[0] for line in room.log.lines} == {"error"}


async def test_a_flush_tells_its_caller_that_the_database_failed(
    database: Database, clock: SteppedClock
) -> None:
    """A request that cannot know how its record stands must not pretend."""
    unsteady = Unsteady(database)
    runner = OutboxRunner(
        unsteady, effects=PARCELS.effects, perform=_nothing, clock=clock, log=QuietLog()
    )
    unsteady.failures_left = 1
    with pytest.raises(DatabaseFailed):
        await runner.flush("a")
    await runner.flush("a")
