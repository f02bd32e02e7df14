"""The keys that ACS and authorization host share, and how they change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from sekisho.kernel.errors import Misuse

INDICATOR_MAX: Final = 255
"""The key indicator is one octet."""


class Mac(Protocol):
    """HMAC-SHA-256 under the key that ACS and authorization host share."""

    def mac(self, data: bytes) -> bytes:
        """Give the authentication code of the data."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Keys by their indicator; values are made with the current one, verified with any.

    A new key is first added everywhere, then made current, and the old one is taken out when no
    value made with it can be presented any more. Raises Misuse when the current one is missing.
    """

    keys: Mapping[int, Mac] = field(repr=False)
    current: int

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise Misuse(f"there is no key {self.current}")
        if not all(0 <= indicator <= INDICATOR_MAX for indicator in self.keys):
            raise Misuse(f"a key indicator is a number of 0 to {INDICATOR_MAX}")
