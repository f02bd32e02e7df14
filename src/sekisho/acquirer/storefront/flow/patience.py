"""How long the shop waits between two tries, and when it stops waiting for a buyer."""

from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.storefront.flow.effects import (
    CreatePayment,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
)

PATIENCE: Final = timedelta(minutes=30)
"""An attempt without a result for so long is given up. Longer than any issuer's challenge."""

# Seconds before the next try; the last one repeats.
_SCHEDULE_S: Final = (30, 60, 120, 240, 480)
_POSTBACK_S: Final = (1, 3, 10)
_CREATION_S: Final = (1, 2, 5, 15, 30, 60)
_UNTIL_DONE_S: Final = (2, 10, 60, 300, 1800)
"""For what must be done however long it takes: giving money back, writing an order down."""


def first_look(started_at: datetime) -> datetime:
    """When to read an attempt for the first time, should no browser come back."""
    return started_at + timedelta(seconds=_SCHEDULE_S[0])


def next_look(effect: RereadPayment, *, at: datetime, deadline: datetime) -> datetime | None:
    """When to read a payment again; None when no further look is due on this account.

    After a postback the result is moments away: a few quick looks, then the schedule goes on.
    """
    if effect.why is Why.POSTBACK:
        if effect.nth > len(_POSTBACK_S):
            return None
        return at + timedelta(seconds=_POSTBACK_S[effect.nth - 1])
    return min(at + _pause(_SCHEDULE_S, effect.nth), deadline)


def next_try(effect: CreatePayment | VoidPayment | RecordOrder, *, at: datetime) -> datetime:
    """When to try again what the peer did not answer."""
    pauses = _CREATION_S if isinstance(effect, CreatePayment) else _UNTIL_DONE_S
    return at + _pause(pauses, effect.nth - 1)


def _pause(pauses_s: tuple[int, ...], place: int) -> timedelta:
    return timedelta(seconds=pauses_s[min(place, len(pauses_s) - 1)])
