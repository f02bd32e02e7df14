"""A foreign payment provider at the raw EMV API, with its web server and its cardholder's browser."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.foreign_client import EmvProgram, OwnServer, Page, Surfer, ask, encoded, own_server
from tests.running_house import RunningHouse

SESSION = "c2Vzc2lvbi00Mg"
BROWSER = {
    "browserAcceptHeader": "text/html,application/xhtml+xml",
    "browserIP": "192.0.2.44",
    "browserJavaEnabled": False,
    "browserJavascriptEnabled": True,
    "browserLanguage": "ja-JP",
    "browserColorDepth": "24",
    "browserScreenHeight": "1080",
    "browserScreenWidth": "1920",
    "browserTZ": "-540",
    "browserUserAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
}


@dataclass(frozen=True)
class Foreigner:
    """The foreign payment provider: its program, its web server, and its cardholder's browser."""

    program: EmvProgram
    site: OwnServer
    bank: str
    surfer: Surfer = field(default_factory=Surfer)


def card_of(ending: str) -> str:
    """A Visa test card by its last four digits, from the printed table's rule."""
    for filler in range(10):
        number = f"41111111000{filler}{ending}"
        if luhn(number):
            return number
    raise AssertionError(ending)


def luhn(number: str) -> bool:
    """Hold a number against its check digit."""
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in number[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in number[-1::-2])) % 10 == 0


def now() -> str:
    """Give the moment as purchaseDate has it: 2.3.1 refuses one that is half an hour off."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime())


def authenticate(
    foreigner: Foreigner, card: str, **changes: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Prepare and ask, as 3dsecure.io's clients do; give both answers."""
    prepared = foreigner.program.call("/preauth", {"acctNumber": card})
    assert prepared["messageType"] == "CRD", prepared
    version = changes.get("messageVersion", prepared["highestCommonSupportedProtocolVersion"])
    browser = dict(BROWSER)
    if version == "2.1.0":
        del browser["browserJavascriptEnabled"]
    areq = {
        "messageType": "AReq",
        "messageVersion": version,
        "messageCategory": "01",
        "deviceChannel": "02",
        "threeDSServerTransID": prepared["threeDSServerTransID"],
        "threeDSRequestorAuthenticationInd": "01",
        "threeDSCompInd": "N" if "threeDSMethodURL" in prepared else "U",
        "acctNumber": card,
        "cardExpiryDate": "3412",
        "acquirerBIN": "412345",
        "acquirerMerchantID": "foreign-1",
        "mcc": "5411",
        "merchantCountryCode": "392",
        "merchantName": "A foreign shop",
        "purchaseAmount": "12300",
        "purchaseCurrency": "392",
        "purchaseExponent": "0",
        "purchaseDate": now(),
        "notificationURL": f"{foreigner.site.url}/done",
        **browser,
        **changes,
    }
    return prepared, foreigner.program.call("/auth", areq)


@contextmanager
def a_foreigner(house: RunningHouse) -> Iterator[Foreigner]:
    """A payment provider with keys and addresses from the document."""
    document = house.credentials()
    with own_server() as site:
        yield Foreigner(EmvProgram(document), site, document["bank"]["base_url"])


def open_challenge(foreigner: Foreigner, ares: dict[str, Any]) -> Page:
    """Post the CReq to the ACS as the cardholder's browser does."""
    creq = {
        "messageType": "CReq",
        "messageVersion": ares["messageVersion"],
        "threeDSServerTransID": ares["threeDSServerTransID"],
        "acsTransID": ares["acsTransID"],
        "challengeWindowSize": "05",
    }
    fields = {"creq": encoded(creq), "threeDSSessionData": SESSION}
    page = foreigner.surfer.load("POST", ares["acsURL"], fields)
    assert page.status == 200, page.text
    return page


def inbox(foreigner: Foreigner, ending: str) -> list[dict[str, str]]:
    """Read what the card's holder has received."""
    status, _, body = ask("GET", f"{foreigner.bank}/inbox.json?last4={ending}")
    assert status == 200
    messages: list[dict[str, str]] = json.loads(body)["messages"]
    return messages


def code_from(foreigner: Foreigner, ending: str, known: int) -> str:
    """Wait for a message more than the known ones and read the code in it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        messages = inbox(foreigner, ending)
        if len(messages) > known:
            found = re.search(r"(?<!\d)(\d{6})(?!\d)", messages[0]["text"])
            assert found
            return found.group(1)
    raise AssertionError("no code came")
