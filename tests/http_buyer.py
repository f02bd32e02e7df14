"""A buyer without a browser: reads the real pages over HTTP, and does what a browser and a person do.

The forms are taken from the pages as they are, so a page that cannot be used is found out. When
the house dies under the buyer's hands, `Gone` is raised, unless the browser was told how to wait:
then the request is sent once more, as the reload button does. `HttpBuyer.buy` can be called again
at any time, and goes on from where the shop then says that the buyer is.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.running_house import RunningHouse

SEE_OTHER = 303
REDIRECTS_MAX = 5
FRAME_STEPS_MAX = 12
POLL_S = 0.05
LOOKS_EAGER = 4
LOOKS_MAX = 40
"""How often a page looks for news before the person in front of it loses patience."""
PURCHASES_MAX = 4
"""How often a person begins anew before giving up."""

DETAILS = {
    "family_name": "Yamada", "given_name": "Hanako", "email": "hanako@example.com",
    "phone_country": "81", "phone": "9012345678", "country": "JP", "postal_code": "250-0522",
    "state": "14", "city": "Hakone", "line1": "1-2-3 Motohakone", "holder_name": "HANAKO YAMADA",
}  # fmt: skip
BROWSER = {
    "browserLanguage": "en-GB", "browserColorDepth": "24", "browserScreenHeight": "900",
    "browserScreenWidth": "1440", "deviceLocalTimeZone": "-540",
    "challengeWindowSize": "600_400", "javaEnabled": "false",
}  # fmt: skip
HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) HttpBuyer/1",
    "Accept": "text/html,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en",
}


class Gone(Exception):
    """The house does not answer any more: it has died."""


class Stuck(Exception):
    """No page offers a way on."""


@dataclass
class Form:
    """A form of a page as it would be sent: hidden fields, and what is filled in beforehand."""

    action: str
    method: str
    id: str | None
    fields: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.elements: dict[str, dict[str, str]] = {}
        self.scripts: dict[str, str] = {}
        self._form: Form | None = None
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.elements[given["id"]] = given
        if tag == "form":
            self._form = Form(
                action=given.get("action", ""), method=given.get("method", "get"),
                id=given.get("id"), attributes=given,
            )  # fmt: skip
            self.forms.append(self._form)
        if tag == "input" and self._form and given.get("type") not in {"checkbox", "submit"}:
            self._form.fields[given["name"]] = given.get("value", "")
        if tag == "script":
            self._script = given.get("id")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data


@dataclass
class Page:
    """What came of one navigation."""

    url: str
    status: int
    text: str

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.text)
        self.forms, self.elements, self.scripts = reader.forms, reader.elements, reader.scripts

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.url).path

    def form(self, *, id: str | None = None, action_ends: str | None = None) -> Form:
        """Give one form, by its id or by the end of its address; Stuck when there is none."""
        for form in self.forms:
            if (id is not None and form.id == id) or (
                action_ends is not None and form.action.endswith(action_ends)
            ):
                return form
        raise Stuck(f"no such form on {self.url} ({self.status}): {id or action_ends}")


class HttpBrowser:
    """Sends requests and keeps cookies, each host its own."""

    def __init__(self, house: RunningHouse) -> None:
        self.house = house
        self.when_gone: Callable[[], None] | None = None
        """Waits until the house is back; without it a dead house is the end: `Gone`."""
        self._cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str) -> Page:
        """Go to an address."""
        return self._go("GET", url, None, {})

    def send(self, page: Page, form: Form, **typed: str) -> Page:
        """Send a form of a page with what was typed into it."""
        url = urljoin(page.url, form.action)
        fields = urlencode({**form.fields, **typed})
        if form.method.lower() == "get":
            return self.get(f"{url}?{fields}")
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        return self._go("POST", url, fields.encode(), headers)

    def send_json(self, page: Page, address: str, body: object) -> Page:
        """Call an address from a page's script."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        headers = {"Content-Type": "application/json", "Origin": origin}
        return self._go("POST", urljoin(page.url, address), json.dumps(body).encode(), headers)

    def _go(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(REDIRECTS_MAX):
            status, location, text = self._reloaded(method, url, body, headers)
            if location is None:
                return Page(url, status, text)
            url, method, body, headers = urljoin(url, location), "GET", None, {}
        raise Stuck(f"too many redirects: {url}")

    def _reloaded(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str | None, str]:
        try:
            return self._request(method, url, body, headers)
        except Gone:
            if self.when_gone is None:
                raise
            self.when_gone()
            return self._request(method, url, body, headers)

    def _request(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str | None, str]:
        parts = urlsplit(url)
        host = parts.netloc
        cookies = "; ".join(f"{k}={v}" for k, v in self._cookies.get(host, {}).items())
        sent = {**HEADERS, **headers, "Host": host, **({"Cookie": cookies} if cookies else {})}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = HTTPConnection("127.0.0.1", self.house.port, timeout=30)
        try:
            connection.request(method, target or "/", body, sent)
            reply = connection.getresponse()
            text = reply.read().decode()
        except (ConnectionError, HTTPException, TimeoutError) as error:
            raise Gone(f"{method} {url}") from error
        finally:
            connection.close()
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies.setdefault(host, {})[name] = value
        location = reply.headers.get("Location") if reply.status == SEE_OTHER else None
        return reply.status, location, text


class HttpBuyer:
    """Someone with a card and a phone that receives codes, but no screen."""

    def __init__(self, house: RunningHouse, card: str) -> None:
        self.house = house
        self.card = card
        self.browser = HttpBrowser(house)
        self.shop = house.site("shop")
        self.number: str | None = None
        """The number that the shop gave the purchase, once the buyer has seen it."""
        self.pass_time: Callable[[], None] = lambda: time.sleep(POLL_S)
        """What happens while the buyer waits for something that does not come at once."""
        self._codes_tried: set[str] = set()

    def buy(self) -> str:
        """Go on until there is an order, from wherever the shop says that we are; its number.

        Raises Gone when the house dies, Stuck when there is no way on.
        """
        page = self.stand()
        for _ in range(PURCHASES_MAX * 4):
            if page.path.startswith("/orders/"):
                return self._order_number(page)
            page = self.step(page)
        raise Stuck(f"no order after many tries; the last page was {page.url}")

    def _order_number(self, page: Page) -> str:
        if page.status != 200 or "order-number" not in page.elements:
            raise Stuck(f"{page.url} ({page.status}) shows no order")
        return page.path.rpartition("/")[2]

    def stand(self) -> Page:
        """Reload what the shop shows us: the purchase if we know its number, else the checkout."""
        return self._seen(
            self.browser.get(
                f"{self.shop}/checkout/{self.number}/outcome"
                if self.number
                else f"{self.shop}/checkout"
            )
        )

    def _seen(self, page: Page) -> Page:
        known = re.match(r"/(?:checkout|orders)/([A-Z0-9-]*\d[A-Z0-9-]*)", page.path)
        if known:
            self.number = known.group(1)
        return page

    def step(self, page: Page) -> Page:
        """Do what the page asks for, and give the next one."""
        match page.path:
            case "/cart":
                return self._fill_cart()
            case "/checkout":
                return self._give_details(page)
            case "/checkout/confirm":
                return self._order(page)
            case path if path.endswith("/payment"):
                return self._pay(page)
        raise Stuck(f"{page.url} ({page.status}) leads nowhere")

    def _fill_cart(self) -> Page:
        product = self.browser.get(f"{self.shop}/products/kettle")
        self.browser.send(product, product.form(action_ends="/cart/add"))
        return self._seen(self.browser.get(f"{self.shop}/checkout"))

    def _give_details(self, page: Page) -> Page:
        made = self._tokenize(page)
        card = {
            "token": made["token"], "brand": made["brand"], "lastFour": made["lastFour"],
            "expiryMonth": str(made["expiry"]["month"]), "expiryYear": str(made["expiry"]["year"]),
        }  # fmt: skip
        return self._seen(self.browser.send(page, page.form(id="checkout"), **DETAILS, **card))

    def _tokenize(self, page: Page) -> Any:
        key = page.elements["card"]["data-key"]
        frame = self.browser.get(f"{self.house.site('pay')}/vault/fields?key={key}&lang=en")
        facts = json.loads(frame.scripts["facts"])
        made = self.browser.send_json(
            frame, facts["tokens"],
            {
                "key": key, "ticket": facts["ticket"], "parentOrigin": self.shop,
                "accountNumber": self.card, "expiry": {"month": 12, "year": 2034},
                "securityCode": "123",
            },
        )  # fmt: skip
        if made.status != 201:
            raise Stuck(f"the vault answers {made.status}: {made.text}")
        return json.loads(made.text)

    def _order(self, page: Page) -> Page:
        form = page.form(id="confirm")
        return self._seen(self.browser.send(page, form, **BROWSER, consent="yes"))

    def _pay(self, page: Page) -> Page:
        """Wait as the payment page does: open the frame once it is named, go on when told to."""
        walked = False
        for look in range(LOOKS_MAX):
            said = self.browser.get(urljoin(page.url, page.elements["stage"]["data-status"]))
            where = json.loads(said.text)
            if where["next"]:
                return self._seen(self.browser.get(urljoin(page.url, where["next"])))
            if where["url"] and not walked:
                walked = True
                if not self._walk(where["url"]):
                    # The frame says that its address was used: the buyer presses cancel.
                    return self._cancel(page)
            self._wait(look)
        return self._cancel(page)

    def _wait(self, look: int) -> None:
        if look < LOOKS_EAGER:
            time.sleep(POLL_S)
        else:
            self.pass_time()

    def _cancel(self, page: Page) -> Page:
        return self._seen(self.browser.send(page, page.form(action_ends="/cancel")))

    def _walk(self, url: str) -> bool:
        """Go through the gateway's frame; False when it has nothing more to offer."""
        page = self.browser.get(url)
        for step in range(FRAME_STEPS_MAX):
            if "stage" not in page.elements:
                return False
            address = urljoin(page.url, page.elements["stage"]["data-page"])
            match page.elements["stage"]["data-step"]:
                case "method":
                    page = self._method(page)
                case "challenge":
                    self._challenge(page)
                    page = self.browser.get(f"{address}?returned=1")
                case "waiting":
                    self._wait(step)
                    page = self.browser.get(f"{address}?returned=1")
                case "returning":
                    self.browser.send(page, page.form(id="start"))
                    return True
        return False

    def _method(self, page: Page) -> Page:
        if "start" in page.elements:
            inner = self.browser.send(page, page.form(id="start"))
            form = inner.form(id="notification")
            told = {"token": form.attributes["data-token"], "facts": {"userAgent": "HttpBuyer"}}
            self.browser.send_json(inner, form.attributes["data-profile"], told)
            self.browser.send(inner, form)
        return self.browser.send(page, page.form(id="go-on"))

    def _challenge(self, page: Page) -> None:
        """Answer the bank in the inner frame, until it sends us back to the gateway."""
        inner = self.browser.send(page, page.form(id="start"))
        for _ in range(FRAME_STEPS_MAX):
            back = [form for form in inner.forms if "cres" in form.fields]
            if back:
                self.browser.send(inner, back[0])
                return
            if not any(form.action.endswith("/challenge/code") for form in inner.forms):
                return  # the bank does not know it, or no more: what surrounds the frame decides
            code = self._newest_code()
            if code is None:
                form = inner.form(action_ends="/challenge/cancel")
                inner = self.browser.send(inner, form)
            else:
                form = inner.form(action_ends="/challenge/code")
                inner = self.browser.send(inner, form, code=code)

    def _newest_code(self) -> str | None:
        """Look at the phone until there is a code that was not tried yet."""
        address = f"{self.house.site('bank')}/inbox.json?last4={self.card[-4:]}"
        for look in range(LOOKS_EAGER * 3):
            for message in json.loads(self.browser.get(address).text)["messages"][:1]:
                found = re.search(r"(?<!\d)(\d{6})(?!\d)", message["text"])
                if found and found.group(1) not in self._codes_tried:
                    self._codes_tried.add(found.group(1))
                    return found.group(1)
            self._wait(look)
        return None
