"""An authentication as the ACS sees it: what happens goes to the table it belongs to, and on from there.

The protocol library's tables move its records; a challenge, an authentication and a delivery tell each
other what the library says they must, all within one decision, so that the end of a challenge and the
one result it owes are kept in one transaction. Two things here are the room's own: a sandbox's silence,
and what is learned of a device.
"""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.flow import apart as in_apart
from sekisho.issuer.acs.flow import challenge as in_challenge
from sekisho.issuer.acs.flow.left import RememberConsents, RememberDevice
from sekisho.issuer.acs.model import AskedApart, Authentication, Challenge, PaymentAsked
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse, OutOfTurn
from sekisho.protocol.states import (
    acs_authentication,
    acs_events,
    result_delivery,
    spc_at_acs,
)
from sekisho.protocol.states.acs_authentication import FINAL, State
from sekisho.protocol.states.acs_events import (
    AwaitFallback,
    DeliverResult,
    OpenChallenge,
    OpenDecoupled,
    ResultFound,
)
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import ResultDelivered, SendResult
from sekisho.protocol.states.result_delivery import TellDelivery
from sekisho.protocol.states.waiting import TimeRanOut

__all__ = ["EVENTS", "FINAL", "AnswerFound", "Event", "Silenced", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFound:
    """The bank has decided, and the ARes that says so is written."""

    at: datetime
    result: ChallengeResult
    ares: str
    reasons: tuple[str, ...]
    challenge: Challenge | None = None
    """What is asked, if the answer is C."""
    apart: AskedApart | None = None
    """What is asked, if the answer is D; one with a stage carries a fallback on."""
    confirmation: PaymentAsked | None = None
    """What is to be confirmed, if the answer is S."""
    sealed_number: str | None = None
    """For as long as an authentication value may have to be made."""
    refuses_repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """The decision is to give no answer (sandbox)."""

    at: datetime
    reasons: tuple[str, ...]


Own: TypeAlias = AnswerFound | Silenced
Event: TypeAlias = (
    Own
    | acs_authentication.Event
    | in_challenge.Event
    | in_apart.Event
    | spc_at_acs.Event
    | result_delivery.Event
    | TimeRanOut
)
EVENTS: Final = (
    AnswerFound,
    Silenced,
    *acs_authentication.EVENTS,
    *in_challenge.EVENTS,
    *in_apart.EVENTS,
    *spc_at_acs.EVENTS,
    *result_delivery.EVENTS,
)

Decision: TypeAlias = tuple[Authentication, tuple[Effect, ...]]


def decide(record: Authentication, event: Event) -> Decision:
    """Apply one event and all that follows from it here; give what is left for the world to do.

    Raises ProtocolFault for a message that its sender must be told is not wanted, OutOfTurn for what
    cannot be meant at this moment.
    """
    after, found = _apply(record, event)
    waiting, outside = deque(found), []
    while waiting:
        effect = waiting.popleft()
        followed = _follow(after, effect, event.at)
        if followed is None:
            outside.append(effect)
        else:
            after, more = followed
            waiting.extendleft(reversed(more))
    if after.state in FINAL and after.settled_at is None:
        after = replace(after, sealed_number=None, settled_at=event.at)
    return after, tuple(outside)


def _apply(record: Authentication, event: Event) -> Decision:
    match event:
        case AnswerFound():
            return _answer(record, event)
        case Silenced():
            return replace(record, reasons=event.reasons, settled_at=event.at), ()
    return _to_its_table(record, event)


def _to_its_table(record: Authentication, event: Event) -> Decision:
    """Hand an event to the table that knows it; the ways overlap where tables share an event."""
    apart = isinstance(event, OutcomeReached) and record.challenge is None
    if apart or isinstance(event, in_apart.EVENTS):
        return _in_apart(record, event)  # type: ignore[arg-type]  # an outcome is one of its events
    if isinstance(event, in_challenge.EVENTS):
        return _in_challenge(record, event)
    if isinstance(event, spc_at_acs.EVENTS):
        return _in_confirmation(record, event)
    if isinstance(event, result_delivery.EVENTS):
        return _in_delivery(record, event)
    return _at_stage(record, event)  # type: ignore[arg-type]  # the timers left are its own


def _answer(record: Authentication, event: AnswerFound) -> Decision:
    answered, effects = _at_stage(record, acs_events.Decided(at=event.at, result=event.result))
    answered = replace(
        answered, ares=event.ares, reasons=event.reasons, sealed_number=event.sealed_number
    )
    if answered.state is State.CHALLENGE:
        opened, more = _open_challenge(answered, event)
    elif answered.state is State.DECOUPLED:
        opened, more = _open_apart(answered, event)
    elif answered.state is State.SPC:
        opened, more = _open_confirmation(answered, event)
    else:
        return answered, effects
    left = tuple(each for each in effects if each not in (OpenChallenge(), OpenDecoupled()))
    return opened, (*left, *more)


def _open_challenge(record: Authentication, event: AnswerFound) -> Decision:
    if event.challenge is None:
        raise Misuse("an ARes with C needs something to ask")
    challenge, effects = in_challenge.open_challenge(
        event.challenge,
        record.transaction,
        at=event.at,
        refuses_repeats=event.refuses_repeats,
    )
    return replace(record, challenge=challenge), effects


def _open_apart(record: Authentication, event: AnswerFound) -> Decision:
    if event.apart is None:
        raise Misuse("an ARes with D needs something to ask")
    if event.apart.stage is not None:
        apart, effects = in_apart.take_over(event.apart, at=event.at)
    else:
        apart, effects = in_apart.begin(event.apart, record.transaction, at=event.at)
    return replace(record, decoupled=apart), effects


def _open_confirmation(record: Authentication, event: AnswerFound) -> Decision:
    if event.confirmation is None:
        raise Misuse("an ARes with S needs something to confirm")
    stage, effects = spc_at_acs.begin(record.transaction, at=event.at)
    return replace(record, confirmation=replace(event.confirmation, stage=stage)), effects


def _at_stage(record: Authentication, event: acs_authentication.Event) -> Decision:
    stage, effects = acs_authentication.decide(record.stage, event)
    return (record if stage is record.stage else replace(record, stage=stage)), effects


def _in_challenge(record: Authentication, event: in_challenge.Event) -> Decision:
    if record.challenge is None:
        raise OutOfTurn("this authentication has no challenge")
    challenge, effects = in_challenge.decide(record.challenge, event)
    if challenge is record.challenge:
        return record, effects
    return replace(record, challenge=challenge), effects


def _in_apart(record: Authentication, event: in_apart.Event) -> Decision:
    if record.decoupled is None:
        raise OutOfTurn("nobody is asked outside of this purchase")
    apart, effects = in_apart.decide(record.decoupled, event)
    return (record if apart is record.decoupled else replace(record, decoupled=apart)), effects


def _in_confirmation(record: Authentication, event: spc_at_acs.Event) -> Decision:
    asked = record.confirmation
    if asked is None or asked.stage is None:
        raise OutOfTurn("no payment is asked to be confirmed")
    stage, effects = spc_at_acs.decide(asked.stage, event)
    if stage is asked.stage:
        return record, effects
    return replace(record, confirmation=replace(asked, stage=stage)), effects


def _in_delivery(record: Authentication, event: result_delivery.Event) -> Decision:
    if record.delivery is None:
        raise OutOfTurn("this authentication owes no result")
    delivery, effects = result_delivery.decide(record.delivery, event)
    if delivery is record.delivery:
        return record, effects
    return replace(record, delivery=delivery), effects


def _follow(record: Authentication, effect: Effect, at: datetime) -> Decision | None:
    """Hand an effect of one table to the table that it is an event of; None: it is for the world."""
    match effect:
        case SendResult(result=result, until=until):
            return _find(record, ResultFound(at=at, result=result, until=until))
        case DeliverResult(result=result, until=until):
            delivery, effects = result_delivery.begin(
                record.transaction, result, at=at, until=until
            )
            return replace(record, delivery=delivery), effects
        case AwaitFallback():
            return _await_fallback(record, at)
        case TellDelivery(how=how, results_status=status):
            return _tell(record, ResultDelivered(at=at, how=how, results_status=status))
    return None


def _find(record: Authentication, event: ResultFound) -> Decision:
    """Take over the one result."""
    owing, effects = _at_stage(record, event)
    if owing.trans_status != "Y":
        return replace(owing, sealed_number=None), effects
    return owing, effects if owing is record else (*effects, *_learned(owing))


def _learned(record: Authentication) -> tuple[Effect, ...]:
    """Learn from a challenge passed, and from nothing else: attempts must not poison what is known."""
    if record.challenge is None:
        return ()
    question, found = record.challenge.question, []
    if record.device_id is not None:
        found.append(RememberDevice(card_key=record.card_key, device_id=record.device_id))
    if question.trusts is None and question.binds is None:
        return tuple(found)
    consents = RememberConsents(
        card_key=record.card_key,
        requestor_id=record.requestor_id,
        trusts=question.trusts,
        device_id=record.device_id,
        binds=question.binds,
    )
    return (*found, consents)


def _await_fallback(record: Authentication, at: datetime) -> Decision:
    if record.challenge is None:
        raise Misuse("only a challenge falls back")
    seed = AskedApart(kind=record.challenge.question.kind, purchase=record.challenge.purchase)
    apart, effects = in_apart.begin_fallback(seed, record.transaction, at=at)
    return replace(record, decoupled=apart), effects


def _tell(record: Authentication, event: ResultDelivered) -> Decision:
    """Tell everybody here what became of the RReq."""
    told, effects = _at_stage(record, event)
    if told.challenge is not None:
        challenge, more = in_challenge.delivered(told.challenge, event)
        told, effects = replace(told, challenge=challenge), (*effects, *more)
    if told.decoupled is not None:
        apart, more = in_apart.decide(told.decoupled, event)
        told, effects = replace(told, decoupled=apart), (*effects, *more)
    return told, effects
