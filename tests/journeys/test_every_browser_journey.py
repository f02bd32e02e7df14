"""Every challenge that a browser can meet: channel 02, each version, category and method, in Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from sekisho.protocol import Category, Channel
from sekisho.testkit.card_calls import Asks
from sekisho.testkit.journeys import JOURNEYS, Journey
from tests.foreign_client import own_server
from tests.journeys.conftest import DESKTOP
from tests.journeys.desk import Desk
from tests.journeys.phone import Phone
from tests.journeys.requestor import card_of, hold, hold_result
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]

CHALLENGES = [
    journey
    for journey in JOURNEYS
    if journey.channel is Channel.BROWSER and journey.call.status == "C"
]


CONFIRMED = [journey for journey in JOURNEYS if journey.call.status == "S"]


@pytest.fixture(scope="module")
def desk(browser: Browser, house: RunningHouse) -> Iterator[Desk]:
    """One browser for all of them."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Asia/Tokyo")
    with own_server() as site:
        yield Desk(context, house, site)
    context.close()


@pytest.mark.parametrize("journey", CHALLENGES, ids=[each.name for each in CHALLENGES])
def test_the_cardholder_comes_through_the_challenge(desk: Desk, journey: Journey) -> None:
    """A4, F1: CReq by the browser, what the bank asks, CRes home, and the result of the RReq."""
    known = len(Phone(desk.house, journey.ending).messages())
    if journey.call.asks is Asks.PASSKEY:
        desk.register_passkey(card_of(journey))
    ares = desk.requestor.ask(journey, notificationURL=f"{desk.site.url}/done")
    hold(journey, ares)
    assert desk.requestor.result(ares) is None
    desk.open_challenge(ares)
    desk.act(journey, known=known)
    cres = desk.come_home()
    if journey.call.falls_back:
        Phone(desk.house, journey.ending).approve()
    rreq = desk.requestor.wait_for_result(ares)
    status = "N" if journey.call.asks.name.startswith("FAILS") else "Y"
    assert cres["transStatus"] == ("D" if journey.call.falls_back else status)
    hold_result(journey, ares, rreq, status)


@pytest.mark.parametrize("journey", CONFIRMED, ids=[each.name for each in CONFIRMED])
def test_the_payment_is_confirmed_in_the_shops_own_page(desk: Desk, journey: Journey) -> None:
    """F2: Secure Payment Confirmation: ARes S, the browser's own dialogue, and a second AReq."""
    desk.register_passkey(card_of(journey))
    ares = desk.requestor.ask(
        journey,
        notificationURL=f"{desk.site.url}/done",
        threeDSRequestorURL=desk.named_site,
    )
    hold(journey, ares)
    confirmed = desk.confirm(ares)
    second = desk.requestor.program.call(
        "/spc",
        {
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "threeDSReqAuthData": confirmed,
        },
    )
    assert (second["messageType"], second["transStatus"]) == ("ARes", "Y"), second
    assert second["threeDSServerTransID"] != ares["threeDSServerTransID"]
    if journey.category is Category.PAYMENT:
        assert "authenticationValue" in second
