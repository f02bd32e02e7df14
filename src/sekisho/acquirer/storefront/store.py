"""Where the shop keeps its carts and checkouts."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.storefront.flow import EFFECTS as FLOW_EFFECTS
from sekisho.acquirer.storefront.model import Cart, Checkout
from sekisho.adapters.records import Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"
EFFECTS: Final = FLOW_EFFECTS
"""Everything that the shop's outbox may hold."""

CARTS: Final = Table(name="cart", record=Cart, key=lambda cart: cart.key)

CHECKOUTS: Final = Table(
    name="checkout",
    record=Checkout,
    key=lambda checkout: checkout.number,
    columns={"state": lambda checkout: checkout.state.value},
    effects=EFFECTS,
)
