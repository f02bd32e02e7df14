"""Every decoupled authentication: the cardholder is asked elsewhere, and the result comes when it comes."""

import pytest

from sekisho.protocol import Channel
from sekisho.testkit.card_calls import Asks
from sekisho.testkit.journeys import JOURNEYS, Journey
from tests.journeys.phone import Phone
from tests.journeys.requestor import Requestor, hold, hold_result, ready
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("journeys")]

DECOUPLED = [
    journey
    for journey in JOURNEYS
    if journey.call.status == "D" and journey.channel is not Channel.APP and ready(journey)
]


@pytest.fixture(scope="module")
def requestor(house: RunningHouse) -> Requestor:
    """One program for all of them."""
    return Requestor(house)


@pytest.mark.parametrize("journey", DECOUPLED, ids=[each.name for each in DECOUPLED])
def test_the_cardholder_is_asked_elsewhere(requestor: Requestor, journey: Journey) -> None:
    """F2: approved, denied, or not in time; with an RReq in each case."""
    ares = requestor.ask(journey)
    hold(journey, ares)
    status = {Asks.PASSES_BY_ITSELF: "Y", Asks.FAILS_BY_ITSELF: "N"}.get(
        journey.call.asks or Asks.OUT_OF_BAND, "Y"
    )
    if not journey.call.acts:
        status = "U"
        assert requestor.result(ares) is None
        requestor.house.advance_clock(61)
    elif journey.call.asks is Asks.OUT_OF_BAND:
        assert requestor.result(ares) is None
        Phone(requestor.house, journey.ending).approve()
    rreq = requestor.wait_for_result(ares)
    hold_result(journey, ares, rreq, status)
    if not journey.call.acts:
        assert rreq["challengeCancel"] == "03"
        assert rreq["transStatusReason"] in {"24", "26"}
