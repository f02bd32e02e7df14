"""The outbox table: what is put there, who may take what, and what becomes of it.

A row is deleted once performed: the record tells what was done, and nothing about a buyer lies here
longer than it must. `due` is the moment asked for (0: at once), `next_try` the moment of the next
try. A row that is due holds back every later row of its key, also while it waits for another try; a
timer that is not due yet and a row that was put aside hold back nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sekisho.adapters.outbox.codec import WrittenEffect, microseconds, moment_of
from sekisho.adapters.sql.batch import Batch, Database, Row
from sekisho.kernel.errors import Misuse

LEASE_S: Final = 30
"""How long a PostgreSQL row stays with a process that no longer renews its lease."""

_PUT: Final = (
    "INSERT INTO outbox (key, kind, body, due, next_try, tries, parked, held_until) "
    "VALUES (:key, :kind, :body, :due, :due, 0, 0, 0)"
)
_HEAD: Final = (
    "SELECT seq FROM outbox WHERE key = :key AND parked = 0 AND due <= :now ORDER BY seq LIMIT 1"
)
_COLUMNS: Final = "seq, key, kind, body, tries"
_SERVER_TIME_US: Final = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
_HELD_NOW: Final[Mapping[str, str]] = {"sqlite": "0", "postgresql": _SERVER_TIME_US}
"""Leases go by the server's clock: the house's may be put forward, other machines' may be off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRow:
    """An effect that is ours to perform."""

    seq: int
    key: str
    kind: str
    body: str
    tries: int
    """How often it failed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxHealth:
    """How the outbox stands, for a health page and an alarm."""

    pending: int
    """Effects not performed yet, timers among them."""
    parked: int
    """Effects put aside after the last try: somebody must look."""
    oldest_due: datetime | None
    """The earliest moment among timers that are due and effects that failed before."""


def put(batch: Batch, key: str, effect: WrittenEffect) -> None:
    """Add an effect to the transaction that asks for it."""
    due = 0 if effect.due is None else microseconds(effect.due)
    batch.must(_PUT, key=key, kind=effect.kind, body=effect.body, due=due)


class OutboxRows:
    """The outbox of a database that belongs to this process alone, as a SQLite file does."""

    shared: bool = False
    """Whether other processes take from it too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runnable = (
            "SELECT key FROM outbox AS later "  # noqa: S608  constants only
            "WHERE parked = 0 AND next_try <= :now AND due <= :now "
            f"AND held_until <= {_HELD_NOW[database.dialect]} "
            "AND NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.key = later.key "
            "AND earlier.seq < later.seq AND earlier.parked = 0 AND earlier.due <= :now) "
            "ORDER BY seq LIMIT :most"
        )

    async def runnable_keys(self, now_us: int, *, most: int) -> list[str]:
        """List keys whose first due effect may be tried now, the longest waiting first."""
        rows = await self._database.fetch(self._runnable, now=now_us, most=most)
        return [_text(row, "key") for row in rows]

    async def next_try(self, now_us: int) -> datetime | None:
        """Say when there is something to do again, given that all that may be tried now is."""
        sql = "SELECT MIN(next_try) AS at FROM outbox WHERE parked = 0 AND next_try > :now"
        at = (await self._database.fetch(sql, now=now_us))[0]["at"]
        return moment_of(at) if isinstance(at, int) else None

    async def take(self, key: str, now_us: int) -> TakenRow | None:
        """Take the key's first due effect, if it may be tried now and nobody else has it."""
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE seq = ({_HEAD}) AND next_try <= :now"  # noqa: S608  constants only
        rows = await self._database.fetch(sql, key=key, now=now_us)
        return _taken(rows[0]) if rows else None

    async def done(self, row: TakenRow) -> None:
        """Forget an effect that was performed."""
        await self._database.apply(Batch().do("DELETE FROM outbox WHERE seq = :seq", seq=row.seq))

    async def again(self, row: TakenRow, *, now_us: int, at_us: int) -> None:
        """Keep an effect that failed, for another try at a moment."""
        sql = (
            "UPDATE outbox SET tries = tries + 1, next_try = :at, held_until = 0, "
            "due = CASE WHEN due = 0 THEN :now ELSE due END WHERE seq = :seq"
        )
        await self._database.apply(Batch().do(sql, seq=row.seq, now=now_us, at=at_us))

    async def park(self, row: TakenRow) -> None:
        """Put an effect aside after its last try."""
        sql = "UPDATE outbox SET tries = tries + 1, parked = 1, held_until = 0 WHERE seq = :seq"
        await self._database.apply(Batch().do(sql, seq=row.seq))

    async def unpark(self, now_us: int) -> None:
        """Give every effect that was put aside a fresh set of tries."""
        sql = "UPDATE outbox SET tries = 0, parked = 0, next_try = :now WHERE parked = 1"
        await self._database.apply(Batch().do(sql, now=now_us))

    async def renew(self) -> None:
        """Nobody else takes from this table: no lease to renew."""

    async def release(self) -> None:
        """Nobody else takes from this table: no lease to give up."""

    async def health(self, now_us: int) -> OutboxHealth:
        """Count what is there."""
        sql = (
            "SELECT COUNT(*) AS pending, MIN(CASE WHEN due > 0 AND due <= :now THEN due END) "
            "AS oldest FROM outbox WHERE parked = 0"
        )
        row = (await self._database.fetch(sql, now=now_us))[0]
        parked = await self._database.fetch("SELECT COUNT(*) AS n FROM outbox WHERE parked = 1")
        oldest = row["oldest"]
        return OutboxHealth(
            pending=_number(row, "pending"),
            parked=_number(parked[0], "n"),
            oldest_due=moment_of(oldest) if isinstance(oldest, int) else None,
        )


class LeasedRows(OutboxRows):
    """The outbox of a database that several processes work off: what is taken is held by a lease."""

    shared = True

    def __init__(self, database: Database, holder: str) -> None:
        super().__init__(database)
        self._holder = holder
        self._until = f"{_SERVER_TIME_US} + {LEASE_S * 1_000_000}"

    async def take(self, key: str, now_us: int) -> TakenRow | None:
        """Take the key's first due effect with a lease.

        The row is picked before it is locked, so that a locked one is left alone and not, as SKIP
        LOCKED by itself would, passed over in favour of the next: that would break the order.
        """
        sql = (
            f"UPDATE outbox SET holder = :holder, held_until = {self._until} "  # noqa: S608  constants only
            f"WHERE seq = (SELECT seq FROM outbox WHERE seq = ({_HEAD}) AND next_try <= :now "
            f"AND held_until <= {_SERVER_TIME_US} FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}"
        )
        rows = await self._database.fetch(sql, key=key, now=now_us, holder=self._holder)
        return _taken(rows[0]) if rows else None

    async def renew(self) -> None:
        """Keep what this process still works at."""
        sql = f"UPDATE outbox SET held_until = {self._until} WHERE holder = :h AND held_until > 0"  # noqa: S608  constants only
        await self._database.apply(Batch().do(sql, h=self._holder))

    async def release(self) -> None:
        """Leave to others what this process no longer works at."""
        sql = "UPDATE outbox SET held_until = 0 WHERE holder = :holder"
        await self._database.apply(Batch().do(sql, holder=self._holder))


def _taken(row: Row) -> TakenRow:
    return TakenRow(
        seq=_number(row, "seq"),
        key=_text(row, "key"),
        kind=_text(row, "kind"),
        body=_text(row, "body"),
        tries=_number(row, "tries"),
    )


def _number(row: Row, column: str) -> int:
    value = row[column]
    if not isinstance(value, int):
        raise Misuse(f"outbox.{column} is not a number")
    return value


def _text(row: Row, column: str) -> str:
    value = row[column]
    if not isinstance(value, str):
        raise Misuse(f"outbox.{column} is not a text")
    return value
