"""What can happen to a question, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.model import (
    ChallengeKind,
    Choices,
    MessageChannel,
    OneTimeCode,
    PasskeyCeremony,
    Prompt,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A one-time code just made: what is kept of it, and what goes to the cardholder."""

    code: OneTimeCode
    sealed: str
    """The code, sealed for its messenger."""


Prepared: TypeAlias = NewCode | Prompt | Choices | PasskeyCeremony | None
"""What a kind of question needs before it can be put; most need nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The cardholder is there: the question is put. Said again, it changes nothing."""

    at: datetime
    prepared: Prepared = None
    kind: ChallengeKind | None = None
    """What can be asked after all, where what was decided cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something the cardholder does, and the consents that stand beside it."""

    at: datetime
    trusts: bool | None = None
    """Whether the shop goes on the trust list; None: not said."""
    binds: bool | None = None
    """Whether the bank shall know the device again; None: not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntered(Deed):
    """The cardholder types a code; only its keyed digest comes this far."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven(Deed):
    """The bank has judged what the cardholder typed, chose, or had a passkey say."""

    kind: ChallengeKind
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Deed):
    """Nothing was entered, or what cannot be an answer: it costs no attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAway(Deed):
    """The bank could not judge what was entered: it costs no attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequested:
    """The cardholder wants another code."""

    at: datetime
    turn: int
    """Of the page on which the button was pressed."""
    new_code: NewCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNotSent:
    """A code could not be sent to the cardholder."""

    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRequested:
    """The cardholder wants the bank's app to ask again."""

    at: datetime
    turn: int
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptNotSent:
    """A prompt did not reach the bank's app."""

    at: datetime
    prompt_id: str
    stopped: bool = False
    """The bank shows no more of them: there were too many of late (attack 22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptAnswered:
    """The bank tells what the cardholder said in its app."""

    at: datetime
    prompt_id: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack(Deed):
    """The cardholder comes back from the bank's app, or the page looks by itself whether they did."""

    by_itself: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChosen:
    """The cardholder wants to be asked in another way."""

    at: datetime
    turn: int
    kind: ChallengeKind
    prepared: Prepared = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredElsewhere:
    """An answer came from another device or network than the purchase did (attack 21)."""

    at: datetime
    prompt: Prompt | None
    """The prompt that goes to the bank's app instead; None: the card has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeded(Deed):
    """A page that asks nothing went on, by itself or by its button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLocked:
    """Something was tried for a card on which too much was wrong lately."""

    at: datetime


Event: TypeAlias = (
    Began
    | CodeEntered
    | Proven
    | Unreadable
    | BankAway
    | CodeRequested
    | CodeNotSent
    | PromptRequested
    | PromptNotSent
    | PromptAnswered
    | CameBack
    | MethodChosen
    | AnsweredElsewhere
    | Proceeded
    | CardLocked
)
EVENTS: Final = (
    Began,
    CodeEntered,
    Proven,
    Unreadable,
    BankAway,
    CodeRequested,
    CodeNotSent,
    PromptRequested,
    PromptNotSent,
    PromptAnswered,
    CameBack,
    MethodChosen,
    AnsweredElsewhere,
    Proceeded,
    CardLocked,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverCode:
    """Send the cardholder a code."""

    message_id: str
    channel: MessageChannel
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPrompt:
    """Have the bank's app ask the cardholder."""

    prompt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPrompt:
    """Take a prompt back: no answer to it counts any more."""

    prompt_id: str


EFFECTS: Final = (DeliverCode, AskPrompt, WithdrawPrompt)
