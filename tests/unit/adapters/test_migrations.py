"""Migrations: pending ones in one go, all or none, and nothing imported when there are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.adapters.sql import (
    Database,
    DatabaseFailed,
    DatabaseInUse,
    DatabaseTooNew,
    open_database,
)
from sekisho.adapters.sql.revisions import read_upgrade
from sekisho.adapters.sql.schema import create_records_table
from sekisho.kernel.errors import Misuse

REVISION = '''"""A step."""
import sqlalchemy as sa
from alembic import op

revision{kind} = "{name}"
down_revision = {after!r}

def upgrade() -> None:
    """Take the step."""
    {body}
'''


def write(folder: Path, number: int, body: str, *, after: str | None = None, kind: str = "") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"room{number:04}"
    text = REVISION.format(name=name, after=after, body=body, kind=kind)
    (folder / f"{number:04}_step.py").write_text(text)
    return name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "room" / "migrations"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/room.db"


async def opened(address: str, folder: Path) -> Database:
    return await open_database(address, room="room", migrations=[folder])


async def tables(address: str, folder: Path) -> list[object]:
    database = await opened(address, folder)
    rows = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    await database.close()
    return [row["name"] for row in rows]


async def test_pending_steps_are_taken_in_order(address: str, folder: Path) -> None:
    """First all that there are, later only what came since."""
    first = write(folder, 1, 'op.create_table("one", sa.Column("a", sa.Integer))')
    second = write(folder, 2, 'op.execute("INSERT INTO one VALUES (1)")', after=first)
    assert {"one", "outbox"} <= set(await tables(address, folder))
    write(folder, 3, 'op.execute("INSERT INTO one VALUES (2)")', after=second, kind=": str")
    database = await opened(address, folder)
    assert [row["a"] for row in await database.fetch("SELECT a FROM one")] == [1, 2]
    versions = await database.fetch("SELECT version_num FROM alembic_version_room")
    assert versions == [{"version_num": "room0003"}]
    await database.close()


async def test_a_step_that_fails_takes_none(address: str, folder: Path) -> None:
    """Half a migration is no state to run in; the file is free for the next attempt."""
    first = write(folder, 1, 'op.create_table("one", sa.Column("a", sa.Integer))')
    write(folder, 2, 'op.execute("INSERT INTO nowhere VALUES (1)")', after=first)
    with pytest.raises(DatabaseFailed, match="migrations of room"):
        await opened(address, folder)
    write(folder, 2, 'op.execute("INSERT INTO one VALUES (1)")', after=first)
    assert "one" in await tables(address, folder)


async def test_a_database_from_the_future_is_refused(address: str, folder: Path) -> None:
    """An older program would misread what a newer one wrote."""
    first = write(folder, 1, 'op.create_table("one", sa.Column("a", sa.Integer))')
    write(folder, 2, 'op.execute("INSERT INTO one VALUES (1)")', after=first)
    await (await opened(address, folder)).close()
    (folder / "0002_step.py").unlink()
    with pytest.raises(DatabaseTooNew, match="room0002"):
        await opened(address, folder)


async def test_rooms_and_adapters_count_their_steps_apart(address: str, folder: Path) -> None:
    """Either can gain a step without renumbering the other."""
    write(folder, 1, "pass")
    found = set(await tables(address, folder))
    assert {"alembic_version_adapters", "alembic_version_room"} <= found


@pytest.mark.parametrize(
    "steps",
    [
        [(1, None), (2, None)],
        [(1, None), (2, "room0001"), (3, "room0001")],
        [(1, "room0002"), (2, "room0001")],
        [(2, "room0001")],
        [],
    ],
    ids=["two firsts", "a fork", "a circle", "no first", "nothing"],
)
def test_steps_that_are_no_chain_are_a_mistake(
    folder: Path, steps: list[tuple[int, str | None]]
) -> None:
    """Found at every start, not only when it is too late."""
    folder.mkdir(parents=True)
    for number, after in steps:
        write(folder, number, "pass", after=after)
    with pytest.raises(Misuse):
        read_upgrade(folder)


@pytest.mark.parametrize("name", ["'; DROP TABLE x; --", "", "x" * 33])
def test_a_revision_has_a_plain_name(folder: Path, name: str) -> None:
    """It becomes a part of SQL."""
    folder.mkdir(parents=True)
    text = REVISION.format(name=name, after=None, body="pass", kind="")
    (folder / "0001_step.py").write_text(text)
    with pytest.raises(Misuse):
        read_upgrade(folder)


def test_a_start_without_pending_steps_imports_no_migration_library(
    tmp_path: Path, folder: Path, address: str
) -> None:
    """Alembic and SQLAlchemy cost a second; nothing of the drivers of others is loaded either."""
    write(folder, 1, "pass")
    program = (
        "import asyncio, pathlib, sys\n"
        "from sekisho.adapters.sql import open_database\n"
        "async def main():\n"
        "    database = await open_database(sys.argv[1], room='room', "
        "migrations=[pathlib.Path(sys.argv[2])])\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "print(sorted({'alembic', 'sqlalchemy', 'asyncpg', 'sqlite3'} & set(sys.modules)))\n"
    )
    said = []
    for _ in range(2):
        words = [sys.executable, "-c", program, address, str(folder)]
        said.append(subprocess.run(words, check=True, capture_output=True).stdout.decode().strip())
    assert said[1] == "[]"
    assert "alembic" in said[0]


def test_a_look_up_column_is_text_or_integer() -> None:
    """Whatever else would behave differently on the two databases."""

    class NoTables:
        def create_table(self, *_: object, **__: object) -> None:
            raise AssertionError

        create_index = create_table

    with pytest.raises(Misuse):
        create_records_table(NoTables(), "parcel", {"weight": "float"})  # type: ignore[arg-type]


async def test_a_database_in_use_is_not_migrated(address: str, folder: Path) -> None:
    """The process that holds the file goes on undisturbed."""
    first = write(folder, 1, "pass")
    database = await opened(address, folder)
    write(folder, 2, 'op.create_table("two", sa.Column("a", sa.Integer))', after=first)
    with pytest.raises(DatabaseInUse):
        await opened(address, folder)
    assert await database.fetch("SELECT version_num FROM alembic_version_room") == [
        {"version_num": "room0001"}
    ]
    await database.close()
