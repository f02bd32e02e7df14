"""The vault's port for the gateway, through the client that the gateway uses."""

import json
from typing import Any

import pytest

from sekisho.acquirer.vault.web import peers
from sekisho.clients.vault import TokenExpired, Vault
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.secret import Secret
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest
MERCHANT = "998482157632"
CARD = Card(
    pan=sandbox_card(Brand.AMEX, "0103"),
    expiry=Expiry(year=2030, month=1),
    security_code=Secret("1234"),
)


def _caller(room: Room, name: str | None = "gateway") -> Asgi:
    return Asgi(app=peers(room.vault, log=room.log), caller=name)


def _client(room: Room) -> Vault:
    return Vault(AsgiPeer(_caller(room)))


async def _claim(client: Vault, token: str, **changes: Any) -> Card:
    facts = {"merchant_id": MERCHANT, "payment_id": "p-1", "with_security_code": True} | changes
    return await client.claim(token, **facts)


async def test_a_card_goes_in_and_comes_out_for_one_payment(room: Room) -> None:
    """E4: token in, card out; the security code the first time only."""
    client = _client(room)
    made = await client.tokenize(MERCHANT, CARD)
    assert (made.brand, made.last_four, made.expiry) == (Brand.AMEX, "0103", CARD.expiry)
    assert await _claim(client, made.token) == CARD
    assert (await _claim(client, made.token)).security_code is None


async def test_the_refusals_are_told_apart(room: Room) -> None:
    """E5: not there, claimed by another, expired."""
    client = _client(room)
    made = await client.tokenize(MERCHANT, CARD)
    with pytest.raises(NotThere):
        await _claim(client, made.token, merchant_id="998482157633")
    with pytest.raises(NotThere):
        await _claim(client, "tok_guess")
    with pytest.raises(NotThere):
        await _claim(client, "../tokens")
    await _claim(client, made.token)
    with pytest.raises(Conflict):
        await _claim(client, made.token, payment_id="p-2")
    room.clock.advance(made.expires_at - room.clock.now())
    late = await client.tokenize(MERCHANT, CARD)
    room.clock.advance(late.expires_at - room.clock.now())
    with pytest.raises(TokenExpired):
        await _claim(client, late.token)
    with pytest.raises(NotThere):
        await client.tokenize("nobody", CARD)


async def test_a_card_that_has_expired_is_refused_by_name(room: Room) -> None:
    """The gateway can tell its merchant which member is wrong."""
    past = Card(pan=CARD.pan, expiry=Expiry(year=2026, month=2))
    with pytest.raises(TheyErred, match="expiry: the card has expired"):
        await _client(room).tokenize(MERCHANT, past)


@pytest.mark.parametrize("caller", ["acs", "storefront", None])
@pytest.mark.parametrize("path", ["/tokens", "/tokens/tok_x/claim"])
async def test_only_the_gateway_is_let_in(room: Room, caller: str | None, path: str) -> None:
    """No other room may restore a card, whatever it knows."""
    reply = await _caller(room, caller).send("POST", path, b"{}")
    assert reply is not None
    assert reply.status == 403


async def test_every_bad_member_is_named_and_no_digit_repeated(room: Room) -> None:
    """E1: a refusal must not carry the card into the caller's log."""
    bad = {
        "merchantId": "",
        "accountNumber": "4111111111111112",
        "expiry": {"month": 13, "year": "2030"},
        "securityCode": "98x",
    }
    reply = await _caller(room).send("POST", "/tokens", json.dumps(bad).encode())
    assert reply is not None
    assert reply.status == 400
    named = {error["field"] for error in json.loads(reply.body)["errors"]}
    assert named == {
        "merchantId",
        "accountNumber",
        "expiry.month",
        "expiry.year",
        "securityCode",
    }
    assert b"4111" not in reply.body
    assert b"98x" not in reply.body


async def test_a_security_code_has_the_brands_length(room: Room) -> None:
    """Three digits do not do for American Express."""
    body = {
        "merchantId": MERCHANT,
        "accountNumber": CARD.pan.digits,
        "expiry": {"month": 1, "year": 2030},
        "securityCode": "123",
    }
    reply = await _caller(room).send("POST", "/tokens", json.dumps(body).encode())
    assert reply is not None
    assert json.loads(reply.body)["errors"] == [
        {"field": "securityCode", "message": "has 4 digits"}
    ]


async def test_an_answer_that_cannot_be_read_is_silence() -> None:
    """Asking again with the same payment id is safe."""

    async def garbage(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    with pytest.raises(Unreachable):
        await _claim(Vault(AsgiPeer(Asgi(app=garbage))), "tok_x")
