"""What the Directory Server needs of the world, in its own words."""

from typing import Protocol


class Roads(Protocol):
    """The ways to ACSs and 3DS Servers, over mutual TLS."""

    async def send(self, message: bytes, *, to: str, read_s: float) -> bytes:
        """Post a message to an address and give the answer.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection, after one immediate second try.
        """
        ...
