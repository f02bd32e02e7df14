"""An authentication as the ACS sees it: every change of state, and what each leaves to do.

A challenge is a part of its authentication, so that its end and the one result it owes are kept in
one transaction. What does not fit the table stands below it: what the cardholder does goes to the
challenge's own table; a result that cannot be delivered is tried again, for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.flow import challenge as in_challenge
from sekisho.issuer.acs.model import (
    FINAL_STATES,
    Authentication,
    AuthenticationState,
    Challenge,
    Ending,
    Result,
)
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The decision fell and the ARes is the last word."""

    at: datetime
    ares: str
    trans_status: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """The decision is to give no answer."""

    at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged:
    """The decision is to ask the cardholder."""

    at: datetime
    ares: str
    reasons: tuple[str, ...]
    challenge: Challenge
    sealed_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeEnded:
    """The challenge is over; raised by `decide` itself."""

    at: datetime
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSent:
    """An attempt to deliver the result begins; kept first, so that a repetition is known as one."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAcknowledged:
    """The RRes came."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRefused:
    """The Directory Server answered that it will not have the result."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultUndelivered:
    """The Directory Server could not be reached, or could not reach whom the result is for."""

    at: datetime
    again_at: datetime
    attempts_most: int


Own: TypeAlias = (
    Answered
    | Silenced
    | Challenged
    | ChallengeEnded
    | ResultSent
    | ResultAcknowledged
    | ResultRefused
    | ResultUndelivered
)
Event: TypeAlias = Own | in_challenge.Event
EVENTS: Final = (
    Answered,
    Silenced,
    Challenged,
    ChallengeEnded,
    ResultSent,
    ResultAcknowledged,
    ResultRefused,
    ResultUndelivered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """Send the RReq; decided once for every challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberDevice:
    """Trust the device for this card from now on: a challenge was passed on it."""

    card_key: str
    device_id: str


EFFECTS: Final = (SendResult, RememberDevice, *in_challenge.EFFECTS)

START: Final = AuthenticationState.ASKED
FINAL: Final = FINAL_STATES

NEXT: Final[Mapping[tuple[AuthenticationState, type[Own]], AuthenticationState]] = {
    (AuthenticationState.ASKED, Answered): AuthenticationState.ANSWERED,
    (AuthenticationState.ASKED, Silenced): AuthenticationState.SILENT,
    (AuthenticationState.ASKED, Challenged): AuthenticationState.CHALLENGED,
    (AuthenticationState.CHALLENGED, ChallengeEnded): AuthenticationState.RESULT_OWED,
    (AuthenticationState.RESULT_OWED, ResultSent): AuthenticationState.RESULT_OWED,
    (AuthenticationState.RESULT_OWED, ResultAcknowledged): AuthenticationState.RESULT_TAKEN,
    (AuthenticationState.RESULT_OWED, ResultRefused): AuthenticationState.RESULT_REFUSED,
    # The last attempt leads to RESULT_LOST: see below.
    (AuthenticationState.RESULT_OWED, ResultUndelivered): AuthenticationState.RESULT_OWED,
}

RESULTS: Final[Mapping[Ending, Result]] = {
    Ending.PASSED: Result(trans_status="Y"),
    Ending.WRONG_CODES: Result(trans_status="N", reason="01"),
    Ending.LOCKED: Result(trans_status="N", reason="19"),
    Ending.CANCELLED: Result(trans_status="N", reason="01", challenge_cancel="01"),
    Ending.NEVER_OPENED: Result(trans_status="N", reason="14", challenge_cancel="05"),
    Ending.LEFT_ALONE: Result(trans_status="N", reason="14", challenge_cancel="04"),
    Ending.FAULTED: Result(trans_status="U", reason="22", challenge_cancel="06"),
}
"""What the RReq says of each ending (protocol.md sections 4, 7 and 9)."""


def technical_reason(version: str) -> str:
    """Give the transStatusReason for trouble on our side: 2.1.0 has no word for it."""
    return "07" if version < "2.2" else "22"


def decide(record: Authentication, event: Event) -> tuple[Authentication, tuple[Effect, ...]]:
    """Apply one event; give the authentication as it now stands and what must be done about it.

    What is settled ignores everything. Raises OutOfTurn for what cannot be meant at this moment.
    """
    if isinstance(event, in_challenge.EVENTS):
        return _in_challenge(record, event)
    if record.state in FINAL:
        return record, ()  # the Directory Server's answer to a result sent twice
    state = NEXT.get((record.state, type(event)))
    if state is None:
        raise OutOfTurn(f"{type(event).__name__} while {record.state.value}")
    return _apply(replace(record, state=state), event)


def _in_challenge(
    record: Authentication, event: in_challenge.Event
) -> tuple[Authentication, tuple[Effect, ...]]:
    if record.challenge is None:
        raise OutOfTurn("this authentication has no challenge")
    challenge, effects = in_challenge.decide(record.challenge, event)
    if challenge is record.challenge:
        return record, effects
    after = replace(record, challenge=challenge)
    if challenge.ending is None:
        return after, effects
    ended, results = decide(after, ChallengeEnded(at=event.at, ending=challenge.ending))
    return ended, (*effects, *results)


def _apply(record: Authentication, event: Own) -> tuple[Authentication, tuple[Effect, ...]]:
    """Take over what the event tells; the state is already the new one."""
    match event:
        case Answered():
            return replace(
                record,
                ares=event.ares,
                trans_status=event.trans_status,
                reasons=event.reasons,
                settled_at=event.at,
            ), ()
        case Silenced():
            return replace(record, reasons=event.reasons, settled_at=event.at), ()
        case Challenged():
            challenge, effects = in_challenge.open_challenge(event.challenge)
            return replace(
                record,
                ares=event.ares,
                trans_status="C",
                reasons=event.reasons,
                challenge=challenge,
                sealed_number=event.sealed_number,
            ), effects
        case ChallengeEnded():
            return _owe_result(record, event)
        case ResultAcknowledged() | ResultRefused():
            return replace(record, sealed_number=None, settled_at=event.at), ()
    return _attempt(record, event)


def _owe_result(
    record: Authentication, event: ChallengeEnded
) -> tuple[Authentication, tuple[Effect, ...]]:
    result = RESULTS[event.ending]
    if event.ending is Ending.FAULTED:
        result = replace(result, reason=technical_reason(record.version))
    passed = event.ending is Ending.PASSED
    owing = replace(
        record,
        result=result,
        trans_status=result.trans_status,
        sealed_number=record.sealed_number if passed else None,
    )
    # Only a challenge passed teaches the device: attempts must not (nor poison what is known).
    if passed and record.device_id is not None:
        learned = RememberDevice(card_key=record.card_key, device_id=record.device_id)
        return owing, (SendResult(), learned)
    return owing, (SendResult(),)


def _attempt(
    record: Authentication, event: ResultSent | ResultUndelivered
) -> tuple[Authentication, tuple[Effect, ...]]:
    if isinstance(event, ResultSent):
        return replace(record, result_attempts=record.result_attempts + 1), ()
    if record.result_attempts >= event.attempts_most:
        lost = AuthenticationState.RESULT_LOST
        return replace(record, state=lost, sealed_number=None, settled_at=event.at), ()
    return record, (Later(event.again_at, SendResult()),)
