"""The shape of a table of records, for use in migrations."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import sqlalchemy as sa

from sekisho.kernel.errors import Misuse

NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64 bits on both databases. SQLite numbers rows by itself only under the very name INTEGER."""

_TYPES: Final[Mapping[str, sa.types.TypeEngine[Any]]] = {  # Any: text and numbers alike
    "text": sa.Text(),
    "integer": NUMBER,
}


class SchemaWriter(Protocol):
    """What is needed of alembic's `op`, the module as well as an Operations object."""

    def create_table(
        self,
        table_name: str,
        *columns: sa.schema.SchemaItem,
        **kw: Any,  # Any: options of either database
    ) -> sa.Table:
        """Create a table."""
        ...

    def create_index(self, index_name: str | None, table_name: str, columns: list[Any]) -> None:
        """Create an index; Any: alembic takes names and expressions."""
        ...


def create_records_table(op: SchemaWriter, name: str, columns: Mapping[str, str]) -> None:
    """Create the table of one kind of record, with an indexed column for each look-up.

    `columns` names them with `text` or `integer`. `seq` numbers the records in the order they were
    made and is never given twice; with it in every index, newest-first needs no sorting.
    """
    unknown = set(columns.values()) - set(_TYPES)
    if unknown:
        raise Misuse(f"a look-up column is text or integer, not {', '.join(sorted(unknown))}")
    op.create_table(
        name,
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        *(sa.Column(column, _TYPES[kind], nullable=True) for column, kind in columns.items()),
        sqlite_autoincrement=True,
    )
    for column in columns:
        op.create_index(f"{name}_by_{column}", name, [column, "seq"])
