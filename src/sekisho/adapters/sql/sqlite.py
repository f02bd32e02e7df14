"""SQLite through apsw: one writer thread with group commit, reads straight from the event loop."""

import asyncio
import os
from pathlib import Path
from typing import Final

import apsw

from sekisho.adapters.sql.batch import Batch, Row, SqlValue
from sekisho.adapters.sql.faults import DatabaseFailed
from sekisho.adapters.sql.file_lock import FileLock
from sekisho.adapters.sql.parameters import compile_statement
from sekisho.adapters.sql.revisions import Upgrade
from sekisho.adapters.sql.sqlite_writer import SqliteWriter, translated
from sekisho.kernel.errors import Misuse

BUSY_TIMEOUT_MS: Final = 5_000
"""Only a reader from outside, a backup say, can be in the way: the file lock keeps others out."""


class SqliteDatabase:
    """One file, one writer. Reads see committed rows only and take microseconds, so no thread."""

    dialect: Final = "sqlite"

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)
        try:
            self._writing = _connect(path)
            self._reader = _connect(path)
        except (apsw.Error, DatabaseFailed) as error:
            self._lock.release()
            raise DatabaseFailed(f"{path} does not open as a database: {error}") from error
        self._writer: SqliteWriter | None = None

    @classmethod
    def open(cls, path: Path) -> "SqliteDatabase":
        """Open or make the file, readable by its owner only."""
        path = path.resolve()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            return cls(path)
        except OSError as error:
            raise DatabaseFailed(f"{path} cannot be opened: {error.strerror}") from error

    def migrate(self, upgrade: Upgrade) -> None:
        """Carry out pending migrations in one transaction, before anything else is written."""
        self._writing.execute("BEGIN IMMEDIATE")
        try:
            self._writing.execute(upgrade.version_table_sql)
            rows = self._writing.execute(upgrade.current_sql)
            current = next((str(row[0]) for row in rows), None)
            script = upgrade.script(current, self.dialect)
            if script is not None:
                self._writing.execute(script)
            self._writing.execute("COMMIT")
        except BaseException as error:
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")
            if isinstance(error, apsw.Error):
                label = upgrade.label
                raise DatabaseFailed(f"migrations of {label} failed: {error}") from error
            raise

    def start(self) -> None:
        """Start the writer; the database is ready for use."""
        self._reader.execute("PRAGMA query_only = ON")
        self._writer = SqliteWriter(self._writing, asyncio.get_running_loop())

    async def fetch(self, sql: str, /, **values: SqlValue) -> list[Row]:
        """Read committed rows."""
        compile_statement(sql).check(values)
        try:
            cursor = self._reader.execute(sql, values)
            names: tuple[str, ...] = ()
            rows: list[Row] = []
            for row in cursor:
                names = names or tuple(column[0] for column in cursor.get_description())
                rows.append(dict(zip(names, row, strict=True)))
        except apsw.ConnectionClosedError as error:
            raise Misuse("the database is closed") from error
        except (apsw.Error, OverflowError, UnicodeError, TypeError) as error:
            raise translated(error) from error
        return rows

    async def apply(self, batch: Batch) -> None:
        """Keep a batch in one transaction, durable on return."""
        if self._writer is None:
            raise Misuse("the database is closed")
        await self._writer.submit(batch)

    async def close(self) -> None:
        """Carry out what was asked before, then close the file and give up the lock."""
        writer, self._writer = self._writer, None
        self._reader.close()
        if writer is not None:
            await writer.stop()
        else:
            self._writing.close()
        self._lock.release()


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    if connection.pragma("journal_mode", "wal") != "wal":
        raise DatabaseFailed("the file system under it does not serve a write-ahead log")
    connection.pragma("synchronous", "full")
    connection.pragma("foreign_keys", "on")
    return connection
