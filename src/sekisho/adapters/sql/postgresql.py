"""PostgreSQL through asyncpg: a pool, and a schema for each room."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

import asyncpg

from sekisho.adapters.sql.batch import Batch, Database, Row, SqlValue
from sekisho.adapters.sql.faults import DatabaseFailed
from sekisho.adapters.sql.parameters import compile_statement
from sekisho.adapters.sql.revisions import Upgrade
from sekisho.kernel.errors import Conflict, Misuse

CONNECTIONS_MAX: Final = 8
"""Commits of several connections share a disk flush; more than these only wait for each other."""

COMMAND_TIMEOUT_S: Final = 30.0
MIGRATION_TIMEOUT_S: Final = 3_600.0
LOCK_TIMEOUT_MS: Final = 5_000
"""A migration that cannot have its table by then gives up, rather than make all others queue."""

_SCHEMA: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_OUR_MISTAKES: Final = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,  # asyncpg's own name for a value that does not fit the parameter
)
_LOST_RACES: Final = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_FAULTS: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
RACES_MAX: Final = 5
"""A batch that a deadlock threw out is carried out again; two in a row are already rare."""


class PostgresqlDatabase:
    """One room's schema. Several processes may have it open."""

    dialect: Final = "postgresql"

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._losers = asyncio.Lock()

    @classmethod
    async def open(cls, address: str, *, room: str, upgrades: Sequence[Upgrade]) -> Database:
        """Connect, make the room's schema and bring its tables up to date."""
        if not _SCHEMA.fullmatch(room):
            raise Misuse(f"{room!r} does not serve as the name of a schema")
        try:
            pool = await asyncpg.create_pool(
                address,
                min_size=1,
                max_size=CONNECTIONS_MAX,
                command_timeout=COMMAND_TIMEOUT_S,
                server_settings={"search_path": room, "application_name": f"sekisho-{room}"},
                init=_read_sums_as_whole_numbers,
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise DatabaseFailed(f"PostgreSQL cannot be reached: {_said(error)}") from error
        try:
            async with pool.acquire() as connection:
                await _migrate(connection, room, upgrades)
        except BaseException as error:
            await pool.close()
            if isinstance(error, asyncpg.PostgresError):
                raise DatabaseFailed(f"migrations of {room} failed: {_said(error)}") from error
            raise
        return cls(pool)

    async def fetch(self, sql: str, /, **values: SqlValue) -> list[Row]:
        """Read committed rows."""
        compiled = compile_statement(sql)
        self._check_open()
        try:
            rows = await self._pool.fetch(compiled.text, *compiled.arguments(values))
        except _FAULTS as error:
            raise _translated(error) from error
        return [dict(row) for row in rows]

    async def apply(self, batch: Batch) -> None:
        """Keep a batch in one transaction, durable on return."""
        # Shielded: cancelled in the middle of a commit, nobody would know what was kept.
        self._check_open()
        await asyncio.shield(asyncio.ensure_future(self._apply(batch)))

    async def close(self) -> None:
        """Let what was asked before end, then disconnect."""
        await self._pool.close()

    def _check_open(self) -> None:
        if self._pool.is_closing():
            raise Misuse("the database is closed")

    async def _apply(self, batch: Batch) -> None:
        try:
            await self._carry_out(batch)
        except _LOST_RACES:
            await self._carry_out_again(batch)
        except _FAULTS as error:
            raise _translated(error) from error

    async def _carry_out_again(self, batch: Batch) -> None:
        """Retry one after another: those who lost against each other would do so again."""
        async with self._losers:
            for races_left in reversed(range(RACES_MAX)):
                try:
                    await self._carry_out(batch)
                except _FAULTS as error:
                    if not isinstance(error, _LOST_RACES) or not races_left:
                        raise _translated(error) from error
                else:
                    return

    async def _carry_out(self, batch: Batch) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for statement in batch.statements:
                compiled = compile_statement(statement.sql)
                values = compiled.arguments(statement.values)
                status = await connection.execute(compiled.text, *values)
                if statement.must and _rows_changed(status) != 1:
                    raise Conflict(f"{status}, not one row: {statement.sql}")


def _rows_changed(status: str) -> int:
    """Read the count from a command's status, `UPDATE 1` or `INSERT 0 1`."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def _migrate(connection: asyncpg.Connection, room: str, upgrades: Sequence[Upgrade]) -> None:
    """Carry out pending migrations in one transaction, one process at a time."""
    if await connection.fetchval("SHOW server_encoding") != "UTF8":
        raise DatabaseFailed("the database does not keep UTF-8: make it with ENCODING 'UTF8'")
    async with connection.transaction():
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtext($1))",
            f"sekisho {room}",
            timeout=MIGRATION_TIMEOUT_S,
        )
        await connection.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        if not await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", room):
            await connection.execute(f'CREATE SCHEMA "{room}"')
        for upgrade in upgrades:
            await _upgrade(connection, room, upgrade)


async def _upgrade(connection: asyncpg.Connection, room: str, upgrade: Upgrade) -> None:
    # Asked first: a role that may not make tables can still start what is up to date.
    table = f"{room}.{upgrade.version_table}"
    if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", table):
        await connection.execute(upgrade.version_table_sql)
    current = await connection.fetchval(upgrade.current_sql)
    script = upgrade.script(current, PostgresqlDatabase.dialect)
    if script is not None:
        await connection.execute(script, timeout=MIGRATION_TIMEOUT_S)


async def _read_sums_as_whole_numbers(connection: asyncpg.Connection) -> None:
    """Have the sum of whole numbers be one, as with SQLite; PostgreSQL makes it a `numeric`."""
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=int, format="text"
    )


def _translated(error: Exception) -> Exception:
    if isinstance(error, (asyncpg.UniqueViolationError, *_LOST_RACES)):
        return Conflict(f"another writer was first: {_said(error)}")
    if isinstance(error, _OUR_MISTAKES):
        return Misuse(f"PostgreSQL refused a statement: {_said(error)}")
    return DatabaseFailed(f"PostgreSQL failed: {_said(error)}")


def _said(error: Exception) -> str:
    """Name the error without a row's values, which its detail or a refused value would quote."""
    if isinstance(error, asyncpg.DataError | ValueError):
        return type(error).__name__
    return f"{type(error).__name__}: {error.args[0] if error.args else ''}"
