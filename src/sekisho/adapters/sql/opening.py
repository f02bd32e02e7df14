"""Opens a room's database by its address and brings its tables up to date."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sekisho.adapters.sql.batch import Database
from sekisho.adapters.sql.revisions import Upgrade, read_upgrade
from sekisho.adapters.sql.sqlite import SqliteDatabase
from sekisho.kernel.errors import Misuse

OWN_MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
"""The outbox, which every room has."""

SQLITE: Final = "sqlite://"
POSTGRESQL: Final = ("postgresql://", "postgres://")


async def open_database(address: str, *, room: str, migrations: Sequence[Path]) -> Database:
    """Open `sqlite:///absolute/file` or `postgresql://…` (a schema per room); migrate what is pending.

    Raises DatabaseInUse, DatabaseTooNew, and DatabaseFailed when it cannot be reached.
    """
    upgrades = [read_upgrade(folder) for folder in (OWN_MIGRATIONS, *migrations)]
    if address.startswith(SQLITE):
        return await _open_sqlite(Path("/" + address.removeprefix(SQLITE).lstrip("/")), upgrades)
    if address.startswith(POSTGRESQL):
        from sekisho.adapters.sql.postgresql import (  # noqa: PLC0415  not needed with SQLite
            PostgresqlDatabase,
        )

        return await PostgresqlDatabase.open(address, room=room, upgrades=upgrades)
    raise Misuse(f"a database address starts with {SQLITE}/ or {POSTGRESQL[0]}")


async def _open_sqlite(path: Path, upgrades: Sequence[Upgrade]) -> Database:
    database = SqliteDatabase.open(path)
    try:
        for upgrade in upgrades:
            database.migrate(upgrade)
    except BaseException:
        await database.close()
        raise
    database.start()
    return database
