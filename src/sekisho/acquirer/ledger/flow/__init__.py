"""How orders grow and sessions end, and who bears a fraud chargeback: all worked out, no I/O."""

from sekisho.acquirer.ledger.flow.liability import (
    RULES,
    Evidence,
    Icon,
    Liability,
    Party,
    Reason,
    liability,
)
from sekisho.acquirer.ledger.flow.orders import OtherFacts, first
from sekisho.acquirer.ledger.flow.sessions import alive, begun, ended, used

__all__ = [
    "RULES",
    "Evidence",
    "Icon",
    "Liability",
    "OtherFacts",
    "Party",
    "Reason",
    "alive",
    "begun",
    "ended",
    "first",
    "liability",
    "used",
]
