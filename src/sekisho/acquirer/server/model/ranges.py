"""The card ranges that a Directory Server told us, as looked up and as kept."""

from dataclasses import dataclass, field
from datetime import datetime

from sekisho.protocol.card_ranges.cadence import Exchanges


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What an ACS offers for a card range in one protocol version."""

    version: str
    three_ds_method_url: str | None
    acs_info_ind: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFacts:
    """What a 3DS Server tells a requestor about a card's range."""

    acs: tuple[VersionFacts, ...]
    """What the range's ACS offers, oldest version first."""
    ds_versions: tuple[str, ...]
    """Protocol versions of the Directory Server for the range, oldest first."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Protocol versions of the range's ACS, oldest first."""
        return tuple(each.version for each in self.acs)

    def three_ds_method_url(self, version: str) -> str | None:
        """Where the browser is shown to the ACS beforehand; None: nowhere."""
        return next((e.three_ds_method_url for e in self.acs if e.version == version), None)

    def acs_info_ind(self, version: str) -> tuple[str, ...]:
        """What the ACS offers."""
        return next((each.acs_info_ind for each in self.acs if each.version == version), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBook:
    """What is known of one Directory Server's ranges, and when to ask again."""

    id: str
    """Which Directory Server it is about."""
    due_at: datetime
    """No PReq before this moment."""
    loaded_at: datetime | None = None
    """When the ranges were last known to be right; None: never."""
    slot: int = 0
    """Which of the two places holds the ranges; the next ones go into the other."""
    pieces: int = 0
    """How many pieces hold the ranges; 0: there are none."""
    count: int = 0
    """How many ranges there are."""
    last_fault: str | None = None
    """Why the last PReq changed nothing; None when it went well. The next one asks for everything."""
    exchanges: Exchanges = field(default_factory=Exchanges)
    """What decides when the next PReq may be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePiece:
    """A part of the ranges that are kept."""

    id: str
    octets: bytes
