"""Every journey on which no page is shown: what is decided at once, in the browser channel and in 3RI."""

import pytest

from sekisho.protocol import Channel
from sekisho.testkit.journeys import JOURNEYS, Journey
from tests.journeys.requestor import Requestor, hold
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("journeys")]

SILENT = [
    journey
    for journey in JOURNEYS
    if journey.channel is not Channel.APP and journey.call.status not in {"C", "D", "S"}
]


@pytest.fixture(scope="module")
def requestor(house: RunningHouse) -> Requestor:
    """One program for all of them."""
    return Requestor(house)


@pytest.mark.parametrize("journey", SILENT, ids=[each.name for each in SILENT])
def test_the_answer_is_what_the_card_calls_for(requestor: Requestor, journey: Journey) -> None:
    """A2, A3, F1, F2: each answer that ends a transaction, and no result to wait for."""
    ares = requestor.ask(journey)
    hold(journey, ares)
    trans_id = {"threeDSServerTransID": ares["threeDSServerTransID"]}
    assert requestor.program.call("/postauth", trans_id)["errorCode"] == "301"
