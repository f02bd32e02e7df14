"""An order: the facts about it, oldest first. Everything else is worked out from them."""

from dataclasses import dataclass

from sekisho.acquirer.ledger.model.facts import Fact, OrderPlaced
from sekisho.kernel.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of the shop."""

    number: str
    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        if not self.facts or not isinstance(self.facts[0], OrderPlaced):
            raise Misuse("an order begins with having been placed")

    @property
    def placed(self) -> OrderPlaced:
        """The fact that made it an order."""
        return self.facts[0]
