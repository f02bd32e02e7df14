"""The shop's services with their stores, their outbox, a gateway and a ledger."""

import json

import pytest

from sekisho.acquirer.storefront.flow import StaleConfirmation
from sekisho.acquirer.storefront.model import AttemptState, Checkout, Outcome, State
from sekisho.kernel.errors import NotThere, OutOfTurn

from .house import DETAILS, SESSION, Shop
from .peers import APPROVED, CANCELLED, DECLINED, Died
from .purchases import BROWSER


def attempt_id(checkout: Checkout) -> str:
    """The id of the newest attempt."""
    assert checkout.current is not None
    return checkout.current.id


async def test_a_purchase_ends_in_one_order() -> None:
    """D1, A5: paid, recorded, cart empty."""
    shop = Shop()
    paying = await shop.ordered()
    assert paying.state is State.PAYING
    assert paying.current is not None
    assert paying.current.orchestration_url is not None
    shop.gateway.settle(attempt_id(paying), APPROVED)
    placed = await shop.come_back(paying, "payment-1")
    assert placed.state is State.PLACED
    assert placed.recorded
    assert list(shop.ledger.orders) == [placed.number]
    assert (await shop.carts.see(SESSION)).lines == ()
    assert not shop.outbox.parked


async def test_the_ledger_learns_what_the_gateway_said() -> None:
    """D6, D7: the facts come from the gateway, not from what the browser posted."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), APPROVED | {"card_brand": "JCB", "last_four": "0003"})
    placed = await shop.come_back(paying)
    order = json.loads(shop.ledger.orders[placed.number])
    assert order["payment"] == {
        "transactionId": "payment-1",
        "brand": "jcb",
        "lastFour": "0003",
        "transStatus": "Y",
        "eci": "05",
        "challenged": False,
        "authenticationValueResult": "2",
    }
    assert order["amount"] == {"minor": 14_500, "currency": "JPY"}


async def test_a_payment_without_authentication_is_placed_at_once() -> None:
    """A gateway that authorizes straight away leaves nothing to wait for."""
    shop = Shop()
    shop.gateway.at_once = APPROVED
    assert (await shop.ordered()).state is State.PLACED


@pytest.mark.parametrize(
    ("how", "outcome"), [(DECLINED, Outcome.DECLINED), (CANCELLED, Outcome.CANCELLED)]
)
async def test_a_failure_keeps_the_cart_for_another_card(
    how: dict[str, object], outcome: Outcome
) -> None:
    """D3: back at the checkout, cart intact; the second card makes the order."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), how)
    reopened = await shop.come_back(paying)
    assert reopened.state is State.OPEN
    assert reopened.current is not None
    assert reopened.current.outcome is outcome
    assert (await shop.carts.see(SESSION)).pieces == 1
    assert shop.ledger.orders == {}
    again = await shop.press(await shop.checkouts.give_details(SESSION, DETAILS))
    assert again.number == paying.number
    shop.gateway.settle(attempt_id(again), APPROVED)
    placed = await shop.come_back(again)
    assert list(shop.ledger.orders) == [placed.number]
    assert len(shop.gateway.held()) == 1


async def test_a_forged_postback_makes_no_order() -> None:
    """The words of a postback are nothing: the gateway says pending, so it is pending."""
    shop = Shop()
    paying = await shop.ordered()
    back = await shop.come_back(paying, "payment-of-somebody-else")
    assert back.state is State.PAYING
    assert shop.ledger.orders == {}
    assert ("warning", "postback names another payment") in shop.log.said


@pytest.mark.parametrize("key", ["", "guess", "key"])
async def test_a_postback_with_a_wrong_key_is_not_there(key: str) -> None:
    """Only the gateway was told the key."""
    shop = Shop()
    paying = await shop.ordered()
    with pytest.raises(NotThere):
        await shop.checkouts.came_back(paying.number, attempt_id(paying), key, payment_id=None)


async def test_a_postback_with_another_orders_key_is_not_there() -> None:
    """A buyer's own key does not open another buyer's attempt."""
    shop = Shop()
    mine = await shop.ordered()
    theirs = await shop.ordered("t" * 32)
    assert mine.current is not None
    with pytest.raises(NotThere):
        await shop.checkouts.came_back(
            theirs.number, attempt_id(theirs), mine.current.return_key, payment_id=None
        )
    with pytest.raises(NotThere):
        await shop.checkouts.came_back(
            theirs.number, attempt_id(mine), mine.current.return_key, payment_id=None
        )


async def test_a_repeated_postback_changes_nothing() -> None:
    """It may come more than once."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), APPROVED)
    first = await shop.come_back(paying)
    second = await shop.come_back(paying)
    assert first == second
    assert len(shop.ledger.orders) == 1


async def test_a_vanished_browser_still_ends_in_an_order() -> None:
    """No payment without an order: the shop looks by itself when no postback comes."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), APPROVED)
    await shop.wait(minutes=1)
    assert (await shop.checkouts.see(SESSION, paying.number)).state is State.PLACED


async def test_an_attempt_nobody_finishes_is_voided_after_half_an_hour() -> None:
    """No hold is left on the buyer's card."""
    shop = Shop()
    paying = await shop.ordered()
    await shop.wait(minutes=31)
    ended = await shop.checkouts.see(SESSION, paying.number)
    assert ended.state is State.OPEN
    assert ended.attempts[0].outcome is Outcome.TIMED_OUT
    assert ended.attempts[0].state is AttemptState.VOIDED
    assert shop.gateway.voids == ["payment-1"]
    assert shop.outbox.pending == []


async def test_a_lost_answer_makes_one_payment() -> None:
    """The request is repeated under its id, since only its answer says where to authenticate."""
    shop = Shop()
    shop.gateway.loses_answers = True
    paying = await shop.ordered()
    shop.gateway.loses_answers = False
    await shop.wait(minutes=0.2)
    again = await shop.checkouts.see(SESSION, paying.number)
    assert again.current is not None
    assert again.current.transaction_id == "payment-1"
    assert again.current.orchestration_url is not None
    assert len(shop.gateway.payments) == 1


async def test_a_lost_answer_to_a_payment_that_is_through_needs_no_repetition() -> None:
    """The look-up by our own id finds it authorized."""
    shop = Shop()
    shop.gateway.loses_answers = True
    shop.gateway.at_once = APPROVED
    assert (await shop.ordered()).state is State.PLACED
    assert shop.gateway.creations == 1


async def test_looking_at_a_payment_does_not_forget_where_it_is_authenticated() -> None:
    """The gateway says it once; the buyer may load the page again."""
    shop = Shop()
    paying = await shop.ordered()
    await shop.wait(minutes=2)
    again = await shop.checkouts.see(SESSION, paying.number)
    assert again.current is not None
    assert again.current.orchestration_url is not None


async def test_a_payment_of_another_amount_makes_no_order_and_is_voided() -> None:
    """The gateway says what was paid: it must be what was asked."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), APPROVED | {"raw": {"amount": 1, "currency": "JPY"}})
    back = await shop.come_back(paying)
    assert back.state is State.OPEN
    assert shop.ledger.orders == {}
    assert shop.gateway.held() == []


async def test_a_silent_gateway_is_asked_again_by_the_same_id() -> None:
    """When it is back there is one payment, and the buyer's page goes on."""
    shop = Shop()
    shop.gateway.silent = True
    paying = await shop.ordered()
    assert paying.current is not None
    assert paying.current.payment is None
    await shop.wait(minutes=1)
    shop.gateway.silent = False
    await shop.wait(minutes=2)
    again = await shop.checkouts.see(SESSION, paying.number)
    assert again.current is not None
    assert again.current.payment is not None
    assert len(shop.gateway.payments) == 1
    assert list(shop.gateway.asked) == [attempt_id(paying)]


async def test_a_gateway_that_stays_silent_is_given_up_and_cleared_away() -> None:
    """After an hour it is believed that nothing came of the request."""
    shop = Shop()
    shop.gateway.silent = True
    paying = await shop.ordered()
    await shop.wait(minutes=31)
    ended = await shop.checkouts.see(SESSION, paying.number)
    assert ended.state is State.OPEN
    shop.gateway.silent = False
    await shop.wait(minutes=90)
    cleared = await shop.checkouts.see(SESSION, paying.number)
    assert cleared.attempts[0].state is AttemptState.VOIDED
    assert shop.gateway.voids == []
    assert shop.outbox.pending == []


async def test_a_payment_made_without_our_knowing_is_voided() -> None:
    """The answer was lost, the buyer gave up, the money was held: it goes back."""
    shop = Shop()
    shop.gateway.dies = True
    shop.gateway.at_once = APPROVED
    with pytest.raises(Died):
        await shop.ordered()
    shop.gateway.dies = False
    checkout = (await shop.checkout_store.newest())[0]
    await shop.checkouts.give_up(SESSION, checkout.number, attempt_id(checkout))
    await shop.wait(minutes=1)
    assert shop.gateway.held() == []
    assert shop.gateway.voids == ["payment-1"]
    assert shop.ledger.orders == {}


async def test_a_refused_request_leads_back_to_the_checkout() -> None:
    """The gateway found our request wrong: no order, and a message."""
    shop = Shop()
    shop.gateway.refuses = True
    refused = await shop.ordered()
    assert refused.state is State.OPEN
    assert refused.current is not None
    assert refused.current.outcome is Outcome.SYSTEM_ERROR


async def test_cancelling_voids_at_the_gateway() -> None:
    """D3: the cancel button of the payment page."""
    shop = Shop()
    paying = await shop.ordered()
    cancelled = await shop.checkouts.give_up(SESSION, paying.number, attempt_id(paying))
    assert cancelled.state is State.OPEN
    assert shop.gateway.voids == ["payment-1"]
    settled = await shop.checkouts.see(SESSION, paying.number)
    assert settled.attempts[0].state is AttemptState.VOIDED


async def test_a_void_is_tried_until_it_is_acknowledged() -> None:
    """The gateway is away for hours, or refuses at first: the void outlives that."""
    shop = Shop()
    paying = await shop.ordered()
    shop.gateway.settle(attempt_id(paying), APPROVED)
    shop.gateway.silent = True
    await shop.checkouts.give_up(SESSION, paying.number, attempt_id(paying))
    await shop.wait(minutes=60)
    shop.gateway.silent = False
    shop.gateway.refuses_voids = True
    await shop.wait(minutes=45)
    assert ("error", "payment not voided") in shop.log.said
    shop.gateway.refuses_voids = False
    await shop.wait(minutes=45)
    assert shop.gateway.held() == []
    assert shop.outbox.pending == []
    assert shop.outbox.parked == []


async def test_a_silent_ledger_is_told_when_it_is_back() -> None:
    """No payment without an order, however long the ledger is away."""
    shop = Shop()
    shop.ledger.silent = True
    shop.gateway.at_once = APPROVED
    placed = await shop.ordered()
    assert placed.state is State.PLACED
    await shop.wait(minutes=120)
    assert shop.ledger.orders == {}
    shop.ledger.silent = False
    await shop.wait(minutes=31)
    assert list(shop.ledger.orders) == [placed.number]
    assert (await shop.checkouts.see(SESSION, placed.number)).recorded


async def test_effects_done_twice_do_nothing_twice() -> None:
    """The outbox repeats after a crash: one payment, one void, one order, one cleared cart."""
    shop = Shop()
    paying = await shop.ordered()
    for key, effect in list(shop.checkout_store.effects):
        if type(effect).__name__ == "CreatePayment":
            await shop.errands.perform(key, effect)
    shop.gateway.settle(attempt_id(paying), APPROVED)
    placed = await shop.come_back(paying)
    await shop.carts.add(SESSION, "sencha", 2)
    for key, effect in list(shop.checkout_store.effects):
        if type(effect).__name__ != "Later":
            await shop.errands.perform(key, effect)
    assert len(shop.gateway.payments) == 1
    assert list(shop.ledger.orders) == [placed.number]
    assert (await shop.carts.see(SESSION)).pieces == 2


async def test_another_session_sees_nothing() -> None:
    """An order number opens nothing: only the session that began the checkout does."""
    shop = Shop()
    paying = await shop.ordered()
    for session in (None, "t" * 32):
        with pytest.raises(NotThere):
            await shop.checkouts.see(session, paying.number)
    with pytest.raises(NotThere):
        await shop.checkouts.give_up("t" * 32, paying.number, attempt_id(paying))


async def test_a_stale_page_is_refused() -> None:
    """The cart grew in another tab: the old page's button orders nothing."""
    shop = Shop()
    stale = await shop.confirmed()
    await shop.carts.add(SESSION, "sencha", 1)
    with pytest.raises(OutOfTurn):
        await shop.press(stale)
    await shop.checkouts.give_details(SESSION, DETAILS)
    with pytest.raises(StaleConfirmation):
        await shop.press(stale)
    assert shop.gateway.payments == {}


async def test_two_tabs_share_one_checkout() -> None:
    """Whatever is opened twice, there is one purchase."""
    shop = Shop()
    await shop.carts.add(SESSION, "kettle", 1)
    assert (await shop.checkouts.begin(SESSION)).number == (
        await shop.checkouts.begin(SESSION)
    ).number


async def test_what_is_put_in_while_paying_stays_in_the_cart() -> None:
    """The order is for what was confirmed; the rest waits for the next one."""
    shop = Shop()
    paying = await shop.ordered()
    await shop.carts.add(SESSION, "sencha", 3)
    shop.gateway.settle(attempt_id(paying), APPROVED)
    placed = await shop.come_back(paying)
    assert placed.amount.minor == 14_500
    assert [(line.sku, line.quantity) for line in (await shop.carts.see(SESSION)).lines] == [
        ("sencha", 3)
    ]


async def test_the_next_purchase_has_its_own_number() -> None:
    """An order is not continued."""
    shop = Shop()
    shop.gateway.at_once = APPROVED
    first = await shop.ordered()
    second = await shop.ordered()
    assert first.number != second.number
    assert set(shop.ledger.orders) == {first.number, second.number}


async def test_a_taken_number_is_not_given_again() -> None:
    """Chance repeats itself: the next number is drawn."""
    shop = Shop()
    await shop.carts.add(SESSION, "kettle", 1)
    first = await shop.checkouts.begin(SESSION)
    shop.chance.put_back()
    await shop.carts.add("t" * 32, "kettle", 1)
    assert (await shop.checkouts.begin("t" * 32)).number != first.number


@pytest.mark.parametrize("session", [SESSION])
async def test_an_empty_cart_has_no_checkout(session: str) -> None:
    """There is nothing to pay for."""
    shop = Shop()
    with pytest.raises(NotThere):
        await shop.checkouts.begin(session)
    await shop.carts.add(session, "kettle", 1)
    await shop.carts.put(session, "kettle", 0)
    with pytest.raises(NotThere):
        await shop.checkouts.begin(session)


async def test_what_is_not_sold_cannot_be_put_in() -> None:
    """The form may say anything."""
    shop = Shop()
    with pytest.raises(NotThere):
        await shop.carts.add(SESSION, "elephant", 1)


async def test_nothing_that_the_shop_keeps_is_a_card_number() -> None:
    """E1: the token stands in for the card everywhere."""
    shop = Shop()
    paying = await shop.ordered()
    request = shop.gateway.asked[attempt_id(paying)]
    card = request["paymentMethodType"]["card"]  # type: ignore[index]  # a JSON object
    assert card["accountNumber"] == DETAILS.card.token
    assert card["accountNumberType"] == "SAFETECH_TOKEN"
    assert "cvv" not in card
    assert BROWSER.user_agent in str(request)
