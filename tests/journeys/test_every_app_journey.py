"""Every journey of the app channel: a shop's app with the emulated SDK, real keys, encrypted messages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import WallClock
from sekisho.adapters.http.client import Peer
from sekisho.app.sdk_trust import trust_of
from sekisho.clients.server import ThreeDSServer
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.secret import Secret
from sekisho.protocol import Channel
from sekisho.testkit.card_calls import Asks, Offers
from sekisho.testkit.cards import SANDBOX_ANSWERS, SANDBOX_PASSWORD
from sekisho.testkit.journeys import JOURNEYS, Journey, screen_of
from sekisho.testkit.sdk import (
    Consent,
    Device,
    HttpRoad,
    Paid,
    PayingApp,
    Player,
    Screen,
    ScriptedCardholder,
    Sdk,
    Trust,
)
from tests.journeys.phone import Phone
from tests.journeys.requestor import Requestor, hold, hold_result, see_through
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("journeys")]

VISA: Final = BRANDS[Brand.VISA].directory_server_id
IN_APP = [journey for journey in JOURNEYS if journey.channel is Channel.APP]


@dataclass(frozen=True)
class Shop:
    """A shop with an app."""

    house: RunningHouse
    requestor: Requestor
    trust: Trust
    api_key: str

    async def pay(self, journey: Journey, cardholder: ScriptedCardholder) -> Paid:
        """Pay with the card of a journey, on a device with an SDK of its own."""
        chance, road = SystemChance(), HttpRoad()
        peer = Peer(self.house.program_url(""), identity=None)
        app = PayingApp(
            server=ThreeDSServer(peer, Secret(self.api_key)),
            sdk=Sdk(device=Device(locale="en-GB")),
            trust=self.trust,
            player=Player(road=road, cardholder=cardholder, clock=WallClock(), chance=chance),
            chance=chance,
        )
        try:
            elements = self.requestor.elements(journey)
            return await app.pay(elements, directory_server_id=VISA, version=journey.version)
        finally:
            await road.close()
            await peer.close()


@pytest.fixture(scope="module")
def shop(house: RunningHouse) -> Shop:
    """One shop for all of them."""
    document = house.credentials()
    return Shop(
        house=house,
        requestor=Requestor(house),
        trust=trust_of(document["sdk"]),
        api_key=document["threeds_server"]["api_key"],
    )


@pytest.mark.parametrize("journey", IN_APP, ids=[each.name for each in IN_APP])
async def test_the_app_comes_to_the_end_that_the_card_calls_for(
    shop: Shop, journey: Journey
) -> None:
    """A2, A4, F1, F2: AReq with the SDK's data, each screen, and the result that counts."""
    phone = Phone(shop.house, journey.ending)
    known = len(phone.messages())
    cardholder = ScriptedCardholder(lambda screen: words(journey, screen, phone, known))
    paid = await shop.pay(journey, cardholder)
    hold(journey, paid.ares.elements)
    if journey.call.status != "C":
        assert paid.ended is None
        if journey.call.status == "D":
            see_through(shop.requestor, journey, paid.ares.elements)
        return
    status = "N" if journey.call.asks is Asks.FAILS_BY_ITSELF else "Y"
    assert cardholder.screens[0].ui is screen_of(journey)
    assert paid.ended is not None
    assert paid.ended.trans_status == ("D" if journey.call.falls_back else status)
    if journey.call.falls_back:
        phone.approve()
    rreq = shop.requestor.wait_for_result(paid.ares.elements)
    hold_result(journey, paid.ares.elements, rreq, status)


def words(journey: Journey, screen: Screen, phone: Phone, known: int) -> str:
    """What the cardholder says to a screen."""
    asks, offers = journey.call.asks, journey.call.offers
    assert asks is not None
    if journey.call.falls_back:
        return ":continue"  # not approved: the bank goes on without the app
    said = _WORDS[asks](screen, phone, known)
    consent = {Offers.TRUST_LIST: Consent.TRUST, Offers.DEVICE_BINDING: Consent.BIND}
    return said if offers is None else f"{said} +{consent[offers].value}"


def _approves(screen: Screen, phone: Phone, known: int) -> str:
    shown = screen.text if screen.form is None else screen.form.text
    found = re.search(r"number (\d+)", shown)
    phone.approve(number=found.group(1) if found else "")
    return ":continue"


def chosen(screen: Screen, *answers: str) -> str:
    """Give the numbers of the right answers, by what the screen says."""
    return ",".join(
        each.code for each in screen.choices if any(word in each.text.lower() for word in answers)
    )


_WORDS: Final[dict[Asks, Callable[[Screen, Phone, int], str]]] = {
    Asks.PASSES_BY_ITSELF: lambda screen, phone, known: ":continue",
    Asks.FAILS_BY_ITSELF: lambda screen, phone, known: ":continue",
    Asks.ONE_TIME_CODE: lambda screen, phone, known: phone.code(known),
    Asks.STATIC_PASSWORD: lambda screen, phone, known: SANDBOX_PASSWORD,
    Asks.APP_CODE: lambda screen, phone, known: phone.app_code(),
    Asks.OUT_OF_BAND: _approves,
    Asks.SINGLE_SELECT: lambda screen, phone, known: chosen(screen, *SANDBOX_ANSWERS["branch"]),
    Asks.MULTI_SELECT: lambda screen, phone, known: chosen(screen, *SANDBOX_ANSWERS["payments"]),
    Asks.INFORMATION: lambda screen, phone, known: ":continue",
}
