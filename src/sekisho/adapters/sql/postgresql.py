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
LOCK_TIMEOUT_MS: Final = 5_000
"""A migration that cannot have its table by then gives up, rather than make all others queue."""

_SCHEMA: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_OUR_MISTAKES: Final = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.InterfaceError,
)
_LOST_RACES: Final = (
    asyncpg.UniqueViolationError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)


class PostgresqlDatabase:
    """One room's schema. Several processes may have it open."""

    dialect: Final = "postgresql"

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

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
        try:
            rows = await self._pool.fetch(compiled.text, *compiled.arguments(values))
        except _FAULTS as error:
            raise _translated(error) from error
        return [dict(row) for row in rows]

    async def apply(self, batch: Batch) -> None:
        """Keep a batch in one transaction, durable on return."""
        # Shielded: cancelled in the middle of a commit, nobody would know what was kept.
        await asyncio.shield(asyncio.ensure_future(self._apply(batch)))

    async def close(self) -> None:
        """Let what was asked before end, then disconnect."""
        await self._pool.close()

    async def _apply(self, batch: Batch) -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                for statement in batch.statements:
                    compiled = compile_statement(statement.sql)
                    status = await connection.execute(
                        compiled.text, *compiled.arguments(statement.values)
                    )
                    if statement.must and _rows_changed(status) != 1:
                        raise Conflict(f"{status}, not one row: {statement.sql}")
        except _FAULTS as error:
            raise _translated(error) from error


_FAULTS: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def _rows_changed(status: str) -> int:
    """Read the count from a command's status, `UPDATE 1` or `INSERT 0 1`."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def _migrate(connection: asyncpg.Connection, room: str, upgrades: Sequence[Upgrade]) -> None:
    """Carry out pending migrations in one transaction, one process at a time."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"sekisho {room}")
        if not await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", room):
            await connection.execute(f'CREATE SCHEMA "{room}"')
        for upgrade in upgrades:
            await connection.execute(upgrade.version_table_sql)
            script = upgrade.script(
                await connection.fetchval(upgrade.current_sql), PostgresqlDatabase.dialect
            )
            if script is not None:
                await connection.execute(script)


def _translated(error: Exception) -> Exception:
    if isinstance(error, _LOST_RACES):
        return Conflict(f"another writer was first: {_said(error)}")
    if isinstance(error, _OUR_MISTAKES):
        return Misuse(f"PostgreSQL refused a statement: {_said(error)}")
    return DatabaseFailed(f"PostgreSQL failed: {_said(error)}")


def _said(error: Exception) -> str:
    """Name the error without the values of a row, which its detail would quote."""
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, asyncpg.DataError):
        return f"{type(error).__name__}: {error.args[0] if error.args else ''}"
    return type(error).__name__ if isinstance(error, asyncpg.DataError) else repr(error)
