"""A secret that refuses to print."""

import hmac
from typing import Generic, NoReturn, TypeVar

Value = TypeVar("Value", str, bytes)


class Secret(Generic[Value]):
    """Holds a key, a password or a security code; shows itself as `<secret>` and nothing else.

    Not a dataclass: encoders take those apart, field by field, and would write the value out.
    Compares in constant time, so that a guess learns nothing from how long the answer took.
    """

    __slots__ = ("_value",)
    _value: Value

    def __init__(self, value: Value) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> Value:
        """Give the value itself, for the one place that needs it."""
        return self._value

    def matches(self, guess: Value) -> bool:
        """Compare with a guess in constant time."""
        return hmac.compare_digest(_octets(self._value), _octets(guess))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            _octets(self._value), _octets(other._value)
        )

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "<secret>"

    def __str__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret does not leave the process by pickling")


def _octets(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
