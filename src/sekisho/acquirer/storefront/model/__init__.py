"""What the shop remembers: its goods and settings, carts, checkouts and their payment attempts."""

from sekisho.acquirer.storefront.model.cart import QUANTITY_MAX, Cart, CartLine
from sekisho.acquirer.storefront.model.checkout import (
    Address,
    Attempt,
    AttemptState,
    Browser,
    Buyer,
    CardChosen,
    Checkout,
    Delivery,
    Line,
    Outcome,
    State,
)
from sekisho.acquirer.storefront.model.payment import PaymentFacts, Standing
from sekisho.acquirer.storefront.model.settings import CATALOGUE, Product, StorefrontSettings

__all__ = [
    "CATALOGUE",
    "QUANTITY_MAX",
    "Address",
    "Attempt",
    "AttemptState",
    "Browser",
    "Buyer",
    "CardChosen",
    "Cart",
    "CartLine",
    "Checkout",
    "Delivery",
    "Line",
    "Outcome",
    "PaymentFacts",
    "Product",
    "Standing",
    "State",
    "StorefrontSettings",
]
