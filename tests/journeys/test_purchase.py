"""The purchase through all three domains, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, expect

from sekisho.kernel.brands import Brand
from tests.journeys.buyer import Buyer, number_of
from tests.journeys.conftest import DESKTOP, shots
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]


def test_a_frictionless_purchase_ends_with_an_order(buyer: Buyer) -> None:
    """A3, D1: the bank is satisfied, the buyer sees the usual flow of a cart."""
    buyer.put_in_cart().shot("cart")
    buyer.go_to_checkout().fill_in_details().type_card(number_of(Brand.VISA, "0003"))
    buyer.shot("checkout")
    buyer.go_on_to_confirmation().shot("confirmation")
    buyer.place_order()
    assert buyer.wait_for_order()
    buyer.shot("complete")


def test_the_confirmation_page_explains_and_asks_for_consent(buyer: Buyer) -> None:
    """D5: mark, explanation, notice and consent stand on the page; the code field stays."""
    buyer.put_in_cart().go_to_checkout()
    expect(buyer.card_form().locator("#security-code")).to_be_visible()
    buyer.fill_in_details().type_card(number_of(Brand.JCB, "0003")).go_on_to_confirmation()
    page = buyer.page
    expect(page.locator("#consent")).not_to_be_checked()
    expect(page.get_by_role("img", name=re.compile("3-D Secure"))).to_have_count(1)
    expect(page.locator("#place-order")).to_be_visible()


def test_the_right_code_passes_the_challenge_inside_the_cart(buyer: Buyer) -> None:
    """A4, D2, B5: the bank asks in a frame of the cart; the page never leaves the shop."""
    card = number_of(Brand.VISA, "0072")
    known = buyer.messages("0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    buyer.shot("challenge")
    assert buyer.page.url.startswith(buyer.house.site("shop"))
    buyer.enter_code(buyer.code_from_inbox("0072", known=known))
    assert buyer.wait_for_order()
    buyer.shot("complete")


def test_a_wrong_code_can_be_mended(buyer: Buyer) -> None:
    """D4: a slip of the finger costs one attempt, not the purchase."""
    known = buyer.messages("0072")
    buyer.come_to_confirmation(number_of(Brand.JCB, "0072")).place_order().wait_for_challenge()
    code = buyer.code_from_inbox("0072", known=known)
    buyer.enter_code(wrong(code))
    expect(buyer.challenge().get_by_role("alert")).to_contain_text("2")
    buyer.shot("wrong-code")
    buyer.enter_code(code)
    assert buyer.wait_for_order()


def test_three_wrong_codes_end_the_attempt_and_keep_the_cart(buyer: Buyer) -> None:
    """D3: no order, a clear message, the cart as it was."""
    known = buyer.messages("0072")
    card = number_of(Brand.MASTERCARD, "0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    code = wrong(buyer.code_from_inbox("0072", known=known))
    for left in (2, 1):
        buyer.enter_code(code)
        expect(buyer.challenge().get_by_role("alert")).to_contain_text(
            "once" if left == 1 else str(left)
        )
    buyer.enter_code(code)
    assert "could not confirm" in buyer.wait_for_refusal()
    buyer.shot("refused")
    buyer.page.goto(f"{buyer.house.site('shop')}/cart")
    expect(buyer.page.locator("main")).to_contain_text("kettle")


def test_cancelling_at_the_bank_brings_the_buyer_back(buyer: Buyer) -> None:
    """D3: cancel is not failure; the message says so."""
    card = number_of(Brand.AMEX, "0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    buyer.challenge().locator("form[action$='/challenge/cancel'] button").press("Enter")
    assert "cancelled" in buyer.wait_for_refusal()
    buyer.shot("cancelled")


def test_cancelling_at_the_shop_gives_the_attempt_up(buyer: Buyer) -> None:
    """D3: the shop's own button works while the bank's page is open."""
    card = number_of(Brand.DISCOVER, "0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    buyer.page.press("#cancel", "Enter")
    assert "cancelled" in buyer.wait_for_refusal()


@pytest.mark.parametrize(
    ("ending", "says"),
    [("0013", "could not confirm"), ("0033", "could not confirm"), ("0053", "could not")],
    ids=["N", "R", "U"],
)
def test_a_card_that_is_refused_makes_no_order(buyer: Buyer, ending: str, says: str) -> None:
    """B10, A5, D10: denied, rejected or not possible: no page, no order, a clear message."""
    buyer.come_to_confirmation(number_of(Brand.VISA, ending)).place_order()
    assert says in buyer.wait_for_refusal()
    buyer.shot("refused")


def test_another_card_can_be_used_after_a_failure(buyer: Buyer) -> None:
    """D3: the cart is intact and the second card makes the order."""
    buyer.come_to_confirmation(number_of(Brand.VISA, "0013")).place_order()
    buyer.wait_for_refusal()
    buyer.type_card(number_of(Brand.MASTERCARD, "0003")).go_on_to_confirmation().place_order()
    assert buyer.wait_for_order()


def test_an_attempt_counts_as_authenticated(buyer: Buyer) -> None:
    """D10: a bank that takes no part yet does not cost the shop the order."""
    buyer.come_to_confirmation(number_of(Brand.DINERS, "0023")).place_order()
    assert buyer.wait_for_order()


@pytest.mark.parametrize("brand", [brand for brand in Brand if brand is not Brand.VISA])
def test_every_brand_makes_an_order(buyer: Buyer, brand: Brand) -> None:
    """C9, C12: one request serves every brand."""
    buyer.come_to_confirmation(number_of(brand, "0003"), sku="sencha").place_order()
    assert buyer.wait_for_order()


@pytest.mark.parametrize("ending", ["0103", "0203"], ids=["no 3DS Method", "silent 3DS Method"])
def test_the_3ds_method_may_be_missing_or_silent(buyer: Buyer, ending: str) -> None:
    """C4: without the method's answer the authentication goes on after its time limit."""
    buyer.come_to_confirmation(number_of(Brand.VISA, ending)).place_order()
    assert buyer.wait_for_order()


@pytest.mark.parametrize(
    ("ending", "passes"), [("0070", True), ("0071", False)], ids=["passes", "fails"]
)
def test_challenges_that_answer_themselves(buyer: Buyer, ending: str, *, passes: bool) -> None:
    """F4: outcomes that a program can call up without typing."""
    buyer.come_to_confirmation(number_of(Brand.UNIONPAY, ending)).place_order()
    if passes:
        assert buyer.wait_for_order()
    else:
        assert "could not confirm" in buyer.wait_for_refusal()


def test_a_resent_code_replaces_the_first(buyer: Buyer) -> None:
    """D4: the buyer asks again, by e-mail; only the newest code is good."""
    known = buyer.messages("0072")
    card = number_of(Brand.MAESTRO, "0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    first = buyer.code_from_inbox("0072", known=known)
    buyer.house.advance_clock(40)
    buyer.challenge().locator("button[value=email]").press("Enter")
    second = buyer.code_from_inbox("0072", known=known + 1)
    assert first != second
    buyer.enter_code(second)
    assert buyer.wait_for_order()


def test_a_purchase_on_a_phone_in_japanese(phone_buyer: Buyer) -> None:
    """B15, D2: Japanese text, phone width, the challenge inside the page."""
    buyer = phone_buyer
    known = buyer.messages("0072")
    buyer.page.goto(buyer.house.site("shop"))
    buyer.shot("front")
    buyer.put_in_cart("lantern").shot("cart")
    buyer.go_to_checkout().fill_in_details().type_card(number_of(Brand.JCB, "0072"))
    buyer.shot("checkout")
    buyer.go_on_to_confirmation().shot("confirmation")
    assert "カード会社" in buyer.page.inner_text("main")
    buyer.place_order().wait_for_challenge()
    buyer.shot("challenge")
    wide = buyer.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "nothing sticks out sideways"
    buyer.enter_code(buyer.code_from_inbox("0072", known=known))
    assert buyer.wait_for_order()
    buyer.shot("complete")


def test_ten_minutes_of_silence_time_out(house: RunningHouse, buyer: Buyer) -> None:
    """D3: the bank gives up after ten minutes; the buyer finds the checkout with the cart."""
    card = number_of(Brand.JCB, "0072")
    buyer.come_to_confirmation(card).place_order().wait_for_challenge()
    buyer.after("result sent", lambda: house.advance_clock(601))
    house.advance_clock(31)  # the gateway looks for the result of a silent browser twice a minute
    assert "too long" in buyer.wait_for_refusal()
    buyer.shot("timed-out")


def test_without_javascript_the_buyer_is_told_what_to_do(
    browser: Browser, house: RunningHouse, request: pytest.FixtureRequest
) -> None:
    """B15: pages say that JavaScript is off, and the cart stays readable."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{house.site('shop')}/products/kettle")
        page.locator("form[action='/cart/add'] button[type=submit]").press("Enter")
        assert "kettle" in page.inner_text("main")
        page.goto(f"{house.site('shop')}/checkout")
        notice = page.locator("noscript .notice").first
        expect(notice).to_be_visible()
        assert "switch JavaScript on" in notice.evaluate("element => element.textContent")
        page.screenshot(path=shots(request) / "01-checkout.png", full_page=True)
    finally:
        context.close()


def wrong(code: str) -> str:
    """A code that is surely another one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
