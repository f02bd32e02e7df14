"""Attacks on payments: what somebody in the middle may send, and what must not come of it.

The numbers are those of the attack list; each test says what would have been gained.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from sekisho.kernel.brands import Brand
from sekisho.testkit import samples
from sekisho.testkit.cards import sandbox_card
from tests.foreign_client import Page, PaymentProgram, Surfer, ask, decoded, encoded
from tests.foreign_payer import (
    Foreigner,
    a_foreigner,
    authenticate,
    card_of,
    code_from,
    inbox,
    open_challenge,
)
from tests.http_buyer import HttpBuyer
from tests.peers import DIRECTORY, SERVER, VAULT, as_peer
from tests.running_house import RunningHouse, a_house
from tests.seed_002 import SEED_PAYMENT

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]

CHALLENGED, FRICTIONLESS, PASSING = "2072", "0003", "2070"


@pytest.fixture
def foreigner(house: RunningHouse) -> Iterator[Foreigner]:
    """A payment provider of its own."""
    with a_foreigner(house) as running:
        yield running


@pytest.fixture
def shop(house: RunningHouse) -> PaymentProgram:
    """A merchant's program."""
    return PaymentProgram(house.credentials())


@pytest.fixture
def request_id(request: pytest.FixtureRequest) -> str:
    """A request id of this test's own."""
    return f"a-{abs(hash(request.node.nodeid)) % 10**12}"


def asked(ending: str) -> dict[str, Any]:
    """A payment with authentication, by one of the test cards."""
    body: dict[str, Any] = json.loads(json.dumps(SEED_PAYMENT))
    card = body["paymentMethodType"]["card"]
    card["accountNumber"] = card_of(ending)
    card["paymentAuthenticationRequest"]["authenticationReturnUrl"] = "https://shop.example/back"
    return body


def made(shop: PaymentProgram, ending: str, request_id: str) -> tuple[str, str]:
    """Ask for a payment; give its id and its orchestration address."""
    status, answer = shop.call("POST", "/payments", asked(ending), request_id=request_id)
    assert status == 200, answer
    result = answer["paymentAuthenticationResult"]
    return answer["transactionId"], result["authenticationOrchestrationUrl"]


def state_of(shop: PaymentProgram, payment_id: str) -> str:
    """Read how a payment stands."""
    _, answer = shop.call("GET", f"/payments/{payment_id}")
    return str(answer["transactionState"])


def come_to_challenge(address: str) -> Page:
    """Take a browser to the gateway's page around the bank's."""
    surfer = Surfer()
    page = surfer.load("GET", address)
    return surfer.send(page, page.form(id="go-on"))


# The address that starts an authentication


def test_an_orchestration_address_opens_once(shop: PaymentProgram, request_id: str) -> None:
    """C3, attack 13: who finds the address in a log or a history is too late."""
    payment_id, address = made(shop, CHALLENGED, request_id)
    assert Surfer().load("GET", address).status == 200
    again = Surfer().load("GET", address)
    assert again.status == 410
    assert "creq" not in again.text
    assert state_of(shop, payment_id) == "PENDING"


def changes(address: str, other_id: str) -> dict[str, str]:
    """Give the address with one thing changed at a time."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    signature = query["Signature"]
    other_letter = ("A" if signature[0] != "A" else "B") + signature[1:]
    changed = {
        "another payment": query | {"paymentRequestId": other_id},
        "a longer life": query | {"Expires": str(int(query["Expires"]) + 3600)},
        "another signature": query | {"Signature": other_letter},
        "no signature": {name: query[name] for name in query if name != "Signature"},
        "an empty signature": query | {"Signature": ""},
        "one parameter more": query | {"authenticationReturnUrl": "https://evil.example"},
    }
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    written = {name: f"{base}?{urlencode(each)}" for name, each in changed.items()}
    return written | {"a parameter twice": f"{address}&paymentRequestId={other_id}"}


def test_a_changed_orchestration_address_opens_nothing(
    shop: PaymentProgram, request_id: str
) -> None:
    """C3: the signature covers every parameter; and the untouched address still works after."""
    payment_id, address = made(shop, CHALLENGED, request_id)
    other_id, _ = made(shop, CHALLENGED, f"{request_id}-2")
    for name, changed in changes(address, other_id).items():
        page = Surfer().load("GET", changed)
        assert page.status == 400, name
        assert "threeDSMethodData" not in page.text, name
    assert {state_of(shop, each) for each in (payment_id, other_id)} == {"PENDING"}
    assert Surfer().load("GET", address).status == 200


def test_an_orchestration_address_lapses(tmp_path: Path) -> None:
    """C3: after a quarter of an hour it opens nothing, and the payment comes to its end."""
    with a_house(tmp_path) as house:
        shop = PaymentProgram(house.credentials())
        payment_id, address = made(shop, FRICTIONLESS, "lapsing")
        house.advance_clock(901)
        page = Surfer().load("GET", address)
        assert page.status == 410
        assert "threeDSMethodData" not in page.text
        assert state_of(shop, payment_id) in {"PENDING", "ERROR"}


# What comes back through the browser


def test_a_cres_that_says_yes_is_only_a_rumour(shop: PaymentProgram, request_id: str) -> None:
    """Attack 4, A5: the result is the bank's, by RReq; the open challenge can still be passed."""
    payment_id, address = made(shop, PASSING, request_id)
    page = come_to_challenge(address)
    start = page.form(id="start")
    creq = decoded(start.fields["creq"])
    notification = f"{page.url.split('/3ds/')[0]}/3ds/{payment_id}/challenge"
    forged = {
        "messageType": "CRes", "messageVersion": "2.2.0", "transStatus": "Y",
        "threeDSServerTransID": creq["threeDSServerTransID"], "acsTransID": creq["acsTransID"],
    }  # fmt: skip
    surfer = Surfer()
    fields = {"cres": encoded(forged), "threeDSSessionData": "c3RvbGVu"}
    assert surfer.load("POST", notification, fields).status == 400
    fields["threeDSSessionData"] = start.fields["threeDSSessionData"]
    assert surfer.load("POST", notification, fields).status == 200
    assert state_of(shop, payment_id) == "PENDING"
    _, read = shop.call("GET", f"/payments/{payment_id}")
    assert "approvalCode" not in read
    assert "threeDomainSecureCompletion" not in read["paymentAuthenticationResult"]

    challenge = surfer.send(page, start)
    last = surfer.send(challenge, challenge.form(ends="/challenge/continue"))
    surfer.send(last, last.only_form())
    end = surfer.load("GET", f"{page.url}?returned=1")
    assert end.form(id="start").fields["responseStatus"] == "SUCCESS"


def come_to_paying(house: RunningHouse, ending: str) -> HttpBuyer:
    """Take a buyer to the shop's payment page."""
    buyer = HttpBuyer(house, sandbox_card(Brand.VISA, ending).digits)
    page = buyer.stand()
    while not page.path.endswith("/payment"):
        page = buyer.step(page)
    return buyer


def attempt_of(house: RunningHouse, number: str) -> dict[str, Any]:
    """Read the secrets of a checkout's attempt where only the shop can: the worst that could leak."""
    with sqlite3.connect(f"file:{house.data}/storefront.db?mode=ro", uri=True) as database:
        (body,) = database.execute("SELECT body FROM checkout WHERE key = ?", (number,)).fetchone()
    attempt: dict[str, Any] = json.loads(body)["attempts"][-1]
    return attempt


def post_back(house: RunningHouse, number: str, attempt: str, key: str, payment_id: str) -> Page:
    """Say SUCCESS to the shop as only the gateway should."""
    query = urlencode({"attempt": attempt, "key": key})
    return Surfer().load(
        "POST",
        f"{house.site('shop')}/checkout/{number}/return?{query}",
        {"paymentRequestId": payment_id, "responseStatus": "SUCCESS"},
    )


def still_unpaid(house: RunningHouse, buyer: HttpBuyer) -> bool:
    """Tell whether the shop waits as before, and has no order."""
    shop = house.site("shop")
    said = json.loads(buyer.browser.get(f"{shop}/checkout/{buyer.number}/status").text)
    order = buyer.browser.get(f"{shop}/orders/{buyer.number}")
    return said["state"] == "paying" and order.status == 404


def test_a_buyer_cannot_report_success(house: RunningHouse) -> None:
    """Attacks 4 and 32, A5, D3: the postback makes the shop ask, and the gateway knows better."""
    buyer = come_to_paying(house, CHALLENGED)
    number = str(buyer.number)
    attempt = attempt_of(house, number)
    guessed = post_back(house, number, attempt["id"], "guess", attempt["payment"]["transaction_id"])
    assert guessed.status == 404
    for payment_id in (
        attempt["payment"]["transaction_id"],
        "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
        "",
    ):
        known = post_back(house, number, attempt["id"], attempt["return_key"], payment_id)
        assert known.status == 200
        assert number in known.text, "it tells the page to move on, and nothing else"
        assert still_unpaid(house, buyer)


def test_anothers_payment_pays_for_nothing(
    house: RunningHouse, shop: PaymentProgram, request_id: str
) -> None:
    """Attack 32: a genuine, paid, other payment of the same merchant does not make an order."""
    body = asked(FRICTIONLESS)
    del body["paymentMethodType"]["card"]["paymentAuthenticationRequest"]
    _, paid = shop.call("POST", "/payments", body | {"amount": 100}, request_id=request_id)
    assert paid["responseCode"] == "APPROVED"
    buyer = come_to_paying(house, CHALLENGED)
    number = str(buyer.number)
    attempt = attempt_of(house, number)
    post_back(house, number, attempt["id"], attempt["return_key"], paid["transactionId"])
    assert still_unpaid(house, buyer)
    assert "postback names another payment" in house.log()


def test_one_checkouts_postback_does_nothing_for_another(house: RunningHouse) -> None:
    """Attack 32: what the buyer learned from a purchase that was paid is of no use for the next."""
    before = HttpBuyer(house, sandbox_card(Brand.VISA, FRICTIONLESS).digits)
    before.buy()
    paid = attempt_of(house, str(before.number))
    buyer = come_to_paying(house, CHALLENGED)
    number = str(buyer.number)
    answer = post_back(
        house, number, paid["id"], paid["return_key"], paid["payment"]["transaction_id"]
    )
    assert answer.status == 404
    assert still_unpaid(house, buyer)


# What peers may not do


def challenged(foreigner: Foreigner, ending: str = CHALLENGED) -> dict[str, Any]:
    """Start an authentication that ends in a challenge."""
    _, ares = authenticate(foreigner, card_of(ending))
    assert ares["transStatus"] == "C"
    return ares


def result(ares: dict[str, Any], **ids: str) -> bytes:
    """An RReq that says yes, with some of its ids another transaction's."""
    named = {
        name: ares[name] for name in ("threeDSServerTransID", "dsTransID", "acsTransID")
    } | ids  # fmt: skip
    return samples.wire(samples.rreq(**named))


def not_yet(foreigner: Foreigner, ares: dict[str, Any]) -> bool:
    """Tell whether a transaction still has no result."""
    trans_id = {"threeDSServerTransID": ares["threeDSServerTransID"]}
    answer = foreigner.program.call("/postauth", trans_id)
    return (answer["messageType"], answer["errorCode"]) == ("Erro", "305")


def test_a_result_for_anothers_transaction_is_refused(
    house: RunningHouse, foreigner: Foreigner
) -> None:
    """Attack 3: even an ACS with a good certificate must know every id of the transaction."""
    mine, theirs = challenged(foreigner), challenged(foreigner)
    for name in ("acsTransID", "dsTransID"):
        status, erro = as_peer(house, "acs", DIRECTORY, result(mine, **{name: theirs[name]}))
        assert (status, erro["messageType"], erro["errorCode"]) == (200, "Erro", "301"), name
        status, erro = as_peer(house, "directory", SERVER, result(mine, **{name: theirs[name]}))
        assert (status, erro["messageType"], erro["errorCode"]) == (200, "Erro", "301"), name
    assert not_yet(foreigner, mine)
    assert not_yet(foreigner, theirs)


@pytest.mark.parametrize(
    ("peer", "offset"), [("server", DIRECTORY), ("gateway", DIRECTORY), ("acs", SERVER)]
)
def test_a_result_from_the_wrong_sender_is_refused(
    house: RunningHouse, foreigner: Foreigner, peer: str, offset: int
) -> None:
    """Attack 3: results come from the ACS to the Directory Server and from it, no other way."""
    ares = challenged(foreigner)
    _, erro = as_peer(house, peer, offset, result(ares))
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "303")
    assert not_yet(foreigner, ares)


def test_a_result_after_the_result_changes_nothing(
    house: RunningHouse, foreigner: Foreigner
) -> None:
    """Attack 3: denied stays denied, whoever says otherwise later."""
    ares = challenged(foreigner)
    page = open_challenge(foreigner, ares)
    foreigner.surfer.send(page, page.form(ends="/challenge/cancel"))
    trans_id = {"threeDSServerTransID": ares["threeDSServerTransID"]}
    kept = foreigner.program.call("/postauth", trans_id)
    assert kept["transStatus"] == "N"
    for peer, offset in (("acs", DIRECTORY), ("directory", SERVER)):
        _, erro = as_peer(house, peer, offset, result(ares))
        assert erro["messageType"] == "Erro"
    assert foreigner.program.call("/postauth", trans_id) == kept


def test_a_creq_for_anothers_challenge_opens_nothing(foreigner: Foreigner) -> None:
    """Attack 1: identifiers of two transactions in one CReq; the other one is unharmed."""
    mine, theirs = challenged(foreigner), challenged(foreigner)
    known = len(inbox(foreigner, CHALLENGED))
    creq = {
        "messageType": "CReq", "messageVersion": mine["messageVersion"],
        "threeDSServerTransID": mine["threeDSServerTransID"], "acsTransID": theirs["acsTransID"],
        "challengeWindowSize": "05",
    }  # fmt: skip
    page = foreigner.surfer.load("POST", mine["acsURL"], {"creq": encoded(creq)})
    assert page.status == 400
    assert 'name="code"' not in page.text
    assert len(inbox(foreigner, CHALLENGED)) == known, "no code was sent to anybody"
    opened = open_challenge(foreigner, theirs)
    code = code_from(foreigner, CHALLENGED, known)
    last = foreigner.surfer.send(opened, opened.form(ends="/challenge/code"), code=code)
    assert decoded(last.only_form().fields["cres"])["transStatus"] == "Y"


def test_a_code_for_one_purchase_is_useless_for_another(foreigner: Foreigner) -> None:
    """Attacks 18 and 21: the code is bound to the purchase that its message names."""
    first, second = challenged(foreigner), challenged(foreigner)
    known = len(inbox(foreigner, CHALLENGED))
    open_challenge(foreigner, first)
    code = code_from(foreigner, CHALLENGED, known)
    page = open_challenge(foreigner, second)
    answered = foreigner.surfer.send(page, page.form(ends="/challenge/code"), code=code)
    assert answered.form(ends="/challenge/code"), "the bank asks again"
    assert not_yet(foreigner, second)


def test_an_authentication_pays_for_what_was_authenticated(
    house: RunningHouse, foreigner: Foreigner, shop: PaymentProgram, request_id: str
) -> None:
    """Attack 5: authenticated for a little, authorized for a lot, or with another card: refused."""
    merchant = house.credentials()["gateway"]["merchant_id"]
    card = card_of(FRICTIONLESS)
    _, ares = authenticate(foreigner, card, acquirerMerchantID=merchant)
    proof = {
        "electronicCommerceIndicator": ares["eci"],
        "threeDS": {
            "authenticationValue": ares["authenticationValue"],
            "authenticationTransactionId": ares["dsTransID"],
            "threeDSProgramProtocol": "2",
        },
    }
    for amount, currency, number in (
        (90_000_00, "JPY", card), (12_300, "USD", card), (12_300, "JPY", card_of("0103")),
    ):  # fmt: skip
        body = asked(FRICTIONLESS) | {"amount": amount, "currency": currency}
        expiry = {"month": 12, "year": 2034}
        body["paymentMethodType"] = {
            "card": {"accountNumber": number, "expiry": expiry, "authentication": proof}
        }
        _, answer = shop.call(
            "POST", "/payments", body, request_id=f"{request_id}-{amount}-{currency}-{number[-4:]}"
        )
        assert answer["responseStatus"] == "DENIED", (amount, currency)


def test_a_token_is_of_one_merchant_and_of_one_payment(house: RunningHouse) -> None:
    """E5, attack 36: unknown to any other merchant, as if it were not there; taken, once used."""
    merchant = house.credentials()["gateway"]["merchant_id"]
    typed = {
        "merchantId": merchant, "accountNumber": card_of(FRICTIONLESS),
        "expiry": {"month": 12, "year": 2034}, "securityCode": "123",
    }  # fmt: skip

    def call(path: str, members: dict[str, Any], *, peer: str = "gateway") -> tuple[int, Any]:
        return as_peer(house, peer, VAULT, json.dumps(members).encode(), path=path)

    status, kept = call("/tokens", typed)
    assert status == 201
    path = f"/tokens/{kept['token']}/claim"
    mine = {"merchantId": merchant, "paymentId": "p-1", "withSecurityCode": True}
    other = call(path, mine | {"merchantId": "998009999999"})
    nothing = call("/tokens/tok_no_such_token_at_all/claim", mine)
    assert other == nothing
    assert other[0] == 404
    assert call(path, mine, peer="storefront")[0] == 403
    status, card = call(path, mine)
    assert (status, card["securityCode"]) == (200, "123")
    assert call(path, mine)[1]["securityCode"] is None, "given once"
    assert call(path, mine | {"paymentId": "p-2"})[0] == 409
    assert call("/tokens", typed | {"merchantId": "998009999999"})[0] == 404


# What other sites may not do with a browser


EVIL = "https://evil.example"


def test_no_form_of_the_shop_is_taken_without_its_sessions_token(house: RunningHouse) -> None:
    """Attack 17: a page elsewhere can make a browser post, and gets nothing done by it."""
    buyer = come_to_paying(house, CHALLENGED)
    stranger = HttpBuyer(house, buyer.card)
    stolen = stranger.browser.get(f"{house.site('shop')}/products/kettle")
    token = stolen.form(action_ends="/cart/add").fields["form_token"]
    page = buyer.browser.get(f"{house.site('shop')}/checkout/{buyer.number}/payment")
    for path in (
        "/cart/add", "/cart/change", "/checkout", "/checkout/confirm",
        f"/checkout/{buyer.number}/cancel",
    ):  # fmt: skip
        for forged in ({}, {"form_token": ""}, {"form_token": token}):
            fields = {**forged, "sku": "kettle", "quantity": "9"}
            form = replace(page.form(action_ends="/cancel"), action=path, fields=fields)
            assert buyer.browser.send(page, form).status == 403, (path, forged)
    assert still_unpaid(house, buyer)


def test_the_ledgers_sign_in_wants_a_form_of_its_own(house: RunningHouse) -> None:
    """Attack 17: nobody is signed in by a page elsewhere, even with the right password."""
    password = house.credentials()["shop"]["staff_password"]
    address = f"{house.site('shop')}/ledger/sign-in"
    surfer = Surfer()
    _, headers, _ = ask("GET", address)
    cookie = headers["set-cookie"].partition(";")[0]
    assert "SameSite=strict" in headers["set-cookie"].replace("Strict", "strict")
    assert "HttpOnly" in headers["set-cookie"]
    planted = surfer.load("GET", address).only_form().fields["form_token"]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": EVIL}
    for sent, token in (({}, ""), ({}, planted), ({"Cookie": cookie}, planted)):
        body = urlencode({"password": password, "form_token": token}).encode()
        status, answered, _ = ask("POST", address, body, {**form, **sent})
        assert status == 403
        fresh = answered.get("set-cookie", cookie).partition(";")[0]
        status, _, _ = ask("GET", f"{house.site('shop')}/ledger/", headers={"Cookie": fresh})
        assert status == 303, "the ledger asks to sign in"
    _, _, page = ask("GET", address, headers={"Cookie": cookie})
    own = Page(address, 200, {}, page.decode()).only_form().fields["form_token"]
    body = urlencode({"password": password, "form_token": own}).encode()
    status, answered, _ = ask("POST", address, body, {**form, "Cookie": cookie})
    signed_in = answered["set-cookie"].partition(";")[0]
    status, _, _ = ask("GET", f"{house.site('shop')}/ledger/", headers={"Cookie": signed_in})
    assert status == 200, "its own form, from its own browser, opens it"


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("lab", {"Origin": EVIL, "Content-Type": "application/json"}),
        ("lab", {"Origin": EVIL, "Content-Type": "text/plain"}),
        ("lab", {"Origin": "null", "Content-Type": "application/json"}),
        ("lab", {"Origin": "{shop}", "Content-Type": "application/json"}),
        ("lab", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("lab", {"Content-Type": "text/plain"}),
        ("plain", {"Origin": EVIL, "Content-Type": "application/json"}),
        ("plain", {"Origin": "{shop}", "Content-Type": "application/json"}),
        ("evil", {"Content-Type": "application/json"}),
    ],
)
def test_the_clock_is_moved_by_the_lab_alone(
    house: RunningHouse, host: str, headers: dict[str, str]
) -> None:
    """Attacks 15 and 17: no page elsewhere, no plain form, no other name for this machine."""
    before = house.json("/lab/clock")["ahead_s"]
    sent = {name: value.format(shop=house.site("shop")) for name, value in headers.items()}
    address = {
        "lab": f"{house.site('lab')}/clock",
        "plain": house.program_url("/lab/clock"),
        "evil": f"http://evil.example:{house.port}/clock",
    }[host]
    status, _, _ = ask("POST", address, b'{"advance_s": 3600}', sent)
    assert 400 <= status < 500
    assert house.json("/lab/clock")["ahead_s"] == before
