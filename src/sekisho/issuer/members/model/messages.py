"""Messages to cardholders."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MessageChannel(Enum):
    """The road a message to a cardholder takes."""

    SMS = "sms"
    EMAIL = "email"


class MessageState(Enum):
    """Whether a message can still be read."""

    DELIVERED = "delivered"
    """The cardholder can read it."""
    ERASED = "erased"
    """Its text is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One SMS or e-mail to a cardholder; its text is sealed, because it may hold a code."""

    message_id: str
    state: MessageState
    card_id: str
    last_four: str
    channel: MessageChannel
    recipient_masked: str
    sealed_text: str | None
    delivered_at: datetime
    expires_at: datetime
