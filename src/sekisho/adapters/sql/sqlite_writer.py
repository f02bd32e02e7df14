"""The one thread that writes to a SQLite file, many batches to a commit.

A commit costs a disk flush whatever it holds. So the thread takes all that waits, gives each batch
a savepoint of its own, commits once and only then tells those who wait.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import apsw

from sekisho.adapters.sql.batch import Batch
from sekisho.adapters.sql.faults import DatabaseFailed
from sekisho.adapters.sql.parameters import compile_statement
from sekisho.kernel.errors import Conflict, Misuse

BATCHES_PER_COMMIT_MAX: Final = 256
"""Bounds how long the first of a group waits for the last."""

Told = TypeVar("Told")

_UNIQUE: Final = frozenset(
    {
        apsw.SQLITE_CONSTRAINT_UNIQUE,
        apsw.SQLITE_CONSTRAINT_PRIMARYKEY,
        apsw.SQLITE_CONSTRAINT_ROWID,
    }
)
_OUR_MISTAKES: Final = (
    apsw.SQLError,
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.RangeError,
    apsw.TooBigError,
    apsw.BindingsError,
    apsw.ReadOnlyError,
)


class Job:
    """One batch and the future of whoever waits for it."""

    __slots__ = ("batch", "future", "outcome")

    def __init__(self, batch: Batch, future: "asyncio.Future[None]") -> None:
        self.batch = batch
        self.future = future
        self.outcome: Exception | None = None


class SqliteWriter:
    """Owns the writing connection and its thread."""

    def __init__(self, connection: apsw.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._stopped = loop.create_future()
        self._thread.start()

    def submit(self, batch: Batch) -> "asyncio.Future[None]":
        """Queue a batch; the future is done once the batch is durable or refused."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put(Job(batch, future))
        return future

    async def stop(self) -> None:
        """Carry out what is queued, then end the thread and close the connection."""
        self._queue.put(None)
        await asyncio.shield(self._stopped)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            waiting: list[Job | None] = [self._queue.get()]
            while len(waiting) < BATCHES_PER_COMMIT_MAX and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            running = None not in waiting
            jobs = [job for job in waiting if job is not None]
            if jobs:
                self._commit(jobs)
                self._on_loop(_settle, jobs)
        try:
            self._connection.close()
        finally:
            self._on_loop(_set_done, self._stopped)

    def _commit(self, jobs: Sequence[Job]) -> None:
        """Commit all in one transaction; when the transaction as a whole fails, each by itself."""
        try:
            _together(self._connection, jobs)
        except Exception as error:  # noqa: BLE001  whatever it is belongs to those who wait
            self._roll_back()
            if len(jobs) == 1:
                jobs[0].outcome = translated(error)
                return
            for job in jobs:
                self._commit([job])

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error:
            # The thread must live to say so: every batch from now on fails at its BEGIN.
            return

    def _on_loop(self, call: Callable[[Told], None], about: Told) -> None:
        try:
            self._loop.call_soon_threadsafe(call, about)
        except RuntimeError:
            # The loop is closed: nobody waits any more, and what was committed stays committed.
            return


def _together(connection: apsw.Connection, jobs: Sequence[Job]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for job in jobs:
        job.outcome = None
        connection.execute("SAVEPOINT batch")
        try:
            _carry_out(connection, job.batch)
        except Exception as error:
            if not connection.in_transaction:
                raise  # a full disk, say: SQLite has given up the whole transaction
            job.outcome = translated(error)
            connection.execute("ROLLBACK TO batch")
        connection.execute("RELEASE batch")
    connection.execute("COMMIT")


def _carry_out(connection: apsw.Connection, batch: Batch) -> None:
    for statement in batch.statements:
        compile_statement(statement.sql).check(statement.values)
        for _ in connection.execute(statement.sql, statement.values):
            pass  # a RETURNING clause has to be read to its end for the change to be complete
        if statement.must and connection.changes() != 1:
            raise Conflict(f"{connection.changes()} rows changed, not one: {statement.sql}")


def _set_done(future: "asyncio.Future[None]") -> None:
    future.set_result(None)


def _settle(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue  # the task that waited was cancelled; its batch was carried out all the same
        if job.outcome is None:
            job.future.set_result(None)
        else:
            job.future.set_exception(job.outcome)


def translated(error: Exception) -> Exception:
    """Say an error of SQLite in our words, the original as its cause."""
    if isinstance(error, Conflict | Misuse):
        return error
    ours: Exception
    if _is_unique_violation(error):
        ours = Conflict("a record with that key is there already")
    elif isinstance(error, _OUR_MISTAKES) or not isinstance(error, apsw.Error):
        ours = Misuse(f"SQLite refused a statement: {type(error).__name__}: {error}")
    else:
        ours = DatabaseFailed(f"SQLite failed: {type(error).__name__}: {error}")
    ours.__cause__ = error
    return ours


def _is_unique_violation(error: Exception) -> bool:
    # apsw sets the extended code on the exception; its type stubs do not say so.
    code = getattr(error, "extendedresult", None)
    return isinstance(error, apsw.ConstraintError) and code in _UNIQUE
