"""A browser without a screen: keeps cookies, reads forms, sends them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from html.parser import HTMLParser

from httpx import Response
from litestar.testing import AsyncTestClient

from sekisho.acquirer.storefront.web import site

from .house import Shop
from .purchases import SETTINGS

HTML = {"Accept": "text/html"}
ANSWERS = {
    "family_name": "山田",
    "given_name": "太郎",
    "email": "taro@example.com",
    "phone_country": "81",
    "phone": "090-1234-5678",
    "country": "JP",
    "postal_code": "1000001",
    "state": "13",
    "city": "千代田区",
    "line1": "箱根町1-2-3",
    "line2": "",
    "holder_name": "taro yamada",
    "token": "tok_9f8e7d6c5b4a39281706",
    "brand": "visa",
    "lastFour": "1072",
    "expiryMonth": "12",
    "expiryYear": "2030",
}
SCRIPTED = {
    "browserLanguage": "ja-JP",
    "browserColorDepth": "24",
    "browserScreenHeight": "844",
    "browserScreenWidth": "390",
    "deviceLocalTimeZone": "-540",
    "challengeWindowSize": "FULL_SCREEN",
    "javaEnabled": "false",
}


class Forms(HTMLParser):
    """Collects the forms of a page: address and hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = str(given.get("action"))
            self.found.setdefault(self._open, {})
        if tag == "input" and self._open and given.get("type") == "hidden":
            self.found[self._open][str(given["name"])] = str(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Browser:
    """One buyer at the shop."""

    def __init__(self, client: AsyncTestClient) -> None:  # type: ignore[type-arg]  # any application
        self.client = client
        self.page = ""

    async def open(self, path: str, **headers: str) -> Response:
        """Open an address and follow where it leads."""
        reply = await self.client.get(path, headers=HTML | headers, follow_redirects=True)
        self.page = unescape(reply.text)
        return reply

    async def send(self, action: str, follow: bool = True, **fields: str) -> Response:
        """Send one of the page's forms, filled in."""
        forms = Forms()
        forms.feed(self.page)
        data = forms.found[action] | fields
        reply = await self.client.post(action, data=data, headers=HTML, follow_redirects=follow)
        if follow:
            self.page = unescape(reply.text)
        return reply

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of one of the page's forms."""
        forms = Forms()
        forms.feed(self.page)
        return forms.found[action]

    async def to_checkout(self, sku: str = "kettle") -> Response:
        """Put something into the cart and go to the checkout."""
        await self.open(f"/products/{sku}")
        await self.send("/cart/add", quantity="1")
        return await self.open("/checkout")

    async def to_confirmation(self, **changed: str) -> Response:
        """Fill in the checkout page."""
        await self.to_checkout()
        return await self.send("/checkout", **(ANSWERS | changed))

    async def to_payment(self) -> Response:
        """Press the button."""
        await self.to_confirmation()
        return await self.send("/checkout/confirm", **SCRIPTED, consent="yes")


@asynccontextmanager
async def visiting(shop: Shop) -> AsyncIterator[Browser]:
    """Open the shop's site to one browser."""
    app = site(
        settings=shop.settings,
        carts=shop.carts,
        checkouts=shop.checkouts,
        clock=shop.clock,
        chance=shop.chance,
        log=shop.log,
    )
    async with AsyncTestClient(app, base_url=SETTINGS.origin) as client:
        yield Browser(client)


def text_of(page: str) -> str:
    """A page's text without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
