"""A page of a merchant nobody here knows, made as seed 002 shows, in a real browser."""

import copy

import pytest
from playwright.sync_api import BrowserContext, expect

from sekisho.kernel.brands import Brand
from tests.foreign_client import OwnServer, PaymentProgram, own_server
from tests.journeys.buyer import Buyer, number_of
from tests.running_house import RunningHouse
from tests.seed_002 import SEED_PAYMENT

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]

PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A gym's checkout</title></head><body>
<iframe id="hiddenIframe" name="hiddenIframe" title="Your bank" width="600" height="800"></iframe>
<script>
  function orchestrate(address) {
    const form = document.createElement("form");
    form.action = address;
    new URL(address).searchParams.forEach((value, name) => {
      const input = document.createElement("input");
      input.name = name;
      input.value = value;
      form.append(input);
    });
    form.method = "GET";
    form.target = "hiddenIframe";
    document.body.append(form);
    form.submit();
    form.remove();
  }
</script></body></html>"""
"""What seed 002 asks of a merchant: a frame, and a form made of the address's own parameters."""


def pay(house: RunningHouse, site: OwnServer, ending: str) -> tuple[PaymentProgram, str, str]:
    """Ask for a payment that returns to the merchant's own site; give its address and id."""
    program = PaymentProgram(house.credentials())
    asked = copy.deepcopy(SEED_PAYMENT)
    card = asked["paymentMethodType"]["card"]
    card["accountNumber"] = number_of(Brand.VISA, ending)
    card["paymentAuthenticationRequest"]["authenticationReturnUrl"] = f"{site.url}/return?order=7"
    status, made = program.call(
        "POST", "/payments", asked, request_id=f"page-{site.url[-5:]}-{ending}"
    )
    assert status == 200, made
    result = made["paymentAuthenticationResult"]
    return program, result["authenticationOrchestrationUrl"], made["transactionId"]


def test_a_challenge_opens_in_the_frame_of_a_foreign_page(
    context: BrowserContext, house: RunningHouse, buyer: Buyer
) -> None:
    """C3, C4, C5, attack 16: the bank's page may be framed by that shop, and the postback arrives."""
    with own_server() as site:
        site.page = PAGE
        known = buyer.messages("0072")
        program, address, payment_id = pay(house, site, "0072")
        page = context.new_page()
        page.goto(site.url)
        page.evaluate("address => orchestrate(address)", address)
        frame = page.frame_locator("#hiddenIframe").frame_locator("#issuer")
        expect(frame.locator("#code")).to_be_visible()
        frame.locator("#code").fill(buyer.code_from_inbox("0072", known=known))
        frame.locator("form[action$='/challenge/code'] button").press("Enter")
        expect(page.frame_locator("#hiddenIframe").get_by_text("Taken.")).to_be_visible()
        (arrival,) = site.arrivals
        assert arrival.path == "/return?order=7"
        assert arrival.fields == {"paymentRequestId": payment_id, "responseStatus": "SUCCESS"}
        _, read = program.call("GET", f"/payments/{payment_id}")
        assert read["fraudLiability"]["party"] == "ISSUER"


def test_no_other_page_can_frame_the_challenge(
    context: BrowserContext, house: RunningHouse
) -> None:
    """Attack 16: the address in a frame of another origin shows nothing that could be clicked."""
    with own_server() as shop, own_server() as thief:
        thief.page = PAGE
        _, address, _ = pay(house, shop, "0072")
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(thief.url)
        page.evaluate("address => orchestrate(address)", address)
        frame = page.frame_locator("#hiddenIframe")
        while not any("frame-ancestors" in text for text in refused):
            page.wait_for_timeout(100)
        expect(frame.locator("#stage")).to_have_count(0)
        assert not thief.arrivals
