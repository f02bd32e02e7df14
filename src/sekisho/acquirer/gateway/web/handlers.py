"""Handlers as methods of an object that holds what they need."""

from typing import Self


class Handlers:
    """An object whose bound methods serve as Litestar handlers.

    Litestar copies every handler deeply when it is registered, and with a bound method its object;
    ours holds stores and keys, and is one.
    """

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Stay one."""
        return self
