"""Trust list and device binding: asked in a challenge, kept for the card, said in later transactions."""

import json

import pytest

from sekisho.issuer.acs.model import ChallengeKind, Outcome
from sekisho.kernel.secret import Secret
from sekisho.protocol import Component, Json, parse
from sekisho.protocol.states.screens import TextEntered

from .conftest import AGENT, Bench, areq, creq, make_bench
from .test_apart import Always
from .test_device import leave_profile
from .test_three_ri import three_ri

NAMES = {"2.2.0": "whiteListStatus", "2.3.1": "trustListStatus"}
LATER = {"dsTransID": "22222222-2222-4222-8222-222222222223"}


def bench_with(**verdict: object) -> Bench:
    """An ACS that asks its cardholders for consents."""
    asks = {"outcome": Outcome.CHALLENGE, "kind": ChallengeKind.ONE_TIME_CODE, **verdict}
    return make_bench(Always(**asks))


async def said(bench: Bench, message: bytes) -> dict[str, Json]:
    """Send an AReq; hold the answer against the Directory Server's checks; give it."""
    asked = parse(message, receiver=Component.ACS)
    answer = await bench.acs.receive("directory", message)
    assert answer is not None
    return dict(parse(answer, receiver=Component.DIRECTORY, request=asked).elements)


async def answered(bench: Bench, consents: dict[str, bool], **changes: Json) -> dict[str, str]:
    """Pass a challenge with these ticks; give the result."""
    ares = await said(bench, areq(**changes))
    assert ares["transStatus"] == "C"
    told = {name: str(value) for name, value in ares.items()}
    view = await bench.acs.opening.open(creq(told), None, agent=AGENT)
    typed = TextEntered(entry=Secret(bench.bank.last_code), second=None)
    await bench.answer(view.token, typed, **consents)
    return bench.directory.results[-1]


@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_a_shop_comes_on_the_trust_list_and_off_again(version: str) -> None:
    """F2: pending, then what the cardholder said; the status is known to later transactions."""
    name = NAMES[version]
    bench = bench_with(offers_trust=True)
    ares = await said(bench, areq(messageVersion=version))
    assert (ares[name], ares[f"{name}Source"]) == ("P", "03")
    result = await answered(bench, {"trusts": True}, messageVersion=version)
    assert (result[name], result[f"{name}Source"]) == ("Y", "03")
    [guard] = await bench.guards.newest()
    assert guard.trusted == ("shop-1",)
    result = await answered(bench, {"trusts": False}, messageVersion=version, **LATER)
    assert result[name] == "R"
    [guard] = await bench.guards.newest()
    assert guard.trusted == ()


async def test_a_requestor_hears_its_status_without_the_cardholder() -> None:
    """3RI 10: what the bank knows, whatever the AReq says of it (attack 30)."""
    check: dict[str, Json] = {
        "messageCategory": "02",
        "threeRIInd": "10",
        "recurringExpiry": None,
        "recurringFrequency": None,
    }
    bench = make_bench()
    assert (await said(bench, three_ri(None, **check)))["whiteListStatus"] == "N"
    trusting = bench_with(offers_trust=True)
    await answered(trusting, {"trusts": True}, acctNumber=json.loads(three_ri(None))["acctNumber"])
    assert (await said(trusting, three_ri(None, **check)))["whiteListStatus"] == "Y"


async def test_a_device_is_bound_to_the_card() -> None:
    """F2, 2.3.1: and known from then on."""
    bench = bench_with(offers_binding=True)
    await leave_profile(bench)
    newest: dict[str, Json] = {"messageVersion": "2.3.1", "threeDSCompInd": "Y"}
    ares = await said(bench, areq(**newest))
    assert ares["deviceBindingStatus"] == "03"
    result = await answered(bench, {"binds": True}, **newest)
    assert (result["deviceBindingStatus"], result["deviceBindingStatusSource"]) == ("14", "03")
    [guard] = await bench.guards.newest()
    assert len(guard.bound) == 1


async def test_older_versions_ask_for_no_consent() -> None:
    """2.1.0 has no trust list, 2.2.0 binds no device."""
    bench = bench_with(offers_trust=True, offers_binding=True)
    ares = await said(bench, areq(messageVersion="2.1.0"))
    record = await bench.authentications.get(str(ares["acsTransID"]))
    assert record.challenge is not None
    assert not record.challenge.question.offers_trust
    assert not record.challenge.question.offers_binding
    other = await said(bench, areq(**LATER))
    record = await bench.authentications.get(str(other["acsTransID"]))
    assert record.challenge is not None
    assert record.challenge.question.offers_trust
    assert not record.challenge.question.offers_binding


async def test_whoever_fails_the_challenge_agrees_to_nothing() -> None:
    """A yes counts only from the cardholder."""
    bench = bench_with(offers_trust=True)
    ares = await said(bench, areq())
    told = {name: str(value) for name, value in ares.items()}
    view = await bench.acs.opening.open(creq(told), None, agent=AGENT)
    wrong = f"{(int(bench.bank.last_code) + 1) % 1_000_000:06d}"
    for _ in range(3):
        typed = TextEntered(entry=Secret(wrong), second=None)
        await bench.answer(view.token, typed, trusts=True)
    assert bench.directory.results[-1]["whiteListStatus"] == "N"
    assert all(guard.trusted == () for guard in await bench.guards.newest())
