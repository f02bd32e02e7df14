"""The AReq on its way: sent, its answer judged and kept, whoever still listens."""

import asyncio

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, ServerSettings
from sekisho.acquirer.server.service.directories import Directories
from sekisho.acquirer.server.service.moves import Moves
from sekisho.acquirer.server.service.refusals import about
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol.states import server_events as on


class Asking:
    """Sends AReqs; remembers, in this process, those whose answer is awaited.

    Another process sees in the record that an answer is awaited, and in the end what it was.
    """

    def __init__(
        self,
        settings: ServerSettings,
        store: Store[Authentication],
        directories: Directories,
        moves: Moves,
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._settings = settings
        self._store = store
        self._directories = directories
        self._moves = moves
        self._clock = clock
        self._log = log
        self._under_way: dict[str, asyncio.Task[Authentication]] = {}

    async def ask(self, record: Authentication, areq: Message) -> Authentication:
        """Send an AReq, and keep what comes of it even if our own caller hangs up meanwhile."""
        task = self._under_way.get(record.id)
        if task is None:
            task = asyncio.create_task(self._ask(record, areq))
            self._under_way[record.id] = task
            task.add_done_callback(lambda _: self._under_way.pop(record.id, None))
        return await asyncio.shield(task)

    async def join(self, trans_id: str) -> Authentication | None:
        """Wait for an AReq that this process has sent; None when it has none under way."""
        task = self._under_way.get(trans_id)
        return None if task is None else await asyncio.shield(task)

    async def _ask(self, record: Authentication, areq: Message) -> Authentication:
        attempt = record.stage.attempts
        while True:
            event = await self._send(record, areq, attempt)
            moved = await self._moves.move(record.id, event)
            self._tell(moved.record)
            again = [each.attempt for each in moved.effects if isinstance(each, on.SendAReq)]
            if not again:
                return moved.record
            attempt = again[-1]

    async def _send(self, record: Authentication, areq: Message, attempt: int) -> flow.Event:
        young = areq.version >= Version.V231
        try:
            road = self._directories.road(record.directory)
            reply = await road.send(
                areq.encode(),
                read_s=self._settings.areq_read_s,
                request_id=record.id if young else None,
            )
        except TimedOut:
            until = (await self._store.get(record.id)).stage.until
            return on.AResTimeRanOut(at=until or self._clock.now())
        except Unreachable:
            return on.DirectoryUnreachable(at=self._clock.now(), attempt=attempt)
        return self._judge(areq, reply)

    def _judge(self, areq: Message, reply: bytes) -> flow.Event:
        """Read the answer to an AReq: an ARes, an Erro, or what breaks a rule."""
        now = self._clock.now()
        try:
            answer = parse(reply, receiver=Component.SERVER, request=areq)
            if answer.type not in {MessageType.ARES, MessageType.ERRO}:
                raise about(answer, ErrorCode.MESSAGE_INVALID, "An ARes was expected.")
        except ProtocolFault as fault:
            return on.AResFaulted(at=now, fault=fault)
        if answer.type is MessageType.ERRO:
            return on.ErroReceived(at=now, message=answer)
        return on.AResReceived(at=now, message=answer)

    def _tell(self, record: Authentication) -> None:
        if record.stage.failure is not None:
            self._log.warning(
                "authentication failed",
                three_ds_server_trans_id=record.id,
                directory=record.directory,
                error_code=record.stage.failure,
            )
