"""How often a member has fetched the card ranges."""

from dataclasses import dataclass, field
from datetime import datetime

from sekisho.protocol.card_ranges.cadence import Exchanges


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeUpdates:
    """The card range updates that one 3DS Server has fetched."""

    member: str
    last_at: datetime
    count: int
    exchanges: Exchanges = field(default_factory=Exchanges)
    """What decides when the next PReq may come."""
