"""The cart: look into it, put things in, take them out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sekisho.acquirer.storefront.flow.cart import with_quantity
from sekisho.acquirer.storefront.model import Cart, Line, StorefrontSettings
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.money import Amount
from sekisho.kernel.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CartView:
    """A cart at today's prices."""

    lines: tuple[Line, ...]
    total: Amount
    pieces: int


def cart_key(session: str) -> str:
    """The key of a session's cart: a digest, so that the store does not hold what opens it."""
    return hashlib.sha256(b"cart\0" + session.encode()).hexdigest()


def priced(cart: Cart, settings: StorefrontSettings) -> tuple[Line, ...]:
    """The cart's lines at today's prices; what the shop no longer sells is left out."""
    lines = []
    for line in cart.lines:
        product = settings.product(line.sku)
        if product:
            lines.append(
                Line(
                    sku=product.sku,
                    name_ja=product.name_ja,
                    name_en=product.name_en,
                    unit_minor=product.price_minor,
                    quantity=line.quantity,
                )
            )
    return tuple(lines)


class Carts:
    """Keeps one cart a session. A cart is made when something is first put in."""

    def __init__(self, *, carts: Store[Cart], settings: StorefrontSettings, clock: Clock) -> None:
        self._carts = carts
        self._settings = settings
        self._clock = clock

    async def see(self, session: str | None) -> CartView:
        """Show the session's cart; an unknown session has an empty one."""
        return self._view(await find_cart(self._carts, session))

    async def put(self, session: str, sku: str, quantity: int) -> CartView:
        """Have so many of the product in the cart. Raises NotThere when it is not sold."""
        self._check(sku)
        return await self._change(session, lambda cart: with_quantity(cart, sku, quantity))

    async def add(self, session: str, sku: str, quantity: int) -> CartView:
        """Put so many more into the cart. Raises NotThere when it is not sold."""
        self._check(sku)
        return await self._change(
            session, lambda cart: with_quantity(cart, sku, cart.quantity(sku) + quantity)
        )

    def _check(self, sku: str) -> None:
        if self._settings.product(sku) is None:
            raise NotThere("the shop does not sell that")

    async def _change(self, session: str, change: Callable[[Cart], Cart]) -> CartView:
        key = cart_key(session)
        try:
            cart = await self._carts.advance(key, lambda cart: (change(cart), ()))
        except NotThere:
            cart = change(Cart(key=key, started_at=self._clock.now()))
            try:
                await self._carts.add(cart)
            except Conflict:  # two first clicks at once: the cart is there now
                cart = await self._carts.advance(key, lambda cart: (change(cart), ()))
        return self._view(cart)

    def _view(self, cart: Cart | None) -> CartView:
        lines = priced(cart, self._settings) if cart else ()
        total = sum(line.total_minor for line in lines)
        return CartView(
            lines=lines,
            total=Amount(minor=total, currency=self._settings.currency),
            pieces=sum(line.quantity for line in lines),
        )


async def find_cart(carts: Store[Cart], session: str | None) -> Cart | None:
    """The session's cart, if it has one."""
    if session is None:
        return None
    try:
        return await carts.get(cart_key(session))
    except NotThere:
        return None
