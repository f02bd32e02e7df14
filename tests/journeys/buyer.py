"""The buyer: does at the shop what a person does, by what a person sees.

Buttons are pressed with the keyboard: every journey shows that it can be made without a mouse, and
headless Chromium sends clicks astray right after it has scrolled a page with frames of other sites.
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from sekisho.kernel.brands import BRANDS, Brand, brand_of
from sekisho.testkit.cards import sandbox_card
from tests.running_house import RunningHouse

PATIENCE_MS = 30_000
"""How long a page may take on a busy machine before a person would give up."""


class Buyer:
    """Someone with a browser, a card and a phone that receives codes."""

    def __init__(self, page: Page, house: RunningHouse, shots: Path) -> None:
        self.page = page
        self.house = house
        self._shots = shots
        self._taken = 0
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)

    def shot(self, name: str) -> None:
        """Keep a picture of what the buyer sees now."""
        self._taken += 1
        self.page.screenshot(path=self._shots / f"{self._taken:02d}-{name}.png", full_page=True)

    def put_in_cart(self, sku: str = "kettle") -> "Buyer":
        """Put a product in the cart."""
        self.page.goto(f"{self.house.site('shop')}/products/{sku}")
        self.page.locator("form[action='/cart/add'] button[type=submit]").press("Enter")
        self.page.wait_for_url("**/cart*")
        return self

    def go_to_checkout(self) -> "Buyer":
        """Open the checkout from the cart."""
        self.page.goto(f"{self.house.site('shop')}/checkout")
        return self

    def fill_in_details(self) -> "Buyer":
        """Give a name and an address."""
        for name, value in {
            "family_name": "Yamada", "given_name": "Hanako", "email": "hanako@example.com",
            "phone_country": "81", "phone": "9012345678", "postal_code": "250-0522",
            "city": "Hakone", "line1": "1-2-3 Motohakone",
        }.items():  # fmt: skip
            self.page.fill(f"#{name}", value)
        self.page.select_option("#state", index=14)
        if self.page.locator("#holder_name").is_visible():
            self.page.fill("#holder_name", "HANAKO YAMADA")
        return self

    def card_form(self) -> FrameLocator:
        """The vault's frame inside the checkout page."""
        return self.page.frame_locator("#card iframe")

    def type_card(self, digits: str) -> "Buyer":
        """Type the card into the vault's frame."""
        form = self.card_form()
        brand = brand_of(digits)
        code = "1234"[: BRANDS[brand].security_code_digits] if brand else "123"
        form.locator("#number").fill(digits)
        form.locator("#expiry").fill("12/34")
        form.locator("#security-code").fill(code)
        return self

    def go_on_to_confirmation(self) -> "Buyer":
        """Continue; the browser sends the card to the vault and the token to the shop."""
        self.page.press("#go-on", "Enter")
        self.page.wait_for_url("**/checkout/confirm*")
        return self

    def place_order(self) -> "Buyer":
        """Agree to the transfer of data and place the order."""
        self.page.press("#consent", "Space")
        self.page.press("#place-order", "Enter")
        return self

    def come_to_confirmation(self, card: str, *, sku: str = "kettle") -> "Buyer":
        """Go from the shop's door to the confirmation page with a card of these digits."""
        self.put_in_cart(sku).go_to_checkout().fill_in_details().type_card(card)
        return self.go_on_to_confirmation()

    def challenge(self) -> FrameLocator:
        """The bank's page: a frame in the gateway's frame in the shop's page."""
        return self.page.frame_locator("#authentication").frame_locator("#issuer")

    def code_field(self) -> Locator:
        """Where the one-time password goes."""
        return self.challenge().locator("#code")

    def wait_for_challenge(self) -> "Buyer":
        """Wait until the bank asks for a code."""
        expect(self.code_field()).to_be_visible()
        return self

    def code_from_inbox(self, last_four: str, *, known: int = 0) -> str:
        """Read the newest code from the bank's sandbox inbox, as the phone would show it."""
        for _ in range(100):
            messages = self.house.json(
                "/inbox.json?last4=" + last_four,
                headers={"Host": f"bank.localhost:{self.house.port}"},
            )["messages"]
            if len(messages) > known:
                found = re.search(r"(?<!\d)(\d{6})(?!\d)", messages[0]["text"])
                assert found, "the message holds a code"
                return found.group(1)
            self.page.wait_for_timeout(100)
        raise AssertionError("no code arrived")

    def after(self, event: str, act: Callable[[], None]) -> None:
        """Do something, then wait until a new line of the house's log names the event."""
        known = self.house.log().count(f'"event":"{event}"')
        act()
        for _ in range(300):
            if self.house.log().count(f'"event":"{event}"') > known:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the house never said: {event}")

    def messages(self, last_four: str) -> int:
        """Count the messages that the card's holder has received."""
        return len(
            self.house.json(
                "/inbox.json?last4=" + last_four,
                headers={"Host": f"bank.localhost:{self.house.port}"},
            )["messages"]
        )

    def enter_code(self, code: str) -> "Buyer":
        """Type a code and confirm."""
        self.code_field().fill(code)
        self.challenge().locator("form[action$='/challenge/code'] button").press("Enter")
        return self

    def wait_for_order(self) -> str:
        """Wait for the last page; give the order's number."""
        self.page.wait_for_url("**/orders/*")
        return self.page.locator("#order-number").inner_text()

    def wait_for_refusal(self) -> str:
        """Wait until the buyer is back at the checkout; give what the shop says."""
        self.page.wait_for_url(re.compile(r"/checkout(\?.*)?$"))
        return self.page.locator("#outcome").inner_text()


def number_of(brand: Brand, ending: str) -> str:
    """A test card's digits."""
    return sandbox_card(brand, ending).digits
