"""The storefront tells of orders; the client and the ledger speak the same language."""

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.ledger.web.order_body import read_order
from sekisho.adapters.http.json_fields import BadFields
from sekisho.clients.ledger import Ledger
from sekisho.kernel.errors import Conflict, TheyErred, Unreachable
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer

from .house import Office
from .orders import placed


def document(**changes: object) -> dict[str, object]:
    """What the storefront writes of an order, changed as wished."""
    written = msgspec.to_builtins(placed())
    del written["fact"]
    return written | changes


def ledger(office: Office, caller: str | None = "storefront") -> Ledger:
    """The client, wired to the office as that caller."""
    return Ledger(AsgiPeer(Asgi(app=office.peers, caller=caller)))


async def test_an_order_is_recorded_once() -> None:
    """Whatever is told twice is written once."""
    office = Office()
    for _ in range(2):
        await ledger(office).record_order(document())
    (order,) = await office.order_store.newest()
    assert order.number == "4829137405"
    assert order.placed.payment.brand == "visa"
    assert order.placed.payment.trans_status == "Y"
    assert order.placed.amount.minor == 14_500
    assert order.placed.lines[0].name("en") == "Cast-iron kettle"
    assert order.placed.lines[0].name("ja") == "鉄瓶"


async def test_other_facts_under_a_known_number_are_a_conflict() -> None:
    """Facts never change."""
    office = Office()
    await ledger(office).record_order(document())
    with pytest.raises(Conflict):
        await ledger(office).record_order(document(language="en"))


@pytest.mark.parametrize("caller", [None, "gateway", "acs", "shop"])
async def test_only_the_storefront_may_tell(caller: str | None) -> None:
    """The name in the certificate decides."""
    office = Office()
    with pytest.raises(TheyErred, match="403"):
        await ledger(office, caller).record_order(document())
    assert await office.order_store.newest() == []


async def test_every_wrong_member_is_named() -> None:
    """A refusal that names one fault at a time wastes everybody's day."""
    body = document(
        orderId="", placedAt="noon", amount={"minor": -1, "currency": "XXX"}, lines=[{}, 3]
    )
    body["payment"] = {"lastFour": "4111111111111111", "challenged": "no"}
    with pytest.raises(BadFields) as refusal:
        read_order(json.dumps(body).encode())
    assert {fault.field for fault in refusal.value.faults} >= {
        "orderId",
        "placedAt",
        "amount.minor",
        "amount.currency",
        "lines[0].sku",
        "lines[0].quantity",
        "lines[1]",
        "payment.transactionId",
        "payment.brand",
        "payment.lastFour",
        "payment.challenged",
    }
    assert "4111" not in str(refusal.value)


async def test_a_moment_without_a_zone_is_refused() -> None:
    """Two readers must not differ."""
    with pytest.raises(BadFields, match="time zone"):
        read_order(json.dumps(document(placedAt="2026-11-23T03:00:00")).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(document())), JSON)
def test_whatever_stands_in_a_member_an_order_or_a_refusal_comes_of_it(
    name: str, value: object
) -> None:
    """One exit type, whatever the body."""
    with suppress(BadFields):
        read_order(json.dumps(document(**{name: value})).encode())


@given(st.binary(max_size=200))
def test_whatever_the_bytes_an_order_or_a_refusal_comes_of_them(body: bytes) -> None:
    """Also when they are no JSON at all."""
    with suppress(BadFields):
        read_order(body)


async def test_a_silent_ledger_is_unreachable() -> None:
    """The storefront will tell it again."""

    async def broken(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})  # type: ignore[operator]  # ASGI
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]  # ASGI

    with pytest.raises(Unreachable):
        await Ledger(AsgiPeer(Asgi(app=broken))).record_order(document())  # type: ignore[arg-type]  # ASGI
