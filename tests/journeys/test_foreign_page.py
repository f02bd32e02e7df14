"""A page of a merchant nobody here knows, made as seed 002 shows, in a real browser."""

import copy

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sekisho.kernel.brands import Brand
from tests.foreign_client import OwnServer, PaymentProgram, encoded, own_server
from tests.foreign_payer import a_foreigner, authenticate, card_of
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


def pay(
    house: RunningHouse, site: OwnServer, ending: str, *, agent: str | None = None
) -> tuple[PaymentProgram, str, str]:
    """Ask for a payment that returns to the merchant's own site; give its address and id.

    `agent` is the browser's own name, for a code that is to be taken from it (attack 21).
    """
    program = PaymentProgram(house.credentials())
    asked = copy.deepcopy(SEED_PAYMENT)
    card = asked["paymentMethodType"]["card"]
    card["accountNumber"] = number_of(Brand.VISA, ending)
    card["paymentAuthenticationRequest"]["authenticationReturnUrl"] = f"{site.url}/return?order=7"
    if agent is not None:
        asked["browserInfo"]["browserUserAgent"] = agent
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
        page = context.new_page()
        agent = page.evaluate("navigator.userAgent")
        program, address, payment_id = pay(house, site, "0072", agent=agent)
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
        wait_for_refusal(page, refused)
        expect(frame.locator("#stage")).to_have_count(0)
        assert not thief.arrivals


def wait_for_refusal(page: Page, said: list[str]) -> None:
    """Wait until the browser's console tells that a frame was not shown."""
    for _ in range(300):
        if any("frame-ancestors" in text for text in said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the browser never refused: {said}")


POST_INTO_FRAME = """([action, fields]) => {
  const form = document.createElement("form");
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  form.method = "POST";
  form.action = action;
  form.target = "hiddenIframe";
  document.body.append(form);
  form.submit();
}"""

POST_ON_TOP = POST_INTO_FRAME.replace("hiddenIframe", "_self")
"""The same with the whole window: what a frame may not show, a window shows."""


def test_no_other_page_can_frame_the_banks_own_page(
    context: BrowserContext, house: RunningHouse
) -> None:
    """Attack 16: who has the CReq still cannot lay something over the field for the code."""
    with a_foreigner(house) as foreigner, own_server() as thief:
        thief.page = PAGE
        _, ares = authenticate(foreigner, card_of("0072"))
        creq = {
            "messageType": "CReq", "messageVersion": ares["messageVersion"],
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "acsTransID": ares["acsTransID"], "challengeWindowSize": "05",
        }  # fmt: skip
        for site, is_shown in ((foreigner.site, True), (thief, False)):
            site.page = PAGE
            page = context.new_page()
            refused: list[str] = []
            page.on("console", lambda message, kept=refused: kept.append(message.text))
            page.goto(site.url)
            page.evaluate(POST_INTO_FRAME, [ares["acsURL"], {"creq": encoded(creq)}])
            code = page.frame_locator("#hiddenIframe").locator("#code")
            if is_shown:
                expect(code).to_be_visible()
            else:
                wait_for_refusal(page, refused)
                expect(code).to_have_count(0)


def test_a_page_elsewhere_cannot_act_for_the_browser_it_stands_in(
    context: BrowserContext, house: RunningHouse, buyer: Buyer
) -> None:
    """Attack 17: with cookies of shop and ledger at hand, no form and no script gets anything done."""
    shop, password = house.site("shop"), house.credentials()["shop"]["staff_password"]
    buyer.put_in_cart("kettle")
    cart = buyer.page.inner_text("main")
    buyer.page.goto(f"{shop}/ledger/sign-in")
    before = house.json("/lab/clock")["ahead_s"]
    with own_server() as evil:
        evil.page = PAGE
        for action, fields in (
            (f"{shop}/cart/add", {"sku": "kettle", "quantity": "9"}),
            (f"{shop}/cart/change", {"sku": "kettle", "quantity": "0"}),
            (f"{shop}/ledger/sign-in", {"password": password}),
            (f"{house.site('lab')}/clock", {"advance_s": "3600"}),
        ):
            page = context.new_page()
            page.goto(evil.url)
            with page.expect_response(lambda reply, to=action: reply.url == to) as answered:
                page.evaluate(POST_ON_TOP, [action, fields])
            assert 400 <= answered.value.status < 500, action
            page.close()
        page = context.new_page()
        page.goto(evil.url)
        moved = page.evaluate(
            """address => fetch(address, {method: "POST", mode: "no-cors", credentials: "include",
                 body: JSON.stringify({advance_s: 3600})}).then(() => "sent")""",
            f"{house.site('lab')}/clock",
        )
        assert moved == "sent"
    assert house.json("/lab/clock")["ahead_s"] == before
    buyer.page.goto(f"{shop}/cart")
    assert buyer.page.inner_text("main") == cart
    buyer.page.goto(f"{shop}/ledger/")
    assert buyer.page.url.startswith(f"{shop}/ledger/sign-in")
