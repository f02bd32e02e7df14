"""The payment API as the shop's program calls it, against the real site in one process."""

from typing import Any

import pytest

from sekisho.acquirer.gateway.web import site
from sekisho.clients.gateway import Gateway
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.kernel.secret import Secret
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.scenes import MERCHANT, World, asked, straight


def client(world: World, **changes: Any) -> Gateway:
    """The shop's client over the site."""
    app = site(world.service, world.settings, clock=world.clock, log=world.log)
    given: dict[str, Any] = {
        "client_id": MERCHANT.client_id,
        "client_secret": MERCHANT.client_secret,
        "merchant_id": MERCHANT.merchant_id,
        **changes,
    }
    return Gateway(AsgiPeer(Asgi(app=app)), **given)


@pytest.fixture
def world() -> World:
    """A gateway with its world in memory."""
    return World()


async def test_a_payment_is_made_read_found_and_voided(world: World) -> None:
    """E4: the four calls of a shop, each idempotent."""
    gateway = client(world)
    made = await gateway.create_payment(straight(), request_id="r-1")
    assert (made.response_status, made.transaction_state) == ("SUCCESS", "CLOSED")
    assert (made.card_brand, made.last_four) == ("VISA", "0103")
    assert made.authentication_value_result == "0"
    assert made.trans_status is None
    assert made.challenged is None
    assert await gateway.create_payment(straight(), request_id="r-1") == made
    assert (await gateway.payment(made.transaction_id)).transaction_id == made.transaction_id
    found = await gateway.find_payment("r-1")
    assert found is not None
    assert found.transaction_id == made.transaction_id
    voided = await gateway.void_payment(made.transaction_id, request_id="v-1")
    assert voided.transaction_state == "VOIDED"


async def test_the_shop_sees_whether_the_buyer_was_challenged(world: World) -> None:
    """C5: frictionless or challenged, ECI and status, for the shop's ledger."""
    gateway = client(world)
    made = await gateway.create_payment(asked("0103"), request_id="r-1")
    assert made.orchestration_url is not None
    assert made.response_code == "PERFORM_AUTHENTICATION"
    await Browser(world).open(dict(made.raw))
    view = await gateway.payment(made.transaction_id)
    assert (view.trans_status, view.eci, view.challenged) == ("Y", "05", False)
    assert view.authentication_value_result == "2"
    assert view.orchestration_url is None


async def test_an_expired_token_is_replaced_once(world: World) -> None:
    """An hour later the same client goes on."""
    gateway = client(world)
    made = await gateway.create_payment(straight(), request_id="r-1")
    await world.later(hours=2)
    assert (await gateway.payment(made.transaction_id)).transaction_state == "CLOSED"


async def test_what_is_not_there_is_told_apart(world: World) -> None:
    """None for a request that made nothing; NotThere for an id that is no payment."""
    gateway = client(world)
    assert await gateway.find_payment("r-none") is None
    with pytest.raises(NotThere):
        await gateway.payment("../../etc")


async def test_a_refusal_names_the_members(world: World) -> None:
    """So that the shop's log says what to mend."""
    body = straight()
    body["currency"] = "XXX"
    with pytest.raises(TheyErred, match="currency"):
        await client(world).create_payment(body, request_id="r-1")


async def test_a_wrong_secret_is_a_refusal(world: World) -> None:
    """Trying again would not help."""
    wrong = client(world, client_secret=Secret("not the secret of this merchant"))
    with pytest.raises(TheyErred, match="invalid_client"):
        await wrong.payment("x")


async def test_another_merchants_id_is_a_refusal(world: World) -> None:
    """The token says whose it is."""
    with pytest.raises(TheyErred, match="merchant-id"):
        await client(world, merchant_id="998009999999").payment("x")


async def test_a_gateway_that_cannot_is_unreachable(world: World) -> None:
    """503: nothing is known to be wrong with the request; it may be repeated."""
    world.vault.unreachable = True
    gateway = client(world)
    with pytest.raises(Unreachable):
        await gateway.create_payment(straight(), request_id="r-1")
    world.vault.unreachable = False
    assert (await gateway.create_payment(straight(), request_id="r-1")).response_code == "APPROVED"
