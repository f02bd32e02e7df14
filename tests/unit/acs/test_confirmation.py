"""Secure Payment Confirmation: the shop's page asks the bank's passkey, and a second AReq brings the answer."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from sekisho.clients.members_factors import KnownPasskey
from sekisho.issuer.acs.model import Outcome
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Unreachable
from sekisho.protocol import Component, Json, Message, parse
from sekisho.protocol.forms import base64url
from sekisho.protocol.secure_payment_confirmation import PaymentRequest, request_in
from sekisho.protocol.states.acs_authentication import State
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.spc_authenticator import SpcAuthenticator

from .conftest import Bench, KnownCard, areq, make_bench
from .test_apart import Always, goes_by

SHOP = "https://shop.localhost"
SECOND = {
    "threeDSServerTransID": "55555555-5555-4555-8555-555555555555",
    "dsTransID": "66666666-6666-4666-8666-666666666666",
}


def wallet(**changes: object) -> SpcAuthenticator:
    """Give the cardholder's browser with its passkey."""
    held = SpcAuthenticator(
        key=derive_private_key(7, SECP256R1()),
        credential_id=b"passkey-of-the-cardholder",
        rp_id="bank.localhost",
        origin=SHOP,
    )
    for name, value in changes.items():
        setattr(held, name, value)
    return held


def bench_with(**verdict: object) -> Bench:
    """An ACS that wants its cardholders to confirm by passkey, and a bank that knows one."""
    bench = make_bench(Always(**{"outcome": Outcome.SPC, **verdict}))
    held = wallet()
    bench.bank.known_passkeys[:] = [
        KnownPasskey(
            credential_id=base64url(held.credential_id),
            public_key=held.cose_key(),
            sign_count=0,
        )
    ]
    return bench


def first(**changes: Json) -> bytes:
    """Write an AReq whose requestor's page can do it."""
    return areq(
        **{
            "messageVersion": "2.3.1",
            "threeDSRequestorSpcSupport": "Y",
            "payeeOrigin": SHOP,
            **changes,
        }
    )


def second(ares: Message, assertion: Json, **changes: Json) -> bytes:
    """Write the AReq that brings what came of it."""
    prior = {"threeDSReqPriorRef": ares["acsTransID"], "threeDSReqPriorAuthMethod": "05"}
    told: dict[str, Json] = {"spcIncompInd": "02"}
    if assertion is not None:
        info = {"threeDSReqAuthMethod": "09", "threeDSReqAuthData": assertion}
        told = {"threeDSRequestorAuthenticationInfo": [info]}
    referring: dict[str, Json] = {"threeDSRequestorPriorAuthenticationInfo": [prior]}
    return first(**{**SECOND, **told, **referring, **changes})


async def said(bench: Bench, message: bytes) -> Message:
    """Send an AReq; hold the answer against the Directory Server's checks; give it."""
    asked = parse(message, receiver=Component.ACS)
    answer = await bench.acs.receive("directory", message)
    assert answer is not None
    return parse(answer, receiver=Component.DIRECTORY, request=asked)


async def asked(bench: Bench, **changes: Json) -> tuple[Message, PaymentRequest]:
    """Come to the ARes with S; give it, and what the browser is to show."""
    ares = await said(bench, first(**changes))
    assert ares["transStatus"] == "S"
    return ares, request_in(ares)


async def test_the_shops_page_is_told_what_to_ask() -> None:
    """F2: this payment, this shop, this card; the passkeys of the bank."""
    ares, request = await asked(bench_with())
    assert (request.currency, request.value) == ("JPY", "14500")
    assert (request.payee_name, request.payee_origin) == ("Tea and Tins", SHOP)
    assert request.display_name == "Sandbox Visa 0072"
    assert request.passkeys[0].rp_id == "bank.localhost"
    assert "eci" not in ares
    other, _ = await asked(bench_with(), dsTransID="22222222-2222-4222-8222-222222222223")
    assert other["acsTransID"] != ares["acsTransID"]


async def test_a_shop_without_tls_is_shown_by_its_name_alone() -> None:
    """Browsers take no other origin for a payee's: a sandbox has such shops."""
    site = "http://shop.localhost:8080"
    bench = bench_with()
    ares, request = await asked(bench, payeeOrigin=site)
    assert (request.payee_name, request.payee_origin) == ("Tea and Tins", None)
    message = second(ares, wallet(origin=site).confirm(request), payeeOrigin=site)
    assert (await said(bench, message))["transStatus"] == "Y"


async def test_a_confirmed_payment_is_authenticated_as_by_a_challenge() -> None:
    """F2: Y with a value, no RReq, and the second AReq again gets the same answer."""
    bench = bench_with()
    ares, request = await asked(bench)
    message = second(ares, wallet().confirm(request))
    answer = await said(bench, message)
    assert (answer["transStatus"], answer["eci"]) == ("Y", "05")
    assert "authenticationValue" in answer
    assert (await said(bench, message)).elements == answer.elements
    await goes_by(bench, minutes=20)
    assert bench.directory.results == []
    record = await bench.authentications.get(ares.text("acsTransID"))
    assert record.state is State.CONTINUED


@pytest.mark.parametrize(
    "wrong", ["challenge", "origin", "amount", "passkey", "no assertion", "nonsense", "bank away"]
)
async def test_what_does_not_confirm_this_payment_is_asked_otherwise(wrong: str) -> None:
    """Attacks 5 and 6: the bank asks in its own page instead."""
    bench = bench_with()
    ares, request = await asked(bench)
    held, client = wallet(), {}
    assertion: Json
    match wrong:
        case "challenge":
            client = {"challenge": base64url(b"x" * 32)}
        case "origin":
            held = wallet(origin="https://elsewhere.example")
        case "passkey":
            held = wallet(key=derive_private_key(8, SECP256R1()))
        case "amount":
            payment = dict(held.client_data(request)["payment"])  # type: ignore[call-overload]  # an object
            client = {"payment": {**payment, "total": {"currency": "JPY", "value": "1"}}}
    assertion = {"no assertion": None, "nonsense": "nonsense"}.get(
        wrong, held.confirm(request, client=client)
    )
    message = second(ares, assertion)
    if wrong == "bank away":
        bench.bank.rp_id = None
    answer = await said(bench, message)
    assert answer["transStatus"] == "C"
    assert "authenticationValue" not in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"purchaseAmount": "14501"},
        {"acquirerMerchantID": "990000000002"},
        {"threeDSRequestorID": "shop-2"},
        {"acctNumber": sandbox_card(Brand.VISA, "0003").digits},
    ],
)
async def test_a_confirmation_is_good_for_what_was_shown_and_nothing_else(
    changes: dict[str, Json],
) -> None:
    """Attack 5: another amount, shop or card stands by itself; the first still waits for its own."""
    bench = bench_with()
    ares, request = await asked(bench)
    assertion = wallet().confirm(request)
    answer = await said(bench, second(ares, assertion, **changes))
    assert answer["transStatus"] == "C"
    again = {**SECOND, "dsTransID": "66666666-6666-4666-8666-666666666667"}
    answer = await said(bench, second(ares, assertion, **again))
    assert answer["transStatus"] == "Y"


async def test_a_confirmation_is_used_once() -> None:
    """Attack 6: a third AReq is refused with 305."""
    bench = bench_with()
    ares, request = await asked(bench)
    assertion = wallet().confirm(request)
    await said(bench, second(ares, assertion))
    third = {name: f"{value[:-1]}9" for name, value in SECOND.items()}
    answer = await bench.acs.receive("directory", second(ares, assertion, **third))
    erro = json.loads(answer or b"")
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "305")


async def test_a_confirmation_that_nobody_brings_is_reported() -> None:
    """Section 2.8: ten minutes; then N, 14, and whoever comes later is refused."""
    bench = bench_with()
    ares, request = await asked(bench)
    await goes_by(bench, minutes=10)
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "14")
    assert (result["challengeCancel"], result["interactionCounter"]) == ("04", "00")
    late = await bench.acs.receive("directory", second(ares, wallet().confirm(request)))
    assert json.loads(late or b"")["errorCode"] == "305"


async def test_a_card_that_was_suspended_meanwhile_is_refused_all_the_same() -> None:
    """B2: whatever its cardholder confirms."""
    bench = make_bench()
    number = sandbox_card(Brand.VISA, "0084").digits
    held = wallet()
    bench.bank.known_passkeys[:] = [
        KnownPasskey(
            credential_id=base64url(held.credential_id),
            public_key=held.cose_key(),
            sign_count=0,
        )
    ]
    ares, request = await asked(bench, acctNumber=number)
    bench.bank.card = KnownCard(status="suspended")
    answer = await said(bench, second(ares, held.confirm(request), acctNumber=number))
    assert answer["transStatus"] == "R"


async def test_a_crash_after_the_confirmation_was_judged_loses_nothing() -> None:
    """The same second AReq finds it judged."""
    bench = bench_with()
    ares, request = await asked(bench)
    message = second(ares, wallet().confirm(request))
    adds = bench.authentications.add

    async def die(*args: object) -> None:
        raise RuntimeError("the process is gone")

    bench.authentications.add = die  # type: ignore[method-assign, assignment]  # and is no more
    with pytest.raises(RuntimeError):
        await bench.acs.receive("directory", message)
    bench.authentications.add = adds  # type: ignore[method-assign]  # after the restart
    bench.clock.advance(timedelta(seconds=3))
    assert (await said(bench, message))["transStatus"] == "Y"


@pytest.mark.parametrize("missing", ["passkeys", "relying party", "bank", "support", "payment"])
async def test_without_a_passkey_the_bank_asks_in_its_own_page(missing: str) -> None:
    """Section 2.8: S needs a payment, a passkey and a browser that can do it; otherwise C."""
    bench = bench_with()
    changes: dict[str, Json] = {}
    match missing:
        case "passkeys":
            bench.bank.known_passkeys.clear()
        case "relying party":
            bench.bank.rp_id = None
        case "bank":
            bench.bank.passkeys = _away  # type: ignore[method-assign, assignment]  # for once
        case "support":
            changes = {"threeDSRequestorSpcSupport": None, "payeeOrigin": None}
        case "payment":
            names = ("purchaseAmount", "purchaseCurrency", "purchaseExponent", "purchaseDate")
            changes = {"messageCategory": "02", **dict.fromkeys(names)}
    assert (await said(bench, first(**changes)))["transStatus"] == "C"


async def _away(card_id: str) -> None:
    raise Unreachable(f"the bank is closed for {card_id}")
