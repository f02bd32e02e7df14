"""What the bank remembers: cards, authorizations, postings, spent authentications, messages.

A card number is never in a record except sealed; a security code is never in a record at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, NewType

from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.money import Amount

CardId = NewType("CardId", str)


class CardStatus(Enum):
    """Whether a card may be used, and whether its holder may take part in authentication."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    NOT_REGISTRABLE = "not_registrable"
    """Good for payment, but cannot be registered for identity authentication (B2)."""


class MessageChannel(Enum):
    """The road a message to a cardholder takes."""

    SMS = "sms"
    EMAIL = "email"


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
class MembersSettings:
    """How the bank is set up."""

    issuer_name: str
    """The bank's name, as cardholders read it."""
    ranges: tuple[CardRange, ...]
    """The cards that this bank issues; a card is registered when it is first seen."""
    credit_limits: Mapping[str, int] = field(default_factory=dict)
    """What may stand authorized on one card, in minor units, by currency code."""
    credit_limit_major_otherwise: int = 1_000_000
    """The limit in major units for a currency that `credit_limits` does not name."""
    personal_message: str
    """The personal message of a card that its holder has not changed (B4)."""
    phone: str
    """The phone number that a newly seen card gets: digits with an optional leading plus."""
    email: str
    """The e-mail address that a newly seen card gets."""
    language: str = "ja"
    """The language that a newly seen card's holder reads: `ja` or `en`."""
    time_zone: str = "Asia/Tokyo"
    """The IANA time zone in which the bank shows times, always named beside them (B14)."""
    status_by_ending: Mapping[str, CardStatus] = field(default_factory=dict)
    """Sandbox: cards that end in these four digits are registered with that status."""
    sandbox_rules: bool
    """Whether amounts and security codes call up answers: see `flow.credit`."""
    sandbox_inbox: bool
    """Whether the site shows what cardholders' phones and mailboxes received, to everybody."""
    message_lifetime_h: int = 24
    """How long a delivered message can be read before its text is erased."""


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


class AuthorizationState(Enum):
    """How far an authorization has come."""

    RECEIVED = "received"
    """It is being decided."""
    APPROVED = "approved"
    """The account is charged."""
    DECLINED = "declined"
    """The bank said no; nothing is charged."""
    REVERSED = "reversed"
    """Its money was given back, or it was reversed before it was ever decided."""


class ValueResult(Enum):
    """What the check of the authentication value found; codes as in the reply of a network."""

    NOT_VERIFIED = "0"
    FAILED = "1"
    PASSED = "2"
    ATTEMPT_PASSED = "3"
    ATTEMPT_FAILED = "4"


class CodeResult(Enum):
    """What the check of the security code found."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    NOT_PRESENT = "NOT_PRESENT"
    NOT_PROCESSED = "NOT_PROCESSED"


class ResponseCode(Enum):
    """The answer to an authorization, by its two digits of ISO 8583."""

    APPROVED = "00"
    DO_NOT_HONOR = "05"
    NO_SUCH_CARD = "14"
    INSUFFICIENT_FUNDS = "51"
    EXPIRED = "54"
    RESTRICTED = "62"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bank says to an authorization, once and for good."""

    code: ResponseCode
    approval_code: str | None = None
    value_result: ValueResult
    security_code_result: CodeResult

    @property
    def approved(self) -> bool:
        """Whether the merchant gets the money."""
        return self.code is ResponseCode.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One request for credit, by the caller's id.

    A reversal of an id that never came leaves a tombstone: a record that is REVERSED and has no
    fingerprint, so that the request, should it still arrive, finds its place taken.
    """

    authorization_id: str
    state: AuthorizationState
    fingerprint: str | None = None
    """Keyed digest of the request, to tell a repeat from another request with the same id."""
    received_at: datetime
    card_id: CardId | None = None
    account: str | None = None
    """The account that pays: one per card and currency."""
    last_four: str | None = None
    amount: Amount | None = None
    merchant_id: str | None = None
    merchant_name: str | None = None
    merchant_category: str | None = None
    captured: bool = False
    """Settled in the same breath, because the merchant asked for it."""
    answer: Answer | None = None
    decided_at: datetime | None = None
    reversed_at: datetime | None = None
    reversal_reason: str | None = None


class PostingKind(Enum):
    """Which way the money went."""

    CHARGE = "charge"
    GIVE_BACK = "give back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One fact about an account; never changed, and a charge is undone only by a second posting.

    Numbered without gaps within its account, so that of two writers who both saw the same balance
    only one can add the next.
    """

    account: str
    number: int
    authorization_id: str
    kind: PostingKind
    amount_minor: int
    balance_minor: int
    """What stands authorized on the account after this posting."""
    at: datetime

    @property
    def key(self) -> str:
        """The posting's place in its account."""
        return f"{self.account}/{self.number:09d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentAuthentication:
    """One authentication has been used by one authorization, and by no other ever."""

    ds_trans_id: str
    authorization_id: str
    at: datetime


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
    card_id: CardId
    last_four: str
    channel: MessageChannel
    recipient_masked: str
    sealed_text: str | None
    delivered_at: datetime
    expires_at: datetime


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
