"""PostgreSQL: the same words for its errors, races lost and won, servers that come and go."""

import asyncio
import signal
from collections.abc import AsyncIterator
from urllib.parse import quote

import asyncpg
import pytest

from sekisho.adapters.sql import Batch, Database, DatabaseFailed, open_database
from sekisho.kernel.errors import Conflict, Misuse
from tests.contract.parcels import MIGRATIONS, SCHEMAS
from tests.postgresql import Cluster, throw_away_cluster

pytestmark = pytest.mark.postgresql

PUT = "INSERT INTO note (name, size) VALUES (:name, :size)"


@pytest.fixture
async def address(postgresql_cluster: Cluster) -> str:
    return await postgresql_cluster.fresh_database()


@pytest.fixture
async def database(postgresql_cluster: Cluster) -> AsyncIterator[Database]:
    room = f"notes{next(SCHEMAS)}"
    opened = await open_database(postgresql_cluster.address(), room=room, migrations=[MIGRATIONS])
    await opened.apply(
        Batch().do(
            "CREATE TABLE note (name TEXT PRIMARY KEY, size BIGINT NOT NULL CHECK (size > 0))"
        )
    )
    yield opened
    await opened.close()


def put(name: str, size: int | None = 1) -> Batch:
    return Batch().must(PUT, name=name, size=size)


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (put("a"), Conflict),
        (Batch().must("UPDATE note SET size = 2 WHERE name = 'nobody'"), Conflict),
        (Batch().must("SELECT 1 FROM note WHERE name = 'nobody'"), Conflict),
        (put("c", 0), Misuse),
        (put("c", None), Misuse),
        (put("c", 1 << 64), Misuse),
        (put("\ud800"), Misuse),
        (put("\0"), Misuse),
        (Batch().do("no SQL at all"), Misuse),
        (Batch().do(PUT, name="c"), Misuse),
        (Batch().do(PUT, name="c", size="many"), Misuse),
    ],
    ids=range(11),
)
async def test_a_batch_that_fails_leaves_nothing(
    database: Database, last: Batch, error: type[Exception]
) -> None:
    """The errors are those of SQLite, and no value is told in them."""
    await database.apply(put("a"))
    failing = put("b")
    failing.statements.extend(last.statements)
    with pytest.raises(error) as caught:
        await database.apply(failing)
    assert "many" not in str(caught.value)
    assert await database.fetch("SELECT name FROM note") == [{"name": "a"}]


async def test_reading_has_the_same_errors(database: Database) -> None:
    """A look-up with a value of another type, or no SQL."""
    for sql, values in (
        ("SELECT * FROM nothing", {}),
        ("SELECT * FROM note WHERE size = :a", {"a": "x"}),
    ):
        with pytest.raises(Misuse):
            await database.fetch(sql, **values)  # type: ignore[arg-type]


async def test_sums_are_whole_numbers(database: Database) -> None:
    """As with SQLite: money added up stays a whole number of minor units."""
    await database.apply(put("a", 2**62).do(PUT, name="b", size=2**62))
    (row,) = await database.fetch("SELECT SUM(size) AS total, COUNT(*) AS n FROM note")
    assert row == {"total": 2**63, "n": 2}
    assert type(row["total"]) is int


async def test_batches_that_lock_each_other_out_are_all_kept(database: Database) -> None:
    """PostgreSQL throws one of them out; it is carried out again without anybody noticing."""
    await database.apply(put("a").do(PUT, name="b", size=1))
    grow = "UPDATE note SET size = size + 1 WHERE name = :name"
    there = [Batch().must(grow, name="a").must(grow, name="b") for _ in range(2)]
    back = [Batch().must(grow, name="b").must(grow, name="a") for _ in range(2)]
    await asyncio.gather(*(database.apply(batch) for batch in there + back))
    rows = await database.fetch("SELECT size FROM note")
    assert [row["size"] for row in rows] == [5, 5]


async def test_a_cancelled_task_does_not_stop_its_batch(database: Database) -> None:
    """What was asked for is carried out whole, whoever still listens."""
    tasks = [asyncio.ensure_future(database.apply(put(str(number)))) for number in range(12)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()


async def test_a_closed_database_says_so(database: Database) -> None:
    """A mistake in the order of shutting down."""
    await database.close()
    with pytest.raises(Misuse, match="closed"):
        await database.apply(put("a"))
    with pytest.raises(Misuse, match="closed"):
        await database.fetch("SELECT 1 AS one")


async def test_a_server_that_comes_back_is_used_again() -> None:
    """While it is away the world has failed; afterwards nothing has to be started anew."""
    with throw_away_cluster() as cluster:
        database = await open_database(cluster.address(), room="notes", migrations=[MIGRATIONS])
        await database.fetch("SELECT 1 AS one")
        cluster.stop(signal.SIGQUIT)
        with pytest.raises(DatabaseFailed):
            await database.fetch("SELECT 1 AS one")
        with pytest.raises(DatabaseFailed):
            await database.apply(Batch().do("DELETE FROM outbox"))
        with pytest.raises(DatabaseFailed):
            await open_database(cluster.address(), room="notes", migrations=[MIGRATIONS])
        cluster.start()
        assert await database.fetch("SELECT 1 AS one") == [{"one": 1}]
        await database.apply(Batch().do("DELETE FROM outbox"))
        await database.close()


async def test_processes_that_start_together_migrate_once(address: str) -> None:
    """They wait for each other, and then find nothing pending."""
    databases = await asyncio.gather(
        *(open_database(address, room="notes", migrations=[MIGRATIONS]) for _ in range(4))
    )
    for database in databases:
        rows = await database.fetch("SELECT version_num FROM alembic_version_parcel_room")
        assert rows == [{"version_num": "parcel_room0001"}]
        await database.close()


async def test_a_role_without_rights_to_change_tables_starts_on_those_up_to_date(
    address: str, postgresql_cluster: Cluster
) -> None:
    """A company lets one role migrate and another serve."""
    await (await open_database(address, room="notes", migrations=[MIGRATIONS])).close()
    owner = await asyncpg.connect(address)
    await owner.execute("CREATE ROLE server LOGIN")
    await owner.execute("GRANT USAGE ON SCHEMA notes TO server")
    await owner.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA notes TO server"
    )
    await owner.close()
    name = address.rpartition("/")[2].partition("?")[0]
    socket = quote(str(postgresql_cluster.folder), safe="")
    database = await open_database(
        f"postgresql://server@/{name}?host={socket}", room="notes", migrations=[MIGRATIONS]
    )
    await database.fetch("SELECT COUNT(*) AS n FROM parcel")
    await database.close()


async def test_a_room_is_named_like_a_schema(address: str) -> None:
    """It becomes a part of SQL."""
    with pytest.raises(Misuse):
        await open_database(address, room='notes"; DROP', migrations=[MIGRATIONS])


async def test_a_database_without_unicode_is_refused(
    address: str, postgresql_cluster: Cluster
) -> None:
    """Better at the start than with the first name in Japanese."""
    owner = await asyncpg.connect(address)
    await owner.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    await owner.close()
    with pytest.raises(DatabaseFailed, match="UTF-8"):
        await open_database(
            postgresql_cluster.address("latin"), room="notes", migrations=[MIGRATIONS]
        )


async def test_a_migration_that_fails_takes_no_step(
    address: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And says whose it was."""
    folder = tmp_path_factory.mktemp("bad") / "room" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_bad.py").write_text(
        'from alembic import op\nrevision = "bad0001"\ndown_revision = None\n\n\n'
        'def upgrade() -> None:\n    op.execute("CREATE TABLE made (a INTEGER)")\n'
        '    op.execute("INSERT INTO nowhere VALUES (1)")\n'
    )
    with pytest.raises(DatabaseFailed, match="migrations of notes"):
        await open_database(address, room="notes", migrations=[folder])
    database = await open_database(address, room="notes", migrations=[MIGRATIONS])
    assert await database.fetch("SELECT to_regclass('notes.made') IS NULL AS missing") == [
        {"missing": True}
    ]
    await database.close()
