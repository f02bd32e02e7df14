"""A cardholder at a browser: a foreign shop's page with the bank's frame in it, and the bank's own app.

One tab serves every journey of a module: what is slow about a browser is opening it, and the
passkeys of the device belong to the tab.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import BrowserContext, CDPSession, FrameLocator, Page, expect

from sekisho.testkit.card_calls import Asks, Offers
from sekisho.testkit.cards import SANDBOX_ANSWERS, SANDBOX_PASSWORD
from sekisho.testkit.journeys import Journey
from tests.foreign_client import OwnServer, decoded, encoded
from tests.foreign_payer import BROWSER
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
    requestor: Requestor = field(init=False)
    shop: Page = field(init=False)
    browser: CDPSession = field(init=False)

    def __post_init__(self) -> None:
        self.site.page = SHOP_PAGE
        self.shop = self.context.new_page()
        seen = {"browserUserAgent": self.shop.evaluate("navigator.userAgent")}
        self.requestor = Requestor(
            self.house, {**BROWSER, **seen, "browserIP": "127.0.0.1", "browserLanguage": "en-GB"}
        )
        self.browser = self.context.new_cdp_session(self.shop)
        self.browser.send("WebAuthn.enable", {"enableUI": False})
        self.browser.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    @property
    def frame(self) -> FrameLocator:
        """The bank's page in the shop's."""
        return self.shop.frame_locator("#bank")

    @property
    def named_site(self) -> str:
        """The shop's site by a name: passkeys are nothing for addresses of numbers."""
        return self.site.url.replace("127.0.0.1", "travelling.localhost")

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
        asks, offers = journey.call.asks, journey.call.offers
        assert asks is not None
        if offers is not None:
            self.frame.locator(f"[name={_CONSENTS[offers]}]").check()
        act = _puts_off if journey.call.falls_back else _ACTS[asks]
        act(self, Phone(self.house, journey.ending), known)

    def register_passkey(self, card: str) -> None:
        """Register a passkey for a card in the bank's app, on this device."""
        self.shop.goto(f"{self.house.site('bank')}/app")
        self.shop.fill("#number", card)
        self.shop.press("#number", "Enter")
        self.shop.locator("#register button").press("Enter")
        expect(self.shop.locator("#said")).to_have_text("The passkey is registered.")

    def confirm(self, ares: dict[str, Any]) -> dict[str, Any]:
        """Confirm the payment of an ARes S in the shop's page; give the assertion."""
        self.shop.goto(self.named_site)
        # The dialogue of Secure Payment Confirmation is the browser's own: nobody can click in it.
        self.browser.send("Page.setSPCTransactionMode", {"mode": "autoAccept"})
        self.shop.evaluate(
            """([confirm, asked]) => { window.confirmed = new Promise((done, failed) => {
                 document.getElementById("pay").onclick = () =>
                   eval("(" + confirm + ")")(asked).then(done, failed); }); }""",
            [CONFIRM, [ares["spcTransData"], ares["webAuthnCredList"]]],
        )
        self.shop.click("#pay")
        told: dict[str, Any] = json.loads(self.shop.evaluate("() => window.confirmed"))
        return told

    def press(self, action: str) -> None:
        """Press the button of the form that goes there."""
        self.frame.locator(f"form[action$='{action}'] button").first.press("Enter")


def _proceeds(desk: Desk, phone: Phone, known: int) -> None:
    desk.press("/challenge/continue")


def _types(desk: Desk, words: str) -> None:
    desk.frame.locator("#code").fill(words)
    desk.press("/challenge/code")


def _types_code(desk: Desk, phone: Phone, known: int) -> None:
    expect(desk.frame.locator("#code")).to_be_visible()  # the code is sent when the page is shown
    _types(desk, phone.code(known))


def _types_password(desk: Desk, phone: Phone, known: int) -> None:
    _types(desk, SANDBOX_PASSWORD)


def _types_app_code(desk: Desk, phone: Phone, known: int) -> None:
    _types(desk, phone.app_code())


def _approves(desk: Desk, phone: Phone, known: int) -> None:
    phone.approve(number=desk.frame.locator("#number").inner_text())  # the page notices by itself


def _puts_off(desk: Desk, phone: Phone, known: int) -> None:
    desk.press("/challenge/later")


def _uses_passkey(desk: Desk, phone: Phone, known: int) -> None:
    desk.press("/challenge/passkey")


def _chooses_one(desk: Desk, phone: Phone, known: int) -> None:
    (answer,) = SANDBOX_ANSWERS["branch"]
    desk.frame.locator(f"[name=choice][value={answer}]").check()
    desk.press("/challenge/choose")


def _chooses_all(desk: Desk, phone: Phone, known: int) -> None:
    for answer in SANDBOX_ANSWERS["payments"]:
        desk.frame.locator(f"[name='choice.{answer}']").check()
    desk.press("/challenge/choose")


_CONSENTS: Final = {Offers.TRUST_LIST: "trust", Offers.DEVICE_BINDING: "bind"}
_ACTS: Final = {
    Asks.PASSES_BY_ITSELF: _proceeds,
    Asks.FAILS_BY_ITSELF: _proceeds,
    Asks.ONE_TIME_CODE: _types_code,
    Asks.STATIC_PASSWORD: _types_password,
    Asks.APP_CODE: _types_app_code,
    Asks.OUT_OF_BAND: _approves,
    Asks.PASSKEY: _uses_passkey,
    Asks.SINGLE_SELECT: _chooses_one,
    Asks.MULTI_SELECT: _chooses_all,
    Asks.INFORMATION: _proceeds,
}
