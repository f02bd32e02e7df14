"""A secret that refuses to print."""

import hmac
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Value = TypeVar("Value", str, bytes)


@dataclass(frozen=True, slots=True)
class Secret(Generic[Value]):
    """Holds a key, a password or a security code; shows itself as `<secret>` and nothing else.

    Compares in constant time, so that a guess learns nothing from how long the answer took.
    """

    value: Value = field(repr=False)

    def reveal(self) -> Value:
        """Give the value itself, for the one place that needs it."""
        return self.value

    def matches(self, guess: Value) -> bool:
        """Compare with a guess in constant time."""
        return hmac.compare_digest(_octets(self.value), _octets(guess))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            _octets(self.value), _octets(other.value)
        )

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return "<secret>"

    def __str__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret does not leave the process by pickling")


def _octets(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
