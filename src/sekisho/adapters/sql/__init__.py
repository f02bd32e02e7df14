"""Durable SQL for the rooms: one portable dialect over SQLite and PostgreSQL.

>>> database = await open_database("sqlite:///srv/sekisho/acs.db", room="acs", migrations=[MIGRATIONS])
>>> await database.apply(Batch().must("UPDATE one SET version = 2 WHERE key = :key", key="k"))
"""

from sekisho.adapters.sql.batch import Batch, Database, Row, SqlValue
from sekisho.adapters.sql.faults import DatabaseFailed, DatabaseInUse, DatabaseTooNew
from sekisho.adapters.sql.opening import open_database

__all__ = [
    "Batch",
    "Database",
    "DatabaseFailed",
    "DatabaseInUse",
    "DatabaseTooNew",
    "Row",
    "SqlValue",
    "open_database",
]
