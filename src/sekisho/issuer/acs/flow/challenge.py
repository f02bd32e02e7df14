"""A challenge in the browser: every change of state, and what each leaves to do.

What does not fit the table stands below it: whatever comes after its time was over counts as
silence; a code is right or wrong; the last wrong one fails; a page of an earlier turn asks for no
second message; nobody gets past a code by pressing "continue".
"""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow.challenge_events import (
    EFFECTS,
    EVENTS,
    Cancelled,
    CardLocked,
    CodeEntered,
    CodeNotSent,
    CodeRequested,
    DeliverCode,
    EndTurn,
    Event,
    MessageFaulted,
    NewCode,
    PageRequested,
    Proceeded,
    TimeRanOut,
)
from sekisho.issuer.acs.model import (
    Challenge,
    ChallengeKind,
    ChallengeState,
    Ending,
    Notice,
)
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn

__all__ = [
    "EFFECTS",
    "ENDS",
    "EVENTS",
    "FINAL",
    "NEXT",
    "START",
    "Cancelled",
    "CardLocked",
    "CodeEntered",
    "CodeNotSent",
    "CodeRequested",
    "DeliverCode",
    "EndTurn",
    "Event",
    "MessageFaulted",
    "NewCode",
    "PageRequested",
    "Proceeded",
    "TimeRanOut",
    "decide",
    "open_challenge",
]

START: Final = ChallengeState.AWAITING_CREQ
FINAL: Final = frozenset(
    {
        ChallengeState.PASSED,
        ChallengeState.FAILED,
        ChallengeState.CANCELLED,
        ChallengeState.TIMED_OUT,
        ChallengeState.ERRORED,
    }
)

NEXT: Final[Mapping[tuple[ChallengeState, type[Event]], ChallengeState]] = {
    (ChallengeState.AWAITING_CREQ, PageRequested): ChallengeState.ASKING,
    (ChallengeState.AWAITING_CREQ, MessageFaulted): ChallengeState.ERRORED,
    (ChallengeState.AWAITING_CREQ, TimeRanOut): ChallengeState.TIMED_OUT,
    (ChallengeState.ASKING, PageRequested): ChallengeState.ASKING,  # a reload: nothing changes
    (ChallengeState.ASKING, CodeEntered): ChallengeState.ASKING,  # or PASSED, FAILED: see below
    (ChallengeState.ASKING, CodeRequested): ChallengeState.ASKING,
    (ChallengeState.ASKING, CodeNotSent): ChallengeState.ASKING,
    (ChallengeState.ASKING, Proceeded): ChallengeState.PASSED,  # or FAILED: see below
    (ChallengeState.ASKING, Cancelled): ChallengeState.CANCELLED,
    (ChallengeState.ASKING, CardLocked): ChallengeState.FAILED,
    # Whoever holds the two identifiers can send rubbish; it must not end what is under way.
    (ChallengeState.ASKING, MessageFaulted): ChallengeState.ASKING,
    (ChallengeState.ASKING, TimeRanOut): ChallengeState.TIMED_OUT,
}


def open_challenge(challenge: Challenge) -> tuple[Challenge, tuple[Effect, ...]]:
    """Begin to wait for the browser: what is kept before the ARes leaves."""
    return challenge, (Later(challenge.until, EndTurn(turn=challenge.turn)),)


def decide(challenge: Challenge, event: Event) -> tuple[Challenge, tuple[Effect, ...]]:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    A finished challenge ignores everything: a late click must not change a result already posted.
    Raises OutOfTurn for what cannot be meant at this moment.
    """
    if challenge.state in FINAL:
        return challenge, ()
    if isinstance(event, TimeRanOut):
        if event.turn != challenge.turn:
            return challenge, ()  # the cardholder acted in time
    elif event.at >= challenge.until:
        # The clock counts, not how soon the timer's own message arrives.
        event = TimeRanOut(at=event.at, turn=challenge.turn)
    if (challenge.state, type(event)) not in NEXT:
        raise OutOfTurn(f"{type(event).__name__} while {challenge.state.value}")
    return _apply(challenge, event)


def _apply(challenge: Challenge, event: Event) -> tuple[Challenge, tuple[Effect, ...]]:
    match event:
        case PageRequested():
            return _open_page(challenge, event)
        case CodeEntered():
            return _judge(challenge, event)
        case CodeRequested():
            return _send_again(challenge, event)
        case CodeNotSent():
            return _offer_again(challenge, event), ()
        case MessageFaulted():
            return _take_fault(challenge, event), ()
    return _end(challenge, _ending(challenge, event)), ()


def _ending(challenge: Challenge, event: Proceeded | Cancelled | CardLocked | TimeRanOut) -> Ending:
    match event:
        case Proceeded():
            if challenge.kind is ChallengeKind.ONE_TIME_CODE:
                raise OutOfTurn("a code is asked for")
            passes = challenge.kind is ChallengeKind.PASSES_BY_ITSELF
            return Ending.PASSED if passes else Ending.WRONG_CODES
        case Cancelled():
            return Ending.CANCELLED
        case CardLocked():
            return Ending.LOCKED
    came = challenge.state is not ChallengeState.AWAITING_CREQ
    return Ending.LEFT_ALONE if came else Ending.NEVER_OPENED


def _take_fault(challenge: Challenge, event: MessageFaulted) -> Challenge:
    if challenge.state is ChallengeState.ASKING:
        return challenge
    return replace(_end(challenge, Ending.FAULTED), erro=event.erro)


def _open_page(challenge: Challenge, event: PageRequested) -> tuple[Challenge, tuple[Effect, ...]]:
    if challenge.state is ChallengeState.ASKING:
        return challenge, ()
    opened = replace(
        _next_turn(challenge, event.until),
        state=ChallengeState.ASKING,
        window_size=event.window_size,
        session_data=event.session_data,
        browser_differs=event.browser_differs,
    )
    timer = Later(opened.until, EndTurn(turn=opened.turn))
    if event.new_code is None:
        return opened, (timer,)
    return _with_code(opened, event.new_code), (_delivery(event.new_code), timer)


def _judge(challenge: Challenge, event: CodeEntered) -> tuple[Challenge, tuple[Effect, ...]]:
    if challenge.code is None:
        raise OutOfTurn("no code is asked for")
    # An old code is a wrong code: whoever guesses must not learn which of the two it was.
    right = hmac.compare_digest(challenge.code.digest, event.digest)
    fresh = event.at < challenge.code.good_until
    counted = replace(
        _next_turn(challenge, event.until),
        attempts_left=challenge.attempts_left - 1,
        attempts_made=challenge.attempts_made + 1,
    )
    if right and fresh:
        return _end(counted, Ending.PASSED), ()
    if counted.attempts_left == 0:
        return _end(counted, Ending.WRONG_CODES), ()
    asked_again = replace(counted, notice=Notice.WRONG_CODE)
    return asked_again, (Later(asked_again.until, EndTurn(turn=asked_again.turn)),)


def _send_again(challenge: Challenge, event: CodeRequested) -> tuple[Challenge, tuple[Effect, ...]]:
    if challenge.code is None:
        raise OutOfTurn("no code is asked for")
    if event.turn != challenge.turn:
        return challenge, ()  # a second tab, or a button pressed twice
    if challenge.codes_left == 0:
        return replace(challenge, notice=Notice.NO_MORE_CODES), ()
    if event.at < challenge.code.again_from:
        return replace(challenge, notice=Notice.TOO_SOON), ()
    after = _with_code(_next_turn(challenge, event.until), event.new_code)
    after = replace(after, notice=Notice.CODE_SENT_AGAIN)
    return after, (_delivery(event.new_code), Later(after.until, EndTurn(turn=after.turn)))


def _offer_again(challenge: Challenge, event: CodeNotSent) -> Challenge:
    code = challenge.code
    if code is None or code.message_id != event.message_id:
        return challenge  # another code is on its way by now
    # It may have arrived all the same (the bank's answer was lost), so it stays good.
    return replace(
        challenge,
        code=replace(code, again_from=event.at),
        codes_left=max(challenge.codes_left, 1),
        notice=Notice.NOT_SENT,
    )


def _next_turn(challenge: Challenge, until: datetime) -> Challenge:
    return replace(challenge, turn=challenge.turn + 1, until=until, notice=None)


def _with_code(challenge: Challenge, new: NewCode) -> Challenge:
    return replace(
        challenge,
        code=new.code,
        last_channel=new.code.channel,
        codes_left=challenge.codes_left - 1,
    )


def _delivery(new: NewCode) -> DeliverCode:
    return DeliverCode(message_id=new.code.message_id, channel=new.code.channel, sealed=new.sealed)


ENDS: Final[Mapping[Ending, ChallengeState]] = {
    Ending.PASSED: ChallengeState.PASSED,
    Ending.WRONG_CODES: ChallengeState.FAILED,
    Ending.LOCKED: ChallengeState.FAILED,
    Ending.CANCELLED: ChallengeState.CANCELLED,
    Ending.NEVER_OPENED: ChallengeState.TIMED_OUT,
    Ending.LEFT_ALONE: ChallengeState.TIMED_OUT,
    Ending.FAULTED: ChallengeState.ERRORED,
}
"""The state that each ending leaves behind."""


def _end(challenge: Challenge, ending: Ending) -> Challenge:
    return replace(challenge, state=ENDS[ending], ending=ending, code=None, notice=None)
