"""Where the back office keeps its orders and sessions."""

from typing import Final

from sekisho.acquirer.ledger.model import Order, StaffSession
from sekisho.adapters.records import Table

ORDERS: Final = Table(name="shop_order", record=Order, key=lambda order: order.number)

SESSIONS: Final = Table(name="staff_session", record=StaffSession, key=lambda session: session.key)
