"""How carts and checkouts may change: events in, effects out."""

from sekisho.acquirer.storefront.flow.attempt import ATTEMPT_NEXT, OPEN_ATTEMPT
from sekisho.acquirer.storefront.flow.checkout import ATTEMPTS_MAX, FINAL, NEXT, START, decide
from sekisho.acquirer.storefront.flow.effects import (
    EFFECTS,
    ClearCart,
    CreatePayment,
    Effect,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
)
from sekisho.acquirer.storefront.flow.events import (
    EVENTS,
    CartRead,
    DetailsGiven,
    Event,
    GaveUp,
    NothingCame,
    OrderPressed,
    OrderRecorded,
    PaymentRejected,
    PaymentSeen,
    PeerSilent,
    PostbackCame,
)
from sekisho.acquirer.storefront.flow.patience import PATIENCE
from sekisho.acquirer.storefront.flow.refusals import StaleConfirmation, TooManyAttempts

__all__ = [
    "ATTEMPTS_MAX",
    "ATTEMPT_NEXT",
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "NEXT",
    "OPEN_ATTEMPT",
    "PATIENCE",
    "START",
    "CartRead",
    "ClearCart",
    "CreatePayment",
    "DetailsGiven",
    "Effect",
    "Event",
    "GaveUp",
    "NothingCame",
    "OrderPressed",
    "OrderRecorded",
    "PaymentRejected",
    "PaymentSeen",
    "PeerSilent",
    "PostbackCame",
    "RecordOrder",
    "RereadPayment",
    "StaleConfirmation",
    "TooManyAttempts",
    "VoidPayment",
    "Why",
    "decide",
]
