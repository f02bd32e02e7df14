"""A small room's worth of records and effects, opened over each kind of store."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sekisho.adapters.outbox import OutboxRunner, RetryPlan
from sekisho.adapters.records import Records, Table
from sekisho.adapters.sql import open_database
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.store import Store
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords

MIGRATIONS = Path(__file__).parent / "parcel_room" / "migrations"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RETRY = RetryPlan(first=timedelta(seconds=1), longest=timedelta(seconds=8), tries_max=4)
SCHEMAS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A record."""

    id: str
    steps: int = 0
    shelf: str | None = None
    note: str = ""
    posted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """An effect."""

    text: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Another effect, used as a timer."""

    step: int


@dataclass(frozen=True, slots=True)
class Undeclared:
    """An effect that no table declares."""


PARCELS = Table(
    name="parcel",
    record=Parcel,
    key=lambda parcel: parcel.id,
    columns={"shelf": lambda parcel: parcel.shelf, "steps": lambda parcel: parcel.steps},
    effects=(Ring, Remind),
)


@dataclass
class Parcels:
    """A store of parcels, its outbox, and a door that can be closed to effects."""

    clock: SteppedClock
    performed: list[tuple[str, Effect]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Keys whose effects meet Unreachable."""
    tried: list[tuple[str, Effect]] = field(default_factory=list)
    on_perform: Callable[[str, object], Awaitable[None]] | None = None
    store: Store[Parcel] = None  # type: ignore[assignment]
    flush: Callable[[str], Awaitable[None]] = None  # type: ignore[assignment]
    counts: Callable[[], Awaitable[tuple[int, int]]] = None  # type: ignore[assignment]
    """How many effects are pending and how many were put aside."""

    async def perform(self, key: str, effect: object) -> None:
        """Carry out an effect, as a service would."""
        self.tried.append((key, effect))
        if self.on_perform is not None:
            await self.on_perform(key, effect)
        if key in self.refused:
            raise Unreachable("the door is closed")
        self.performed.append((key, effect))

    async def step(self, key: str, *effects: Effect) -> Parcel:
        """Advance a parcel by one step that leaves these effects."""
        return await self.store.advance(
            key, lambda parcel: (replace(parcel, steps=parcel.steps + 1), effects)
        )

    def texts(self, key: str) -> list[object]:
        """List what was performed for a key, as texts and numbers."""
        mine = [effect for at, effect in self.performed if at == key]
        return [effect.text if isinstance(effect, Ring) else effect.step for effect in mine]  # type: ignore[attr-defined]


Opener = Callable[[], AbstractAsyncContextManager[Parcels]]


class QuietLog:
    """Keeps lines for tests to read."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: object) -> None:
        self.lines.append(("error", event, facts))


def in_memory() -> Opener:
    """Open parcels in memory."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parcels]:
        parcels = Parcels(clock=SteppedClock(NOON))
        outbox = MemoryOutbox(parcels.perform, parcels.clock, RETRY)
        parcels.store = MemoryRecords(PARCELS, outbox)
        parcels.flush = outbox.flush

        async def counts() -> tuple[int, int]:
            return len(outbox.pending), len(outbox.parked)

        parcels.counts = counts
        yield parcels

    return opened


def in_sql(address_of: Callable[[int], str]) -> Opener:
    """Open parcels in a fresh database or schema each time."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parcels]:
        number = next(SCHEMAS)
        database = await open_database(
            address_of(number), room=f"parcels{number}", migrations=[MIGRATIONS]
        )
        parcels = Parcels(clock=SteppedClock(NOON))
        runner = OutboxRunner(
            database,
            effects=PARCELS.effects,
            perform=parcels.perform,
            clock=parcels.clock,
            log=QuietLog(),
            retry=RETRY,
        )
        parcels.store = Records(database, PARCELS, kick=runner.kick)
        parcels.flush = runner.flush

        async def counts() -> tuple[int, int]:
            health = await runner.health()
            return health.pending, health.parked

        parcels.counts = counts
        try:
            yield parcels
        finally:
            await database.close()

    return opened
