"""3-D Secure 1.0.2 in a real browser: in the whole window and in a pop-up (A1, B16)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.foreign_payer import code_from, inbox
from tests.journeys.conftest import shots
from tests.old_shop import FULL, PASSWORD, POP_UP, OldShop, an_old_shop
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def shop(house: RunningHouse) -> Iterator[OldShop]:
    """An old shop with the sandbox document."""
    with an_old_shop(house) as running:
        yield running


def answer(page: Page, typed: str) -> None:
    """Type an answer on the bank's page and confirm it."""
    page.locator("#code").fill(typed)
    page.locator("form[action$='/challenge/code'] button").press("Enter")


def test_the_whole_window_goes_to_the_bank_and_comes_back(
    context: BrowserContext, shop: OldShop, request: pytest.FixtureRequest
) -> None:
    """A1, B16: the bank's own address stands in the address bar; the shop gets a signed answer."""
    page = context.new_page()
    page.goto(shop.serve(shop.enrol("9073"), target=FULL))
    page.get_by_role("button", name="Pay").press("Enter")
    page.wait_for_url("**/acs/threeds1/challenge/page/**")
    expect(page.get_by_text("An old shop")).to_be_visible()
    page.screenshot(path=shots(request) / "01-whole-window.png", full_page=True)
    answer(page, PASSWORD)
    expect(page.get_by_text("Taken.")).to_be_visible()
    result = shop.worth()
    assert (result["status"], result["mayAuthorise"]) == ("Y", True)


def test_the_pop_up_goes_to_the_bank_and_tells_its_opener(
    context: BrowserContext, shop: OldShop, request: pytest.FixtureRequest
) -> None:
    """B16: the shop's page stays where it is, and hears from the pop-up when it is over."""
    known = len(inbox(shop.foreigner, "9072"))
    page = context.new_page()
    page.goto(shop.serve(shop.enrol("9072"), target=POP_UP))
    with context.expect_page() as opening:
        page.get_by_role("button", name="Pay").press("Enter")
    bank = opening.value
    bank.wait_for_url("**/acs/threeds1/challenge/page/**")
    expect(bank.locator("#code")).to_be_visible()
    bank.screenshot(path=shots(request) / "01-pop-up.png", full_page=True)
    answer(bank, code_from(shop.foreigner, "9072", known))
    expect(page.locator("#said")).to_have_text("Back from the bank.")
    assert shop.worth()["status"] == "Y"


def test_who_cancels_comes_back_without_paying(context: BrowserContext, shop: OldShop) -> None:
    """A1, D10: the way out is on the page."""
    page = context.new_page()
    page.goto(shop.serve(shop.enrol("9073")))
    page.get_by_role("button", name="Pay").press("Enter")
    page.locator("form[action$='/challenge/cancel'] button").press("Enter")
    expect(page.get_by_text("Taken.")).to_be_visible()
    assert shop.worth()["status"] == "N"


def test_it_works_without_scripts(browser: Browser, shop: OldShop) -> None:
    """D7: one press more takes the answer back to the shop."""
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    try:
        page = context.new_page()
        page.goto(shop.serve(shop.enrol("9073")))
        page.get_by_role("button", name="Pay").press("Enter")
        answer(page, PASSWORD)
        page.locator("form[action$='/back'] button").press("Enter")
        expect(page.get_by_text("Taken.")).to_be_visible()
    finally:
        context.close()
    assert shop.worth()["status"] == "Y"
