"""Every room's tables are what its records need, on both databases."""

import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sekisho
from sekisho.adapters.outbox import EffectCodec
from sekisho.adapters.records import Records, Table
from sekisho.adapters.sql import Batch, Database, open_database
from tests.postgresql import Cluster

SOURCE = Path(sekisho.__file__).parent
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a room's store module declares."""

    name: str
    store: ModuleType

    @property
    def tables(self) -> list[Table[Any]]:  # Any: records of all kinds
        """List its tables, in the order of the module."""
        return [value for value in vars(self.store).values() if isinstance(value, Table)]

    @property
    def migrations(self) -> Path:
        """Give the folder of its migrations."""
        folder = SOURCE / self.store.__name__.split(".")[1] / self.name / "migrations"
        return getattr(self.store, "MIGRATIONS", folder)  # type: ignore[no-any-return]


def rooms() -> list[Room]:
    """Find the rooms that have a store: a module, or a folder of that name."""
    found = sorted({*SOURCE.glob("*/*/store.py"), *SOURCE.glob("*/*/store/__init__.py")})
    names = [".".join(("sekisho", *path.relative_to(SOURCE).parts[:2], "store")) for path in found]
    return [Room(name=name.split(".")[2], store=importlib.import_module(name)) for name in names]


ROOMS = rooms()
each_room = pytest.mark.parametrize("room", ROOMS, ids=[room.name for room in ROOMS])
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
async def address(room: Room, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give an address: a file, or one database for all rooms with a schema each."""
    if kind == "sqlite":
        return f"sqlite://{tmp_path}/{room.name}.db"
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    return await cluster.database(request.function.__name__[:60])


@pytest.fixture
async def database(room: Room, address: str) -> AsyncIterator[Database]:
    """Open the room's own database with its migrations."""
    opened = await open_database(address, room=room.name, migrations=[room.migrations])
    yield opened
    await opened.close()


async def columns_of(database: Database, room: Room, table: Table[Any]) -> dict[str, str]:
    """Ask the database for the columns of a table, and whether each is a text or a number."""
    if database.dialect == "sqlite":
        rows = await database.fetch(
            "SELECT name, type FROM pragma_table_info(:name)", name=table.name
        )
    else:
        rows = await database.fetch(
            "SELECT column_name AS name, data_type AS type FROM information_schema.columns "
            "WHERE table_schema = :room AND table_name = :name",
            room=room.name,
            name=table.name,
        )
    kinds = {"TEXT": "text", "INTEGER": "integer", "text": "text", "bigint": "integer"}
    return {str(row["name"]): kinds[str(row["type"])] for row in rows}


@each_room
@each_kind
async def test_every_declared_table_and_column_is_there_and_keeps_values(
    room: Room, database: Database
) -> None:
    """A column that a migration forgot would be found by the first buyer otherwise."""
    assert room.tables, "the store module declares no Table at module level"
    for table in room.tables:
        kinds = await columns_of(database, room, table)
        assert kinds.keys() == {"seq", "key", "version", "body", *table.columns}, table.name
        samples = {"text": "関所", "integer": 2**53 + 1}
        values = {column: samples[kinds[column]] for column in table.columns}
        listed = ", ".join(f'"{name}"' for name in ("key", "version", "body", *values))
        named = ", ".join(f":{name}" for name in ("key", "version", "body", *values))
        await database.apply(
            Batch().must(
                f'INSERT INTO "{table.name}" ({listed}) VALUES ({named})',  # noqa: S608  declared names
                key="k", version=1, body="{}", **values,
            )
        )  # fmt: skip
        rows = await database.fetch(f'SELECT * FROM "{table.name}"')  # noqa: S608  declared names
        assert rows == [{"seq": 1, "key": "k", "version": 1, "body": "{}", **values}]


@each_room
@each_kind
async def test_every_look_up_column_has_an_index(room: Room, database: Database) -> None:
    """A look-up must not read the whole table."""
    for table in room.tables:
        for column in table.columns:
            if database.dialect == "sqlite":
                plan = await database.fetch(
                    f'EXPLAIN QUERY PLAN SELECT * FROM "{table.name}" '  # noqa: S608  declared names
                    f'WHERE "{column}" = :value ORDER BY seq DESC LIMIT 5',
                    value="x",
                )
                told = " ".join(str(row["detail"]) for row in plan)
                assert "USING INDEX" in told, told
                assert "TEMP B-TREE" not in told, told
            else:
                found = await database.fetch(
                    "SELECT indexdef FROM pg_indexes WHERE schemaname = :room "
                    "AND tablename = :name",
                    room=room.name,
                    name=table.name,
                )
                assert any(f"({column}, seq)" in str(row["indexdef"]) for row in found)


@each_room
@each_kind
async def test_a_second_start_finds_nothing_to_migrate(room: Room, address: str) -> None:
    """Every store of the room works on what the first start made and left."""
    for _ in range(2):
        database = await open_database(address, room=room.name, migrations=[room.migrations])
        for table in room.tables:
            assert await Records(database, table, kick=lambda: None).newest() == []
        await database.close()


@pytest.mark.parametrize("room", ROOMS, ids=[room.name for room in ROOMS])
def test_one_outbox_can_tell_all_effects_of_a_room_apart(room: Room) -> None:
    """All tables of a room share its outbox, so no two classes may have one name."""
    EffectCodec([effect for table in room.tables for effect in table.effects])


def test_every_room_has_a_store() -> None:
    """A room without one would be left out of these tests in silence."""
    folders = {
        path.parent.name
        for domain in ("acquirer", "interoperability", "issuer")
        for path in SOURCE.glob(f"{domain}/*/__init__.py")
    }
    assert {room.name for room in ROOMS} == folders
