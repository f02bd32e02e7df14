"""A simulated network: time in a heap, and every trouble that a real one has.

Messages are lost, late, doubled, garbled and overtaken; connections fail, now and then for hours; effects are performed twice, as
after a crash between the record and the effect; timers ring late, and twice. Whoever is given the
same chance sees the same story.
"""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol, TypeVar

from sekisho.protocol import Message
from tests.unit.protocol.states.transactions import NOON

Reply = Callable[[Message], None]
STEPS_MOST = 20_000
"""Far more than any honest story takes: a story without an end is a fault."""


Choice = TypeVar("Choice")


class Dice(Protocol):
    """What the network throws: a `random.Random` that hypothesis rules."""

    def random(self) -> float:
        """Give a number from 0 to 1."""
        ...

    def uniform(self, a: float, b: float) -> float:
        """Give a number from a to b."""
        ...

    def choice(self, seq: Sequence[Choice]) -> Choice:
        """Give one of several."""
        ...


class World:
    """The one clock, and the roads between the parties."""

    def __init__(self, chance: Dice, *, troubled: bool) -> None:
        self.chance = chance
        self.troubled = troubled
        self.now = NOON
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turns = count()
        start = NOON + timedelta(seconds=self.between(0, 900) if self.happens(15) else 10**8)
        self._outage = (start, start + timedelta(seconds=self.between(5, 7200)))

    def happens(self, share: float) -> bool:
        """Tell whether a trouble happens that happens in so many of a hundred cases."""
        return self.troubled and self.chance.random() * 100 < share

    def between(self, least: float, most: float) -> float:
        """Give a number of seconds."""
        return self.chance.uniform(least, most)

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Do something at a moment, or at once if that is over."""
        heapq.heappush(self._heap, (max(moment, self.now), next(self._turns), action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), action)

    def run(self) -> None:
        """Let everything happen, until nothing is left to happen."""
        for _ in range(STEPS_MOST):
            if not self._heap:
                return
            self.now, _turn, action = heapq.heappop(self._heap)
            action()
        raise AssertionError("the story has no end")

    def perform(self, effect: Callable[[], None]) -> None:
        """Perform an effect: soon, and after a crash once more."""
        self.after(self.between(0, 0.04), effect)
        if self.happens(10):
            self.after(self.between(0, 30), effect)

    def ring(self, moment: datetime, timer: Callable[[], None]) -> None:
        """Ring a timer: never early, perhaps late, perhaps twice."""
        late = self.between(0, 20) if self.happens(30) else 0
        self.at(moment + timedelta(seconds=late), timer)
        if self.happens(10):
            self.at(moment + timedelta(seconds=late + 1), timer)

    def call(
        self,
        request: Callable[[Reply], None],
        *,
        answered: Reply,
        garbled: Callable[[], None],
        unreachable: Callable[[], None],
    ) -> None:
        """Carry a request there, and its answer back over the same connection."""
        start, end = self._outage
        if start <= self.now < end or self.happens(15):
            self.after(self._way(), unreachable)
            return

        def reply(message: Message) -> None:
            if self.happens(3):
                self.after(self._way(), garbled)
            elif not self.happens(8):
                self.after(self._way(), lambda: answered(message))

        self.after(self._way(), lambda: request(reply))
        if self.happens(8):
            self.after(self._way(), lambda: request(lambda _: None))

    def _way(self) -> float:
        return self.between(0, 20) if self.happens(10) else self.between(0.05, 0.3)
