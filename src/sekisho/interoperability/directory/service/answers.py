"""Answers for whoever asks again: those under way in this process, and those that are kept.

A message that comes twice while the first is still under way waits for the answer to the first, and
where another process is giving it, looks whether it is there yet.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

LOOK_S: Final = 0.1
"""How often a store is looked into for the answer that another process is giving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a record knows of an answer."""

    answer: bytes | None
    coming: bool
    """Whether somebody may still be giving it."""


class Answers:
    """Knows, by what they answer, the answers that this process is about to give."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, str], asyncio.Future[bytes]] = {}

    def expect(self, kind: str, key: str) -> None:
        """Say that an answer is being made; whoever asks for it waits from now on."""
        loop = asyncio.get_running_loop()
        self._under_way.setdefault((kind, key), loop.create_future())

    def expect_first(self, kind: str, key: str) -> bool:
        """Expect an answer unless one is expected already; tell whether this was the first."""
        if (kind, key) in self._under_way:
            return False
        self.expect(kind, key)
        return True

    def forget(self, kind: str, key: str) -> None:
        """Expect it no more: nobody is making it."""
        future = self._under_way.pop((kind, key), None)
        if future is not None:
            future.cancel()

    def settle(self, kind: str, key: str, answer: bytes) -> None:
        """Give an answer to whoever waits; from now on it is read where it is kept."""
        future = self._under_way.pop((kind, key), None)
        if future is not None and not future.done():
            future.set_result(answer)

    async def again(
        self, kind: str, key: str, look: Callable[[], Awaitable[Kept]], *, wait_s: float
    ) -> bytes | None:
        """Give an answer once more, waiting for one that is being made; None when it is not known."""
        left_s = wait_s
        while True:
            known = await self._own(kind, key, wait_s=min(left_s, LOOK_S))
            if known is not None:
                return known
            kept = await look()
            if kept.answer is not None or not kept.coming or left_s <= 0:
                return kept.answer
            if (kind, key) not in self._under_way:
                await asyncio.sleep(LOOK_S)
            left_s -= LOOK_S

    async def _own(self, kind: str, key: str, *, wait_s: float) -> bytes | None:
        future = self._under_way.get((kind, key))
        if future is None:
            return None
        done, _ = await asyncio.wait({future}, timeout=wait_s)
        return future.result() if done and not future.cancelled() else None
