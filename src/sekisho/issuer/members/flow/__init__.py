"""How the bank's records may change: pure. The table here is that of an authorization."""

from sekisho.issuer.members.flow.authorization import (
    FINAL,
    NEXT,
    START,
    Approved,
    Declined,
    Event,
    GiveBack,
    ReversalAsked,
    State,
    decide,
    tombstone,
)
from sekisho.issuer.members.flow.message import EraseMessage

__all__ = [
    "FINAL",
    "NEXT",
    "START",
    "Approved",
    "Declined",
    "EraseMessage",
    "Event",
    "GiveBack",
    "ReversalAsked",
    "State",
    "decide",
    "tombstone",
]
