"""How a payment moves: one table, and below it what the table cannot say.

Nothing here can turn a failed authentication into an authorization, ask the bank twice, or let a
voided payment end authorized; the property tests hold exactly that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.gateway.flow.events import (
    Authenticate,
    Authenticated,
    AuthenticationFailed,
    AuthorizationApproved,
    AuthorizationDeclined,
    AuthorizationUnclear,
    Authorize,
    ChallengeDemanded,
    ChallengeReturned,
    Continued,
    Event,
    Expire,
    Expired,
    GiveUp,
    MethodNotified,
    Opened,
    Prepare,
    Prepared,
    ReadResult,
    ResultMissing,
    ReversalUnconfirmed,
    Reverse,
    Reversed,
    VoidRequested,
)
from sekisho.acquirer.gateway.flow.verdict import (
    EXPIRED,
    IMPOSSIBLE,
    UNANSWERED,
    UNCLEAR,
    VOIDED,
    authentication_error,
    bank_verdict,
    verdict,
)
from sekisho.acquirer.gateway.model.payment import Capture, Kind, Outcome, Payment, State
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn

START: Final = State.PENDING
"""Of a payment with 3-D Secure; one without starts in AUTHORIZING."""
FINAL: Final = frozenset({State.DECLINED, State.VOIDED, State.ERROR})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.PENDING, Opened): State.PREPARING,
    (State.PENDING, VoidRequested): State.VOIDED,
    (State.PENDING, Expired): State.ERROR,
    (State.PREPARING, Prepared): State.METHOD,
    (State.PREPARING, Authenticated): State.AUTHORIZING,  # no 3-D Secure for this card: _settle()
    (State.PREPARING, AuthenticationFailed): State.ERROR,
    (State.PREPARING, VoidRequested): State.VOIDED,
    (State.PREPARING, Expired): State.ERROR,
    (State.METHOD, MethodNotified): State.METHOD,
    (State.METHOD, Continued): State.AUTHENTICATING,
    (State.METHOD, VoidRequested): State.VOIDED,
    (State.METHOD, Expired): State.ERROR,
    (State.AUTHENTICATING, ChallengeDemanded): State.CHALLENGING,
    (State.AUTHENTICATING, Authenticated): State.AUTHORIZING,  # or DECLINED, ERROR: _settle()
    (State.AUTHENTICATING, AuthenticationFailed): State.ERROR,
    (State.AUTHENTICATING, VoidRequested): State.VOIDED,
    (State.AUTHENTICATING, Expired): State.ERROR,
    (State.CHALLENGING, ChallengeReturned): State.CHALLENGING,
    (State.CHALLENGING, ResultMissing): State.CHALLENGING,  # or ERROR at the limit: _wait_on()
    (State.CHALLENGING, Authenticated): State.AUTHORIZING,  # or DECLINED, ERROR: _settle()
    (State.CHALLENGING, AuthenticationFailed): State.ERROR,
    (State.CHALLENGING, VoidRequested): State.VOIDED,
    (State.AUTHORIZING, AuthorizationApproved): State.AUTHORIZED,  # or CLOSED: _with_bank()
    (State.AUTHORIZING, AuthorizationDeclined): State.DECLINED,
    (State.AUTHORIZING, AuthorizationUnclear): State.REVERSING,
    (State.AUTHORIZING, VoidRequested): State.VOIDING,
    (State.AUTHORIZED, VoidRequested): State.VOIDING,
    (State.CLOSED, VoidRequested): State.VOIDING,
    (State.REVERSING, Reversed): State.ERROR,
    (State.REVERSING, ReversalUnconfirmed): State.REVERSING,
    (State.VOIDING, Reversed): State.VOIDED,
    (State.VOIDING, ReversalUnconfirmed): State.VOIDING,
}

_OPENED: Final = frozenset(State) - {State.PENDING}
_METHOD_OVER: Final = _OPENED - {State.PREPARING, State.METHOD}
_ANSWERED: Final = _METHOD_OVER - {State.AUTHENTICATING}
_RESULT_KNOWN: Final = _ANSWERED - {State.CHALLENGING}
_BANK_DONE: Final = _RESULT_KNOWN - {State.AUTHORIZING}
_LATE: Final[Mapping[type[Event], frozenset[State]]] = {
    Prepared: _OPENED - {State.PREPARING},
    MethodNotified: _METHOD_OVER,
    Continued: _METHOD_OVER,
    ChallengeDemanded: _ANSWERED,
    Authenticated: _RESULT_KNOWN,
    AuthenticationFailed: _RESULT_KNOWN,
    ChallengeReturned: _RESULT_KNOWN,
    ResultMissing: _RESULT_KNOWN,
    AuthorizationApproved: _BANK_DONE,  # but one nobody waits for is reversed: decide()
    AuthorizationDeclined: _BANK_DONE,
    AuthorizationUnclear: _BANK_DONE,
    VoidRequested: frozenset({State.VOIDING, State.VOIDED}),
    Reversed: FINAL,
    ReversalUnconfirmed: FINAL,
    Expired: _ANSWERED,
}
"""What comes too late in these states changes nothing, and is nobody's fault: answers that
crossed, timers that had no need to ring, pages opened twice."""

IGNORED: Final = frozenset((state, kind) for kind, states in _LATE.items() for state in states)

UNWANTED: Final = frozenset({State.VOIDED, State.ERROR, State.DECLINED})
"""States in which the bank must hold nothing: an approval that still comes is undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long things may take."""

    orchestration: timedelta = timedelta(minutes=15)
    result_interval: timedelta = timedelta(seconds=30)
    challenge: timedelta = timedelta(minutes=25)
    authorization: timedelta = timedelta(minutes=2)


LIMITS: Final = Limits()


def begin(payment: Payment, limits: Limits = LIMITS) -> tuple[Payment, tuple[Effect, ...]]:
    """Give a new payment its first state: to 3-D Secure if that was asked for, else to the bank."""
    if payment.authentication is not None:
        until = payment.created_at + limits.orchestration
        return replace(payment, state=START), (Later(until, Expire()),)
    asked = replace(payment, state=State.AUTHORIZING)
    return asked, _ask_bank(payment.created_at, limits)


def decide(
    payment: Payment, event: Event, limits: Limits = LIMITS
) -> tuple[Payment, tuple[Effect, ...]]:
    """Apply one event; give the payment as it now stands and what must be done about it.

    What comes too late changes nothing. Raises OutOfTurn for what cannot be at this point.
    """
    if (payment.state, type(event)) in IGNORED:
        if isinstance(event, AuthorizationApproved) and payment.state in UNWANTED:
            return payment, (Reverse(),)
        return payment, ()
    state = NEXT.get((payment.state, type(event)))
    if state is None:
        raise OutOfTurn(f"{type(event).__name__} while the payment is {payment.state.value}")
    after = replace(payment, state=state, changed_at=event.at)
    if isinstance(event, Opened | Prepared | MethodNotified | Continued):
        return _walk(after, event)
    if isinstance(event, ChallengeDemanded | ChallengeReturned | ResultMissing):
        return _challenged(payment, after, event, limits)
    if isinstance(event, Authenticated | AuthenticationFailed | Expired):
        return _concluded(after, event, limits)
    return _with_bank(after, event, limits)


def _walk(
    payment: Payment, event: Opened | Prepared | MethodNotified | Continued
) -> tuple[Payment, tuple[Effect, ...]]:
    match event:
        case Opened():
            return payment, (Prepare(),)
        case Prepared(preparation=preparation):
            return replace(payment, preparation=preparation), ()
        case Continued():
            return payment, (Authenticate(),)
        case _:
            if payment.preparation is None or payment.preparation.method_done:
                return payment, ()
            done = replace(payment.preparation, method_done=True)
            return replace(payment, preparation=done), ()


def _challenged(
    before: Payment,
    after: Payment,
    event: ChallengeDemanded | ChallengeReturned | ResultMissing,
    limits: Limits,
) -> tuple[Payment, tuple[Effect, ...]]:
    match event:
        case ChallengeDemanded(at=at, challenge=challenge):
            look = Later(at + limits.result_interval, ReadResult(read=1))
            return replace(after, challenge=replace(challenge, reads=1)), (look,)
        case ChallengeReturned():
            return before, (ReadResult(),)
        case _:
            return _wait_on(before, event, limits)


def _concluded(
    payment: Payment, event: Authenticated | AuthenticationFailed | Expired, limits: Limits
) -> tuple[Payment, tuple[Effect, ...]]:
    match event:
        case Authenticated():
            return _settle(payment, event, limits)
        case AuthenticationFailed(reason=reason):
            return _end(payment, authentication_error(reason), error=reason), ()
        case _:
            return _end(payment, EXPIRED), ()


def _wait_on(
    payment: Payment, event: ResultMissing, limits: Limits
) -> tuple[Payment, tuple[Effect, ...]]:
    """Look again later; give up when the issuer has had its time."""
    challenge = payment.challenge
    if challenge is None or event.read != challenge.reads:
        return payment, ()
    if event.at - challenge.demanded_at >= limits.challenge:
        ended = replace(payment, state=State.ERROR, changed_at=event.at)
        return _end(ended, UNANSWERED, error=UNANSWERED.message), ()
    following = replace(challenge, reads=challenge.reads + 1)
    look = Later(event.at + limits.result_interval, ReadResult(read=following.reads))
    return replace(payment, challenge=following), (look,)


def _settle(
    payment: Payment, event: Authenticated, limits: Limits
) -> tuple[Payment, tuple[Effect, ...]]:
    """Go on to the bank with a good result only, as the merchant's policy says what is good."""
    known = replace(payment, result=event.result)
    against = verdict(known, event.result)
    if against is None:
        return known, _ask_bank(event.at, limits)
    state, outcome = against
    error = outcome.message if state is State.ERROR else None
    return _end(replace(known, state=state), outcome, error=error), ()


def _with_bank(
    payment: Payment, event: Event, limits: Limits
) -> tuple[Payment, tuple[Effect, ...]]:
    after, effects = payment, tuple[Effect, ...]()
    match event:
        case AuthorizationApproved(authorization=answer):
            closed = payment.capture is Capture.NOW or payment.kind is Kind.VERIFICATION
            state = State.CLOSED if closed else State.AUTHORIZED
            after = replace(payment, state=state, authorization=answer)
        case AuthorizationDeclined(authorization=answer):
            after = _end(replace(payment, authorization=answer), bank_verdict(answer))
        case AuthorizationUnclear(silent=silent):
            after, effects = _end(payment, UNCLEAR if silent else IMPOSSIBLE), (Reverse(),)
        case VoidRequested():
            # The bank may hold something only from AUTHORIZING on: until then nobody asked it.
            after = _end(payment, VOIDED)
            effects = (Reverse(),) if payment.state is State.VOIDING else ()
        case ReversalUnconfirmed(at=at):
            # For as long as it takes: money that the bank holds must come free.
            effects = (Later(at + limits.result_interval, Reverse()),)
        case _:  # Reversed: how it ends was decided when the undo was sent
            pass
    return after, effects


def _ask_bank(at: datetime, limits: Limits) -> tuple[Effect, ...]:
    # The timer first: the outbox keeps order, and an authorization that meets no answer holds back
    # whatever was kept after it.
    return Later(at + limits.authorization, GiveUp()), Authorize()


def _end(payment: Payment, outcome: Outcome, error: str | None = None) -> Payment:
    if error is None:
        return replace(payment, outcome=outcome)
    return replace(payment, outcome=outcome, authentication_error=error)
