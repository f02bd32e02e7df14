"""RReq: how a challenge ended, told to the Directory Server once; its answer, and what is wrong with it."""

from sekisho.issuer.acs.model import Authentication
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Directory, Surroundings
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol.states import result_delivery as on
from sekisho.protocol.states.limits import RRES_AT_ACS


class Results:
    """Sends results."""

    def __init__(
        self, around: Surroundings, *, moves: Moves, writer: Writer, directory: Directory
    ) -> None:
        self._store = around.stores.authentications
        self._moves = moves
        self._writer = writer
        self._directory = directory
        self._clock = around.clock
        self._log = around.log

    async def send(self, id: str, attempt: int) -> None:
        """Make one attempt to deliver the result, and keep what became of it."""
        # Kept first: whoever sends it next must know that it may have arrived.
        begun = await self._moves.move(id, on.AttemptBegun(at=self._clock.now(), attempt=attempt))
        delivery = begun.record.delivery
        if delivery is None or delivery.state is not on.State.SENDING:
            return  # a crash repeated the effect
        if delivery.attempts != attempt:
            return
        event = await self._attempt(begun.record, attempt)
        after = await self._moves.move(id, event)
        self._log.info(
            "result sent",
            acs_trans_id=id,
            state=after.record.state.value,
            status=after.record.trans_status,
        )

    async def complain(self, id: str, erro: str) -> None:
        """Send an Erro about an answer; nothing hangs on its arrival."""
        record = await self._store.get(id)
        try:
            await self._directory.send(erro.encode(), to=record.ds_url, read_s=_patience(record))
        except Unreachable as error:
            self._log.warning("an Erro did not arrive", acs_trans_id=id, why=str(error))

    async def _attempt(self, record: Authentication, attempt: int) -> on.Event:
        rreq = self._writer.rreq(record)
        try:
            reply = await self._directory.send(
                rreq.encode(),
                to=record.ds_url,
                read_s=_patience(record),
                request_id=record.id if rreq.version >= Version.V231 else None,
            )
        except TimedOut:
            self._log.warning("no answer to a result in time", acs_trans_id=record.id)
            until = record.delivery.until if record.delivery else None
            return on.RResTimeRanOut(at=until or self._clock.now())
        except Unreachable as error:
            self._log.warning("result not delivered", acs_trans_id=record.id, why=str(error))
            return on.DirectoryUnreachable(at=self._clock.now(), attempt=attempt)
        return self._judge(record, rreq, reply)

    def _judge(self, record: Authentication, rreq: Message, reply: bytes) -> on.Event:
        now = self._clock.now()
        try:
            answer = parse(reply, receiver=Component.ACS, request=rreq)
            if answer.type not in {MessageType.RRES, MessageType.ERRO}:
                raise about(answer, ErrorCode.MESSAGE_INVALID, "An RRes was expected.")
        except ProtocolFault as fault:
            self._log.warning("bad answer to a result", acs_trans_id=record.id, fault=str(fault))
            return on.RResFaulted(at=now, fault=fault)
        if answer.type is MessageType.RRES:
            return on.RResReceived(at=now, message=answer)
        self._log.warning(
            "result refused",
            acs_trans_id=record.id,
            error_code=answer.text("errorCode"),
            error_detail=answer.text_or_none("errorDetail"),
        )
        return on.ErroReceived(at=now, message=answer)


def _patience(record: Authentication) -> float:
    return RRES_AT_ACS.of(record.transaction.version).total_seconds()
