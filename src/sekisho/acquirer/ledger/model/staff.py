"""Who of the shop's staff is signed in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One browser of the staff's that is signed in."""

    key: str
    """Digest of the session cookie: whoever reads the database cannot sign in with it."""
    began_at: datetime
    used_at: datetime
    ended: bool = False
