"""A challenge in the browser: what the cardholder is shown and asked, and how far it got."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sekisho.kernel.money import Amount


class ChallengeState(Enum):
    """Where a challenge stands."""

    AWAITING_CREQ = "awaiting CReq"
    """The ARes said C; the browser has not come yet."""
    ASKING = "asking"
    """A page is before the cardholder."""
    PASSED = "passed"
    """The cardholder proved who it is."""
    FAILED = "failed"
    """Too many wrong codes, in this challenge or on this card."""
    CANCELLED = "cancelled"
    """The cardholder gave it up."""
    TIMED_OUT = "timed out"
    """The browser never came, or nobody did anything on its page."""
    ERRORED = "errored"
    """The browser brought a CReq that breaks the protocol."""


class ChallengeKind(Enum):
    """How the cardholder proves who it is."""

    ONE_TIME_CODE = "one-time code"
    PASSES_BY_ITSELF = "passes by itself"
    """Sandbox: a page that goes on by itself and ends well."""
    FAILS_BY_ITSELF = "fails by itself"
    """Sandbox: a page that goes on by itself and ends badly."""


class Ending(Enum):
    """Why a challenge ended: what the result must say."""

    PASSED = "passed"
    WRONG_CODES = "too many wrong codes"
    LOCKED = "too many wrong codes on this card"
    CANCELLED = "cancelled by the cardholder"
    NEVER_OPENED = "the browser never came"
    LEFT_ALONE = "the cardholder did nothing"
    FAULTED = "the browser brought a faulty message"


class MessageChannel(Enum):
    """The road a one-time code takes to the cardholder."""

    SMS = "sms"
    EMAIL = "email"


class Notice(Enum):
    """What the page must say beside the question."""

    WRONG_CODE = "wrong code"
    CODE_SENT_AGAIN = "code sent again"
    TOO_SOON = "asked again too soon"
    NO_MORE_CODES = "no more codes"
    NOT_SENT = "the code could not be sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """The code that counts at present: never the code itself."""

    digest: str
    """Keyed digest, bound to this challenge."""
    message_id: str
    """Under which it went to the cardholder."""
    channel: MessageChannel
    good_until: datetime
    again_from: datetime
    """Before this moment no other code is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What the cardholder is asked to confirm, and by whom (B4, B14)."""

    merchant_name: str | None
    """None only where no payment is made and the shop gave no name."""
    amount: Amount | None
    """None only where no payment is made."""
    made_at: datetime
    bank_name: str
    card_id: str | None
    """The bank's name for the card; None when the bank does not know the card."""
    card_name: str
    masked_number: str
    personal_message: str
    phone_masked: str
    email_masked: str
    card_language: str
    """The language of messages to the cardholder's phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One challenge; it lives inside its authentication and ends with exactly one result."""

    state: ChallengeState
    kind: ChallengeKind
    purchase: Purchase
    notification_url: str
    requestor_url: str
    language: str
    """The language of the page: browserLanguage, `ja` or `en`."""
    user_agent: str
    """browserUserAgent: whether the browser that comes is the one described."""
    until: datetime
    """When the present wait is over: for the browser to come, for the cardholder to act."""
    turn: int = 0
    """Rises with everything the cardholder does: a page of an earlier turn changes nothing."""
    attempts_left: int
    codes_left: int
    """How many codes may still be sent."""
    attempts_made: int = 0
    """interactionCounter."""
    code: OneTimeCode | None = None
    last_channel: MessageChannel | None = None
    notice: Notice | None = None
    window_size: str | None = None
    session_data: str | None = None
    """threeDSSessionData: goes back unchanged."""
    browser_differs: bool = False
    """The browser that came is not the one the AReq described."""
    ending: Ending | None = None
    erro: str | None = None
    """What is posted back instead of a CRes when the CReq was faulty."""
