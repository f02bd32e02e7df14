"""Answers as they were given, for whoever asks again: in memory, since they hold what must not lie.

A message that comes twice while the first is still under way waits for the answer to the first.
"""

import asyncio
from typing import Final

ANSWERS_MAX: Final = 10_000
"""How many are remembered, the newest; an answer has a few kilobytes."""


class Answers:
    """Remembers answers by what they answered."""

    def __init__(self) -> None:
        self._futures: dict[tuple[str, str], asyncio.Future[bytes]] = {}

    def expect(self, kind: str, key: str) -> None:
        """Say that an answer is being made; whoever asks for it waits from now on."""
        loop = asyncio.get_running_loop()
        known = self._futures.get((kind, key))
        if known is None or known.done():
            self._futures.pop((kind, key), None)
            self._futures[kind, key] = loop.create_future()
        while len(self._futures) > ANSWERS_MAX:
            oldest = next(iter(self._futures))
            self._futures.pop(oldest).cancel()

    def expect_first(self, kind: str, key: str) -> bool:
        """Expect an answer unless one is known or expected; tell whether this was the first."""
        if (kind, key) in self._futures:
            return False
        self.expect(kind, key)
        return True

    def forget(self, kind: str, key: str) -> None:
        """Expect it no more: nobody is making it."""
        future = self._futures.pop((kind, key), None)
        if future is not None:
            future.cancel()

    def settle(self, kind: str, key: str, answer: bytes) -> None:
        """Remember an answer; the first one counts."""
        future = self._futures.get((kind, key))
        if future is not None and not future.done():
            future.set_result(answer)

    async def get(self, kind: str, key: str, *, wait_s: float) -> bytes | None:
        """Give an answer, waiting for one that is being made; None when it is not known."""
        future = self._futures.get((kind, key))
        if future is None:
            return None
        done, _ = await asyncio.wait({future}, timeout=wait_s)
        return future.result() if done and not future.cancelled() else None
