"""Mail as a port: what a room has to say by e-mail, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One e-mail to one person. The same id and content give the same mail, to the octet."""

    id: str
    """Who sends it again under one id sends the same mail: mailboxes show it once."""
    to: str = field(repr=False)
    sender_name: str
    subject: str
    text: str = field(repr=False)
    """Plain text; it may hold a one-time code."""
    language: str
    at: datetime
    """When it was written, not when it was sent: that is another with every try."""


class Mailer(Protocol):
    """Hands mail to whoever delivers it."""

    async def send(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises Unreachable when it may be taken at another time (it may have been taken already),
        and TheyErred when it was refused for good.
        """
        ...
