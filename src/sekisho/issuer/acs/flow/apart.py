"""Decoupled authentication: the protocol library's table, and how the cardholder is reached.

The first attempt waits a moment, so that the ARes is there before anything can come of it; one that
fails is made again until the cardholder's time is over. A fallback is handed from the transaction
whose challenge ended in it to the 3RI transaction that asks for it, and once only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.issuer.acs.model import AskedApart
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse, OutOfTurn
from sekisho.protocol.states import decoupled
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.decoupled import Decoupled, State
from sekisho.protocol.states.decoupled_events import (
    CardholderReached,
    ContactCardholder,
    DecideAReq,
    DecoupledTimeRanOut,
    FallbackAsked,
    FallbackTimeRanOut,
)
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import timer

BEFORE_CONTACT: Final = timedelta(seconds=2)
"""Whoever answers at once must not be reported before the ARes has come."""
CONTACT_AGAIN: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFailed:
    """The cardholder could not be reached."""

    at: datetime


Event: TypeAlias = decoupled.Event | ContactFailed
EVENTS: Final = (
    CardholderReached,
    FallbackAsked,
    DecoupledTimeRanOut,
    FallbackTimeRanOut,
    ContactFailed,
)
"""Those that are of nothing else: OutcomeReached and ResultDelivered are shared with challenges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApart:
    """Ask the cardholder by the bank's own means, if it is still time."""


EFFECTS: Final = (AskApart,)

Decision: TypeAlias = tuple[AskedApart, tuple[Effect, ...]]


def begin(apart: AskedApart, transaction: Transaction, *, at: datetime) -> Decision:
    """Begin when the ARes says D."""
    stage, effects = decoupled.begin(transaction, at=at)
    return replace(apart, stage=stage), _reaching(effects, at)


def begin_fallback(apart: AskedApart, transaction: Transaction, *, at: datetime) -> Decision:
    """Begin to wait for the 3RI AReq, once a challenge ended with D."""
    stage, effects = decoupled.begin_fallback(transaction, at=at)
    return replace(apart, stage=stage), effects


def take_over(apart: AskedApart, *, at: datetime) -> Decision:
    """Go on with a fallback in the transaction that asked for it."""
    if apart.stage is None:
        raise Misuse("there is no fallback to take over")
    silence = timer(DecoupledTimeRanOut(at=apart.stage.until))
    taken = replace(apart, handed_to=None)
    return taken, (Later(at + BEFORE_CONTACT, AskApart()), silence)


def decide(apart: AskedApart, event: Event) -> Decision:
    """Apply one event; give what is asked apart as it now stands and what must be done about it.

    Raises ProtocolFault 305 for a fallback that is asked for twice, or not awaited.
    """
    if isinstance(event, FallbackAsked):
        return _hand_over(apart, event)
    stage = apart.open_stage
    if stage is None:
        return apart, ()
    if isinstance(event, ContactFailed):
        again = Later(event.at + CONTACT_AGAIN, AskApart())
        return apart, (again,) if stage.state is State.CONTACTING else ()
    after, effects = decoupled.decide(stage, event)
    return (apart if after is stage else replace(apart, stage=after)), effects


def _hand_over(apart: AskedApart, event: FallbackAsked) -> Decision:
    if apart.stage is None:
        raise OutOfTurn("the challenge did not end in a fallback")
    if apart.handed_to == event.acs_trans_id:
        # The same AReq again, after a crash between this and the record that carries it on.
        return apart, (DecideAReq(result=ChallengeResult(trans_status="D")),)
    stage, effects = decoupled.decide(apart.stage, event)
    decided = tuple(effect for effect in effects if isinstance(effect, DecideAReq))
    handed = event.acs_trans_id if stage.state is State.CONTACTING else None
    return replace(apart, stage=stage, handed_to=handed), decided


def _reaching(effects: Iterable[Effect], at: datetime) -> tuple[Effect, ...]:
    contact = Later(at + BEFORE_CONTACT, AskApart())
    return tuple(contact if isinstance(effect, ContactCardholder) else effect for effect in effects)


def is_asking(stage: Decoupled | None) -> bool:
    """Tell whether the cardholder is being asked."""
    return stage is not None and stage.state in (State.CONTACTING, State.REACHED)
