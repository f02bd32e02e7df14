"""Cards as the bank knows them: never a number except sealed, never a security code at all."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, NewType

from sekisho.issuer.members.model.messages import MessageChannel
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan

CardId = NewType("CardId", str)


class CardStatus(Enum):
    """Whether a card may be used, and whether its holder may take part in authentication."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    NOT_REGISTRABLE = "not_registrable"
    """Good for payment, but cannot be registered for identity authentication (B2)."""


class Method(Enum):
    """What a cardholder can be asked for, beside codes by SMS and e-mail."""

    PASSWORD = "password"
    """The password of the members' web service."""
    APP_CODE = "app_code"
    """A code of an authenticator app."""
    QUESTION = "question"
    """A question to which only the cardholder knows the answer."""
    PASSKEY = "passkey"
    PROMPT = "prompt"
    """The bank's app asks, and the cardholder approves or denies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRange:
    """Cards that this bank issues: every number whose first digits lie from `low` to `high`."""

    low: str
    """First digits of the lowest number; `high` has as many."""
    high: str
    """First digits of the highest number."""
    brand: Brand
    """The card brand of all of them."""
    product_name: str
    """What the bank calls the card, as cardholders read it."""

    def __post_init__(self) -> None:
        if not (self.low.isdigit() and self.high.isdigit() and len(self.low) == len(self.high)):
            raise ValueError("a card range is given by two equally long runs of digits")
        if self.low > self.high:
            raise ValueError("a card range goes from low to high")

    def holds(self, pan: Pan) -> bool:
        """Tell whether a card number is in the range."""
        return self.low <= pan.digits[: len(self.low)] <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """One card as the bank knows it, found by the keyed digest of its number."""

    fingerprint: str
    card_id: CardId
    sealed_pan: str
    last_four: str
    masked_number: str
    brand: Brand
    product_name: str
    status: CardStatus
    personal_message: str
    phone: str
    email: str
    language: str
    registered_at: datetime
    methods: tuple[Method, ...] = ()
    """What its holder has enrolled: kept here, because every look-up of the card tells it."""

    @property
    def phone_masked(self) -> str:
        """The phone number with its last four digits showing."""
        return mask_phone(self.phone)

    @property
    def email_masked(self) -> str:
        """The e-mail address with its first letter and its domain showing."""
        return mask_email(self.email)

    def recipient_masked(self, channel: MessageChannel) -> str:
        """Where a message over that channel goes, masked."""
        return self.phone_masked if channel is MessageChannel.SMS else self.email_masked


PHONE_DIGITS_SHOWN: Final = 4


def mask_phone(phone: str) -> str:
    """Hide all but the last four digits of a phone number, and keep its shape."""
    shown_from = len(phone) - PHONE_DIGITS_SHOWN
    return "".join(
        "•" if sign.isdigit() and place < shown_from else sign for place, sign in enumerate(phone)
    )


def mask_email(address: str) -> str:
    """Hide all but the first letter and the domain of an e-mail address."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"
