"""A merchant nobody here knows drives the payment API with the sandbox document and seed 002."""

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.foreign_client import (
    EmvProgram,
    OwnServer,
    Page,
    PaymentProgram,
    Surfer,
    ask,
    own_server,
)
from tests.foreign_payer import card_of
from tests.running_house import RunningHouse
from tests.seed_002 import SEED_PASS_THROUGH, SEED_PAYMENT

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]

RETURN_MEMBER = "paymentMethodType.card.paymentAuthenticationRequest.authenticationReturnUrl"
ELSEWHERE = "https://merchant.example/return?order=7"


@pytest.fixture
def shop(house: RunningHouse) -> PaymentProgram:
    """The foreign merchant's program."""
    return PaymentProgram(house.credentials())


@pytest.fixture
def site() -> Iterator[OwnServer]:
    """The foreign merchant's own web server."""
    with own_server() as running:
        yield running


@pytest.fixture
def request_id(request: pytest.FixtureRequest) -> str:
    """A request id of this test's own."""
    return f"r-{abs(hash(request.node.name)) % 10**12}"


def body(return_url: str | None, *, card: str | None = None) -> dict[str, Any]:
    """The seed's request with another return address, or without 3-D Secure."""
    asked = copy.deepcopy(SEED_PAYMENT)
    typed = asked["paymentMethodType"]["card"]
    if card:
        typed["accountNumber"] = card
    if return_url is None:
        del typed["paymentAuthenticationRequest"]["authenticationReturnUrl"]
    else:
        typed["paymentAuthenticationRequest"]["authenticationReturnUrl"] = return_url
    return asked


def walk(made: dict[str, Any], member: str = "paymentAuthenticationResult") -> Page:
    """Take a browser from the orchestration address to the page that posts back to the shop."""
    surfer = Surfer()
    page = surfer.load("GET", made[member]["authenticationOrchestrationUrl"])
    assert page.status == 200, page.text
    page = surfer.send(page, page.form(id="go-on"))
    start = page.form(id="start")
    if "creq" not in start.fields:
        return page
    challenge = surfer.send(page, start)
    last = surfer.send(challenge, challenge.form(ends="/challenge/continue"))
    notified = surfer.send(last, last.only_form())
    assert notified.status == 200, notified.text
    return surfer.load("GET", f"{page.url}?returned=1")


def test_the_seeds_return_address_is_refused_by_its_name(
    shop: PaymentProgram, request_id: str
) -> None:
    """C2: the seed's example has an address without a scheme; the refusal names that member alone."""
    status, answer = shop.call("POST", "/payments", SEED_PAYMENT, request_id=request_id)
    assert status == 400
    assert (answer["responseStatus"], answer["responseCode"]) == ("ERROR", "VALIDATION_ERROR")
    assert answer["responseMessage"]
    assert [flaw["entity"] for flaw in answer["validationErrors"]] == [RETURN_MEMBER]
    assert all(flaw["code"] and flaw["message"] for flaw in answer["validationErrors"])


ENDS = {
    "0003": ("SUCCESS", "CLOSED", "Y"),
    "0013": ("DENIED", "DECLINED", "N"),
    "0070": ("SUCCESS", "CLOSED", "Y"),
}
"""By the card's last four digits: what is posted back, what the payment is, what the bank said."""


@pytest.mark.parametrize("ending", ENDS)
def test_an_orchestrated_payment_ends_at_the_merchants_own_address(
    shop: PaymentProgram, site: OwnServer, request_id: str, ending: str
) -> None:
    """C1, C3, C4, C5: signed address, method, challenge, authorization, postback, result by GET."""
    posted, state, trans_status = ENDS[ending]
    card = card_of(ending)
    asked = body(f"{site.url}/return?order=7", card=card)
    asked["captureMethod"] = "NOW"
    status, made = shop.call("POST", "/payments", asked, request_id=request_id)
    assert status == 200, made
    assert (made["responseStatus"], made["transactionState"]) == ("SUCCESS", "PENDING")
    assert made["responseCode"] == "PERFORM_AUTHENTICATION"
    assert "Signature=" in made["paymentAuthenticationResult"]["authenticationOrchestrationUrl"]

    last = walk(made)
    Surfer().send(last, last.form(id="start"))
    (arrival,) = site.arrivals
    assert arrival.path == "/return?order=7", "the merchant's own query is kept"
    assert arrival.fields == {"paymentRequestId": made["transactionId"], "responseStatus": posted}

    status, read = shop.call("GET", f"/payments/{made['transactionId']}")
    assert status == 200
    assert read["transactionState"] == state
    completion = read["paymentAuthenticationResult"]["threeDomainSecureCompletion"]
    assert completion["threeDSTransactionStatus"] == trans_status
    assert ("fraudLiability" in read) == (state == "CLOSED")
    assert read["paymentMethodType"]["card"]["lastFour"] == card[-4:]
    assert card not in str(read)
    found = shop.call("GET", f"/payments?requestIdentifier={request_id}", request_id="look-up-1")
    assert found == (200, read)


def test_any_https_address_may_be_returned_to(shop: PaymentProgram, request_id: str) -> None:
    """F4, attack 16: and only that site may frame the payment's pages."""
    asked = body(ELSEWHERE, card=card_of("0003"))
    _, made = shop.call("POST", "/payments", asked, request_id=request_id)
    last = walk(made)
    assert last.form(id="start").action == ELSEWHERE
    policy = last.headers["content-security-policy"]
    assert "frame-ancestors https://merchant.example;" in policy
    assert "form-action https://merchant.example;" in policy


@pytest.mark.parametrize("whole", [True, False], ids=["no request", "no return address"])
def test_without_a_return_address_it_goes_straight_to_authorization(
    shop: PaymentProgram, request_id: str, *, whole: bool
) -> None:
    """C1: the seed's tip. C11: and then the merchant bears a fraud."""
    asked = body(None)
    if whole:
        del asked["paymentMethodType"]["card"]["paymentAuthenticationRequest"]
    status, made = shop.call("POST", "/payments", asked, request_id=request_id)
    assert status == 200, made
    assert (made["responseStatus"], made["responseCode"]) == ("SUCCESS", "APPROVED")
    assert made["approvalCode"]
    assert made["fraudLiability"]["party"] == "MERCHANT"


def test_values_that_the_bank_did_not_make_are_taken_to_it_and_prove_nothing(
    shop: PaymentProgram, request_id: str
) -> None:
    """C6, C11, attack 5: the seed's request to the letter; the bank says what it makes of it."""
    status, made = shop.call("POST", "/payments", SEED_PASS_THROUGH, request_id=request_id)
    assert status == 200, made
    assert (made["responseStatus"], made["transactionState"]) == ("DENIED", "DECLINED")
    network = made["paymentMethodType"]["card"]["networkResponse"]
    assert network["cardAuthenticationVerificationResult"] == "1", "sent, and not genuine"
    assert "fraudLiability" not in made


def test_values_of_an_authentication_of_ones_own_shift_the_liability_once(
    house: RunningHouse, shop: PaymentProgram, site: OwnServer, request_id: str
) -> None:
    """C6, C7, C11, attack 6: authenticate by the raw EMV API, pay by the payment API, once."""
    document = house.credentials()
    card = card_of("0003")
    ares = authenticated(document, card, site)
    paid = copy.deepcopy(SEED_PASS_THROUGH)
    paid["paymentMethodType"]["card"] |= {
        "accountNumber": card,
        "authentication": {
            "electronicCommerceIndicator": ares["eci"],
            "threeDS": {
                "authenticationValue": ares["authenticationValue"],
                "authenticationTransactionId": ares["dsTransID"],
                "threeDSProgramProtocol": "2",
            },
        },
    }
    status, made = shop.call("POST", "/payments", paid, request_id=request_id)
    assert status == 200, made
    assert made["responseCode"] == "APPROVED"
    assert made["fraudLiability"]["party"] == "ISSUER"
    _, again = shop.call("POST", "/payments", paid, request_id=f"{request_id}-2")
    assert again["responseStatus"] == "DENIED"


def authenticated(
    document: dict[str, dict[str, str]], card: str, site: OwnServer
) -> dict[str, Any]:
    """Authenticate the seed's purchase at the raw EMV API."""
    return EmvProgram(document).call(
        "/auth",
        {
            "messageType": "AReq", "messageVersion": "2.2.0", "messageCategory": "01",
            "deviceChannel": "02", "threeDSRequestorAuthenticationInd": "01",
            "threeDSCompInd": "U", "acctNumber": card, "cardExpiryDate": "4005",
            "acquirerBIN": "412345", "acquirerMerchantID": document["gateway"]["merchant_id"],
            "mcc": "5411", "merchantCountryCode": "392", "merchantName": "A foreign shop",
            "purchaseAmount": "14500", "purchaseCurrency": "840", "purchaseExponent": "2",
            "purchaseDate": "20260401120000", "notificationURL": f"{site.url}/done",
            "browserAcceptHeader": "text/html", "browserIP": "192.0.2.44",
            "browserJavascriptEnabled": True, "browserJavaEnabled": False,
            "browserLanguage": "en", "browserColorDepth": "24", "browserScreenHeight": "1080",
            "browserScreenWidth": "1920", "browserTZ": "300", "browserUserAgent": "Mozilla/5.0",
        },
    )  # fmt: skip


def test_a_verification_walks_the_same_way(
    shop: PaymentProgram, site: OwnServer, request_id: str
) -> None:
    """C1, C5: POST and GET /verifications, and no money in either."""
    asked = body(f"{site.url}/verified", card=card_of("0003"))
    del asked["amount"]
    typed = asked["paymentMethodType"]["card"]
    wish = typed.pop("paymentAuthenticationRequest")
    wish["threeDSRequestorAuthenticationInfo"]["authenticationPurpose"] = "ADD_CARD"
    typed["verificationAuthenticationRequest"] = wish
    status, made = shop.call("POST", "/verifications", asked, request_id=request_id)
    assert status == 200, made
    last = walk(made, "verificationAuthenticationResult")
    Surfer().send(last, last.form(id="start"))
    assert site.arrivals[0].fields["responseStatus"] == "SUCCESS"
    status, read = shop.call("GET", f"/verifications/{made['transactionId']}")
    completion = read["verificationAuthenticationResult"]["threeDomainSecureCompletion"]
    assert completion["threeDSTransactionStatus"] == "Y"
    assert shop.call("GET", f"/payments/{made['transactionId']}")[0] == 404


def test_a_payment_can_be_taken_back(shop: PaymentProgram, request_id: str) -> None:
    """C1: PATCH isVoid, and once more without harm."""
    _, made = shop.call("POST", "/payments", body(None), request_id=request_id)
    path = f"/payments/{made['transactionId']}"
    for attempt in ("v-1", "v-2"):
        status, voided = shop.call(
            "PATCH", path, {"isVoid": True}, request_id=f"{request_id}-{attempt}"
        )
        assert status == 200, voided
        assert voided["transactionState"] == "VOIDED"
    status, refused = shop.call("PATCH", path, {"amount": 1}, request_id=f"{request_id}-v3")
    assert status == 400
    assert {flaw["entity"] for flaw in refused["validationErrors"]} == {"amount", "isVoid"}


def test_a_repeated_request_gets_the_first_answer(shop: PaymentProgram, request_id: str) -> None:
    """Attack 34: the same id and body is the same payment; another body is refused."""
    first = shop.call("POST", "/payments", body(None), request_id=request_id)
    assert shop.call("POST", "/payments", body(None), request_id=request_id) == first
    status, refused = shop.call(
        "POST", "/payments", body(None) | {"amount": 1}, request_id=request_id
    )
    assert status == 412
    assert refused["responseStatus"] == "ERROR"
    assert refused["validationErrors"][0]["entity"] == "request-id"


def test_every_bad_member_is_named(shop: PaymentProgram, request_id: str) -> None:
    """C2: all at once, so that nobody mends them one by one."""
    asked = body(ELSEWHERE)
    asked["amount"] = -1
    asked["currency"] = "YEN"
    asked["browserInfo"]["deviceIPAddress"] = "300.1.1.1"
    asked["accountHolder"]["email"] = "nobody"
    del asked["browserInfo"]["javaEnabled"]
    status, answer = shop.call("POST", "/payments", asked, request_id=request_id)
    assert status == 400
    assert {flaw["entity"] for flaw in answer["validationErrors"]} == {
        "amount", "currency", "browserInfo.deviceIPAddress", "accountHolder.email",
        "browserInfo.javaEnabled",
    }  # fmt: skip
    assert "4112344112344113" not in str(answer)


def test_callers_without_the_right_papers_are_refused(
    house: RunningHouse, shop: PaymentProgram, request_id: str
) -> None:
    """Every trust boundary checks identity: token, merchant, request id."""
    for headers, expected in (
        ({"Authorization": "Bearer forged.token"}, 401),
        ({"Authorization": ""}, 401),
        ({"Merchant-Id": "998000000000"}, 403),
    ):
        status, answer = shop.call(
            "POST", "/payments", body(None), request_id=request_id, **headers
        )
        assert (status, answer["responseStatus"]) == (expected, "ERROR")
    status, answer = shop.call("POST", "/payments", body(None))
    assert status == 400
    assert answer["validationErrors"][0]["entity"] == "request-id"
    assert shop.call("GET", "/payments/8a880dc0-d2d2-4067-bcb1-b08d1690b26e")[0] == 404
    address = house.credentials()["gateway"]["token_url"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    guess = b"grant_type=client_credentials&client_id=shop&client_secret=guess"
    assert ask("POST", address, guess, form)[0] == 401


def test_the_api_answers_with_and_without_its_version(house: RunningHouse, request_id: str) -> None:
    """F4: base addresses of clients differ; both forms reach the same payment."""
    plain = PaymentProgram(house.credentials(), version="")
    versioned = PaymentProgram(house.credentials())
    status, made = plain.call("POST", "/payments", body(None), request_id=request_id)
    assert status == 200, made
    path = f"/payments/{made['transactionId']}"
    assert plain.call("GET", path) == versioned.call("GET", path)
    assert plain.call("GET", "/verifications/none")[0] == 404


def test_addresses_in_the_document_are_of_this_machine(house: RunningHouse) -> None:
    """F4: most programs cannot resolve names under .localhost."""
    document = house.credentials()
    for part, name in (
        ("gateway", "base_url"), ("gateway", "token_url"), ("threeds_server", "base_url"),
    ):  # fmt: skip
        assert urlsplit(document[part][name]).hostname == "localhost"
