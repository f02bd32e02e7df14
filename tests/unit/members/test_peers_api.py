"""The bank's port for machines, through the client that the ACS and the gateway use."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.clients.members import Bank
from sekisho.issuer.members.model import MessageChannel
from sekisho.issuer.members.web import peers
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry, Pan
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest
PAN = sandbox_card(Brand.MASTERCARD, "0103")
CARD = Card(pan=PAN, expiry=Expiry(year=2030, month=1), security_code=Secret("123"))
YEN = Amount(minor=14500, currency="JPY")


def _caller(room: Room, name: str | None) -> Asgi:
    return Asgi(app=peers(room.members, log=room.log), caller=name)


def _client(room: Room, name: str) -> Bank:
    return Bank(AsgiPeer(_caller(room, name)))


async def _authorize(client: Bank, id: str = "a-1", amount: Amount = YEN) -> Any:
    return await client.authorize(
        id, CARD, amount, merchant_id="998482157632", merchant_name="さくら書房",
        merchant_category="5942", capture=True,
    )  # fmt: skip


async def test_the_acs_looks_a_card_up(bank: Room) -> None:
    """Everything a challenge page shows, and no card number."""
    found = await _client(bank, "acs").lookup_card(PAN)
    assert asdict(found) | {"card_id": ""} == {
        "card_id": "",
        "masked_number": PAN.masked,
        "status": "active",
        "personal_message": "桜の下で",
        "language": "ja",
        "phone_masked": "•••-••••-5678",
        "email_masked": "t•••@example.jp",
        "product_name": "Sandbox mastercard",
        "issuer_name": "Sekisho Bank",
        "methods": ("password", "app_code", "question", "prompt"),
    }


async def test_a_card_of_another_bank_is_not_there(bank: Room) -> None:
    """The ACS then answers that it does not know the card."""
    with pytest.raises(NotThere):
        await _client(bank, "acs").lookup_card(Pan("3566003566003566"))


async def test_the_acs_sends_a_message_once(bank: Room) -> None:
    """Repeats are accepted, another text under the same id is not."""
    client = _client(bank, "acs")
    card = await client.lookup_card(PAN)
    for _ in range(2):
        await client.deliver(card.card_id, message_id="m", channel="email", text="コード 1")
    with pytest.raises(Conflict):
        await client.deliver(card.card_id, message_id="m", channel="email", text="other")
    with pytest.raises(NotThere):
        await client.deliver("no-card", message_id="n", channel="sms", text="x")
    [message] = await bank.members.messages.inbox()
    assert (message.channel, message.text) == (MessageChannel.EMAIL, "コード 1")


async def test_the_gateway_gets_credit_and_gives_it_back(bank: Room) -> None:
    """The answer is the same for the same id; another request under it is refused."""
    client = _client(bank, "gateway")
    answer = await _authorize(client)
    assert (answer.approved, answer.response_code, answer.security_code_result) == (
        True,
        "00",
        "MATCH",
    )
    assert await _authorize(client) == answer
    with pytest.raises(Conflict):
        await _authorize(client, amount=Amount(minor=1, currency="JPY"))
    for _ in range(2):
        await client.reverse("a-1", "the buyer left")
    await client.reverse("never-seen", "timeout")
    assert not (await _authorize(client, "never-seen")).approved


@pytest.mark.parametrize(
    ("caller", "path"),
    [
        ("gateway", "/cards/lookup"),
        ("gateway", "/cards/c/messages"),
        ("acs", "/authorizations"),
        ("acs", "/authorizations/a/reversal"),
        ("storefront", "/authorizations"),
        (None, "/cards/lookup"),
    ],
)
async def test_every_door_opens_to_its_own_peer_only(
    bank: Room, caller: str | None, path: str
) -> None:
    """An ACS that was broken into must not be able to spend money, nor a gateway to read phones."""
    reply = await _caller(bank, caller).send("POST", path, b"{}")
    assert reply is not None
    assert reply.status == 403


async def test_every_bad_member_is_named_and_no_digit_repeated(bank: Room) -> None:
    """A refusal must not carry the card number into the caller's log."""
    bad = {
        "authorizationId": "",
        "acctNumber": "4111111111111112",
        "expiry": "2613",
        "securityCode": 987,
        "amount": {"minor": -1, "currency": "XXQ"},
        "merchantId": "m",
        "merchantName": 7,
        "mcc": "59",
        "capture": "yes",
        "eci": "5",
        "authenticationValue": "A" * 4001,
        "dsTransID": "x" * 37,
    }
    body = json.dumps(bad).encode()
    reply = await _caller(bank, "gateway").send("POST", "/authorizations", body)
    assert reply is not None
    document = json.loads(reply.body)
    assert reply.status == 400
    assert {error["field"] for error in document["errors"]} == {
        "authorizationId", "acctNumber", "expiry", "securityCode", "amount.minor",
        "amount.currency", "merchantName", "mcc", "capture", "eci", "authenticationValue",
        "dsTransID",
    }  # fmt: skip
    assert b"4111" not in reply.body
    assert b"987" not in reply.body


async def test_a_value_in_no_form_of_ours_is_answered_and_not_refused(bank: Room) -> None:
    """C6: values of other providers pass through unaltered; the bank says what it makes of them."""
    answer = await _client(bank, "gateway").authorize(
        "a-7", CARD, YEN, merchant_id="998482157632", merchant_name="さくら書房",
        merchant_category="5942", capture=True, eci="02", ds_trans_id="01ade6ae340005c681c3a1890418",
        authentication_value="AABAIcJIo5DIzAgVAkiAAAAAAA=",
    )  # fmt: skip
    assert (answer.response_code, answer.authentication_value_result) == ("05", "1")


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["acctNumber", "amount", "minor", "authorizationId", "reason", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200) | JSONISH.map(lambda value: json.dumps(value).encode()),
    path=st.sampled_from(["/authorizations", "/authorizations/a/reversal"]),
)
async def test_no_body_is_answered_with_a_fault_of_ours(bank: Room, body: bytes, path: str) -> None:
    """Whatever the bytes: an answer or a refusal, never a 500."""
    reply = await _caller(bank, "gateway").send("POST", path, body)
    assert reply is not None
    assert reply.status in {200, 400}


async def test_a_body_of_ten_megabytes_is_refused(bank: Room) -> None:
    """Before it is read whole."""
    caller = _caller(bank, "gateway")
    reply = await caller.send("POST", "/authorizations", b" " * 10_000_000)
    assert reply is not None
    assert reply.status == 413
    assert caller.pieces_read < 10


async def test_the_client_tells_refusal_from_silence(bank: Room) -> None:
    """What the bank calls wrong is an error; what it cannot do now may be tried again."""
    with pytest.raises(TheyErred, match="reason"):
        await _client(bank, "gateway").reverse("a-1", "")

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    with pytest.raises(Unreachable):
        await Bank(AsgiPeer(Asgi(app=failing))).reverse("a-1", "x")


@pytest.mark.parametrize(
    ("method", "caller", "body", "status"),
    [
        ("POST", "acs", b'{"acctNumber":"x"}', 400),
        ("POST", "acs", b"{", 400),
        ("POST", "acs", b'{"acctNumber":"3566003566003566"}', 404),
        ("POST", "acs", b"x" * 2000, 413),
        ("POST", "gateway", b'{"acctNumber":"3566003566003566"}', 403),
        ("GET", "acs", b"", 405),
    ],
)
async def test_a_look_up_that_does_not_go_smoothly_is_refused_as_everywhere(
    bank: Room, method: str, caller: str, body: bytes, status: int
) -> None:
    """The short way answers what is in order; refusals say why in one form."""
    reply = await _caller(bank, caller).send(method, "/cards/lookup", body)
    assert reply is not None
    assert reply.status == status


async def test_a_caller_that_hangs_up_during_a_look_up_is_not_answered(bank: Room) -> None:
    """Nobody is left to hear it."""
    caller = _caller(bank, "acs")
    caller.cut = True
    assert await caller.send("POST", "/cards/lookup", b"{}") is None
