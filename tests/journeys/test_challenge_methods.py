"""Every way of asking in a real browser: five window sizes, two languages, keyboard, and to the end."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.areq import AREQ
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import SANDBOX_PASSWORD
from tests.foreign_client import EmvProgram, encoded
from tests.journeys.buyer import Buyer, number_of
from tests.journeys.conftest import DESKTOP, shots
from tests.journeys.test_window_sizes import OWN, SIZES
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]

KINDS = {
    "static-password": ("0073", "code"),
    "app-code": ("0074", "code"),
    "out-of-band": ("0075", "approved"),
    "passkey": ("0076", "passkey"),
    "single-select": ("0077", "choose"),
    "multi-select": ("0078", "choose"),
    "information": ("0079", "continue"),
}
BRANDS = {"ja": Brand.JCB, "en": Brand.DISCOVER}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def open_challenge(
    page: Page, house: RunningHouse, card: str, language: str, **changes: Any
) -> None:
    """Authenticate as a payment provider does and carry the CReq as a browser does."""
    program = EmvProgram(house.credentials())
    prepared = program.call("/preauth", {"acctNumber": card})
    elements: dict[str, Any] = {name: value for name, value in AREQ.items() if name not in OWN}
    ares = program.call(
        "/auth",
        {
            **elements,
            "acctNumber": card,
            "threeDSServerTransID": prepared["threeDSServerTransID"],
            "browserLanguage": language,
            "browserUserAgent": page.evaluate("navigator.userAgent"),
            "notificationURL": "https://merchant.example/3ds",
            **changes,
        },
    )
    assert ares["transStatus"] == "C", ares
    creq = encoded(
        {
            "messageType": "CReq",
            "messageVersion": ares["messageVersion"],
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "acsTransID": ares["acsTransID"],
            "challengeWindowSize": "05",
        }
    )
    page.set_content(
        f'<form method="post" action={json.dumps(ares["acsURL"])}>'
        f'<input type="hidden" name="creq" value="{creq}"></form>'
    )
    page.evaluate("document.forms[0].submit()")
    page.wait_for_url("**/challenge/page/**")


def press(page: Page, what: str) -> None:
    """Press the button of a form, with the keyboard."""
    page.locator(f"form[action$='/challenge/{what}'] button").first.press("Enter")


def with_device(context: BrowserContext, page: Page) -> None:
    """Give the browser an authenticator that verifies its user."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def register_passkey(page: Page, house: RunningHouse, card: str) -> None:
    """Register a passkey in the bank's app."""
    page.goto(f"{house.site('bank')}/app?lang=en")
    page.fill("#number", card)
    page.get_by_role("button", name="Open", exact=True).press("Enter")
    page.wait_for_url("**/app/cards/*")
    page.locator("#register button").press("Enter")
    expect(page.locator("#said")).to_contain_text("registered")


@pytest.fixture
def english(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that speaks English."""
    opened = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Asia/Tokyo")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def passkey_card(browser: Browser, house: RunningHouse) -> Iterator[str]:
    """A card on which somebody has registered a passkey."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    with_device(context, page)
    for brand in BRANDS.values():
        register_passkey(page, house, number_of(brand, "0076"))
    yield number_of(Brand.JCB, "0076")
    context.close()


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("ja", "en"))))
@pytest.mark.usefixtures("passkey_card")
def test_every_page_fits_every_window_and_everybody_can_use_it(
    browser: Browser, house: RunningHouse, request: pytest.FixtureRequest, kind: str, language: str
) -> None:
    """A4, D2, B4, B14, B15, B17: nothing sticks out sideways; WCAG 2.2 AA; the buttons are there."""
    ending, action = KINDS[kind]
    context = browser.new_context(viewport=DESKTOP, locale=language)
    folder = shots(request)
    try:
        page = context.new_page()
        open_challenge(page, house, number_of(BRANDS[language], ending), language)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=folder / f"{size}.png")
            page.screenshot(path=folder / f"{size}-whole.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for what in (action, "cancel"):
                button = page.locator(f"form[action$='/challenge/{what}'] button").first
                expect(button).to_be_visible()
                box = button.bounding_box()
                assert box
                assert box["height"] >= 24
                assert box["x"] + box["width"] <= width
        main = page.locator("main")
        for text in ("14,500", ending, "箱根の山は天下の嶮"):
            expect(main).to_contain_text(text)
        expect(main).to_contain_text("Japan Standard Time" if language == "en" else "日本時間")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert Axe().run(page, options=AXE).response["violations"] == []
    finally:
        context.close()


def ended(page: Page) -> None:
    """Wait until the page takes the result back to the shop's service."""
    page.wait_for_url("https://merchant.example/**")


def to_the_end(context: BrowserContext) -> Page:
    """Open a page whose shop's service answers everything."""
    page = context.new_page()
    page.route("https://merchant.example/**", lambda route: route.fulfill(body="back at the shop"))
    return page


def test_the_password_of_the_web_service_passes(
    english: BrowserContext, house: RunningHouse
) -> None:
    """D4, B5: a wrong one is said beside the field, one Tab away."""
    page = to_the_end(english)
    open_challenge(page, house, number_of(Brand.JCB, "0073"), "en")
    page.fill("#code", "not this one")
    press(page, "code")
    expect(page.get_by_role("alert")).to_contain_text("You can try 2 more times.")
    page.keyboard.press("Tab")
    expect(page.locator("#code")).to_be_focused()
    page.fill("#code", SANDBOX_PASSWORD)
    press(page, "code")
    ended(page)


def test_the_code_of_the_authenticator_app_passes(
    english: BrowserContext, house: RunningHouse
) -> None:
    """D4: read in the sandbox's app, copied by the cardholder."""
    card = number_of(Brand.MASTERCARD, "0074")
    page = to_the_end(english)
    open_challenge(page, house, card, "en")
    app = english.new_page()
    app.goto(f"{house.site('bank')}/app?lang=en")
    app.fill("#number", card)
    app.get_by_role("button", name="Open", exact=True).press("Enter")
    code = app.locator("#app-code").inner_text()
    page.fill("#code", code)
    press(page, "code")
    ended(page)


@pytest.mark.parametrize(
    ("brand", "scripts", "answer"),
    [
        (Brand.VISA, True, "approve"),
        (Brand.AMEX, False, "approve"),
        (Brand.DINERS, True, "deny"),
        (Brand.UNIONPAY, False, "deny"),
    ],
)
def test_the_banks_app_decides_and_the_page_notices(
    browser: Browser, house: RunningHouse, brand: Brand, scripts: bool, answer: str
) -> None:
    """A4, attack 22: the number on the page is typed in the app; with and without JavaScript."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    bare = browser.new_context(viewport=DESKTOP, locale="en-GB", java_script_enabled=scripts)
    try:
        sender, page = to_the_end(context), bare.new_page()
        open_challenge(sender, house, number_of(brand, "0075"), "en")
        page.goto(sender.url)
        number = page.locator("#number").inner_text()
        app = context.new_page()
        app.goto(f"{house.site('bank')}/app?lang=en&last4=0075")
        prompt = app.locator("[data-prompt]").first
        expect(prompt).to_contain_text("14,500")
        if answer == "approve":
            prompt.locator("input[name=number]").fill(number)
        prompt.locator(f"button[value={answer}]").press("Enter")
        expect(app.locator("#said")).to_contain_text(
            "Approved" if answer == "approve" else "Denied"
        )
        said = "Confirmed" if answer == "approve" else "You told us that it was not you"
        if scripts:
            ended(sender)
        else:
            expect(page.get_by_role("heading", level=1)).to_contain_text(said)
    finally:
        bare.close()
        context.close()


def test_a_passkey_passes_and_a_browser_without_one_can_go_another_way(
    english: BrowserContext, house: RunningHouse
) -> None:
    """A4: WebAuthn inside the challenge page; who has not the device takes a code."""
    card = number_of(Brand.VISA, "0076")
    page = to_the_end(english)
    with_device(english, page)
    register_passkey(page, house, card)
    open_challenge(page, house, card, "en")
    press(page, "passkey")
    ended(page)
    other = to_the_end(english)
    open_challenge(other, house, card, "en")
    other.get_by_role("button", name="With a one-time password", exact=True).press("Enter")
    expect(other.locator("#code")).to_be_visible()


def test_without_a_script_the_passkey_page_says_what_it_needs(
    browser: Browser, english: BrowserContext, house: RunningHouse, passkey_card: str
) -> None:
    """B15: and the other ways are there."""
    page = english.new_page()
    open_challenge(page, house, passkey_card, "en")
    bare = browser.new_context(java_script_enabled=False, locale="en-GB")
    try:
        plain = bare.new_page()
        plain.goto(page.url)
        expect(plain.locator("#needs-script")).to_be_visible()
        expect(plain.locator("#passkey")).to_be_hidden()
        expect(plain.get_by_role("button", name="In your bank's app")).to_be_visible()
    finally:
        bare.close()


@pytest.mark.parametrize(
    ("ending", "wrong", "right"),
    [
        ("0077", ("Gora branch",), ("Odawara branch",)),
        ("0078", ("Gas",), ("Electricity", "Water")),
    ],
)
def test_questions_are_answered_with_the_keyboard(
    english: BrowserContext, house: RunningHouse, ending: str, wrong: Any, right: Any
) -> None:
    """A4: one choice, and several."""
    page = to_the_end(english)
    open_challenge(page, house, number_of(Brand.AMEX, ending), "en")
    for name in wrong:
        page.get_by_label(name).press("Space")
    press(page, "choose")
    expect(page.get_by_role("alert")).to_contain_text("not the right answer")
    for name in right:
        page.get_by_label(name).press("Space")
    press(page, "choose")
    ended(page)


def test_information_is_read_and_goes_on(english: BrowserContext, house: RunningHouse) -> None:
    """F1: nothing to type."""
    page = to_the_end(english)
    open_challenge(page, house, number_of(Brand.JCB, "0079"), "en")
    press(page, "continue")
    ended(page)


def test_a_passkey_works_in_the_frames_of_a_cart(buyer: Buyer) -> None:
    """A4, D2: the shop's frame and the payment service's let the bank's page ask for it."""
    card = number_of(Brand.MASTERCARD, "0076")
    page = buyer.page
    with_device(page.context, page)
    register_passkey(page, buyer.house, card)
    buyer.come_to_confirmation(card).place_order()
    buyer.challenge().locator("#passkey button").press("Enter")
    assert buyer.wait_for_order()


def test_the_app_is_asked_from_inside_the_cart(buyer: Buyer) -> None:
    """A4, D2, F2: the page in the cart notices that the phone has answered."""
    buyer.come_to_confirmation(number_of(Brand.MASTERCARD, "0075")).place_order()
    number = buyer.challenge().locator("#number").inner_text()
    buyer.shot("number")
    app = buyer.page.context.new_page()
    app.goto(f"{buyer.house.site('bank')}/app?lang=en&last4=0075")
    for prompt in app.locator("[data-prompt]").all():
        if "Toge Chaya" in prompt.inner_text():
            prompt.locator("input[name=number]").fill(number)
            prompt.locator("button[value=approve]").press("Enter")
            break
    expect(app.locator("#said")).to_contain_text("Approved")
    assert buyer.wait_for_order()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_everybody_can_use_the_banks_app(
    browser: Browser, house: RunningHouse, request: pytest.FixtureRequest, language: str
) -> None:
    """B15: the sandbox's app on a phone and on a desk; WCAG 2.2 AA."""
    card = number_of({"ja": Brand.MAESTRO, "en": Brand.DISCOVER}[language], "0075")
    context = browser.new_context(locale=language)
    folder = shots(request)
    try:
        open_challenge(context.new_page(), house, card, language)
        page = context.new_page()
        page.goto(f"{house.site('bank')}/app?lang={language}")
        for name in ("prompts", "card"):
            for width, height in ((390, 844), (1280, 800)):
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert Axe().run(page, options=AXE).response["violations"] == []
            if name == "prompts":
                page.fill("#number", card)
                page.locator("form[action*='/app/cards'] button").press("Enter")
                page.wait_for_url("**/app/cards/*")
    finally:
        context.close()
