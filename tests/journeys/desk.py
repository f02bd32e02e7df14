"""A cardholder at a browser: a foreign shop's page with the bank's frame in it, and the bank's own sites.

One tab for the shop and one for the bank serve every journey of a module: what is slow about a
browser is opening it.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from sekisho.testkit.card_calls import Asks
from sekisho.testkit.journeys import Journey
from tests.foreign_client import OwnServer, decoded, encoded
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


@dataclass
class Desk:
    """A cardholder's browser, with the shop's tab and the bank's."""

    context: BrowserContext
    house: RunningHouse
    site: OwnServer
    requestor: Requestor
    shop: Page = field(init=False)
    bank: Page = field(init=False)

    def __post_init__(self) -> None:
        self.site.page = SHOP_PAGE
        self.shop = self.context.new_page()
        self.bank = self.context.new_page()

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
        """Do what the bank's page asks for."""
        asks = journey.call.asks
        assert asks is not None
        _ACTS[asks](self, journey, known)

    def messages(self, ending: str) -> list[dict[str, str]]:
        """What the card's holder has received."""
        told: dict[str, list[dict[str, str]]] = self.house.json(
            f"/inbox.json?last4={ending}", headers={"Host": f"bank.localhost:{self.house.port}"}
        )
        return told["messages"]

    def press(self, action: str) -> None:
        """Press the button of the form that goes there."""
        self.frame.locator(f"form[action$='{action}'] button").first.press("Enter")

    def code(self, ending: str, known: int) -> str:
        """Wait for the newest code."""
        for _ in range(300):
            messages = self.messages(ending)
            if len(messages) > known:
                found = re.search(r"(?<!\d)(\d{6})(?!\d)", messages[0]["text"])
                assert found, messages[0]
                return found.group(1)
            self.shop.wait_for_timeout(20)
        raise AssertionError("no code arrived")


def _proceeds(desk: Desk, journey: Journey, known: int) -> None:
    desk.press("/challenge/continue")


def _types_code(desk: Desk, journey: Journey, known: int) -> None:
    field_for_code = desk.frame.locator("#code")
    expect(field_for_code).to_be_visible()
    field_for_code.fill(desk.code(journey.ending, known))
    desk.press("/challenge/code")


_ACTS: Final = {
    Asks.PASSES_BY_ITSELF: _proceeds,
    Asks.FAILS_BY_ITSELF: _proceeds,
    Asks.ONE_TIME_CODE: _types_code,
}
