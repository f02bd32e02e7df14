"""Randomness from the operating system, fit for keys and one-time passwords."""

import secrets  # noqa: TID251  the one place that throws dice
import uuid


class SystemChance:
    """Makes what must not be guessed or must not repeat."""

    def uuid(self) -> str:
        """Give a fresh random UUID in its lower-case text form of 36 characters."""
        return str(uuid.uuid4())  # noqa: TID251  the one place that throws dice

    def digits(self, count: int) -> str:
        """Give `count` random decimal digits, each equally likely."""
        return f"{secrets.randbelow(10**count):0{count}d}"

    def token(self, octets: int = 24) -> str:
        """Give `octets` random octets in base64url without padding."""
        return secrets.token_urlsafe(octets)
