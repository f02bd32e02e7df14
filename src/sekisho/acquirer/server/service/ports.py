"""What the 3DS Server needs of the world, in its own words."""

from dataclasses import dataclass
from typing import Protocol

from sekisho.acquirer.server.model import Authentication, DirectoryServer, Operation
from sekisho.kernel.store import Outbox, Store


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

    def three_ds_method_url(self, version: str) -> str | None:
        """Where the browser is shown to the ACS beforehand; None: nowhere."""
        ...

    def acs_info_ind(self, version: str) -> tuple[str, ...]:
        """What the ACS offers."""
        ...


class CardRanges(Protocol):
    """Where a card number belongs."""

    def lookup(self, pan_digits: str) -> RangeFacts | None:
        """Give the facts of the card's range; None when the card takes no part.

        Raises Unreachable while no card range was ever fetched.
        """
        ...


class Cache(CardRanges, Protocol):
    """Card ranges that are fetched from a Directory Server."""

    async def start(self) -> None:
        """Take up the card ranges of before and ask for new ones."""
        ...

    async def refresh(self, tries: int) -> None:
        """Ask for new ones, if it is time."""
        ...

    async def catch_up(self) -> None:
        """Take over what another process has fetched; cheap, and at once where there is nothing."""
        ...


class Directory(Protocol):
    """The way to the Directory Server."""

    async def send(self, message: bytes, *, read_s: float, request_id: str | None = None) -> bytes:
        """Post a message and give the answer; `request_id` is the X-Request-ID of 2.3.1.

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


class Seal(Protocol):
    """Keeps an AReq, which has a card number in it, unreadable while it lies in a database."""

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Seal it so that it opens only together with the same `bound_to`."""
        ...

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Open it again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of the room."""

    fingerprint: Fingerprint
    seal: Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the room remembers, beside the card ranges."""

    authentications: Store[Authentication]
    operations: Store[Operation]
    outbox: Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One Directory Server: its settings, the way to it, and the card ranges that it told us.

    `ranges` is where cards are looked up, `cache` what is fetched: the same object, unless somebody
    (the sandbox's rule of test cards) stands in front of it.
    """

    settings: DirectoryServer
    road: Directory
    cache: Cache
    ranges: CardRanges
