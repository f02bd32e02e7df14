"""Records in SQL: each whole as JSON, a version beside it, its effects in the same transaction."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.adapters.key_locks import KeyLocks
from sekisho.adapters.outbox.codec import EffectCodec
from sekisho.adapters.outbox.rows import put
from sekisho.adapters.sql.batch import Batch, Database, Row, SqlValue
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, Misuse, NotThere
from sekisho.kernel.store import Decide

R = TypeVar("R")
ColumnValue = str | int | None

TRIES_MAX: Final = 32
"""Writers of this process queue for a record; only so many of other processes can be first."""

RECENT_MAX: Final = 512
"""Records of a table that are remembered as they were last written: those under way, mostly."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_OWN_COLUMNS: Final = frozenset({"seq", "key", "version", "body"})
_INTEGER_BITS: Final = 63
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Table(Generic[R]):
    """Says how the records of one kind are kept."""

    name: str
    record: type[R]
    key: Callable[[R], str]
    columns: Mapping[str, Callable[[R], ColumnValue]] = field(default_factory=dict)
    """Indexed look-up columns, and how each is read from a record."""
    effects: tuple[type, ...] = ()
    """Classes of effects that may stand beside these records in the outbox."""

    def __post_init__(self) -> None:
        for name in (self.name, *self.columns):
            if not _NAME.fullmatch(name) or name in _OWN_COLUMNS:
                raise Misuse(f"{name!r} cannot name a table or a look-up column")

    def values(self, record: R) -> dict[str, ColumnValue]:
        """Read a record's look-up columns."""
        values = {name: read(record) for name, read in self.columns.items()}
        for name, value in values.items():
            if not storable(value):
                raise Misuse(f"column {name} of {self.name} got what no database keeps")
        return values

    def key_of(self, record: R) -> str:
        """Read a record's key."""
        key = self.key(record)
        if not key or not storable(key):
            raise Misuse(f"the key of a record of {self.name} is a text that is not empty")
        return key

    def check_column(self, column: str) -> None:
        """Refuse a look-up by a column that the table does not have."""
        if column not in self.columns:
            raise Misuse(f"{self.name} has no look-up column {column}: {', '.join(self.columns)}")


def storable(value: ColumnValue) -> bool:
    """Say whether both databases can keep the value: what they cannot, they cannot hold either.

    A key from outside may be any text; no row answers to one with NUL or half a surrogate pair.
    """
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not _SURROGATE.search(value))
    return value is None or -(1 << _INTEGER_BITS) <= value < 1 << _INTEGER_BITS


class Records(Generic[R]):
    """The store of one kind of record. Implements `kernel.store.Store`."""

    def __init__(
        self,
        database: Database,
        table: Table[R],
        *,
        kick: Callable[[], None],
        wake_at: Callable[[datetime], None] | None = None,
    ) -> None:
        """`kick` says that effects wait; `wake_at` that there are timers only, and from when on."""
        self._database = database
        self._table = table
        self._kick = kick
        self._wake_at = wake_at
        self._recent: OrderedDict[str, tuple[int, R]] = OrderedDict()
        self._decoder = decoder_of(table.record)
        self._codec = EffectCodec(table.effects)
        self._locks = KeyLocks()
        names = ["key", "version", "body", *table.columns]
        listed = ", ".join(f'"{name}"' for name in names)
        given = ", ".join(f":{name}" for name in names)
        changed = ", ".join(f'"{name}" = :{name}' for name in ("body", *table.columns))
        self._read: Final = f'SELECT seq, version, body FROM "{table.name}"'  # noqa: S608  checked names
        self._insert: Final = f'INSERT INTO "{table.name}" ({listed}) VALUES ({given})'  # noqa: S608  checked names
        self._update: Final = (
            f'UPDATE "{table.name}" SET version = version + 1, {changed} '  # noqa: S608  checked names
            "WHERE key = :key AND version = :version"
        )

    async def add(self, record: R, effects: Sequence[Effect] = ()) -> None:
        """Keep a new record and its effects in one transaction; Conflict if the key is taken."""
        key = self._table.key_of(record)
        values = self._values(record)
        await self._keep(Batch().must(self._insert, key=key, version=1, **values), key, effects)
        self._remember(key, 1, record)

    async def get(self, key: str) -> R:
        """Give the record as last committed; NotThere if there is none."""
        return self._record(await self._row(key))

    async def place(self, key: str) -> int:
        """Say where a record stands in the order of `newest`, for `before`; NotThere if nowhere."""
        return _number((await self._row(key))["seq"])

    async def find(self, column: str, value: str | int, *, limit: int = 100) -> list[R]:
        """Give the records whose indexed column has that value, newest first."""
        self._table.check_column(column)
        if not storable(value):
            return []
        sql = f'{self._read} WHERE "{column}" = :value ORDER BY seq DESC LIMIT :most'
        return [self._record(row) for row in await self._fetch(sql, value=value, most=limit)]

    async def newest(self, *, limit: int = 100, before: int | None = None) -> list[R]:
        """Give the newest records of all, newest first; with `before`, those made before it."""
        if before is None:
            rows = await self._fetch(f"{self._read} ORDER BY seq DESC LIMIT :most", most=limit)
        else:
            sql = f"{self._read} WHERE seq < :before ORDER BY seq DESC LIMIT :most"
            rows = await self._fetch(sql, before=before, most=limit)
        return [self._record(row) for row in rows]

    async def advance(self, key: str, decide: Decide[R]) -> R:
        """Load, decide, keep the new record and its effects in one transaction; give the record.

        Decides again when another process was first, up to TRIES_MAX times, then raises Conflict.
        """
        async with self._locks.hold(key):
            for _ in range(TRIES_MAX):
                recent = self._recent.pop(key, None)
                version, before = await self._read_one(key) if recent is None else recent
                try:
                    after, effects = decide(before)
                except Exception:
                    if recent is None:
                        raise
                    continue  # another process may have moved on: what is kept decides
                if after is before and not effects:
                    if recent is None:
                        return before
                    continue  # likewise
                if self._table.key_of(after) != key:
                    raise Misuse(f"a decision changed the key of a record of {self._table.name}")
                values = self._values(after)
                batch = Batch().must(self._update, key=key, version=version, **values)
                try:
                    await self._keep(batch, key, effects)
                except Conflict:
                    continue
                self._remember(key, version + 1, after)
                return after
        raise Conflict(f"others changed a record of {self._table.name} {TRIES_MAX} times in a row")

    def _remember(self, key: str, version: int, record: R) -> None:
        """Remember what this process wrote last: mostly it is the one that changes it next.

        Nothing rests on it: it is written back only where the database still has that version, and
        what it forbids or leaves as it is is decided again on what is kept.
        """
        self._recent[key] = (version, record)
        self._recent.move_to_end(key)
        if len(self._recent) > RECENT_MAX:
            self._recent.popitem(last=False)

    async def _read_one(self, key: str) -> tuple[int, R]:
        row = await self._row(key)
        return _number(row["version"]), self._record(row)

    async def _keep(self, batch: Batch, key: str, effects: Sequence[Effect]) -> None:
        dues = []
        for effect in effects:
            written_effect = self._codec.write(effect)
            put(batch, key, written_effect)
            dues.append(written_effect.due)
        if not effects:
            await self._database.apply(batch)
            return
        # Shielded: were the caller cancelled between commit and kick, the effects would lie there
        # until something else wakes the outbox.
        await asyncio.shield(asyncio.ensure_future(self._apply_and_kick(batch, dues)))

    async def _apply_and_kick(self, batch: Batch, dues: Sequence[datetime | None]) -> None:
        await self._database.apply(batch)
        timers = [due for due in dues if due is not None]
        if self._wake_at is None or len(timers) < len(dues):
            self._kick()
        else:
            self._wake_at(min(timers))

    async def _row(self, key: str) -> Row:
        rows = []
        if storable(key):
            rows = await self._database.fetch(f"{self._read} WHERE key = :key", key=key)
        if not rows:
            raise NotThere(f"no record of {self._table.name} answers to that key")
        return rows[0]

    async def _fetch(self, sql: str, **values: SqlValue) -> list[Row]:
        return await self._database.fetch(sql, **values)

    def _values(self, record: R) -> dict[str, SqlValue]:
        return {"body": written(record), **self._table.values(record)}

    def _record(self, row: Row) -> R:
        body = row["body"]
        if not isinstance(body, str):
            raise Misuse(f"a record of {self._table.name} has no text for a body")
        try:
            return self._decoder.decode(body)
        except msgspec.DecodeError as error:
            raise Misuse(f"a record of {self._table.name} has another shape: {error}") from error


def _number(value: SqlValue) -> int:
    if not isinstance(value, int):
        raise Misuse("a number of the database is no number")
    return value
