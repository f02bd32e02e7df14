"""The elements that a message carries, as its reading left them: a mapping that is made when asked.

Decoding fills one record of the table's own type, which is cheap. Most components look at a dozen
of its elements and write it back; only somebody who goes through all of them needs a dict.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar, overload

import msgspec

from sekisho.protocol.vocabulary import Json

NOT_THERE: Final = "\udfff"
"""Stands in a record for an element that is absent. A lone surrogate: no message can hold one.

Absent is what *is* this very object; expressions that are matched over joined texts know its value.
"""

_AS_THEY_ARE: Final = (str, bool)
_Default = TypeVar("_Default")


class Carried(Mapping[str, Json]):
    """The elements of one message, in the order of the table; each is looked up in the record."""

    __slots__ = ("_made", "_names", "record")

    def __init__(self, record: msgspec.Struct, names: frozenset[str]) -> None:
        self.record: Final = record
        self._names = names
        self._made: dict[str, Json] = {}
        """Objects and arrays that somebody has looked at."""

    def __getitem__(self, name: str) -> Json:
        value = self.get(name, NOT_THERE)
        if value is NOT_THERE:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return (
            isinstance(name, str)
            and name in self._names
            and getattr(self.record, name) is not NOT_THERE
        )

    @overload
    def get(self, key: str, /) -> Json: ...
    @overload
    def get(self, key: str, /, default: Json | _Default) -> Json | _Default: ...
    @overload
    def get(self, key: str, /, *, default: Json | _Default) -> Json | _Default: ...
    def get(self, key: str, /, default: Json | _Default = None) -> Json | _Default:
        """Give one element as JSON knows it, or the default."""
        if key not in self._names:
            return default
        value: Json = getattr(self.record, key)
        if value is NOT_THERE:
            return default
        if isinstance(value, _AS_THEY_ARE):
            return value
        if key not in self._made:
            self._made[key] = msgspec.to_builtins(value)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        record = self.record
        return (name for name in record.__struct_fields__ if getattr(record, name) is not NOT_THERE)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{len(self)} elements>"  # never their values: there is a card number among them
