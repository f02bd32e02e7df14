"""AReq to ARes: what the bank answers, and that it answers once."""

import asyncio
import json
from datetime import timedelta

import pytest

from sekisho.adapters.keys import Mac
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.protocol import Component, authentication_value, parse
from sekisho.protocol.states.acs_authentication import State
from sekisho.testkit.cards import sandbox_card

from .conftest import DS_URL, Bench, KnownCard, areq, make_bench

CALLED_FOR = {
    "0003": "Y",
    "0013": "N",
    "0023": "A",
    "0033": "R",
    "0053": "U",
    "0070": "C",
    "0071": "C",
    "0072": "C",
}


def card(ending: str, brand: Brand = Brand.VISA) -> str:
    return sandbox_card(brand, ending).digits


@pytest.mark.parametrize(("ending", "status"), CALLED_FOR.items())
async def test_a_test_card_calls_up_its_status(bench: Bench, ending: str, status: str) -> None:
    """F4, B10: every outcome can be had on demand."""
    ares = await bench.ask(acctNumber=card(ending))
    assert ares["messageType"] == "ARes"
    assert ares["transStatus"] == status


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
@pytest.mark.parametrize("category", ["01", "02"])
@pytest.mark.parametrize("ending", CALLED_FOR)
async def test_every_answer_passes_the_directory_servers_checks(
    bench: Bench, ending: str, category: str, version: str
) -> None:
    """F1: in each version and category, the receiver finds nothing to refuse."""
    question = areq(acctNumber=card(ending), messageCategory=category, messageVersion=version)
    asked = parse(question, receiver=Component.ACS)
    answer = await bench.acs.receive("directory", question)
    assert answer is not None
    ares = parse(answer, receiver=Component.DIRECTORY, request=asked)
    assert ares["transStatus"] == CALLED_FOR[ending]


@pytest.mark.parametrize("brand", list(Brand))
@pytest.mark.parametrize(("ending", "attribute"), [("0003", "eci_full"), ("0023", "eci_attempt")])
async def test_the_eci_is_the_brands(
    bench: Bench, brand: Brand, ending: str, attribute: str
) -> None:
    """C9: 05/06 or 02/01."""
    ares = await bench.ask(acctNumber=card(ending, brand))
    assert ares["eci"] == getattr(BRANDS[brand], attribute)


@pytest.mark.parametrize(("ending", "proves"), [("0003", "full"), ("0023", "attempt")])
async def test_the_authentication_value_proves_this_purchase(
    bench: Bench, ending: str, proves: str
) -> None:
    """A3: the authorization host, which has the same key, can verify it."""
    ares = await bench.ask(acctNumber=card(ending))
    facts = {
        "acct_number": card(ending),
        "ds_trans_id": ares["dsTransID"],
        "currency_number": "392",
        "acquirer_merchant_id": "990000000001",
    }
    key, value = Mac(b"v" * 32), ares["authenticationValue"]
    assert authentication_value.verify(key, value, amount_minor=14500, **facts) == proves
    assert authentication_value.verify(key, value, amount_minor=14501, **facts) is None


async def test_information_only_is_answered_only_when_asked_for(bench: Bench) -> None:
    """Section 7: I needs challenge indicator 05, 06 or 07."""
    plain = await bench.ask(acctNumber=card("0043"))
    asked = await bench.ask(
        acctNumber=card("0043"),
        threeDSRequestorChallengeInd="05",
        dsTransID="22222222-2222-4222-8222-222222222223",
    )
    assert (plain["transStatus"], asked["transStatus"]) == ("U", "I")


async def test_data_only_forbids_a_challenge(bench: Bench) -> None:
    """Section 7: indicator 06 and C exclude each other."""
    ares = await bench.ask(threeDSRequestorChallengeInd="06")
    assert ares["transStatus"] == "I"


async def test_a_challenge_names_its_address_and_method(bench: Bench) -> None:
    """A4: the browser is told where to go; nothing is proven yet."""
    ares = await bench.ask(threeDSRequestorChallengeInd="04")
    assert ares["acsURL"] == "http://bank.localhost:8080/acs/challenge"
    assert (ares["acsChallengeMandated"], ares["authenticationType"]) == ("Y", "02")
    assert "authenticationValue" not in ares
    assert "eci" not in ares


async def test_a_repeated_areq_gets_the_same_answer(bench: Bench) -> None:
    """Every peer call is idempotent: one transaction, one acsTransID, one value."""
    assert await bench.ask() == await bench.ask()
    assert len(await bench.authentications.newest()) == 1


async def test_two_equal_areqs_side_by_side_get_one_answer(bench: Bench) -> None:
    """The second may come while the first is being decided, even in another process."""
    answers = await asyncio.gather(*(bench.acs.receive("directory", areq()) for _ in range(5)))
    assert len(set(answers)) == 1


async def test_another_areq_under_the_same_ids_is_refused(bench: Bench) -> None:
    """Attack 5: the answer belongs to what was asked, not to whoever repeats its ids."""
    await bench.ask()
    erro = await bench.ask(purchaseAmount="1")
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "305")


async def test_a_silent_card_gets_no_answer_ever(bench: Bench) -> None:
    """F4: not even a repeated AReq."""
    question = areq(acctNumber=card("0063"))
    assert await bench.acs.receive("directory", question) is None
    assert await bench.acs.receive("directory", question) is None


async def test_only_the_directory_server_may_ask(bench: Bench) -> None:
    """Section 8: 303 for the wrong owner of a certificate."""
    answer = await bench.acs.receive("server", areq())
    assert answer is not None
    assert json.loads(answer)["errorCode"] == "303"
    assert await bench.authentications.newest() == []


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"acctNumber": None}, "201", "acctNumber"),
        ({"acctNumber": "41111111x"}, "203", "acctNumber"),
        ({"acctNumber": "9999999999999995"}, "305", "acctNumber"),
        ({"dsURL": "https://elsewhere.example/3ds"}, "303", "dsURL"),
        ({"notificationURL": "javascript:alert(1)"}, "203", "notificationURL"),
        ({"notificationURL": "http://shop.example/back"}, "203", "notificationURL"),
        ({"messageVersion": "2.9.0"}, "102", "2.1.0,2.2.0,2.3.1"),
        ({"messageType": "RReq"}, "101", "Invalid Message for the receiving component"),
        ({"messageType": "XReq"}, "101", "Invalid Message Type"),
        ({"purchaseCurrency": "999"}, "304", "purchaseCurrency"),
        ({"purchaseAmount": "1" * 13}, "305", "purchaseAmount"),
    ],
)
async def test_a_bad_areq_is_refused_by_name(
    bench: Bench, changes: dict[str, str | None], code: str, detail: str
) -> None:
    """F1, attack 13: the Erro says which rule, and about which element."""
    erro = await bench.ask(**changes)
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", code)
    assert detail in erro["errorDetail"]
    assert erro["errorComponent"] == "A"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"NaN", b"\xff\xfe", b'{"a":' * 40_000, b"{" + b" " * 70_000 + b"}"]
)
async def test_rubbish_is_answered_with_101(bench: Bench, body: bytes) -> None:
    """Attack 11."""
    answer = await bench.acs.receive("directory", body)
    assert answer is not None
    assert json.loads(answer)["errorCode"] == "101"


async def test_a_doubled_member_is_refused(bench: Bench) -> None:
    """Section 8: 204 names the member."""
    doubled = areq()[:-1] + b', "mcc": "5812"}'
    answer = await bench.acs.receive("directory", doubled)
    assert answer is not None
    assert json.loads(answer)["errorCode"] == "204"


async def test_an_erro_is_never_answered_with_an_erro(bench: Bench) -> None:
    """Section 8."""
    erro = {
        "messageType": "Erro",
        "messageVersion": "2.2.0",
        "errorCode": "402",
        "errorComponent": "D",
        "errorDescription": "too late",
        "errorDetail": "too late",
        "errorMessageType": "RReq",
    }
    assert await bench.acs.receive("directory", json.dumps(erro).encode()) == b""


async def test_an_erro_about_the_ares_ends_the_challenge_without_a_result(bench: Bench) -> None:
    """Section 8: the 3DS Server knows of no challenge, so nobody waits for its result."""
    ares = await bench.ask(messageVersion="2.3.1")
    erro = {name: ares[name] for name in ("threeDSServerTransID", "dsTransID", "acsTransID")} | {
        "messageType": "Erro",
        "messageVersion": "2.3.1",
        "errorCode": "203",
        "errorComponent": "D",
        "errorDescription": "x",
        "errorDetail": "transStatus",
        "errorMessageType": "ARes",
    }
    stranger = erro | {"dsTransID": "99999999-9999-4999-8999-999999999999"}
    unknown = erro | {"acsTransID": "99999999-9999-4999-8999-999999999999"}
    about_rres = erro | {"errorMessageType": "RRes"}
    for message in (stranger, unknown, about_rres):
        assert await bench.acs.receive("directory", json.dumps(message).encode()) == b""
    assert (await bench.authentications.get(ares["acsTransID"])).state is State.CHALLENGE
    await bench.acs.receive("directory", json.dumps(erro).encode())
    assert (await bench.authentications.get(ares["acsTransID"])).state is State.REVOKED
    bench.clock.advance(timedelta(seconds=30))
    await bench.outbox.run_due()
    assert bench.directory.results == []


async def test_a_bank_that_does_not_answer_makes_the_authentication_unavailable(
    bench: Bench,
) -> None:
    """The shop gets an answer in time; in 2.1.0 with a reason that 2.1.0 knows."""
    bench.bank.answers = False
    ares = await bench.ask()
    older = await bench.ask(
        messageVersion="2.1.0", dsTransID="22222222-2222-4222-8222-222222222223"
    )
    assert (ares["transStatus"], ares["transStatusReason"]) == ("U", "22")
    assert (older["transStatus"], older["transStatusReason"]) == ("U", "07")


@pytest.mark.parametrize(
    ("channel", "extra"),
    [
        ("03", {"threeRIInd": "03"}),
        (
            "01",
            {
                "sdkAppID": "33333333-3333-4333-8333-333333333333",
                "sdkEphemPubKey": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
                "sdkMaxTimeout": "05",
                "sdkReferenceNumber": "3DS_LOA_SDK_SEKI_020200_00001",
                "sdkTransID": "44444444-4444-4444-8444-444444444444",
                "deviceRenderOptions": {"sdkInterface": "03", "sdkUiType": ["01"]},
                "deviceInfo": "e30",
            },
        ),
    ],
)
async def test_a_channel_without_pages_cannot_be_challenged(
    bench: Bench, channel: str, extra: dict[str, object]
) -> None:
    """A2: until its own rows are there, the answer is U and never a broken C."""
    browser_only = {name: None for name in json.loads(areq()) if name.startswith("browser")} | {
        "notificationURL": None,
        "threeDSCompInd": None,
    }
    ares = await bench.ask(deviceChannel=channel, **browser_only, **extra)
    assert ares["transStatus"] == "U"


async def test_the_card_number_lies_sealed_or_not_at_all(bench: Bench) -> None:
    """Attack 35: neither records nor effects nor log lines hold it."""
    await bench.ask()
    await bench.ask(acctNumber=card("0003"), dsTransID="22222222-2222-4222-8222-222222222223")
    kept = repr(bench.authentications.__dict__) + repr(bench.log.lines)
    assert card("0072") not in kept
    assert card("0003") not in kept


async def test_a_suspended_card_is_rejected_whatever_its_digits(bench: Bench) -> None:
    """B13: the bank's word goes before the test card's."""
    bench.bank.card = KnownCard(status="suspended")
    ares = await bench.ask(acctNumber=card("0003"))
    assert (ares["transStatus"], ares["transStatusReason"]) == ("R", "11")


async def test_a_card_that_cannot_be_registered_counts_as_attempted(bench: Bench) -> None:
    """B2, D10: an issuer or cardholder that takes no part still shifts liability."""
    bench.bank.card = KnownCard(status="not_registrable")
    assert (await bench.ask())["transStatus"] == "A"


async def test_a_card_that_the_bank_does_not_know_cannot_be_asked() -> None:
    """There is nowhere to send a code."""
    bench = make_bench()
    bench.bank.card = None
    ares = await bench.ask()
    assert (ares["transStatus"], ares["transStatusReason"]) == ("U", "08")


def test_the_bench_speaks_of_one_directory_server() -> None:
    """The address that results go to is the one that AReqs name."""
    assert json.loads(areq())["dsURL"] == DS_URL
