"""What a cardholder is asked, and how far that has got: the same in a browser and in an app."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


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
    WRONG_ANSWERS = "too many wrong answers"
    LOCKED = "too many wrong answers on this card"
    DENIED = "the cardholder says that it was somebody else"
    FALLS_BACK = "it goes on outside of this challenge"
    CANCELLED = "cancelled by the cardholder"
    NEVER_OPENED = "nobody ever came"
    LEFT_ALONE = "the cardholder did nothing"
    FAULTED = "a faulty message came"


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
class Question:
    """What is asked in one challenge; it knows nothing of pages, apps and their time-outs."""

    kind: ChallengeKind
    attempts_left: int
    codes_left: int
    """How many codes may still be sent."""
    turn: int = 0
    """Rises with everything the cardholder does: a page of an earlier turn changes nothing."""
    attempts_made: int = 0
    """interactionCounter."""
    code: OneTimeCode | None = None
    last_channel: MessageChannel | None = None
    notice: Notice | None = None
    ending: Ending | None = None
