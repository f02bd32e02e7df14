"""Moves authentications: lock, decide, keep the record with what is left to do, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.left import at_once, kept
from sekisho.issuer.acs.model import Authentication
from sekisho.kernel.effects import Effect
from sekisho.kernel.store import Store

Decide: TypeAlias = Callable[[Authentication], flow.Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An authentication as it now stands."""

    record: Authentication
    effects: tuple[Effect, ...]
    """What the library's tables would have answered at once to whoever caused the move: ShowPage,
    PostCRes, AnswerErro, RepeatAnswer, ChooseScreen, SendScreen and the like."""


class Moves:
    """The one way by which the records of authentications change."""

    def __init__(self, store: Store[Authentication]) -> None:
        self._store = store

    async def move(self, id: str, *events: flow.Event) -> Moved:
        """Apply events, one after the other, all or none. Raises whatever the flow raises."""

        def decide(record: Authentication) -> flow.Decision:
            found: list[Effect] = []
            for event in events:
                record, effects = flow.decide(record, event)
                found += effects
            return record, tuple(found)

        return await self.change(id, decide)

    async def change(self, id: str, decide: Decide) -> Moved:
        """Apply a decision, which may be made again when another process was first."""
        answers: tuple[Effect, ...] = ()

        def deciding(record: Authentication) -> flow.Decision:
            nonlocal answers
            after, effects = decide(record)
            answers = at_once(effects)
            return after, kept(effects)

        record = await self._store.advance(id, deciding)
        return Moved(record=record, effects=answers)
