"""What the back office remembers: orders as facts that never change, and who is signed in."""

from sekisho.acquirer.ledger.model.facts import (
    Buyer,
    Delivery,
    Fact,
    Goods,
    OrderPlaced,
    PaidBy,
    Place,
)
from sekisho.acquirer.ledger.model.order import Order
from sekisho.acquirer.ledger.model.settings import LedgerSettings
from sekisho.acquirer.ledger.model.staff import StaffSession

__all__ = [
    "Buyer",
    "Delivery",
    "Fact",
    "Goods",
    "LedgerSettings",
    "Order",
    "OrderPlaced",
    "PaidBy",
    "Place",
    "StaffSession",
]
