"""What the shop's staff see of an order, and that every page is open to everybody."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from sekisho.acquirer.ledger.web.site import TRIES_WITHIN_S
from sekisho.kernel.brands import BRANDS, Brand
from tests.journeys.buyer import Buyer, number_of
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]


def open_ledger(page: Page, house: RunningHouse) -> None:
    """Sign in with the password that the house printed; only so many may within a while."""
    house.advance_clock(TRIES_WITHIN_S)
    page.goto(f"{house.site('shop')}/ledger/")
    page.fill("#password", house.credentials()["shop"]["staff_password"])
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(r"/ledger/?$"))


def open_order(page: Page, house: RunningHouse, number: str) -> None:
    """Open one order from the list; the shop's outbox may still be telling the ledger of it."""
    link = page.get_by_role("link", name=number)
    for _ in range(20):
        if link.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    link.press("Enter")
    page.wait_for_url(f"**/ledger/orders/{number}")


@pytest.mark.parametrize(
    ("brand", "ending", "eci", "how"),
    [
        (Brand.VISA, "0003", "05", "Frictionless"),
        (Brand.MASTERCARD, "0070", "02", "Challenge"),
        (Brand.JCB, "0023", "06", "Frictionless"),
    ],
    ids=["frictionless", "challenged", "attempt"],
)
def test_the_ledger_says_how_an_order_was_authenticated(
    buyer: Buyer, brand: Brand, ending: str, eci: str, how: str
) -> None:
    """D6, D7, C9: payment icon, authentication icon, brand, ECI, frictionless or challenged."""
    number = buyer.come_to_confirmation(number_of(brand, ending)).place_order().wait_for_order()
    page, house = buyer.page, buyer.house
    open_ledger(page, house)
    open_order(page, house, number)
    main = page.locator("main")
    expect(main).to_contain_text(how)
    expect(page.locator("dt", has_text=re.compile("^ECI$")).first.locator("+ dd")).to_have_text(eci)
    expect(page.locator("#liability .bearer")).to_contain_text(re.compile("issuer", re.IGNORECASE))
    buyer.shot("order")
    page.goto(f"{house.site('shop')}/ledger/")
    row = page.locator("tr", has_text=number)
    expect(row.locator(".payment-marks")).to_contain_text(BRANDS[brand].name)
    expect(row.get_by_role("img", name=re.compile("uthenticated"))).to_have_count(1)
    buyer.shot("orders")


def test_the_ledger_is_closed_to_strangers(context: BrowserContext, house: RunningHouse) -> None:
    """Orders hold personal data: nobody sees one without signing in."""
    page = context.new_page()
    for path in ("/ledger/", "/ledger/orders/0000000001"):
        page.goto(f"{house.site('shop')}{path}")
        expect(page.locator("#password")).to_be_visible()
    page.fill("#password", "not the password")
    page.press("#password", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page and in its frames."""
    found = Axe().run(
        page,
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    return [
        f"{each['id']}: {node['html'][:120]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_page_of_the_purchase_shuts_anybody_out(buyer: Buyer, language: str) -> None:
    """B15: WCAG 2.2 AA on every page from the shop's door to the ledger, in both languages."""
    page, house = buyer.page, buyer.house
    shop, bank = house.site("shop"), house.site("bank")
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = violations(page)

    for name, address in {
        "front": f"{shop}/?lang={language}",
        "product": f"{shop}/products/kettle",
        "bank": f"{bank}/?lang={language}",
        "inbox": f"{bank}/inbox?lang={language}",
        "help": f"{bank}/help?lang={language}",
        "lab": f"{house.site('lab')}/?lang={language}",
        "sign-in": f"{shop}/ledger/",
        "missing": f"{shop}/no-such-page",
    }.items():
        page.goto(address)
        look(name)
    buyer.put_in_cart()
    look("cart")
    buyer.go_to_checkout()
    expect(buyer.card_form().locator("#number")).to_be_visible()
    look("checkout")
    buyer.fill_in_details().type_card(number_of(Brand.UNIONPAY, "0072")).go_on_to_confirmation()
    look("confirmation")
    buyer.place_order().wait_for_challenge()
    look("challenge")
    open_ledger(page, house)
    look("orders")
    assert {name: faults for name, faults in found.items() if faults} == {}
