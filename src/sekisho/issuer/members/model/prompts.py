"""Prompts: the bank's app asks the cardholder, out of band, whether a purchase is theirs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sekisho.kernel.money import Amount


class PromptState(Enum):
    """Where a prompt stands."""

    WAITING = "waiting"
    """It is before the cardholder."""
    APPROVED = "approved"
    """The cardholder says that the purchase is theirs."""
    DENIED = "denied"
    """The cardholder says that it was not they, or could not name the number."""
    LAPSED = "lapsed"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """The ACS needs no answer any more."""


class PromptAnswer(Enum):
    """What the cardholder says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question of the bank's app, with everything that is confirmed by approving it."""

    prompt_id: str
    """The ACS's name for it."""
    state: PromptState
    card_id: str
    last_four: str
    masked_number: str
    shop: str | None
    amount: Amount | None
    """None where no payment is made."""
    number: str | None
    """Shown on the shop's side and to be typed in the app; None where there is no page to show it."""
    tries_left: int
    """How often the number may still be mistyped."""
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
