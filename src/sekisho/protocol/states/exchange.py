"""What the tables of one component tell each other and their peers, in the same words everywhere.

A challenge or a decoupled authentication ends with the effect `SendResult`: that is the event
`ResultFound` of the ACS's authentication, whose effect `DeliverResult` begins a delivery; what
becomes of it (`TellDelivery`) is the event `ResultDelivered` of the authentication and the challenge.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.vocabulary import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerErro:
    """Answer the request at hand with this Erro."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PostErro:
    """Send this Erro of our own accord: about an answer that breaks a rule, or about its absence."""

    to: Component
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The cardholder's part is over: this is what the one RReq must tell."""

    result: ChallengeResult
    until: datetime | None = None
    """From when on the result is of no use to anybody; None: the usual time."""


class Delivery(Enum):
    """What became of an RReq."""

    TAKEN = "taken"
    """The RRes came: the 3DS Server has the result."""
    REFUSED = "refused"
    """An Erro came instead."""
    UNCONFIRMED = "unconfirmed"
    """Nothing came, or nothing good: whether the 3DS Server has the result is not known."""
    POSTPONED = "postponed"
    """No connection at once; it is tried on, but nobody should be kept waiting for it."""
    LOST = "lost"
    """No connection for so long that nobody waits for the result any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDelivered:
    """What became of the RReq is known; said again if it changes, which only POSTPONED does."""

    at: datetime
    how: Delivery
    results_status: str | None = None
    """resultsStatus of the RRes, where one came."""
