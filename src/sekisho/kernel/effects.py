"""What a decision asks the edge to do, now or later.

A flow returns effects; the store keeps them in the same transaction as the record; the outbox
performs them after the commit, at least once. Timers are effects too: `Later`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Later:
    """An effect that must not be performed before a moment: the shape every timer takes."""

    at: datetime
    effect: object


Effect: TypeAlias = object
"""A frozen dataclass of the room's own `flow` or `model`, or `Later` around one."""
