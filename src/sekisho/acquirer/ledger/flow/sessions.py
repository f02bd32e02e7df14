"""How long a member of the staff stays signed in."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.ledger.model import LedgerSettings, StaffSession

TOUCH_EVERY: Final = timedelta(minutes=1)
"""A click is noted at most so often, so that reading pages does not write to the store."""


def begun(key: str, at: datetime) -> StaffSession:
    """A session that begins now."""
    return StaffSession(key=key, began_at=at, used_at=at)


def alive(session: StaffSession, settings: LedgerSettings, at: datetime) -> bool:
    """Tell whether a session still opens the ledger."""
    return (
        not session.ended
        and at - session.used_at < settings.idle
        and at - session.began_at < settings.session_life
    )


def used(session: StaffSession, at: datetime) -> StaffSession:
    """Note a click."""
    return session if at - session.used_at < TOUCH_EVERY else replace(session, used_at=at)


def ended(session: StaffSession) -> StaffSession:
    """Sign out; there is no way back."""
    return replace(session, ended=True)
