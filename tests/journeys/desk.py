"""A cardholder at a browser: a foreign shop's page with the bank's frame in it, and the bank's own app.

One tab serves every journey of a module: what is slow about a browser is opening it, and the
passkeys of the device belong to the tab.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from sekisho.testkit.card_calls import Asks
from sekisho.testkit.journeys import Journey
from tests.foreign_client import OwnServer, decoded, encoded
from tests.journeys.phone import Phone
from tests.journeys.requestor import SESSION, Requestor
from tests.running_house import RunningHouse

SHOP_PAGE: Final = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A travelling shop</title></head><body>
<button id="pay">Pay</button>
<iframe id="bank" name="bank" title="Your bank" width="600" height="800"
  allow="payment *; publickey-credentials-get *"></iframe>
</body></html>"""
"""What a requestor's page must have: a frame for the bank that may use passkeys."""

POST_INTO_FRAME: Final = """([action, fields]) => {
  const form = document.createElement("form");
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  form.method = "POST";
  form.action = action;
  form.target = "bank";
  document.body.append(form);
  form.submit();
  form.remove();
}"""


CONFIRM: Final = """async ([data, listed]) => {
  const octets = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  const request = new PaymentRequest([{
    supportedMethods: "secure-payment-confirmation",
    data: {
      credentialIds: listed.map((each) => octets(each.credentialIds)),
      rpId: listed[0].rpID,
      challenge: octets(data.challenge),
      instrument: { displayName: data.displayName, icon: data.icon },
      payeeName: data.payeeName,
      payeeOrigin: data.payeeOrigin,
      timeout: Number(data.timeout),
    },
  }], { total: { label: "Total", amount: { currency: data.currency, value: data.value } } });
  const reply = await request.show();
  await reply.complete("success");
  return JSON.stringify(reply.details);
}"""
"""What a requestor's page does with an ARes S."""

AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A phone or laptop with a fingerprint reader, and a finger on it."""


@dataclass
class Desk:
    """A cardholder's browser."""

    context: BrowserContext
    house: RunningHouse
    site: OwnServer
    requestor: Requestor
    shop: Page = field(init=False)

    def __post_init__(self) -> None:
        self.site.page = SHOP_PAGE
        self.shop = self.context.new_page()
        browser = self.context.new_cdp_session(self.shop)
        browser.send("WebAuthn.enable", {"enableUI": False})
        browser.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        # The dialogue of Secure Payment Confirmation is the browser's own: nobody can click in it.
        browser.send("Page.setSPCTransactionMode", {"mode": "autoAccept"})

    @property
    def frame(self) -> FrameLocator:
        """The bank's page in the shop's."""
        return self.shop.frame_locator("#bank")

    def open_challenge(self, ares: dict[str, Any]) -> None:
        """Post the CReq into the frame."""
        self.site.arrivals.clear()
        creq = {
            "messageType": "CReq",
            "messageVersion": ares["messageVersion"],
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "acsTransID": ares["acsTransID"],
            "challengeWindowSize": "05",
        }
        fields = {"creq": encoded(creq), "threeDSSessionData": SESSION}
        self.shop.goto(self.site.url)
        self.shop.evaluate(POST_INTO_FRAME, [ares["acsURL"], fields])

    def come_home(self) -> dict[str, Any]:
        """Wait until the bank has sent the browser back; give the CRes."""
        expect(self.frame.get_by_text("Taken.")).to_be_visible()
        (arrival,) = self.site.arrivals
        assert arrival.fields["threeDSSessionData"] == SESSION
        return decoded(arrival.fields["cres"])

    def act(self, journey: Journey, *, known: int) -> None:
        """Do what the bank's page asks for; `known` messages were there before."""
        asks = journey.call.asks
        assert asks is not None
        _ACTS[asks](self, self.phone(journey), known)

    def register_passkey(self, card: str) -> None:
        """Register a passkey for a card in the bank's app, on this device."""
        self.shop.goto(f"{self.house.site('bank')}/app")
        self.shop.fill("#number", card)
        self.shop.press("#number", "Enter")
        self.shop.locator("#register button").press("Enter")
        expect(self.shop.locator("#said")).to_have_text("The passkey is registered.")

    def confirm(self, ares: dict[str, Any]) -> dict[str, Any]:
        """Confirm the payment of an ARes S in the shop's page; give the assertion."""
        self.shop.goto(self.site.url)
        self.shop.evaluate(
            """([confirm, asked]) => { window.confirmed = new Promise((done, failed) => {
                 document.getElementById("pay").onclick = () =>
                   eval("(" + confirm + ")")(asked).then(done, failed); }); }""",
            [CONFIRM, [ares["spcTransData"], ares["webAuthnCredList"]]],
        )
        self.shop.click("#pay")
        told: dict[str, Any] = json.loads(self.shop.evaluate("() => window.confirmed"))
        return told

    def phone(self, journey: Journey) -> Phone:
        """The phone of the cardholder."""
        return Phone(self.house, journey.ending)

    def press(self, action: str) -> None:
        """Press the button of the form that goes there."""
        self.frame.locator(f"form[action$='{action}'] button").first.press("Enter")


def _proceeds(desk: Desk, phone: Phone, known: int) -> None:
    desk.press("/challenge/continue")


def _types_code(desk: Desk, phone: Phone, known: int) -> None:
    field_for_code = desk.frame.locator("#code")
    expect(field_for_code).to_be_visible()
    field_for_code.fill(phone.code(known))
    desk.press("/challenge/code")


_ACTS: Final = {
    Asks.PASSES_BY_ITSELF: _proceeds,
    Asks.FAILS_BY_ITSELF: _proceeds,
    Asks.ONE_TIME_CODE: _types_code,
}
