"""What a cardholder is asked, and how far that has got: the same in a browser and in an app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final


class ChallengeKind(Enum):
    """How the cardholder proves who it is."""

    ONE_TIME_CODE = "one-time code"
    STATIC_PASSWORD = "static password"
    """Of the bank's web service."""
    APP_CODE = "code of an authenticator app"
    OUT_OF_BAND = "approval in the bank's app"
    PASSKEY = "passkey"
    SINGLE_SELECT = "one choice"
    MULTI_SELECT = "several choices"
    INFORMATION = "information only"
    """Something to read: the bank asks for no proof."""
    PASSES_BY_ITSELF = "passes by itself"
    """Sandbox: a page that goes on by itself and ends well."""
    FAILS_BY_ITSELF = "fails by itself"
    """Sandbox: a page that goes on by itself and ends badly."""


SELECTS: Final = frozenset({ChallengeKind.SINGLE_SELECT, ChallengeKind.MULTI_SELECT})
TYPED: Final = frozenset(
    {ChallengeKind.ONE_TIME_CODE, ChallengeKind.STATIC_PASSWORD, ChallengeKind.APP_CODE}
)
GUESSABLE: Final = TYPED | SELECTS
"""Kinds at which somebody else could try their luck: every try is counted against the card."""


class Ending(Enum):
    """Why a challenge ended: what the result must say."""

    PASSED = "passed"
    WRONG_ANSWERS = "too many wrong answers"
    LOCKED = "too many wrong answers on this card"
    DENIED = "the cardholder says that it was somebody else"
    OTHER_DEVICE = "answered from another device than the purchase came from"
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

    WRONG_ANSWER = "wrong answer"
    NOT_READABLE = "what was entered cannot be an answer"
    CODE_SENT_AGAIN = "code sent again"
    TOO_SOON = "asked again too soon"
    NO_MORE_CODES = "no more codes"
    NOT_SENT = "the code or the prompt could not be sent"
    PROMPT_SENT_AGAIN = "prompt sent again"
    NO_MORE_PROMPTS = "no more prompts"
    NOT_YET_APPROVED = "the bank's app has no answer yet"
    BANK_AWAY = "the bank could not judge the answer"
    OTHER_DEVICE = "the answer came from another device: the bank's app must approve"


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
class Prompt:
    """The prompt of the bank's app that counts at present."""

    id: str
    """acsTransID and a number: the bank's answer finds its way back by it."""
    number: str
    """Shown beside the question, to be typed in the app: whoever approves has this page before them."""
    good_until: datetime
    again_from: datetime
    """Before this moment no other prompt is sent."""
    approved: bool | None = None
    """What the cardholder said in the app; None: nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers to choose from."""

    code: str
    texts: Mapping[str, str]
    """By language, `ja` and `en`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is to be chosen from: which are right only the bank knows."""

    question_id: str
    """The bank's name for the question."""
    texts: Mapping[str, str]
    options: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyCeremony:
    """The one question that the answer of a passkey must fit."""

    nonce: str = field(repr=False)
    """base64url."""
    facts: tuple[str, ...]
    """The transaction, its amount and its payee: none can be swapped afterwards."""
    rp_id: str
    credential_ids: tuple[str, ...]
    """base64url: the passkeys that the bank knows of this card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked in one challenge; it knows nothing of pages, apps and their time-outs."""

    kind: ChallengeKind
    others: tuple[ChallengeKind, ...] = ()
    """What the cardholder may take instead (B5)."""
    attempts_left: int
    codes_left: int
    """How many codes may still be sent."""
    prompts_left: int = 0
    """How many prompts may still be sent."""
    can_prompt: bool = False
    """The bank's app can ask this card's holder, should an answer come from another device."""
    turn: int = 0
    """Rises with everything the cardholder does: a page of an earlier turn changes nothing."""
    attempts_made: int = 0
    """interactionCounter."""
    code: OneTimeCode | None = None
    last_channel: MessageChannel | None = None
    prompt: Prompt | None = None
    choices: Choices | None = None
    ceremony: PasskeyCeremony | None = None
    offers_trust: bool = False
    """The cardholder is asked whether the shop goes on the trust list."""
    offers_binding: bool = False
    """The cardholder is asked whether the bank shall know this device again."""
    trusts: bool | None = None
    """What was said to the first; None: nothing."""
    binds: bool | None = None
    """What was said to the second."""
    notice: Notice | None = None
    ending: Ending | None = None
