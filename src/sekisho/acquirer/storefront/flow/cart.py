"""The cart: lines come, change and go; an order takes its goods out once."""

from dataclasses import replace

from sekisho.acquirer.storefront.model import QUANTITY_MAX, Cart, CartLine, Checkout


def with_quantity(cart: Cart, sku: str, quantity: int) -> Cart:
    """The cart with so many of the product: none takes it out, too many become the most."""
    wanted = max(0, min(quantity, QUANTITY_MAX))
    if cart.quantity(sku) == 0:
        lines = (*cart.lines, CartLine(sku=sku, quantity=wanted))
    else:
        lines = tuple(
            replace(line, quantity=wanted) if line.sku == sku else line for line in cart.lines
        )
    return replace(cart, lines=tuple(line for line in lines if line.quantity))


def without_order(cart: Cart, order: Checkout) -> Cart:
    """The cart after an order: what was put in meanwhile stays; a second time changes nothing."""
    if order.number in cart.ordered:
        return cart
    after = cart
    for line in order.lines:
        after = with_quantity(after, line.sku, after.quantity(line.sku) - line.quantity)
    checkout = None if cart.checkout == order.number else cart.checkout
    return replace(after, checkout=checkout, ordered=(*cart.ordered, order.number))
