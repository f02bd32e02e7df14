"""RReq: how a challenge ended, told to the Directory Server once, and for as long as it takes."""

from datetime import timedelta
from typing import Final

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.model import Authentication, AuthenticationState
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.ports import Directory, Surroundings
from sekisho.issuer.acs.service.refusals import about, erro
from sekisho.kernel.errors import Misuse, TimedOut, Unreachable
from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, parse

PASSING: Final = frozenset(
    {
        ErrorCode.TIMED_OUT.value,
        ErrorCode.TRANSIENT_FAILURE.value,
        ErrorCode.CONNECTION_FAILED.value,
    }
)
"""Errors of the road beyond the Directory Server: it is worth trying again."""

KNOWN_ALREADY: Final = frozenset(
    {ErrorCode.TRANSACTION_UNKNOWN.value, ErrorCode.MESSAGE_REPEATED.value}
)
"""What is said to a result that came before: when its acknowledgement was lost, that it arrived."""


class Results:
    """Sends results."""

    def __init__(self, around: Surroundings, *, writer: Writer, directory: Directory) -> None:
        self._settings = around.settings
        self._store = around.stores.authentications
        self._writer = writer
        self._directory = directory
        self._clock = around.clock
        self._log = around.log

    async def send(self, id: str) -> None:
        """Send the result that an authentication owes, and keep what became of it."""
        record = await self._store.get(id)
        if record.state is not AuthenticationState.RESULT_OWED:
            return  # a crash repeated the effect
        sent = flow.ResultSent(at=self._clock.now())
        event = await self._attempt(
            await self._store.advance(id, lambda record: flow.decide(record, sent))
        )
        after = await self._store.advance(id, lambda record: flow.decide(record, event))
        self._log.info(
            "result sent", acs_trans_id=id, state=after.state.value, status=after.trans_status
        )

    async def _attempt(self, record: Authentication) -> flow.Event:
        challenge, result = record.challenge, record.result
        if challenge is None or result is None:
            raise Misuse("a result is owed that never came about")
        rreq = self._writer.rreq(record, challenge, result)
        try:
            reply = await self._directory.send(
                rreq.encode(), to=record.ds_url, read_s=self._settings.result_read_s
            )
        except TimedOut:
            fault = about(rreq, ErrorCode.TIMED_OUT, "The Directory Server did not answer in time.")
            await self._tell(record, fault)
            return self._undelivered(record, "no answer in time")
        except Unreachable as error:
            return self._undelivered(record, str(error))
        return await self._judge(record, rreq, reply)

    async def _judge(self, record: Authentication, rreq: Message, reply: bytes) -> flow.Event:
        try:
            answer = parse(reply, receiver=Component.ACS, request=rreq)
            if answer.type not in {MessageType.RRES, MessageType.ERRO}:
                raise about(answer, ErrorCode.MESSAGE_INVALID, "An RRes was expected.")
        except ProtocolFault as fault:
            # The Directory Server has the result, but its answer is not one: it must be told.
            await self._tell(record, fault)
            self._log.warning("bad answer to a result", acs_trans_id=record.id, fault=str(fault))
            return flow.ResultRefused(at=self._clock.now())
        if answer.type is MessageType.RRES:
            return flow.ResultAcknowledged(at=self._clock.now())
        code, detail = answer.text("errorCode"), answer.text_or_none("errorDetail")
        if code in PASSING:
            return self._undelivered(record, f"{code} {detail}")
        if record.result_attempts > 1 and code in KNOWN_ALREADY:
            return flow.ResultAcknowledged(at=self._clock.now())
        self._log.warning(
            "result refused", acs_trans_id=record.id, error_code=code, error_detail=detail
        )
        return flow.ResultRefused(at=self._clock.now())

    def _undelivered(self, record: Authentication, why: str) -> flow.ResultUndelivered:
        now = self._clock.now()
        self._log.warning("result not delivered", acs_trans_id=record.id, why=why)
        return flow.ResultUndelivered(
            at=now,
            again_at=now + timedelta(seconds=self._settings.result_retry_s),
            attempts_most=self._settings.result_attempts,
        )

    async def _tell(self, record: Authentication, fault: ProtocolFault) -> None:
        """Send an Erro about an answer; nothing hangs on its arrival."""
        message = erro(fault)
        if not message:
            return
        try:
            await self._directory.send(
                message, to=record.ds_url, read_s=self._settings.result_read_s
            )
        except Unreachable as error:
            self._log.warning("an Erro did not arrive", acs_trans_id=record.id, why=str(error))
