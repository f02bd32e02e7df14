"""A store and an outbox in memory, held to the same contract as those in SQL.

Records and effects go through the same JSON as in a database, so that what could not be kept there
fails here too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.adapters.key_locks import KeyLocks
from sekisho.adapters.outbox import EffectCodec, RetryPlan
from sekisho.adapters.outbox.performing import Performing
from sekisho.adapters.records import Table, storable
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Conflict, Misuse, NotThere, Unreachable
from sekisho.kernel.store import Decide

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEffect:
    """An effect that waits in a memory outbox."""

    seq: int
    key: str
    effect: Effect
    due: datetime
    next_try: datetime
    tries: int = 0


class MemoryOutbox:
    """Performs effects when told to, in an order that is always the same.

    Keeps an effect that met Unreachable for another try. Any other error of `perform` is raised to
    the test at once, for it is a mistake; the effect stays.
    """

    def __init__(
        self,
        perform: Callable[[str, object], Awaitable[None]],
        clock: Clock,
        retry: RetryPlan = RetryPlan(),  # noqa: B008  it is frozen
    ) -> None:
        self.perform = perform
        self.pending: list[PendingEffect] = []
        """What waits, in the order it was kept: timers and effects to be tried again."""
        self.parked: list[PendingEffect] = []
        """What was put aside after its last try."""
        self._clock = clock
        self._retry = retry
        self._locks = KeyLocks()
        self._performing = Performing()
        self._last = 0

    def put(self, key: str, effect: Effect) -> None:
        """Keep an effect; the memory store does so together with the record."""
        due = self._clock.now()
        if isinstance(effect, Later):
            due, effect = effect.at, effect.effect
        self._last += 1
        self.pending.append(
            PendingEffect(seq=self._last, key=key, effect=effect, due=due, next_try=due)
        )

    async def flush(self, key: str) -> None:
        """Perform now what is due for one key, and what comes of that, each tried once."""
        if key not in self._performing:
            await asyncio.shield(asyncio.ensure_future(self._work_off(key)))

    async def run_due(self) -> int:
        """Perform everything due at the clock's moment, and what comes of it; say how many tries."""
        tries = 0
        while (head := self._first()) is not None:
            async with self._locks.hold(head.key):
                still = self._head(head.key)
                if still is not None:
                    await self._try(still)
                    tries += 1
        return tries

    async def _work_off(self, key: str) -> None:
        async with self._locks.hold(key):
            while (head := self._head(key)) is not None:
                await self._try(head)

    def _first(self) -> PendingEffect | None:
        heads = (self._head(key) for key in dict.fromkeys(entry.key for entry in self.pending))
        ready = [head for head in heads if head is not None]
        return min(ready, key=lambda head: head.seq, default=None)

    def _head(self, key: str) -> PendingEffect | None:
        """Give the key's first due effect, unless it waits for another try."""
        now = self._clock.now()
        due = (entry for entry in self.pending if entry.key == key and entry.due <= now)
        head = next(due, None)
        return head if head is not None and head.next_try <= now else None

    async def _try(self, entry: PendingEffect) -> None:
        try:
            with self._performing.of(entry.key):
                await self.perform(entry.key, entry.effect)
        except Unreachable:
            self._failed(entry)
        else:
            self.pending.remove(entry)

    def _failed(self, entry: PendingEffect) -> None:
        at = self.pending.index(entry)
        pause = self._retry.pause(seq=entry.seq, tries=entry.tries + 1)
        tried = replace(entry, tries=entry.tries + 1)
        if pause is None:
            del self.pending[at]
            self.parked.append(tried)
        else:
            self.pending[at] = replace(tried, next_try=self._clock.now() + pause)


class MemoryRecords(Generic[R]):
    """The store of one kind of record, in memory. Implements `kernel.store.Store`."""

    def __init__(self, table: Table[R], outbox: MemoryOutbox | None = None) -> None:
        self.effects: list[tuple[str, Effect]] = []
        """Every effect kept so far, beside the key of its record; `Later` as it was given."""
        self._table = table
        self._outbox = outbox
        self._decoder = decoder_of(table.record)
        self._codec = EffectCodec(table.effects)
        self._bodies: dict[str, str] = {}
        self._places: dict[str, int] = {}

    async def add(self, record: R, effects: Sequence[Effect] = ()) -> None:
        """Keep a new record and its effects; Conflict if the key is taken."""
        key = self._table.key_of(record)
        await asyncio.sleep(0)  # a database gives way to other tasks here
        if key in self._bodies:
            raise Conflict("a record with that key is there already")
        self._keep(key, record, effects)
        self._places[key] = len(self._places) + 1

    async def get(self, key: str) -> R:
        """Give the record as last kept; NotThere if there is none."""
        return self._record(key)

    async def place(self, key: str) -> int:
        """Say where a record stands in the order of `newest`, for `before`; NotThere if nowhere."""
        self._record(key)
        return self._places[key]

    async def find(self, column: str, value: str | int, *, limit: int = 100) -> list[R]:
        """Give the records whose indexed column has that value, newest first."""
        self._table.check_column(column)
        read = self._table.columns[column]
        if not storable(value):
            return []
        every = [self._record(key) for key in reversed(self._bodies)]
        return [record for record in every if read(record) == value][:limit]

    async def newest(self, *, limit: int = 100, before: int | None = None) -> list[R]:
        """Give the newest records of all, newest first; with `before`, those made before it."""
        keys = [key for key, place in self._places.items() if before is None or place < before]
        return [self._record(key) for key in reversed(keys)][:limit]

    async def advance(self, key: str, decide: Decide[R]) -> R:
        """Load, decide, keep the new record and its effects; give the record.

        Decides again when another task was first, as a database would have it.
        """
        while True:
            body = self._body(key)
            before = self._decoder.decode(body)
            after, effects = decide(before)
            if after is before and not effects:
                return before
            if self._table.key_of(after) != key:
                raise Misuse(f"a decision changed the key of a record of {self._table.name}")
            await asyncio.sleep(0)  # a database gives way to other tasks here
            if self._body(key) is body:
                self._keep(key, after, effects)
                return after

    def _keep(self, key: str, record: R, effects: Sequence[Effect]) -> None:
        self._table.values(record)
        kept = [(effect, self._codec.write(effect)) for effect in effects]
        self._bodies[key] = written(record)
        for effect, row in kept:
            self.effects.append((key, effect))
            if self._outbox is not None:
                again = self._codec.read(row.kind, row.body)
                self._outbox.put(key, again if row.due is None else Later(row.due, again))

    def _body(self, key: str) -> str:
        if key not in self._bodies:
            raise NotThere(f"no record of {self._table.name} answers to that key")
        return self._bodies[key]

    def _record(self, key: str) -> R:
        return self._decoder.decode(self._body(key))
