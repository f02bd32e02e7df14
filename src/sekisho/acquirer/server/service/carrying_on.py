"""An authentication that goes on as another: Secure Payment Confirmation, decoupled fallback."""

from datetime import datetime

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication
from sekisho.acquirer.server.service.asking import Asking
from sekisho.acquirer.server.service.continuation import Continuation
from sekisho.acquirer.server.service.moves import Moves
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import Message


class CarryingOn:
    """Sends the AReq that carries an authentication on; doing so twice does no harm."""

    def __init__(
        self,
        store: Store[Authentication],
        continuation: Continuation,
        moves: Moves,
        asking: Asking,
        *,
        limits: flow.Limits,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._store = store
        self._continuation = continuation
        self._moves = moves
        self._asking = asking
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self._log = log

    async def carry_on(self, trans_id: str, until: str | None) -> None:
        """Carry an authentication on, unless it was done or it is too late."""
        record = await self._store.get(trans_id)
        areq = self._continuation.opened(record)
        if areq is None:
            return
        if until is not None and self._clock.now() >= datetime.fromisoformat(until):
            self._log.warning("carried on too late", three_ds_server_trans_id=trans_id)
        else:
            await self._ask(record, areq)
        await self._moves.sent_on(trans_id)

    async def last_of(self, record: Authentication) -> Authentication:
        """Follow an authentication to the one in which it ended, or goes on now."""
        while record.state is flow.State.CONTINUED:
            try:
                record = await self._store.get(record.stage.successor_id)
            except NotThere:
                break
        return record

    async def _ask(self, record: Authentication, areq: Message) -> None:
        successor, effects = self._begun(record, areq)
        try:
            await self._moves.add(successor, effects)
        except Conflict:
            # Begun before a crash, or by another process: the Directory Server knows a repetition.
            successor = await self._store.get(successor.id)
        if successor.state is flow.State.ASKED:
            await self._asking.ask(successor, areq)

    def _begun(self, record: Authentication, areq: Message) -> flow.Decision:
        now = self._clock.now()
        exists = areq.get("threeDSCompInd", "U") != "U"
        prepared, _ = flow.prepare(
            id=record.stage.successor_id,
            successor_id=self._chance.uuid(),
            owner=record.owner,
            directory=record.directory,
            version=areq.version,
            method_exists=exists,
            at=now,
            masked_number=record.masked_number,
            number_mac=record.number_mac,
            limits=self._limits,
            predecessor=record.id,
        )
        return flow.ask(
            prepared,
            flow.Asking(
                at=now,
                areq=areq,
                body_mac=None,
                number_mac=record.number_mac,
                masked_number=record.masked_number,
                directory=record.directory,
                method_exists=exists,
                sealed_areq=self._continuation.first(areq),
            ),
        )
