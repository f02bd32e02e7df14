"""The checkout: cart to confirmation to payment to one order, or back again with the cart intact."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.acquirer.storefront.flow import events as happened
from sekisho.acquirer.storefront.flow.attempt import ATTEMPT_NEXT, OPEN_ATTEMPT
from sekisho.acquirer.storefront.flow.effects import (
    ClearCart,
    CreatePayment,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
)
from sekisho.acquirer.storefront.flow.events import Event
from sekisho.acquirer.storefront.flow.patience import PATIENCE, first_look, next_look, next_try
from sekisho.acquirer.storefront.flow.refusals import StaleConfirmation, TooManyAttempts
from sekisho.acquirer.storefront.model import (
    Attempt,
    AttemptState,
    Checkout,
    Outcome,
    PaymentFacts,
    Standing,
    State,
)
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse, OutOfTurn

START: Final = State.OPEN
FINAL: Final = frozenset({State.PLACED})
"""An order has no way back to the shop; what is left of other attempts is still cleared away."""

ATTEMPTS_MAX: Final = 10
"""An honest buyer has a few cards; a thief's list has thousands."""

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.OPEN, happened.CartRead): State.OPEN,
    (State.OPEN, happened.DetailsGiven): State.CONFIRMED,
    (State.OPEN, happened.PaymentSeen): State.OPEN,
    (State.OPEN, happened.PaymentRejected): State.OPEN,
    (State.OPEN, happened.PostbackCame): State.OPEN,
    (State.OPEN, happened.GaveUp): State.OPEN,
    (State.OPEN, happened.PeerSilent): State.OPEN,
    (State.OPEN, happened.NothingCame): State.OPEN,
    # to OPEN when the cart has changed: what was confirmed is no longer what would be bought
    (State.CONFIRMED, happened.CartRead): State.CONFIRMED,
    (State.CONFIRMED, happened.DetailsGiven): State.CONFIRMED,
    (State.CONFIRMED, happened.OrderPressed): State.PAYING,
    (State.CONFIRMED, happened.PaymentSeen): State.CONFIRMED,
    (State.CONFIRMED, happened.PaymentRejected): State.CONFIRMED,
    (State.CONFIRMED, happened.PostbackCame): State.CONFIRMED,
    (State.CONFIRMED, happened.GaveUp): State.CONFIRMED,
    (State.CONFIRMED, happened.PeerSilent): State.CONFIRMED,
    (State.CONFIRMED, happened.NothingCame): State.CONFIRMED,
    (State.PAYING, happened.CartRead): State.PAYING,  # what is being paid for stays as it is
    (State.PAYING, happened.OrderPressed): State.PAYING,  # a second click
    # to PLACED when the open attempt is approved, to OPEN when it has failed
    (State.PAYING, happened.PaymentSeen): State.PAYING,
    (State.PAYING, happened.PaymentRejected): State.OPEN,
    (State.PAYING, happened.PostbackCame): State.PAYING,
    (State.PAYING, happened.GaveUp): State.OPEN,
    # to OPEN when patience is at its end
    (State.PAYING, happened.PeerSilent): State.PAYING,
    (State.PAYING, happened.NothingCame): State.PAYING,
    (State.PLACED, happened.CartRead): State.PLACED,
    (State.PLACED, happened.OrderPressed): State.PLACED,
    (State.PLACED, happened.PaymentSeen): State.PLACED,
    (State.PLACED, happened.PaymentRejected): State.PLACED,
    (State.PLACED, happened.PostbackCame): State.PLACED,
    (State.PLACED, happened.GaveUp): State.PLACED,
    (State.PLACED, happened.PeerSilent): State.PLACED,
    (State.PLACED, happened.NothingCame): State.PLACED,
    (State.PLACED, happened.OrderRecorded): State.PLACED,
}

Decision = tuple[Checkout, tuple[Effect, ...]]


def decide(checkout: Checkout, event: Event) -> Decision:
    """Apply one event; give the checkout as it now stands and what must be done about it.

    Raises OutOfTurn for what the table does not know, StaleConfirmation and TooManyAttempts.
    """
    state = NEXT.get((checkout.state, type(event)))
    if state is None:
        raise OutOfTurn(f"{type(event).__name__} while the checkout is {checkout.state.value}")
    decision: Decision
    match event:
        case happened.CartRead():
            decision = _cart_read(checkout, event), ()
        case happened.DetailsGiven():
            decision = _details_given(checkout, event), ()
        case happened.OrderPressed():
            decision = _order_pressed(checkout, event)
        case happened.PaymentSeen():
            decision = _payment_seen(checkout, event)
        case happened.PaymentRejected():
            decision = _give_up(checkout, event.attempt_id, Outcome.SYSTEM_ERROR)
        case happened.GaveUp():
            decision = _give_up(checkout, event.attempt_id, Outcome.CANCELLED)
        case happened.PostbackCame():
            decision = checkout, _look_now(checkout.attempt(event.attempt_id))
        case happened.PeerSilent():
            decision = _peer_silent(checkout, event)
        case happened.NothingCame():
            decision = _nothing_came(checkout, event)
        case happened.OrderRecorded():  # pragma: no branch - the table knows no other event
            decision = replace(checkout, recorded=True), ()
    return decision


def _cart_read(checkout: Checkout, event: happened.CartRead) -> Checkout:
    if checkout.state in {State.PAYING, State.PLACED} or event.lines == checkout.lines:
        return checkout
    return replace(checkout, state=State.OPEN, lines=event.lines)


def _details_given(checkout: Checkout, event: happened.DetailsGiven) -> Checkout:
    if not event.lines:
        raise OutOfTurn("there is nothing in the cart")
    return replace(
        checkout,
        state=State.CONFIRMED,
        lines=event.lines,
        buyer=event.buyer,
        delivery=event.delivery,
        card=event.card,
    )


def _order_pressed(checkout: Checkout, event: happened.OrderPressed) -> Decision:
    if checkout.state is not State.CONFIRMED:
        return checkout, ()
    if event.mark != checkout.mark:
        raise StaleConfirmation("the order has changed since the page was shown")
    if len(checkout.attempts) >= ATTEMPTS_MAX:
        raise TooManyAttempts(f"{ATTEMPTS_MAX} attempts to pay were made already")
    if checkout.card is None:
        raise Misuse("a confirmed checkout has a card")
    attempt = Attempt(
        id=event.attempt_id,
        state=AttemptState.ASKED,
        started_at=event.at,
        language=event.language,
        return_key=event.return_key,
        card=checkout.card,
        browser=event.browser,
    )
    after = replace(checkout, state=State.PAYING, attempts=(*checkout.attempts, attempt))
    look = RereadPayment(attempt_id=attempt.id, why=Why.SCHEDULE)
    return after, (CreatePayment(attempt_id=attempt.id), Later(first_look(event.at), look))


def _payment_seen(checkout: Checkout, event: happened.PaymentSeen) -> Decision:
    attempt = checkout.attempt(event.attempt_id)
    if attempt.transaction_id not in {None, event.facts.transaction_id}:
        raise OutOfTurn("the gateway spoke of another payment")
    state = ATTEMPT_NEXT[attempt.state, event.standing]
    if attempt.state is AttemptState.APPROVED:
        return checkout, ()  # the facts of an order do not change under it
    seen = replace(attempt, state=state, payment=_kept(attempt, event))
    if attempt.state in OPEN_ATTEMPT:
        return _open_attempt_seen(checkout, seen, event)
    turned_up = state is AttemptState.GIVEN_UP and attempt.state is not AttemptState.GIVEN_UP
    effects = (VoidPayment(attempt_id=attempt.id),) if turned_up else ()
    return _with(checkout, seen), effects


def _kept(attempt: Attempt, event: happened.PaymentSeen) -> PaymentFacts:
    """The gateway's newest word; it says only once where the browser is authenticated."""
    if event.standing is not Standing.PENDING or event.facts.orchestration_url is not None:
        return event.facts
    return replace(event.facts, orchestration_url=attempt.orchestration_url)


def _open_attempt_seen(checkout: Checkout, seen: Attempt, event: happened.PaymentSeen) -> Decision:
    if seen.state is AttemptState.AUTHENTICATING:
        return _look_again(_with(checkout, seen), seen, event)
    if seen.state is AttemptState.APPROVED:
        placed = replace(_with(checkout, seen), state=State.PLACED, placed_at=event.at)
        return placed, (RecordOrder(), ClearCart())
    outcome = event.outcome or Outcome.SYSTEM_ERROR
    after = _reopened(checkout, replace(seen, outcome=outcome))
    if seen.state is AttemptState.GIVEN_UP:
        return after, (VoidPayment(attempt_id=seen.id),)
    return after, ()


def _look_again(checkout: Checkout, attempt: Attempt, event: happened.PaymentSeen) -> Decision:
    if event.why is None:
        return checkout, ()
    look = RereadPayment(attempt_id=attempt.id, why=event.why, nth=event.nth)
    return _waited(checkout, attempt, look, happened.PeerSilent(at=event.at, effect=look))


def _look_now(attempt: Attempt) -> tuple[Effect, ...]:
    if attempt.state not in OPEN_ATTEMPT:
        return ()
    return (RereadPayment(attempt_id=attempt.id, why=Why.POSTBACK),)


def _peer_silent(checkout: Checkout, event: happened.PeerSilent) -> Decision:
    effect = event.effect
    if isinstance(effect, RecordOrder):
        again: Effect = replace(effect, nth=effect.nth + 1)
        return checkout, (Later(next_try(effect, at=event.at), again),)
    attempt = checkout.attempt(effect.attempt_id)
    if isinstance(effect, VoidPayment):
        if attempt.state is not AttemptState.GIVEN_UP:
            return checkout, ()
        again = replace(effect, nth=effect.nth + 1)
        return checkout, (Later(next_try(effect, at=event.at), again),)
    return _waited(checkout, attempt, effect, event)


def _waited(
    checkout: Checkout,
    attempt: Attempt,
    effect: CreatePayment | RereadPayment,
    event: happened.PeerSilent,
) -> Decision:
    """Wait some more for an attempt, or give it up: the buyer may have closed the browser."""
    if attempt.state not in OPEN_ATTEMPT:
        return checkout, ()
    deadline = attempt.started_at + PATIENCE
    if event.at >= deadline:
        return _give_up(checkout, attempt.id, Outcome.TIMED_OUT)
    if isinstance(effect, CreatePayment):
        due: datetime | None = next_try(effect, at=event.at)
    else:
        due = next_look(effect, at=event.at, deadline=deadline)
    if due is None:
        return checkout, ()
    return checkout, (Later(due, replace(effect, nth=effect.nth + 1)),)


def _nothing_came(checkout: Checkout, event: happened.NothingCame) -> Decision:
    attempt = checkout.attempt(event.effect.attempt_id)
    if attempt.state is not AttemptState.GIVEN_UP or attempt.payment is not None:
        return checkout, ()
    # A creation that was on its way when the attempt was given up may still land.
    if event.at < attempt.started_at + 2 * PATIENCE:
        return _peer_silent(checkout, happened.PeerSilent(at=event.at, effect=event.effect))
    return _with(checkout, replace(attempt, state=AttemptState.VOIDED)), ()


def _give_up(checkout: Checkout, attempt_id: str, outcome: Outcome) -> Decision:
    attempt = checkout.attempt(attempt_id)
    if attempt.state not in OPEN_ATTEMPT:
        return checkout, ()
    given_up = replace(attempt, state=AttemptState.GIVEN_UP, outcome=outcome)
    return _reopened(checkout, given_up), (VoidPayment(attempt_id=attempt.id),)


def _reopened(checkout: Checkout, attempt: Attempt) -> Checkout:
    """Back to the checkout page: buyer and cart as they were, but a token pays only once."""
    return replace(_with(checkout, attempt), state=State.OPEN, card=None)


def _with(checkout: Checkout, attempt: Attempt) -> Checkout:
    attempts = tuple(attempt if old.id == attempt.id else old for old in checkout.attempts)
    return replace(checkout, attempts=attempts)
