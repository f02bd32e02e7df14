"""What the vault's use cases need of the world around them."""

from typing import Protocol


class Seal(Protocol):
    """Makes text unreadable to whoever has the database but not the key."""

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Seal it so that it opens only together with the same `bound_to`."""
        ...

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Open what `seal` made."""
        ...


class Mac(Protocol):
    """A keyed digest: equal for equal data, and nobody else can compute it."""

    def mac(self, data: bytes) -> bytes:
        """Compute HMAC-SHA-256 under the key."""
        ...
