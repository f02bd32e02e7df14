"""Knows which keys the running task is performing effects of, so that it never waits for itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_KEYS: ContextVar[frozenset[tuple[int, str]]] = ContextVar("performing", default=frozenset())


class Performing:
    """One outbox's keys in the task at hand and in those it started."""

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Perform an effect of the key until the block ends."""
        token = _KEYS.set(_KEYS.get() | {(id(self), key)})
        try:
            yield
        finally:
            _KEYS.reset(token)

    def __contains__(self, key: str) -> bool:
        """Say whether this task is within an effect of the key."""
        return (id(self), key) in _KEYS.get()
