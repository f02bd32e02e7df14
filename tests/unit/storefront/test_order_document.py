"""What the shop tells the ledger is what the ledger reads."""

from dataclasses import replace

import msgspec
import pytest

from sekisho.acquirer.ledger.web.order_body import read_order
from sekisho.acquirer.storefront.model import State
from sekisho.acquirer.storefront.service.order_document import order_document
from sekisho.kernel.errors import Misuse

from .purchases import NOON, checkout


def test_the_ledger_reads_what_the_shop_writes() -> None:
    """Two rooms, one wire: every member by its name."""
    placed = checkout(State.PLACED)
    order = read_order(msgspec.json.encode(order_document(placed)))
    assert order.order_id == placed.number
    assert order.placed_at == NOON
    assert order.amount == placed.amount
    assert order.buyer.family_name == "山田"
    assert order.buyer.phone == "+81 9012345678"
    assert order.delivery.address.state == "13"
    assert order.delivery.address.state_name == "東京都"
    assert order.payment.brand == "visa"
    assert (order.payment.trans_status, order.payment.eci) == ("Y", "05")
    assert order.payment.challenged is False
    assert order.payment.authentication_value_result == "2"
    assert order.lines[0].unit_minor == 14_500


def test_the_same_order_is_told_in_the_same_words() -> None:
    """The ledger compares: a repetition must not look like other facts."""
    placed = checkout(State.PLACED)
    assert order_document(placed) == order_document(replace(placed, recorded=True))


@pytest.mark.parametrize("missing", ["placed_at", "buyer", "delivery"])
def test_an_order_that_is_not_whole_is_not_told(missing: str) -> None:
    """That would be a bug of ours."""
    with pytest.raises(Misuse):
        order_document(replace(checkout(State.PLACED), **{missing: None}))


def test_an_order_without_an_approved_payment_is_not_told() -> None:
    """No order without a payment."""
    with pytest.raises(Misuse):
        order_document(replace(checkout(State.PLACED), attempts=()))
