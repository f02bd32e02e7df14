"""3RI: the requestor comes without its cardholder, and must build upon what the cardholder once did."""

import json

import pytest

from sekisho.kernel.brands import Brand
from sekisho.protocol import Component, Json, parse
from sekisho.protocol.states.screens import InfoContinued
from sekisho.testkit.cards import sandbox_card

from .conftest import AGENT, Bench, areq, creq

PASSES, FAILS, FRICTIONLESS = ("0070", "0071", "0003")
IDS = {
    "threeDSServerTransID": "55555555-5555-4555-8555-555555555555",
    "dsTransID": "66666666-6666-4666-8666-666666666666",
}


def card(ending: str, brand: Brand = Brand.VISA) -> str:
    """Give a test card's number."""
    return sandbox_card(brand, ending).digits


def three_ri(prior: str | None, **changes: Json) -> bytes:
    """Write an AReq of channel 03 that refers to an earlier authentication."""
    absent: dict[str, Json] = {
        name: None
        for name in json.loads(areq(**changes))
        if name.startswith("browser")
        or name in ("notificationURL", "threeDSCompInd", "threeDSRequestorAuthenticationInd",
                    "acceptLanguage")
    }  # fmt: skip
    info = {"threeDSReqPriorRef": prior, "threeDSReqPriorAuthMethod": "02"}
    newest = changes.get("messageVersion") == "2.3.1"
    referring: Json = None if prior is None else [info] if newest else info
    recurring: dict[str, Json] = {"recurringExpiry": "20281231", "recurringFrequency": "30"}
    if newest:
        recurring |= {
            "recurringInd": {"amountInd": "01", "frequencyInd": "01"},
            "recurringDate": "20260401",
        }
    return areq(
        **absent
        | {"deviceChannel": "03", "threeRIInd": "01", "acctNumber": card(FRICTIONLESS)}
        | {"threeDSRequestorPriorAuthenticationInfo": referring}
        | IDS
        | recurring
        | changes
    )


async def said(bench: Bench, message: bytes) -> dict[str, str]:
    """Send an AReq; hold the answer against the Directory Server's checks; give it."""
    asked = parse(message, receiver=Component.ACS)
    answer = await bench.acs.receive("directory", message)
    assert answer is not None
    ares = parse(answer, receiver=Component.DIRECTORY, request=asked)
    return {name: str(value) for name, value in ares.elements.items()}


async def earlier(bench: Bench, ending: str = FRICTIONLESS, **changes: Json) -> str:
    """Let the cardholder be authenticated in the browser; give the acsTransID."""
    ares = await bench.ask(acctNumber=card(ending), **changes)
    if ares["transStatus"] == "C":
        view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
        await bench.answer(view.token, InfoContinued())
    return ares["acsTransID"]


@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_what_follows_from_an_authentication_is_authenticated(
    bench: Bench, version: str
) -> None:
    """F2: a subscription's next payment; its value says that the merchant asks again."""
    prior = await earlier(bench)
    ares = await said(bench, three_ri(prior, messageVersion=version))
    assert ares["transStatus"] == "Y"
    assert (ares["eci"], "authenticationValue" in ares) == ("05", True)


async def test_a_passed_challenge_can_be_built_upon(bench: Bench) -> None:
    """F2: its result counts, which the ARes did not know."""
    prior = await earlier(bench, PASSES)
    ares = await said(bench, three_ri(prior, acctNumber=card(PASSES)))
    assert ares["transStatus"] == "U", "this card's cardholder would have to be asked again"
    assert ares["transStatusReason"] == "23"


async def test_mastercard_says_that_the_merchant_asks_again(bench: Bench) -> None:
    """Section 11: ECI 07."""
    number = card(FRICTIONLESS, Brand.MASTERCARD)
    ares = await bench.ask(acctNumber=number)
    later = await said(bench, three_ri(ares["acsTransID"], acctNumber=number))
    assert (later["transStatus"], later["eci"]) == ("Y", "07")


@pytest.mark.parametrize(
    "wrong",
    ["nothing", "unknown", "another card", "another requestor", "failed", "still open", "3RI"],
)
async def test_a_requestor_that_builds_on_nothing_is_refused(bench: Bench, wrong: str) -> None:
    """Attack 23: N, whatever the card would otherwise be given, and it is logged."""
    changes: dict[str, Json] = {}
    prior: str | None = "77777777-7777-4777-8777-777777777777"
    match wrong:
        case "nothing":
            prior = None
        case "another card":
            prior = await earlier(bench)
            changes["acctNumber"] = card("0103")
        case "another requestor":
            prior = await earlier(bench)
            changes["threeDSRequestorID"] = "shop-2"
        case "failed":
            prior = await earlier(bench, FAILS)
            changes["acctNumber"] = card(FAILS)
        case "still open":
            prior = (await bench.ask(acctNumber=card(PASSES)))["acsTransID"]
            changes["acctNumber"] = card(PASSES)
        case "3RI":
            first = await said(bench, three_ri(await earlier(bench)))
            prior = first["acsTransID"]
            changes["dsTransID"] = "66666666-6666-4666-8666-666666666667"
    ares = await said(bench, three_ri(prior, **changes))
    assert (ares["transStatus"], ares["transStatusReason"]) == ("N", "07")
    assert "authenticationValue" not in ares
    logged = any("refers to no good authentication" in line for line in bench.log.lines)
    assert logged == (wrong != "nothing")


async def test_a_reference_counts_however_its_letters_are_written(bench: Bench) -> None:
    """A UUID has no capital letters of its own."""
    prior = await earlier(bench)
    assert (await said(bench, three_ri(prior.upper())))["transStatus"] == "Y"


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
async def test_no_payment_needs_nothing_before_it(bench: Bench, version: str) -> None:
    """F1, NPA: an account is verified; nothing is proven, and nothing can be paid with it."""
    npa: dict[str, Json] = {
        "messageVersion": version,
        "messageCategory": "02",
        "threeRIInd": "05",
        "recurringExpiry": None,
        "recurringFrequency": None,
        "recurringInd": None,
        "recurringDate": None,
    }
    ares = await said(bench, three_ri(None, **npa))
    assert ares["transStatus"] == "Y"
    assert "authenticationValue" not in ares
