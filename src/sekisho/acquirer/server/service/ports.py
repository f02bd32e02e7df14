"""What the 3DS Server needs of the world, in its own words."""

from typing import Protocol


class RangeFacts(Protocol):
    """What is known of the card range that a card number falls into."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Protocol versions active at the range's ACS, oldest first."""
        ...

    @property
    def ds_versions(self) -> tuple[str, ...]:
        """Protocol versions of the Directory Server for the range, oldest first."""
        ...

    @property
    def three_ds_method_url(self) -> str | None:
        """Where the browser is shown to the ACS beforehand; None: nowhere."""
        ...

    @property
    def acs_info_ind(self) -> tuple[str, ...]:
        """What the ACS offers."""
        ...


class CardRanges(Protocol):
    """Where a card number belongs."""

    def lookup(self, pan_digits: str) -> RangeFacts | None:
        """Give the facts of the card's range; None when the card takes no part.

        Raises Unreachable while no card range was ever fetched.
        """
        ...


class Directory(Protocol):
    """The way to the Directory Server."""

    async def send(self, message: bytes, *, read_s: float) -> bytes:
        """Post a message and give the answer.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection, after one immediate second try.
        """
        ...


class RangeSource(Directory, Protocol):
    """The way to the Directory Server's card ranges."""

    async def fetch(self, url: str) -> bytes:
        """Get the file of card ranges, going on where a connection broke.

        Raises TimedOut and Unreachable.
        """
        ...


class Fingerprint(Protocol):
    """A keyed hash, so that a fingerprint of a card number betrays nothing without the key."""

    def mac(self, data: bytes) -> bytes:
        """Give the fingerprint of these octets."""
        ...
