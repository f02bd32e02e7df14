"""How payments and requests are kept: one table each, effects beside payments."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.gateway.flow import EFFECTS
from sekisho.acquirer.gateway.model.payment import Payment, RequestSlot
from sekisho.adapters.records import Table

__all__ = ["EFFECTS", "MIGRATIONS", "PAYMENTS", "SLOTS"]

MIGRATIONS: Final = Path(__file__).parent / "migrations"

PAYMENTS: Final = Table[Payment](
    name="payment",
    record=Payment,
    key=lambda payment: payment.id,
    columns={
        "state": lambda payment: payment.state.value,
        "request_key": lambda payment: payment.request_key,
    },
    effects=EFFECTS,
)

SLOTS: Final = Table[RequestSlot](
    name="request_slot",
    record=RequestSlot,
    key=lambda slot: slot.key,
)
