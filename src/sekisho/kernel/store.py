"""What a room needs of its store and outbox, whichever database stands behind them."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from sekisho.kernel.effects import Effect

Record = TypeVar("Record")
Decide: TypeAlias = Callable[[Record], tuple[Record, Sequence[Effect]]]
"""Pure: it may be called again when another writer was first."""


class Store(Protocol[Record]):
    """Keeps the records of one kind, each whole, with the effects of every change."""

    async def add(self, record: Record, effects: Sequence[Effect] = ()) -> None:
        """Keep a new record and its effects in one transaction; Conflict if the key is taken."""
        ...

    async def get(self, key: str) -> Record:
        """Give the record as last committed; NotThere if there is none."""
        ...

    async def find(self, column: str, value: str | int, *, limit: int = 100) -> list[Record]:
        """Give the records whose indexed column has that value, newest first."""
        ...

    async def newest(self, *, limit: int = 100, before: int | None = None) -> list[Record]:
        """Give the newest records of all, newest first; with `before`, those made before it."""
        ...

    async def place(self, key: str) -> int:
        """Say where a record stands in that order: what `before` takes for the next page."""
        ...

    async def advance(self, key: str, decide: Decide[Record]) -> Record:
        """Load, decide, keep the new record and its effects in one transaction; give the record.

        Loads and decides again when another writer was first. Writes nothing when `decide` gives
        the very record back and no effects. Raises NotThere, and whatever `decide` raises.
        """
        ...


class Outbox(Protocol):
    """Performs the effects that transactions left behind."""

    async def flush(self, key: str) -> None:
        """Perform now what is due for one record, rather than when its turn comes.

        Returns when each such effect was tried once; what failed is tried again later.
        """
        ...
