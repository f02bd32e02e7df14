"""How an order comes into the ledger: once, by its first fact."""

from sekisho.acquirer.ledger.model import Order, OrderPlaced
from sekisho.kernel.errors import Conflict


class OtherFacts(Conflict):
    """An order of that number is known, and it was another one."""


def first(known: Order | None, placed: OrderPlaced) -> Order | None:
    """The order to keep; None when just that is known already.

    Raises OtherFacts when the number stands for something else: facts are never replaced.
    """
    if known is None:
        return Order(number=placed.order_id, facts=(placed,))
    if known.placed != placed:
        raise OtherFacts(f"order {placed.order_id} was recorded with other facts")
    return None
