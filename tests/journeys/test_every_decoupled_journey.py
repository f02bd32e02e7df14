"""Every decoupled authentication: the cardholder is asked elsewhere, and the result comes when it comes."""

import pytest

from sekisho.protocol import Channel
from sekisho.testkit.journeys import JOURNEYS, Journey
from tests.journeys.requestor import Requestor, hold, see_through
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("journeys")]

DECOUPLED = [
    journey
    for journey in JOURNEYS
    if journey.call.status == "D" and journey.channel is not Channel.APP
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
    see_through(requestor, journey, ares)
