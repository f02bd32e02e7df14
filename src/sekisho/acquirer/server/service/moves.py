"""One step of an authentication: lock, decide, keep the record with what is to be done later."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication
from sekisho.acquirer.server.service.continuation import Continuation
from sekisho.kernel.effects import Effect
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import ProtocolFault
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An authentication after a step, and what must be done about it at once."""

    record: Authentication
    effects: tuple[Effect, ...]


class Moves:
    """Moves authentications, each step in one transaction."""

    def __init__(
        self,
        store: Store[Authentication],
        continuation: Continuation,
        *,
        keep: timedelta,
        log: Log,
    ) -> None:
        self._store = store
        self._continuation = continuation
        self._keep = keep
        self._log = log

    async def add(self, record: Authentication, effects: tuple[Effect, ...]) -> None:
        """Keep a new authentication; Conflict if its id is taken."""
        await self._store.add(record, flow.kept(record, record, effects, keep=self._keep))

    async def ask(self, trans_id: str, asking: flow.Asking) -> Moved:
        """Take the AReq over; raises AlreadyAsked, OtherCard or OutOfTurn."""
        return await self._advance(trans_id, lambda record: flow.ask(record, asking))

    async def move(self, trans_id: str, event: flow.Event) -> Moved:
        """Apply one event; raises ProtocolFault for what its sender must be told."""
        own_doing = isinstance(event, flow.ConfirmationEnded)

        def decide(record: Authentication) -> flow.Decision:
            after, effects = flow.decide(record, event)
            return self._continued(after, effects, at=event.at, own_doing=own_doing), effects

        return await self._advance(trans_id, decide)

    async def ring(self, trans_id: str, silence: TimeRanOut) -> None:
        """Apply a timer that rang: stale ones change nothing."""
        await self.move(trans_id, silence)  # type: ignore[arg-type]  # one of flow.TIMERS

    async def forget(self, trans_id: str) -> None:
        """Drop the messages of an authentication that was settled long ago."""
        await self._store.advance(trans_id, lambda record: (flow.forgotten(record), ()))

    async def sent_on(self, trans_id: str) -> None:
        """Drop the AReq that carried an authentication on: it is out, or too late."""
        await self._store.advance(
            trans_id,
            lambda record: (
                record if record.sealed_areq is None else replace(record, sealed_areq=None),
                (),
            ),
        )

    def _continued(
        self,
        record: Authentication,
        effects: tuple[Effect, ...],
        *,
        at: datetime,
        own_doing: bool,
    ) -> Authentication:
        """Put the AReq that carries an authentication on in the place of its first one."""
        for effect in effects:
            if isinstance(effect, on.AskAgain):
                try:
                    following = self._continuation.following(record, effect, at=at)
                except ProtocolFault as fault:
                    if own_doing:
                        raise  # the requestor can put it right
                    following = None
                    self._log.error("authentication not carried on", reason=str(fault))
                return replace(record, sealed_areq=following)
        return record

    async def _advance(self, trans_id: str, decide: flow.Decide) -> Moved:
        decided: list[Effect] = []

        def kept(record: Authentication) -> flow.Decision:
            after, effects = decide(record)
            decided[:] = effects
            if after == record:
                return record, ()
            return after, flow.kept(record, after, effects, keep=self._keep)

        after = await self._store.advance(trans_id, kept)
        return Moved(record=after, effects=tuple(decided))
