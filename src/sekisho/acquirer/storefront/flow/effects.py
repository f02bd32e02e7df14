"""What a checkout asks the edge to do. `nth` counts the tries, for the patience between them."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias


class Why(Enum):
    """What makes the shop read a payment again."""

    SCHEDULE = "schedule"
    """The house clock: the browser may be gone."""
    POSTBACK = "postback"
    """The browser came back, so the result should be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePayment:
    """Ask the gateway for the payment, by the attempt's id."""

    attempt_id: str
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RereadPayment:
    """Ask the gateway how the payment stands."""

    attempt_id: str
    why: Why
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidPayment:
    """Have the gateway give back whatever became of the attempt."""

    attempt_id: str
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrder:
    """Tell the ledger about the order."""

    nth: int = 1


@dataclass(frozen=True, slots=True)
class ClearCart:
    """Take what was ordered out of the cart."""


Effect: TypeAlias = CreatePayment | RereadPayment | VoidPayment | RecordOrder | ClearCart

EFFECTS: Final = (CreatePayment, RereadPayment, VoidPayment, RecordOrder, ClearCart)
"""Everything that may stand beside a checkout in the outbox."""
