"""Chance that repeats itself, so that a test can be told again. Never for production."""

import base64
import random  # noqa: TID251  seeded: the same dice every time
import uuid


class SeededChance:
    """Gives the same sequence for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose

    def uuid(self) -> str:
        """Give the next UUID, of version 4 by its form."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def digits(self, count: int) -> str:
        """Give the next `count` decimal digits."""
        return f"{self._random.randrange(10**count):0{count}d}"

    def token(self, octets: int = 24) -> str:
        """Give the next `octets` octets in base64url without padding."""
        return base64.urlsafe_b64encode(self._random.randbytes(octets)).rstrip(b"=").decode()
