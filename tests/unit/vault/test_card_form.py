"""The card form and the shop's script in a real browser, on two origins of this machine."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from sekisho.acquirer.vault.model import Merchant, TokenRecord, VaultSettings
from sekisho.acquirer.vault.service import Vault
from sekisho.acquirer.vault.store import TOKENS
from sekisho.acquirer.vault.web import site
from sekisho.acquirer.vault.web.scripts import load_script
from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import WallClock
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.http.sites import Paths, Sites
from sekisho.adapters.keys import Mac, Seal
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.memory import MemoryRecords

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("vault-browser")]

SCREENSHOTS = Path(__file__).resolve().parents[3] / "screenshots" / "vault"
JCB = sandbox_card(Brand.JCB, "0103").digits
AMEX = sandbox_card(Brand.AMEX, "0103").digits
VISA = sandbox_card(Brand.VISA, "0103").digits
HTML = "text/html; charset=utf-8"

SHOP_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{pay}/vault/js/sekisho.1.js" integrity="{integrity}" crossorigin="anonymous"></script>
<script src="/shop.js" defer></script></head><body>
<main><h1>Checkout</h1><div id="card" data-key="{key}"></div><button id="pay">Pay</button>
<output id="said"></output><ol id="told"></ol><iframe id="bank" title="Bank" frameborder="0" hidden></iframe></main></body></html>"""

SHOP_SCRIPT = """
window.told = [];
window.tell = (name, detail) => {
  told.push([name, detail]);
  const line = document.createElement("li");
  line.textContent = name + " " + (detail && detail.code ? detail.code : "");
  document.getElementById("told").append(line);
};
const mount = document.getElementById("card");
window.card = Sekisho.fields({ key: mount.dataset.key, mount, lang: document.documentElement.lang });
for (const name of ["ready", "change", "submit", "error"]) {
  card.on(name, (detail) => tell(name, detail));
}
document.getElementById("pay").addEventListener("click", async () => {
  const said = document.getElementById("said");
  try {
    window.made = await card.tokenize();
    said.textContent = "token " + made.brand + " " + made.lastFour;
  } catch (error) {
    window.failed = { code: error.code, fields: error.fields };
    said.textContent = "failed " + error.code;
  }
});
"""

GATEWAY_PAGE = """<!doctype html><title>Gateway</title><script>
parent.postMessage({{ source: "sekisho", type: "challenge", width: 390, height: 400 }}, "{shop}");
</script><p>bank's page</p><form method="post" action="{shop}/return"><button>Go on</button></form>"""


@dataclass
class Stage:
    """The running shop and vault, and what has reached each."""

    port: int
    tokens: MemoryRecords[TokenRecord]
    seen_by_shop: list[str] = field(default_factory=list)

    def origin(self, name: str) -> str:
        return f"http://{name}.localhost:{self.port}"

    def newest_token(self) -> TokenRecord:
        """Look into the vault; in a thread, for the browser's driver has this one's loop."""
        with ThreadPoolExecutor(1) as thread:
            [record] = thread.submit(asyncio.run, self.tokens.newest(limit=1)).result()
        return record

    def shop_app(self, integrity: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            body = await read_body(receive)
            self.seen_by_shop.append(f"{scope['path']}?{scope['query_string']!r} {body!r}")
            if scope["path"] == "/shop.js":
                await respond(send, 200, SHOP_SCRIPT.encode(), "text/javascript")
                return
            if scope["path"] == "/return":
                await respond(send, 200, b"<!doctype html><title>Back</title>", HTML)
                return
            query = dict(
                pair.split("=") for pair in scope["query_string"].decode().split("&") if pair
            )
            page = SHOP_PAGE.format(
                pay=self.origin("pay"),
                integrity=integrity,
                key=query.get("key", "pk_sakura"),
                lang=query.get("lang", "en"),
            )
            policy = (
                f"default-src 'self'; script-src 'self' {self.origin('pay')}; "
                f"frame-src {self.origin('pay')} 'self'; form-action {self.origin('pay')}"
            )
            await respond(
                send, 200, page.encode(), HTML, ((b"content-security-policy", policy.encode()),)
            )

        return app

    async def gateway(self, scope: Any, receive: Any, send: Any) -> None:
        """Stands for the gateway's orchestration page."""
        signed = b"Expires=1&Signature=a%2Bb%3D" in scope["query_string"]
        page = GATEWAY_PAGE.format(shop=self.origin("shop"))
        await respond(send, 200 if signed else 403, page.encode(), HTML)


def _stage(port: int) -> tuple[Stage, Any]:
    tokens: MemoryRecords[TokenRecord] = MemoryRecords(TOKENS)
    stage = Stage(port=port, tokens=tokens)
    clock, log = WallClock(), _Quiet()
    settings = VaultSettings(
        site_origin=stage.origin("pay"),
        merchants=(
            Merchant(
                merchant_id="998482157632",
                publishable_key="pk_sakura",
                name="Sakura Books",
                origins=(stage.origin("shop"), stage.origin("tampered")),
            ),
        ),
        tokens_per_minute_and_address=1000,
    )
    vault = Vault(
        settings,
        tokens=tokens,
        seal=Seal(b"s" * 32),
        digest=Mac(b"d" * 32),
        clock=clock,
        chance=SystemChance(),
        log=log,
    )
    good = load_script("sekisho.1.js").integrity
    app = Sites(
        {
            "pay.localhost": Paths(
                {"/vault": site(vault, clock=clock, log=log), "/3ds": stage.gateway}
            ),
            "shop.localhost": stage.shop_app(good),
            "evil.localhost": stage.shop_app(good),
            "tampered.localhost": stage.shop_app("sha384-" + "A" * 64),
        }
    )
    return stage, app


class _Quiet:
    def info(self, event: str, **facts: object) -> None:
        """Say nothing."""

    def warning(self, event: str, **facts: object) -> None:
        """Say nothing."""

    def error(self, event: str, **facts: object) -> None:
        raise AssertionError(f"{event} {facts}")


@contextmanager
def _served(app: Any, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
    started = threading.Event()

    async def serve() -> None:
        asyncio.get_running_loop().call_soon(started.set)
        await server.serve(sockets=[listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    started.wait(10)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stage, app = _stage(listening.getsockname()[1])
        with _served(app, listening):
            yield stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    opened = context.new_page()
    yield opened
    context.close()


def _open(page: Page, stage: Stage, query: str = "") -> FrameLocator:
    page.goto(stage.origin("shop") + "/checkout" + query)
    _hears(page, "ready")
    return page.frame_locator("#card iframe")


def _hears(page: Page, what: str) -> None:
    """Wait until the shop's script has heard it."""
    expect(page.locator("#told li", has_text=what).first).to_be_attached()


def _fill(form: FrameLocator, number: str = JCB, expiry: str = "1230", code: str = "123") -> None:
    form.locator("#number").press_sequentially(number)
    form.locator("#expiry").press_sequentially(expiry)
    form.locator("#security-code").press_sequentially(code)


def test_the_shop_gets_a_token_and_never_the_card(page: Page, stage: Stage) -> None:
    """E1, E7: typed in the frame, sent to the vault; nothing the shop sees holds the number."""
    stage.seen_by_shop.clear()
    form = _open(page, stage)
    _fill(form)
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("token jcb 0103")
    made = page.evaluate("made")
    assert made["token"].startswith("tok_")
    assert made["expiry"] == {"month": 12, "year": 2030}
    told = repr(page.evaluate("told")) + page.content() + repr(stage.seen_by_shop)
    for digits in (JCB, JCB[:8]):
        assert digits not in told
    assert stage.newest_token().last_four == "0103"


def test_fields_have_labels_and_follow_each_other(page: Page, stage: Stage) -> None:
    """Keyboard and screen reader first: by label, in the order they stand."""
    form = _open(page, stage)
    form.get_by_label("Card number").focus()
    page.keyboard.type(AMEX)
    page.keyboard.press("Tab")
    expect(form.get_by_label("Expiry date")).to_be_focused()
    page.keyboard.type("0130")
    page.keyboard.press("Tab")
    expect(form.get_by_label("Security code")).to_be_focused()
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    _hears(page, "submit")
    last = page.evaluate("told.filter(([name]) => name === 'change').pop()[1]")
    assert last == {"complete": True, "brand": "amex"}


@pytest.mark.parametrize(
    ("digits", "shown", "name"),
    [
        (VISA, f"{VISA[:4]} {VISA[4:8]} {VISA[8:12]} {VISA[12:]}", "Visa"),
        (AMEX, f"{AMEX[:4]} {AMEX[4:10]} {AMEX[10:]}", "American Express"),
    ],
)
def test_numbers_stand_in_the_brands_groups(
    page: Page, stage: Stage, digits: str, shown: str, name: str
) -> None:
    """As they stand on the card, so that they can be compared; the brand is shown and spoken."""
    form = _open(page, stage)
    form.locator("#number").press_sequentially(digits)
    expect(form.locator("#number")).to_have_value(shown)
    expect(form.locator("#brand-name")).to_have_text(name)
    expect(form.locator("[data-brand]:visible")).to_have_count(1)


def test_the_caret_stays_where_the_person_has_it(page: Page, stage: Stage) -> None:
    """Correcting a digit in the middle must not throw the caret to the end."""
    form = _open(page, stage)
    number = form.locator("#number")
    number.press_sequentially("41111111")
    for _ in range(4):
        number.press("ArrowLeft")
    number.press("Backspace")  # over the space: the digit before it goes
    expect(number).to_have_value("4111 111")
    number.press_sequentially("23")
    expect(number).to_have_value("4112 3111 1")
    assert number.evaluate("field => field.selectionStart") == 6
    number.press("Delete")
    expect(number).to_have_value("4112 3111")
    number.evaluate("field => field.setSelectionRange(4, 4)")
    number.press("Delete")  # onto the space: the digit after it goes
    expect(number).to_have_value("4112 111")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("5", "05"), ("430", "04/30"), ("1230", "12/30"), ("12/2030", "12/30"), ("０４３０", "04/30")],
)
def test_expiry_dates_are_understood_as_people_write_them(
    page: Page, stage: Stage, typed: str, shown: str
) -> None:
    """With or without zero, slash or century, from a Japanese keyboard as well."""
    form = _open(page, stage)
    form.locator("#expiry").press_sequentially(typed)
    expect(form.locator("#expiry")).to_have_value(re.compile(re.escape(shown) + "/?"))


def test_a_pasted_number_is_read(page: Page, stage: Stage) -> None:
    """With hyphens, spaces or full-width digits, as it may lie in a clipboard or be filled in."""
    form = _open(page, stage)
    spaced = "-".join((JCB[:4], JCB[4:8], JCB[8:12], JCB[12:]))
    for text in (spaced, JCB.translate(str.maketrans("0123456789", "０１２３４５６７８９"))):
        form.locator("#number").fill(text)
        expect(form.locator("#number")).to_have_value(spaced.replace("-", " "))


def test_what_is_missing_is_said_at_the_field_and_focused(page: Page, stage: Stage) -> None:
    """D3: errors say what to do next; the first wrong field gets the focus; nothing was sent."""
    form = _open(page, stage)
    before = page.locator("#card iframe").bounding_box()
    form.locator("#expiry").press_sequentially("0120")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("failed invalid")
    assert page.evaluate("failed.fields") == ["number", "expiry", "securityCode"]
    expect(form.locator("#number-error")).to_have_text("Enter the card number.")
    expect(form.locator("#expiry-error")).to_have_text("Expired. Use another card.")
    expect(form.locator("#number")).to_be_focused()
    expect(form.locator("#number")).to_have_attribute("aria-invalid", "true")
    assert page.locator("#card iframe").bounding_box() == before  # nothing jumped


def test_an_error_appears_on_leaving_and_goes_when_put_right(page: Page, stage: Stage) -> None:
    """Not while somebody is still typing, and not for a field only passed through."""
    form = _open(page, stage)
    number = form.locator("#number")
    number.press_sequentially(JCB[:-1])
    expect(form.locator("#number-error")).to_have_text("")
    number.press("Tab")
    expect(form.locator("#number-error")).to_contain_text("Not complete")
    form.locator("#expiry").press("Tab")
    expect(form.locator("#expiry-error")).to_have_text("")
    number.focus()
    number.press("End")
    number.press_sequentially(JCB[-1])
    expect(form.locator("#number-error")).to_have_text("")


def test_a_failed_connection_can_be_tried_again(page: Page, stage: Stage) -> None:
    """The form says so and keeps what was typed."""
    form = _open(page, stage)
    _fill(form)
    page.route("**/vault/tokens", lambda route: route.abort())
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("failed unreachable")
    expect(form.get_by_role("alert")).to_contain_text("try again")
    page.unroute("**/vault/tokens")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("token jcb 0103")
    expect(form.locator("#notice")).to_be_hidden()


def test_a_foreign_page_cannot_show_the_form(page: Page, stage: Stage) -> None:
    """E5: the browser refuses the frame; the page is told, after ten seconds, what to check."""
    page.clock.install()
    page.goto(stage.origin("evil") + "/checkout")
    expect(page.locator("#card iframe")).to_have_count(1)
    page.clock.fast_forward(10_000)
    _hears(page, "error frame_unavailable")
    expect(page.frame_locator("#card iframe").locator("#number")).to_have_count(0)
    assert page.evaluate("card.tokenize().catch((error) => error.code)") == "not_ready"


def test_a_second_port_gets_no_answer(page: Page, stage: Stage) -> None:
    """A script on the shop's page that comes later cannot take the form over."""
    form = _open(page, stage)
    page.evaluate(
        """(pay) => {
          const channel = new MessageChannel();
          window.stolen = [];
          channel.port1.onmessage = (event) => stolen.push(event.data);
          document.querySelector("#card iframe").contentWindow.postMessage(
            { source: "sekisho", type: "connect", version: 1, nonce: "0".repeat(32), labels: {} },
            pay, [channel.port2]);
        }""",
        stage.origin("pay"),
    )
    _fill(form)
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("token jcb 0103")
    assert page.evaluate("stolen") == []


def test_a_tampered_script_does_not_run(page: Page, stage: Stage) -> None:
    """E5: the digest in the page does not fit, so the browser refuses the script."""
    page.goto(stage.origin("tampered") + "/checkout")
    assert page.evaluate("typeof window.Sekisho") == "undefined"


def test_an_unknown_key_is_explained_in_the_frame(page: Page, stage: Stage) -> None:
    """Whoever builds the page sees what is wrong where the form should be."""
    page.goto(stage.origin("shop") + "/checkout?key=pk_wrong")
    frame = page.frame_locator("#card iframe")
    expect(frame.get_by_role("heading")).to_have_text("The card form cannot be shown")


def test_without_javascript_the_frame_says_so(browser: Browser, stage: Stage) -> None:
    """B15: rather than showing fields that do nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stage.origin("pay") + "/vault/fields?key=pk_sakura&lang=en")
    notice = page.locator("noscript .notice")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("The card form needs JavaScript")
    context.close()


def test_browser_info_has_the_payment_apis_names_and_types(page: Page, stage: Stage) -> None:
    """C2: what only a browser can know; the server adds the accept header and the address."""
    _open(page, stage)
    info = page.evaluate("Sekisho.browserInfo()")
    assert info.pop("browserUserAgent").startswith("Mozilla/")
    assert isinstance(info.pop("deviceLocalTimeZone"), int)
    assert info == {
        "browserLanguage": "en-GB",
        "browserColorDepth": "24",
        "browserScreenHeight": "844",
        "browserScreenWidth": "390",
        "javaEnabled": False,
        "javaScriptEnabled": True,
        "challengeWindowSize": "FULL_SCREEN",
    }


AUTHENTICATE = """(url) => {
  window.run = Sekisho.authenticate({
    url, frame: "#bank",
    onChallenge: (size) => tell("challenge", size), onClose: (end) => tell("closed", end),
  });
}"""


def test_authentication_shows_the_challenge_and_ends_on_return(page: Page, stage: Stage) -> None:
    """D2, C3: the signed address goes out as a form, the frame grows for the bank's page."""
    _open(page, stage)
    page.evaluate(AUTHENTICATE, stage.origin("pay") + "/3ds/o?Expires=1&Signature=a%2Bb%3D")
    bank = page.locator("#bank")
    expect(bank).to_be_visible()
    _hears(page, "challenge")
    assert bank.bounding_box()["width"] <= 390  # type: ignore[index]
    assert bank.bounding_box()["height"] == 400  # type: ignore[index]
    page.frame_locator("#bank").get_by_role("button", name="Go on").click()
    assert page.evaluate("run.done") == {"how": "returned"}
    expect(bank).to_be_hidden()
    _hears(page, "closed")


def test_messages_of_others_do_not_move_the_frame(page: Page, stage: Stage) -> None:
    """Neither our own page nor another frame may pretend to be the gateway."""
    _open(page, stage)
    page.evaluate(AUTHENTICATE, stage.origin("pay") + "/3ds/o?unsigned=1")
    page.evaluate("""() => {
      for (const type of ["challenge", "finished"]) {
        window.postMessage({ source: "sekisho", type, width: 5, height: 5 }, location.origin);
      }
    }""")
    _hears(page, "challenge")
    assert page.evaluate("told.filter(([name]) => name === 'closed')") == []
    page.evaluate("run.close()")
    assert page.evaluate("run.done") == {"how": "closed"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/"])
def test_an_address_that_is_none_of_the_gateways_is_refused(
    page: Page, stage: Stage, url: str
) -> None:
    """A form's action may run script: only web addresses are let through."""
    _open(page, stage)
    code = page.evaluate(
        """(url) => { try { Sekisho.authenticate({ url, frame: "#bank" }); }
                      catch (error) { return error.code; } }""",
        url,
    )
    assert code == "usage"


@pytest.mark.parametrize("view", ["ja-320", "en-320", "ja-390", "en-1280"])
def test_the_form_is_accessible_and_fits(browser: Browser, stage: Stage, view: str) -> None:
    """WCAG 2.2 AA by axe, empty and with errors, at every width; nothing is cut off."""
    lang, _, width = view.partition("-")
    context = browser.new_context(viewport={"width": int(width), "height": 800})
    page = context.new_page()
    form = _open(page, stage, f"?lang={lang}")
    page.locator("#card iframe").screenshot(path=SCREENSHOTS / f"form-{view}.png")
    form.locator("#number").press_sequentially(VISA[:-1])
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#said")).to_have_text("failed invalid")
    page.locator("#card iframe").screenshot(path=SCREENSHOTS / f"errors-{view}.png")
    found = Axe().run(page).response["violations"]
    inside = [each for each in found if any("iframe" in node["target"] for node in each["nodes"])]
    assert inside == []
    sizes = form.locator("body").evaluate(
        "body => [document.documentElement.scrollWidth - innerWidth, "
        "document.documentElement.scrollHeight - innerHeight]"
    )
    assert sizes == [0, 0]
    context.close()
