"""SQLite: durable batches, many to a flush, one process to a file."""

import asyncio
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from sekisho.adapters.sql import Batch, DatabaseFailed, DatabaseInUse, open_database
from sekisho.adapters.sql.sqlite import SqliteDatabase
from sekisho.kernel.errors import Conflict, Misuse

PUT = "INSERT INTO note (name, text) VALUES (:name, :text)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "room" / "notes.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase.open(path)
    opened.start()
    await opened.apply(
        Batch()
        .do("CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL, CHECK (text <> 'bad'))")
        .do("CREATE TABLE leaf (name TEXT REFERENCES note (name) DEFERRABLE INITIALLY DEFERRED)")
    )
    yield opened
    await opened.close()


def put(name: str, text: str = "x") -> Batch:
    return Batch().must(PUT, name=name, text=text)


async def names(database: SqliteDatabase) -> list[object]:
    return [row["name"] for row in await database.fetch("SELECT name FROM note ORDER BY name")]


async def test_the_file_is_set_up_to_lose_nothing(path: Path, database: SqliteDatabase) -> None:
    """A write-ahead log flushed at each commit, foreign keys that hold."""
    writing = database._writing
    assert writing.pragma("journal_mode") == "wal"
    assert writing.pragma("synchronous") == 2
    assert writing.pragma("foreign_keys") == 1


async def test_only_the_owner_may_read_the_file(path: Path, database: SqliteDatabase) -> None:
    """The file and what lies beside it hold what buyers entrusted."""
    await database.apply(put("a"))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


async def test_a_batch_is_kept_whole(database: SqliteDatabase) -> None:
    """Every statement of it, in order."""
    await database.apply(
        put("a").do("UPDATE note SET text = :text", text="y").do("DELETE FROM leaf")
    )
    assert await database.fetch("SELECT * FROM note") == [{"name": "a", "text": "y"}]


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (put("a"), Conflict),
        (Batch().must("UPDATE note SET text = 'z' WHERE name = 'nobody'"), Conflict),
        (Batch().must("UPDATE note SET text = 'z'"), Conflict),
        (put("c", "bad"), Misuse),
        (Batch().do("no SQL at all"), Misuse),
        (Batch().do("SELECT :a", a=1 << 64), Misuse),
        (Batch().do("SELECT :a", a="\ud800"), Misuse),
        (Batch().do("SELECT :a"), Misuse),
        (Batch().do("INSERT INTO leaf VALUES ('nobody')"), Misuse),
    ],
    ids=range(9),
)
async def test_a_batch_that_fails_leaves_nothing_and_harms_no_other(
    database: SqliteDatabase, last: Batch, error: type[Exception]
) -> None:
    """Also when others share its commit, and when the fault shows at the commit only."""
    await database.apply(put("a"))
    failing = put("b")
    failing.statements.extend(last.statements)
    results = await asyncio.gather(
        database.apply(put("x")),
        database.apply(failing),
        database.apply(put("y")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), error, type(None)]
    assert await names(database) == ["a", "x", "y"]


async def test_a_group_that_breaks_as_a_whole_is_carried_out_one_by_one(
    database: SqliteDatabase,
) -> None:
    """A foreign key checked at the commit fails its own batch, not the nine beside it."""
    results = await asyncio.gather(
        *(database.apply(put(f"n{number}")) for number in range(9)),
        database.apply(Batch().do("INSERT INTO leaf VALUES ('nobody')")),
        return_exceptions=True,
    )
    assert results[:-1] == [None] * 9
    assert isinstance(results[-1], Misuse)
    assert len(await names(database)) == 9


async def test_a_full_disk_fails_what_does_not_fit_and_nothing_else(
    database: SqliteDatabase,
) -> None:
    """SQLite gives up the whole transaction; the small ones of the group are kept all the same."""
    pages = database._writing.pragma("page_count")
    database._writing.pragma("max_page_count", pages + 2)
    results = await asyncio.gather(
        database.apply(put("small")),
        database.apply(put("large", "x" * 100_000)),
        database.apply(put("other")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), DatabaseFailed, type(None)]
    assert await names(database) == ["other", "small"]


async def test_reading_sees_what_was_acknowledged(database: SqliteDatabase) -> None:
    """Each writer reads its own batch as soon as it is told."""

    async def write_and_read(name: str) -> bool:
        await database.apply(put(name))
        return name in await names(database)

    assert all(await asyncio.gather(*(write_and_read(str(number)) for number in range(64))))


async def test_reading_never_writes(database: SqliteDatabase) -> None:
    """A statement that changes something belongs into a batch."""
    with pytest.raises(Misuse):
        await database.fetch("DELETE FROM note")


async def test_a_cancelled_task_does_not_stop_its_batch(database: SqliteDatabase) -> None:
    """What was asked for is carried out whole, whoever still listens."""
    tasks = [asyncio.ensure_future(database.apply(put(str(number)))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.apply(Batch())
    assert len(await names(database)) == 20


async def test_close_carries_out_what_was_asked_before(
    path: Path, database: SqliteDatabase
) -> None:
    """And opens the file for the next process."""
    tasks = [asyncio.ensure_future(database.apply(put(str(number)))) for number in range(300)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    again = SqliteDatabase.open(path)
    again.start()
    assert len(await names(again)) == 300
    await again.close()
    assert not path.with_name("notes.db-wal").exists(), "closed cleanly, the log is folded in"


async def test_a_closed_database_says_so(database: SqliteDatabase) -> None:
    """A mistake in the order of shutting down must not look like an empty table."""
    await database.close()
    with pytest.raises(Misuse, match="closed"):
        await database.apply(put("a"))
    with pytest.raises(Misuse, match="closed"):
        await database.fetch("SELECT 1")
    await database.close()


async def test_one_file_is_open_once(path: Path, database: SqliteDatabase) -> None:
    """Two processes by mistake would each believe in an outbox of their own."""
    with pytest.raises(DatabaseInUse, match="already open"):
        SqliteDatabase.open(path)
    (path.parent / "link.db").symlink_to(path)
    with pytest.raises(DatabaseInUse):
        SqliteDatabase.open(path.parent / "link.db")


async def test_the_lock_dies_with_its_process(path: Path) -> None:
    """After a kill the house starts again without anybody removing a file."""
    holder = (
        "import pathlib, sys, time; from sekisho.adapters.sql.sqlite import SqliteDatabase; "
        "database = SqliteDatabase.open(pathlib.Path(sys.argv[1])); "
        "print('open', flush=True); sys.stdin.read()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        holder,
        path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    with pytest.raises(DatabaseInUse):
        SqliteDatabase.open(path)
    process.kill()
    await process.wait()
    database = SqliteDatabase.open(path)
    await database.close()


def test_a_file_that_is_no_database_is_refused_and_let_go(path: Path) -> None:
    """The message names the file; the lock is free again."""
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseFailed, match=r"notes\.db"):
        SqliteDatabase.open(path)
    path.write_bytes(b"")
    asyncio.run(SqliteDatabase.open(path).close())


async def test_a_path_that_cannot_be_is_a_failure_of_the_world(tmp_path: Path) -> None:
    """No traceback of the operating system for a mistyped folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseFailed):
        await open_database(f"sqlite://{tmp_path}/file/x.db", room="r", migrations=[])


async def test_another_scheme_is_a_mistake() -> None:
    """Said before anything is opened."""
    with pytest.raises(Misuse):
        await open_database("mysql://localhost/x", room="r", migrations=[])


async def test_a_reader_from_outside_is_not_in_the_way(
    path: Path, database: SqliteDatabase
) -> None:
    """A backup reads one moment while batches go on."""
    await database.apply(put("a"))
    backup = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    backup.execute("BEGIN")
    before = list(backup.execute("SELECT COUNT(*) FROM note"))
    await database.apply(put("b"))
    assert list(backup.execute("SELECT COUNT(*) FROM note")) == before
    backup.close()


def test_a_batch_outlives_the_loop_that_asked_for_it(path: Path) -> None:
    """A program that ends in the middle of something leaves whole batches, and no broken thread."""

    async def forgetful() -> SqliteDatabase:
        database = SqliteDatabase.open(path)
        database.start()
        await database.apply(Batch().do("CREATE TABLE note (name TEXT)"))
        return database

    loop = asyncio.new_event_loop()
    database = loop.run_until_complete(forgetful())
    writer = database._writer
    assert writer is not None
    writer.submit(Batch().do("INSERT INTO note VALUES ('a')"))
    loop.close()
    writer._queue.put(None)
    writer._thread.join()
    with closing(apsw.Connection(str(path))) as connection:
        assert list(connection.execute("SELECT name FROM note")) == [("a",)]
