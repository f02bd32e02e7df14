"""How often a member has fetched the card ranges."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeUpdates:
    """The card range updates that one 3DS Server has fetched."""

    member: str
    last_at: datetime
    count: int
