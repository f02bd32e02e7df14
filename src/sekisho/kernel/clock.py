"""Time as a port: below `adapters` nobody asks the machine what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        ...
