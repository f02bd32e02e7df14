"""A requestor that walks every journey: asks by the raw EMV API, and holds what it is told to the table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sekisho.kernel.brands import Brand
from sekisho.protocol import Category, Channel, Reading
from sekisho.protocol.fitting import fitted
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form, Json
from sekisho.testkit.card_calls import Asks, Offers
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.journeys import Journey
from tests.foreign_client import EmvProgram
from tests.foreign_payer import BROWSER
from tests.journeys.phone import Phone, patiently
from tests.running_house import RunningHouse

SESSION: Final = "am91cm5leQ"
NOT_YET: Final = "305"
"""errorCode of /postauth while the result is not there."""

PURCHASE: Final[Mapping[str, Json]] = {
    "threeDSRequestorAuthenticationInd": "01",
    "threeRIInd": "08",  # mail order: needs no earlier transaction
    "threeDSCompInd": "U",
    "cardExpiryDate": "3412",
    "acquirerBIN": "412345",
    "acquirerMerchantID": "journey-1",
    "mcc": "5411",
    "merchantCountryCode": "392",
    "merchantName": "A travelling shop",
    "purchaseAmount": "12300",
    "purchaseCurrency": "392",
    "purchaseExponent": "0",
    "acquirerCountryCode": "392",
    "acquirerCountryCodeSource": "01",
    "acceptLanguage": ["en"],
}
NO_PURCHASE: Final[Mapping[str, Json]] = {
    "threeDSRequestorAuthenticationInd": "04",
    "threeRIInd": "03",
}
"""What a card that is being added says instead."""


@dataclass
class Requestor:
    """A program at the raw EMV API of a house."""

    house: RunningHouse
    browser: Mapping[str, Json] = field(default_factory=lambda: BROWSER)
    """What it knows of the cardholder's browser: a bank compares it with what it sees."""
    program: EmvProgram = field(init=False)

    def __post_init__(self) -> None:
        self.program = EmvProgram(self.house.credentials())

    def elements(self, journey: Journey) -> dict[str, Json]:
        """Give the AReq elements of a journey, for whichever channel, without those of the SDK."""
        pool: dict[str, Json] = {
            **PURCHASE,
            **self.browser,
            **(NO_PURCHASE if journey.category is Category.NON_PAYMENT else {}),
            "acctNumber": card_of(journey),
            "purchaseDate": self.now(),
            "notificationURL": "https://shop.example/done",
            **wishes(journey),
            **self.reference(journey),
        }
        place = Place(Form.AREQ, journey.version, journey.channel, journey.category, Reading.STRICT)
        return {
            **fitted(pool, place),
            "messageType": "AReq",
            "messageVersion": journey.version.value,
            "messageCategory": journey.category.value,
            "deviceChannel": journey.channel.value,
        }

    def reference(self, journey: Journey) -> dict[str, Json]:
        """Refer to an earlier authentication, where a shop alone says that the cardholder agrees."""
        by_itself = (Channel.THREE_RI, Category.PAYMENT)
        if (journey.channel, journey.category) != by_itself or journey.call.status != "Y":
            return {}
        return {"threeDSRequestorPriorAuthenticationInfo": self.earlier(journey)}

    def earlier(self, journey: Journey) -> dict[str, Json]:
        """Have the cardholder there once, and give what a later 3RI payment says of that."""
        first = replace(journey, channel=Channel.BROWSER)
        ares = self.ask(first, acctNumber=card_of(journey))
        return {
            "threeDSReqPriorRef": ares["acsTransID"],
            "threeDSReqPriorAuthMethod": "01",
            "threeDSReqPriorAuthTimestamp": self.now()[:12],
        }

    def now(self) -> str:
        """The house's time, as purchaseDate has it."""
        told: str = self.house.json("/lab/clock")["now"]
        return "".join(each for each in told if each.isdigit())[:14]

    def ask(self, journey: Journey, **changes: Json) -> dict[str, Any]:
        """Prepare and send the AReq of a journey; give the ARes."""
        prepared = self.program.call(
            "/preauth",
            {"acctNumber": changes.get("acctNumber", card_of(journey))},
        )
        assert prepared["messageType"] == "CRD", prepared
        assert prepared["highestCommonSupportedProtocolVersion"] == journey.version.value, prepared
        elements = {**self.elements(journey), **changes}
        elements["threeDSServerTransID"] = prepared["threeDSServerTransID"]
        ares = self.program.call("/auth", elements)
        assert ares["messageType"] == "ARes", ares
        for name in ("messageVersion", "threeDSServerTransID"):
            assert ares[name] == elements[name]
        return ares

    def result(self, ares: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ask for the RReq; None while it is not there."""
        told = self.program.call(
            "/postauth", {"threeDSServerTransID": ares["threeDSServerTransID"]}
        )
        if told["messageType"] == "Erro" and told["errorCode"] == NOT_YET:
            return None
        return told

    def wait_for_result(self, ares: Mapping[str, Any]) -> dict[str, Any]:
        """Ask until the RReq is there."""
        return patiently(lambda: self.result(ares))


def wishes(journey: Journey) -> dict[str, Json]:
    """Give what a requestor says to make a journey possible."""
    call = journey.call
    wanted: dict[str, Json] = {}
    if call.status == "I":
        wanted["threeDSRequestorChallengeInd"] = "05"
    if call.offers is Offers.TRUST_LIST:
        wanted["threeDSRequestorChallengeInd"] = "09"
    if call.status == "D" or call.falls_back:
        wanted["threeDSRequestorDecReqInd"] = "F" if call.falls_back else "Y"
        wanted["threeDSRequestorDecMaxTime"] = "00001" if not call.acts else "00060"
    if call.status == "S":
        wanted["threeDSRequestorSpcSupport"] = "Y"
        wanted["payeeOrigin"] = "https://shop.example"
    return wanted


def card_of(journey: Journey) -> str:
    """Give the card of a journey: none shares it, since a bank counts and remembers by card."""
    nth = 2 * list(Channel).index(journey.channel) + list(Category).index(journey.category)
    return sandbox_card(Brand.VISA, journey.ending, nth=nth).digits


def hold(journey: Journey, ares: Mapping[str, Any]) -> None:
    """Hold an ARes against what the card calls up."""
    status = journey.call.status
    assert ares["transStatus"] == status, ares
    assert ("transStatusReason" in ares) == (status in {"N", "U", "R"}), ares
    may_be = {"Y", "A"} if journey.category is Category.NON_PAYMENT else set()
    if status not in may_be | {"I"}:  # there, values are the scheme's own affair
        assert ("authenticationValue" in ares) == (status in {"Y", "A"}), ares
    assert ("acsURL" in ares) == (status == "C" and journey.channel is Channel.BROWSER), ares
    if status == "D":
        assert ares["acsDecConInd"] == "Y"


def hold_result(
    journey: Journey, ares: Mapping[str, Any], rreq: Mapping[str, Any], status: str
) -> None:
    """Hold the RReq against its ARes and what the cardholder has done."""
    assert (rreq["messageType"], rreq["transStatus"]) == ("RReq", status), rreq
    assert rreq["messageCategory"] == journey.category.value
    if not journey.call.falls_back:  # there, another transaction has carried it on
        for name in ("threeDSServerTransID", "acsTransID", "dsTransID", "messageVersion"):
            assert rreq[name] == ares[name]
    if journey.category is Category.PAYMENT:
        assert ("authenticationValue" in rreq) == (status == "Y"), rreq


def see_through(requestor: Requestor, journey: Journey, ares: Mapping[str, Any]) -> None:
    """Approve, deny, or let the time run out after an ARes D; hold the result that comes."""
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
