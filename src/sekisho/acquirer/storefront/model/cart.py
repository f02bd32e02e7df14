"""The cart: what one browser has chosen, and the checkout that it has open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

QUANTITY_MAX: Final = 20
"""The most of one product that an order may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """So many of one product."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What one browser has chosen. Prices are not kept here: the catalogue says them."""

    key: str
    """Digest of the session cookie: whoever reads the database cannot take over a session."""
    started_at: datetime
    lines: tuple[CartLine, ...] = ()
    checkout: str | None = None
    """Number of the one checkout that may be open for this cart."""
    ordered: tuple[str, ...] = ()
    """Numbers of the orders already taken out of the cart, so that none is taken out twice."""

    def quantity(self, sku: str) -> int:
        """How many of the product are in the cart."""
        return next((line.quantity for line in self.lines if line.sku == sku), 0)

    @property
    def pieces(self) -> int:
        """How many things are in the cart altogether."""
        return sum(line.quantity for line in self.lines)
