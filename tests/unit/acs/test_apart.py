"""Decoupled: the cardholder is asked outside of the purchase, at once or after a challenge."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.issuer.acs.flow.rules import fitting
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Verdict
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import NotThere
from sekisho.kernel.money import Amount
from sekisho.protocol import Component, Json, authentication_value, parse
from sekisho.protocol.states.acs_authentication import State
from sekisho.testkit.cards import sandbox_card

from .conftest import AGENT, START, Bench, areq, creq, decoded, make_bench
from .test_three_ri import IDS, three_ri

ASKED: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "Y",
    "threeDSRequestorDecMaxTime": "00005",
}


class Always:
    """A bank that always decides alike, as far as the protocol allows."""

    def __init__(self, **verdict: object) -> None:
        self._verdict = Verdict(**verdict)  # type: ignore[arg-type]  # fields by name

    def decide(self, facts: Facts) -> Verdict:
        return fitting(self._verdict, facts)


def bench_with(kind: ChallengeKind = ChallengeKind.ONE_TIME_CODE, **verdict: object) -> Bench:
    """An ACS that wants to ask its cardholders elsewhere."""
    return make_bench(Always(**{"outcome": Outcome.DECOUPLED, "kind": kind, **verdict}))


async def asked(bench: Bench, **changes: Json) -> dict[str, Json]:
    """Send an AReq that allows D; hold the ARes against the Directory Server's checks."""
    message = areq(**{**ASKED, **changes})
    answer = await bench.acs.receive("directory", message)
    assert answer is not None
    question = parse(message, receiver=Component.ACS)
    return dict(parse(answer, receiver=Component.DIRECTORY, request=question).elements)


async def goes_by(bench: Bench, **time: float) -> None:
    """Let time pass, and what is due be done."""
    bench.clock.advance(timedelta(**time))
    await bench.outbox.run_due()


@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_the_shop_is_told_that_the_bank_asks_elsewhere(version: str) -> None:
    """F2, section 2.5: D with what the cardholder must be told."""
    ares = await asked(bench_with(), messageVersion=version, browserLanguage="en")
    assert (ares["transStatus"], ares["acsDecConInd"]) == ("D", "Y")
    assert ares["acsChallengeMandated"] == "N"
    info = ares["cardholderInfo"]
    text = info["text"] if isinstance(info, dict) else info
    assert "Sekisho Bank" in str(text)
    assert "eci" not in ares


async def test_the_banks_app_asks_for_this_payment_until_the_time_is_over() -> None:
    """Shop, amount and end; the prompt waits until the ARes has come."""
    bench = bench_with()
    ares = await asked(bench)
    assert bench.bank.prompts == []
    await goes_by(bench, seconds=2)
    [prompt] = bench.bank.prompts
    assert prompt.prompt_id == f"{ares['acsTransID']}:apart"
    assert (prompt.shop, prompt.amount) == ("Tea and Tins", Amount(minor=14500, currency="JPY"))
    assert prompt.expires_at == START + timedelta(minutes=5)


@pytest.mark.parametrize(("approved", "status", "reason"), [(True, "Y", None), (False, "R", "11")])
@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_what_the_cardholder_says_there_is_the_one_result(
    version: str, approved: bool, status: str, reason: str | None
) -> None:
    """One RReq, whose value proves this purchase; what is said twice changes nothing."""
    bench = bench_with()
    ares = await asked(bench, messageVersion=version)
    await goes_by(bench, minutes=1)
    prompt_id = bench.bank.prompts[0].prompt_id
    await bench.acs.apart.answered(prompt_id, approved=approved)
    await bench.acs.apart.answered(prompt_id, approved=not approved)
    await goes_by(bench, minutes=10)
    [result] = bench.directory.results
    assert (result["transStatus"], result.get("transStatusReason")) == (status, reason)
    assert "interactionCounter" not in result
    assert "challengeCancel" not in result
    assert ("authenticationValue" in result) == approved
    if approved:
        method = result["authenticationMethod"]
        assert method == (["12"] if version == "2.3.1" else "09")
    record = await bench.authentications.get(str(ares["acsTransID"]))
    assert record.state is State.RESULT_TAKEN
    assert record.sealed_number is None


async def test_the_value_of_what_was_confirmed_elsewhere_proves_the_purchase() -> None:
    """A5: as good as a challenge."""
    bench = bench_with(ChallengeKind.PASSES_BY_ITSELF)
    await asked(bench)
    await goes_by(bench, seconds=2)
    [result] = bench.directory.results
    assert (result["transStatus"], result["eci"]) == ("Y", "05")
    proven = authentication_value.verify(
        bench.keys.authentication_value[Brand.VISA].keys[1],
        result["authenticationValue"],
        acct_number=sandbox_card(Brand.VISA, "0072").digits,
        ds_trans_id=result["dsTransID"],
        amount_minor=14500,
        currency_number="392",
        acquirer_merchant_id="990000000001",
    )
    assert proven == "full"


async def test_a_test_card_can_fail_by_itself() -> None:
    """F4."""
    bench = bench_with(ChallengeKind.FAILS_BY_ITSELF)
    await asked(bench)
    await goes_by(bench, seconds=2)
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "01")


@pytest.mark.parametrize(("reaches", "reason"), [(True, "26"), (False, "24")])
async def test_the_time_for_it_runs_out(reaches: bool, reason: str) -> None:
    """Section 2.5: U, challengeCancel 03; 26 says that the cardholder saw it."""
    bench = bench_with(reaches=reaches)
    await asked(bench)
    await goes_by(bench, seconds=2)
    assert len(bench.bank.prompts) == reaches
    await goes_by(bench, minutes=5)
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("U", reason)
    assert result["challengeCancel"] == "03"
    if reaches:
        await bench.acs.apart.answered(bench.bank.prompts[0].prompt_id, approved=True)
        assert len(bench.directory.results) == 1


async def test_a_bank_that_is_away_is_asked_again() -> None:
    """The cardholder has minutes or days: half a minute later is soon enough."""
    bench = bench_with()
    bench.bank.delivers = False
    await asked(bench)
    await goes_by(bench, seconds=2)
    bench.bank.delivers = True
    await goes_by(bench, seconds=30)
    assert len(bench.bank.prompts) == 1
    await goes_by(bench, seconds=30)
    assert len(bench.bank.prompts) == 1


async def test_a_cardholder_who_was_asked_too_often_is_not_asked_again() -> None:
    """Attack 22: N, too many challenges."""
    bench = bench_with()
    bench.bank.shows_prompts = False
    await asked(bench)
    await goes_by(bench, seconds=2)
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "19")


async def test_a_prompt_that_was_never_shown_answers_nothing(bench: Bench) -> None:
    """Only the record that asked can be answered."""
    ares = await bench.ask()
    for prompt_id in (f"{ares['acsTransID']}:apart", "nonsense", "unknown:apart"):
        with pytest.raises(NotThere):
            await bench.acs.apart.answered(prompt_id, approved=True)


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"threeDSRequestorDecReqInd": "N", "threeDSRequestorDecMaxTime": None}, "C", None),
        ({"messageVersion": "2.1.0", "threeDSRequestorDecReqInd": None,
          "threeDSRequestorDecMaxTime": None}, "C", None),
        ({"threeDSRequestorDecReqInd": "F", "messageVersion": "2.3.1"}, "C", None),
        ({"threeDSRequestorDecReqInd": "B", "messageVersion": "2.3.1"}, "D", None),
    ],
)  # fmt: skip
async def test_nobody_is_asked_elsewhere_whose_shop_did_not_allow_it(
    changes: dict[str, Json], status: str, reason: str | None
) -> None:
    """Section 7: D only with Y or B; in the browser the bank asks in the page instead."""
    ares = await asked(bench_with(), **changes)
    assert (ares["transStatus"], ares.get("transStatusReason")) == (status, reason)


async def test_a_payment_by_telephone_is_confirmed_by_its_cardholder() -> None:
    """3RI without an authentication before it: only the cardholder can say yes, and did (F2)."""
    bench = bench_with(ChallengeKind.PASSES_BY_ITSELF)
    message = three_ri(
        None, threeRIInd="09", recurringExpiry=None, recurringFrequency=None, **ASKED
    )
    answer = json.loads(await bench.acs.receive("directory", message) or b"")
    assert answer["transStatus"] == "D"
    await goes_by(bench, seconds=2)
    [result] = bench.directory.results
    assert (result["transStatus"], result["eci"]) == ("Y", "05")


FALLING: dict[str, Json] = {
    "messageVersion": "2.3.1",
    "threeDSRequestorDecReqInd": "F",
    "threeDSRequestorDecMaxTime": "00005",
}


async def fallen_back(bench: Bench) -> str:
    """Come to a challenge whose cardholder wants to confirm it later; give its acsTransID."""
    ares = await bench.ask(**FALLING)
    assert ares["transStatus"] == "C"
    view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    bench.directory.results_status = "04"
    ended = await bench.acs.challenges.later(view.token)
    assert ended.back is not None
    assert decoded(ended.back.cres)["transStatus"] == "D"
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("D", "29")
    bench.directory.results_status = "01"
    return ares["acsTransID"]


def falling_back(kind: ChallengeKind = ChallengeKind.ONE_TIME_CODE) -> Bench:
    """An ACS that lets challenges go on elsewhere."""
    return bench_with(kind, outcome=Outcome.CHALLENGE, falls_back=True)


def carrying_on(prior: str, **changes: Json) -> bytes:
    """Write the 3RI AReq that asks for the fallback."""
    once = ("recurringExpiry", "recurringFrequency", "recurringInd", "recurringDate")
    asking: dict[str, Json] = {
        **dict.fromkeys(once),
        "messageVersion": "2.3.1",
        "threeRIInd": "19",
        "acctNumber": sandbox_card(Brand.VISA, "0072").digits,
        **ASKED,
        **changes,
    }
    return three_ri(prior, **asking)


async def test_a_challenge_goes_on_elsewhere_under_a_new_transaction() -> None:
    """F2, 2.3.1: D in RReq and CRes, a 3RI AReq within a minute, D again, one result of its own."""
    bench = falling_back()
    prior = await fallen_back(bench)
    message = carrying_on(prior)
    answer = await bench.acs.receive("directory", message)
    assert answer is not None
    question = parse(message, receiver=Component.ACS)
    ares = parse(answer, receiver=Component.DIRECTORY, request=question)
    assert ares["transStatus"] == "D"
    assert await bench.acs.receive("directory", message) == answer
    await goes_by(bench, seconds=2)
    [prompt] = bench.bank.prompts
    assert prompt.prompt_id == f"{ares['acsTransID']}:apart"
    await bench.acs.apart.answered(prompt.prompt_id, approved=True)
    await goes_by(bench, minutes=10)
    _, result = bench.directory.results
    assert (result["transStatus"], result["eci"]) == ("Y", "05")
    assert result["threeDSServerTransID"] == IDS["threeDSServerTransID"]


@pytest.mark.parametrize("wrong", ["another card", "another requestor", "no fallback", "unknown"])
async def test_a_fallback_belongs_to_its_card_and_requestor(wrong: str) -> None:
    """Attack 23: N."""
    bench = falling_back()
    changes: dict[str, Json] = {}
    prior = "77777777-7777-4777-8777-777777777777"
    match wrong:
        case "no fallback":
            prior = (await bench.ask(**FALLING))["acsTransID"]
        case "another card":
            prior = await fallen_back(bench)
            changes["acctNumber"] = sandbox_card(Brand.VISA, "0003").digits
        case "another requestor":
            prior = await fallen_back(bench)
            changes["threeDSRequestorID"] = "shop-2"
    answer = json.loads(await bench.acs.receive("directory", carrying_on(prior, **changes)) or b"")
    assert (answer["transStatus"], answer["transStatusReason"]) == ("N", "07")


async def test_a_fallback_is_asked_for_once() -> None:
    """305 for another 3RI AReq: the first one carries it on."""
    bench = falling_back()
    prior = await fallen_back(bench)
    await bench.acs.receive("directory", carrying_on(prior))
    second = carrying_on(prior, dsTransID="66666666-6666-4666-8666-666666666667")
    answer = json.loads(await bench.acs.receive("directory", second) or b"")
    assert (answer["messageType"], answer["errorCode"]) == ("Erro", "305")


async def test_a_crash_between_handing_over_and_answering_loses_no_fallback() -> None:
    """The same AReq again finds what was handed to it."""
    bench = falling_back()
    prior = await fallen_back(bench)
    adds = bench.authentications.add

    async def die(*args: object) -> None:
        raise RuntimeError("the process is gone")

    bench.authentications.add = die  # type: ignore[method-assign, assignment]  # and is no more
    with pytest.raises(RuntimeError):
        await bench.acs.receive("directory", carrying_on(prior))
    bench.authentications.add = adds  # type: ignore[method-assign]  # after the restart
    answer = json.loads(await bench.acs.receive("directory", carrying_on(prior)) or b"")
    assert answer["transStatus"] == "D"
    await goes_by(bench, seconds=2)
    assert len(bench.bank.prompts) == 1


async def test_a_fallback_that_nobody_asks_for_lapses() -> None:
    """Section 9: a minute from the RRes; whoever comes later hears that nobody was authenticated."""
    bench = falling_back()
    prior = await fallen_back(bench)
    await goes_by(bench, seconds=60)
    answer = json.loads(await bench.acs.receive("directory", carrying_on(prior)) or b"")
    assert (answer["transStatus"], answer["transStatusReason"]) == ("U", "24")
    await goes_by(bench, minutes=10)
    assert bench.bank.prompts == []
    assert len(bench.directory.results) == 1


async def test_a_challenge_whose_shop_does_not_allow_it_stays_in_its_page() -> None:
    """Section 2.5: D in an RReq only after F or B."""
    bench = falling_back()
    ares = await bench.ask()
    view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    stays = await bench.acs.challenges.later(view.token)
    assert replace(stays, back=None) == replace(view, back=None)
    assert bench.directory.results == []
