"""The checkout as a conversation: what happens, and what the shop then does."""

from dataclasses import replace

import pytest

from sekisho.acquirer.storefront.flow import (
    ATTEMPT_NEXT,
    ATTEMPTS_MAX,
    EVENTS,
    FINAL,
    NEXT,
    PATIENCE,
    CartRead,
    ClearCart,
    CreatePayment,
    DetailsGiven,
    GaveUp,
    NothingCame,
    OrderPressed,
    OrderRecorded,
    PaymentRejected,
    PeerSilent,
    PostbackCame,
    RecordOrder,
    RereadPayment,
    StaleConfirmation,
    TooManyAttempts,
    VoidPayment,
    Why,
    decide,
)
from sekisho.acquirer.storefront.model import AttemptState, Outcome, Standing, State
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse, NotThere, OutOfTurn
from sekisho.testkit.playbook import Play, holes

from .purchases import CARD, KETTLE, LINES, NOON, after, checkout, details, pressed, seen

CREATE = CreatePayment(attempt_id="attempt-1")
LOOK = RereadPayment(attempt_id="attempt-1", why=Why.SCHEDULE)
LOOK_NOW = RereadPayment(attempt_id="attempt-1", why=Why.POSTBACK)
VOID = VoidPayment(attempt_id="attempt-1")
LONG_AFTER = NOON + PATIENCE


def test_the_table_is_whole() -> None:
    """What an open checkout does not know is refused on purpose, and these are all of it."""
    assert set(holes(NEXT, final=FINAL, events=EVENTS)) == {
        (State.OPEN, OrderPressed),
        (State.OPEN, OrderRecorded),
        (State.CONFIRMED, OrderRecorded),
        (State.PAYING, DetailsGiven),
        (State.PAYING, OrderRecorded),
    }


def test_an_order_never_becomes_anything_else() -> None:
    """No row leads out of PLACED, and only new details are refused there."""
    rows = {event: state for (start, event), state in NEXT.items() if start is State.PLACED}
    assert set(rows.values()) == {State.PLACED}
    assert set(EVENTS) - set(rows) == {DetailsGiven}


def test_every_word_of_the_gateway_is_understood_in_every_state_of_an_attempt() -> None:
    """Six states, five standings, no hole: late news always has its place."""
    assert set(ATTEMPT_NEXT) == {(state, word) for state in AttemptState for word in Standing}


def test_a_frictionless_purchase_makes_one_order() -> None:
    """D1: details, button, approval; the ledger is told and the cart is cleared."""
    confirmed = checkout(State.CONFIRMED)
    (
        Play(decide, confirmed)
        .on(pressed(confirmed), CREATE, Later(after(30), LOOK))
        .on(seen(Standing.PENDING))
        .on(PostbackCame(at=after(3), attempt_id="attempt-1"), LOOK_NOW)
        .on(seen(Standing.APPROVED, why=Why.POSTBACK), RecordOrder(), ClearCart())
        .on(OrderRecorded(at=after(4)))
        .ends(State.PLACED)
    )


def test_a_second_click_makes_no_second_attempt() -> None:
    """Impatience must not cost the buyer twice."""
    paying = checkout(State.PAYING)
    play = Play(decide, paying).on(pressed(paying, "attempt-2")).ends(State.PAYING)
    assert len(play.record.attempts) == 1


def test_a_click_after_the_order_changes_nothing() -> None:
    """The back button leads to a page whose button is dead."""
    placed = checkout(State.PLACED)
    Play(decide, placed).on(pressed(placed, "attempt-2")).ends(State.PLACED)


def test_a_page_of_another_tab_cannot_order_what_it_does_not_show() -> None:
    """Two tabs with different amounts: the stale one is refused."""
    confirmed = checkout(State.CONFIRMED)
    dearer = CartRead(at=NOON, lines=(KETTLE, KETTLE))
    changed = Play(decide, confirmed).on(dearer).ends(State.OPEN).on(details()).record
    other_card = details(card=CARD.__class__(**{**_fields(CARD), "last_four": "0003"}))
    Play(decide, changed).on(other_card).refuses(pressed(changed), StaleConfirmation)


def test_looking_at_an_unchanged_cart_keeps_the_confirmation() -> None:
    """Reloading a page is not a change of mind."""
    Play(decide, checkout(State.CONFIRMED)).on(CartRead(at=NOON, lines=LINES)).ends(State.CONFIRMED)


def test_the_cart_cannot_change_what_is_being_paid_for() -> None:
    """The buyer authenticates one amount: the order is for that amount."""
    play = Play(decide, checkout(State.PAYING)).on(CartRead(at=NOON, lines=(KETTLE, KETTLE)))
    assert play.record.amount.minor == 14_500


def test_details_are_refused_while_a_payment_runs() -> None:
    """Another tab must not put in another card under a running payment."""
    Play(decide, checkout(State.PAYING)).refuses(details(), OutOfTurn)


def test_nothing_can_be_ordered_from_an_empty_cart() -> None:
    """A checkout with no lines has nothing to confirm."""
    empty = DetailsGiven(
        at=NOON, lines=(), buyer=details().buyer, delivery=details().delivery, card=CARD
    )
    Play(decide, checkout()).refuses(empty, OutOfTurn)


@pytest.mark.parametrize(
    "outcome", [Outcome.CANCELLED, Outcome.AUTHENTICATION_FAILED, Outcome.DECLINED]
)
def test_a_refused_payment_leads_back_to_the_checkout(outcome: Outcome) -> None:
    """D3: no order; buyer and cart stay, the spent token goes, another card may follow."""
    play = (
        Play(decide, checkout(State.PAYING))
        .on(seen(Standing.PENDING))
        .on(seen(Standing.REFUSED, outcome=outcome))
        .ends(State.OPEN)
    )
    reopened = play.record
    assert reopened.lines == LINES
    assert reopened.buyer is not None
    assert reopened.card is None
    assert reopened.current is not None
    assert reopened.current.outcome is outcome
    confirmed = play.on(details()).record
    play.after(pressed(confirmed, "attempt-2"), CreatePayment, Later).on(
        seen(Standing.APPROVED, "attempt-2"), RecordOrder(), ClearCart()
    ).ends(State.PLACED)


def test_cancelling_voids_the_attempt() -> None:
    """D3: the buyer is free at once; the gateway is told until it acknowledges."""
    (
        Play(decide, checkout(State.PAYING))
        .on(GaveUp(at=after(20), attempt_id="attempt-1"), VOID)
        .ends(State.OPEN)
        .on(
            PeerSilent(at=after(20), effect=VOID),
            Later(after(22), VoidPayment(attempt_id="attempt-1", nth=2)),
        )
        .on(GaveUp(at=after(21), attempt_id="attempt-1"))
        .on(seen(Standing.APPROVED))  # the running void will undo it
        .on(seen(Standing.VOIDED))
        .on(PeerSilent(at=after(40), effect=VOID))
    )


@pytest.mark.parametrize("standing", [Standing.APPROVED, Standing.PENDING, Standing.UNWANTED])
def test_a_payment_that_turns_up_after_its_end_is_voided(standing: Standing) -> None:
    """The buyer was told it failed: money that appears later goes back, also after an order."""
    play = Play(decide, checkout(State.PAYING)).on(seen(Standing.REFUSED))
    play.on(seen(standing), VOID).ends(State.OPEN)


def test_an_approval_that_overtakes_the_voids_acknowledgement_is_voided_again() -> None:
    """Messages arrive in any order; the money must still go back."""
    (
        Play(decide, checkout(State.PAYING))
        .on(GaveUp(at=NOON, attempt_id="attempt-1"), VOID)
        .on(seen(Standing.VOIDED))
        .on(seen(Standing.APPROVED), VOID)
        .on(seen(Standing.VOIDED))
    )


def test_a_late_approval_beside_an_order_is_voided() -> None:
    """One order at most: the first attempt's late success is given back."""
    play = Play(decide, checkout(State.PAYING)).on(seen(Standing.REFUSED)).on(details())
    play.after(pressed(play.record, "attempt-2"), CreatePayment, Later)
    play.after(seen(Standing.APPROVED, "attempt-2"), RecordOrder, ClearCart)
    play.on(seen(Standing.APPROVED), VOID).ends(State.PLACED)


def test_an_authorization_after_a_failed_authentication_makes_no_order() -> None:
    """A5, D10: what should not have been authorized is given back."""
    (
        Play(decide, checkout(State.PAYING))
        .on(seen(Standing.UNWANTED, outcome=Outcome.AUTHENTICATION_FAILED), VOID)
        .ends(State.OPEN)
    )


def test_the_facts_of_an_order_do_not_change_under_it() -> None:
    """The payment may be voided by staff later: the order's record stays what it was."""
    placed = checkout(State.PLACED)
    assert Play(decide, placed).on(seen(Standing.VOIDED)).record == placed


def test_another_payments_answer_is_refused() -> None:
    """An answer about another payment must not pay for this one."""
    play = Play(decide, checkout(State.PAYING)).on(seen(Standing.PENDING))
    wrong = seen(Standing.APPROVED)
    play.refuses(
        wrong.__class__(
            at=NOON,
            attempt_id="attempt-1",
            standing=Standing.APPROVED,
            facts=seen(Standing.APPROVED, "attempt-9").facts,
        ),
        OutOfTurn,
    )


def test_an_unknown_attempt_is_not_there() -> None:
    """Somebody else's attempt has no business here."""
    Play(decide, checkout(State.PAYING)).refuses(seen(Standing.APPROVED, "attempt-9"), NotThere)


def test_a_rejected_request_is_given_up_and_looked_for() -> None:
    """An earlier try of the same request may have gone through: nothing is taken for granted."""
    (
        Play(decide, checkout(State.PAYING))
        .on(PaymentRejected(at=NOON, attempt_id="attempt-1"), VOID)
        .ends(State.OPEN)
        .on(PaymentRejected(at=NOON, attempt_id="attempt-1"))
    )


def test_a_vanished_browser_ends_in_a_void_after_half_an_hour() -> None:
    """Looks grow rarer, then the attempt is given up: no payment is left without an order."""
    play = Play(decide, checkout(State.PAYING)).on(seen(Standing.PENDING))
    for nth, second, next_second in (
        (1, 30, 90),
        (2, 90, 210),
        (3, 210, 450),
        (4, 450, 930),
        (5, 930, 1410),
        (6, 1410, 1800),
    ):
        play.on(
            seen(Standing.PENDING, at=after(second), why=Why.SCHEDULE, nth=nth),
            Later(
                after(next_second),
                RereadPayment(attempt_id="attempt-1", why=Why.SCHEDULE, nth=nth + 1),
            ),
        )
    play.on(seen(Standing.PENDING, at=after(1800), why=Why.SCHEDULE, nth=7), VOID).ends(State.OPEN)
    assert play.record.current is not None
    assert play.record.current.outcome is Outcome.TIMED_OUT


def test_after_a_postback_the_shop_looks_a_few_more_times() -> None:
    """The result may be a moment away; afterwards the schedule goes on alone."""
    play = Play(decide, checkout(State.PAYING)).on(seen(Standing.PENDING))
    for nth, pause in ((1, 1), (2, 3), (3, 10)):
        play.on(
            seen(Standing.PENDING, at=after(5), why=Why.POSTBACK, nth=nth),
            Later(
                after(5 + pause),
                RereadPayment(attempt_id="attempt-1", why=Why.POSTBACK, nth=nth + 1),
            ),
        )
    play.on(seen(Standing.PENDING, at=after(20), why=Why.POSTBACK, nth=4))


def test_a_silent_gateway_is_asked_again_and_at_last_given_up() -> None:
    """It may have acted: the same request is repeated, and voided when patience ends."""
    (
        Play(decide, checkout(State.PAYING))
        .on(
            PeerSilent(at=after(10), effect=CREATE),
            Later(after(11), CreatePayment(attempt_id="attempt-1", nth=2)),
        )
        .on(PeerSilent(at=LONG_AFTER, effect=CREATE), VOID)
        .on(PeerSilent(at=LONG_AFTER, effect=CREATE))
        .ends(State.OPEN)
    )


def test_nothing_at_the_gateway_is_believed_only_after_an_hour() -> None:
    """A request that was on its way may still land after the attempt was given up."""
    given_up = (
        Play(decide, checkout(State.PAYING))
        .on(GaveUp(at=after(5), attempt_id="attempt-1"), VOID)
        .record
    )
    (
        Play(decide, given_up)
        .on(
            NothingCame(at=after(6), effect=VOID),
            Later(after(8), VoidPayment(attempt_id="attempt-1", nth=2)),
        )
        .on(NothingCame(at=LONG_AFTER + PATIENCE, effect=VOID))
        .on(NothingCame(at=LONG_AFTER + PATIENCE, effect=VOID))
    )
    settled, _ = decide(given_up, NothingCame(at=LONG_AFTER + PATIENCE, effect=VOID))
    assert settled.attempts[0].state is AttemptState.VOIDED


def test_a_silent_ledger_is_told_until_it_hears() -> None:
    """No payment without an order, however long the ledger is away."""
    play = Play(decide, checkout(State.PLACED))
    for nth, pause in ((1, 2), (2, 10), (3, 60), (4, 300), (5, 1800), (6, 1800)):
        play.on(
            PeerSilent(at=NOON, effect=RecordOrder(nth=nth)),
            Later(after(pause), RecordOrder(nth=nth + 1)),
        )


def test_a_postback_for_a_finished_attempt_asks_nobody() -> None:
    """A repeated postback has no further effect."""
    postback = PostbackCame(at=NOON, attempt_id="attempt-1")
    Play(decide, checkout(State.PLACED)).on(postback)
    Play(decide, checkout(State.PAYING)).on(seen(Standing.REFUSED)).on(postback)


def test_a_confirmed_checkout_without_a_card_is_a_bug_of_ours() -> None:
    """It cannot come about by any event; a record that says so is refused, not paid."""
    broken = replace(checkout(State.CONFIRMED), card=None)
    Play(decide, broken).refuses(pressed(broken), Misuse)


def test_card_after_card_is_stopped() -> None:
    """Whoever tries a list of cards is stopped after ten."""
    play = Play(decide, checkout())
    for nth in range(ATTEMPTS_MAX):
        attempt_id = f"attempt-{nth}"
        play.on(details())
        play.after(pressed(play.record, attempt_id), CreatePayment, Later)
        play.on(seen(Standing.REFUSED, attempt_id))
    play.on(details())
    play.refuses(pressed(play.record, "one too many"), TooManyAttempts)


def _fields(card: object) -> dict[str, object]:
    return {name: getattr(card, name) for name in card.__slots__}  # type: ignore[attr-defined]  # slots dataclass
