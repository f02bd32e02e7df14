"""What a room says to a database: batches of statements, and the port that takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

SqlValue: TypeAlias = str | int | bytes | None
Row: TypeAlias = Mapping[str, SqlValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a batch with the values of its :named parameters."""

    sql: str
    values: Mapping[str, SqlValue]
    must: bool
    """Exactly one row has to change."""


class Batch:
    """Statements that are kept together or not at all, in portable SQL with :named parameters."""

    __slots__ = ("statements",)

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def do(self, sql: str, /, **values: SqlValue) -> "Batch":
        """Add a statement that may change any number of rows."""
        self.statements.append(Statement(sql=sql, values=values, must=False))
        return self

    def must(self, sql: str, /, **values: SqlValue) -> "Batch":
        """Add a statement that has to change exactly one row; else Conflict, and nothing is kept."""
        self.statements.append(Statement(sql=sql, values=values, must=True))
        return self


class Database(Protocol):
    """One room's database: SQLite in a file or a schema of PostgreSQL.

    Takes one statement at a time: no semicolons, parameters as `:name` only. Raises Misuse for a
    statement that the database refuses and DatabaseFailed when disk or server fail.
    """

    @property
    def dialect(self) -> str:
        """Name the kind of database: `sqlite` or `postgresql`."""
        ...

    async def fetch(self, sql: str, /, **values: SqlValue) -> list[Row]:
        """Read committed rows."""
        ...

    async def apply(self, batch: Batch) -> None:
        """Keep a batch in one transaction, durable on return; Conflict as `must` says.

        A unique violation is Conflict too. Once asked, the batch is carried out whole or refused
        whole, also when the task that waits for it is cancelled.
        """
        ...

    async def close(self) -> None:
        """Carry out what was asked before, then let go of the database."""
        ...
