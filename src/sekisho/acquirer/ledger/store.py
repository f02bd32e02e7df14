"""Where the back office keeps its orders and sessions."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.ledger.model import Order, StaffSession
from sekisho.adapters.records import Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"
EFFECTS: Final[tuple[type, ...]] = ()
"""The ledger asks nobody for anything."""

ORDERS: Final = Table(name="shop_order", record=Order, key=lambda order: order.number)

SESSIONS: Final = Table(name="staff_session", record=StaffSession, key=lambda session: session.key)
