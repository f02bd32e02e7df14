"""Randomness as a port: below `adapters` nobody throws dice by themselves."""

from typing import Protocol


class Chance(Protocol):
    """Makes what must not be guessed or must not repeat."""

    def uuid(self) -> str:
        """Give a fresh random UUID in its lower-case text form of 36 characters."""
        ...

    def digits(self, count: int) -> str:
        """Give `count` random decimal digits, as a one-time password needs."""
        ...

    def token(self, octets: int = 24) -> str:
        """Give `octets` random octets in base64url without padding."""
        ...
