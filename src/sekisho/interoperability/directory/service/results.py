"""RReq: from the ACS that owes it, checked, to the 3DS Server that asked; the RRes, and back."""

from dataclasses import replace as with_fields
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from sekisho.interoperability.directory import flow
from sekisho.interoperability.directory.model import Relay, Role
from sekisho.interoperability.directory.service.answers import Answers, Kept
from sekisho.interoperability.directory.service.ports import Mac, Roads
from sekisho.interoperability.directory.service.refusals import about, erro
from sekisho.interoperability.directory.service.register import Register
from sekisho.interoperability.directory.service.relay import Heard
from sekisho.interoperability.directory.service.trail import entry, told
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import NotThere, TimedOut, Unreachable
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
from sekisho.protocol.announcement import announcing_ares
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states.directory_table import State
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.states.limits import RRES_AT_DIRECTORY

KIND: Final = "RReq"
MARGIN: Final = timedelta(seconds=2)
"""Beyond the 3DS Server's own limit: how long a repeated result waits for the answer to the first."""


class Results:
    """Serves ACSs that report how a challenge ended."""

    def __init__(
        self,
        register: Register,
        store: Store[Relay],
        roads: Roads,
        answers: Answers,
        mac: Mac,
        *,
        clock: Clock,
        supported: tuple[Version, ...],
    ) -> None:
        self._register = register
        self._store = store
        self._roads = roads
        self._answers = answers
        self._mac = mac
        self._clock = clock
        self._supported = supported

    async def receive(self, peer: str | None, body: bytes) -> bytes:
        """Relay an RReq; give the RRes or an Erro. Raises ProtocolFault for a refused RReq."""
        record = await self._record_of(body)
        rreq = parse(
            body,
            receiver=Component.DIRECTORY,
            supported=self._supported,
            request=None if record is None else _ares_of(record),
        )
        acs = self._register.holder(Role.ACS, peer)
        if acs is None:
            raise about(rreq, ErrorCode.ACCESS_DENIED, "The sender is not a registered ACS.")
        if record is None:
            raise about(rreq, ErrorCode.TRANSACTION_UNKNOWN, "threeDSServerTransID")
        if acs.id != record.acs:
            raise about(
                rreq,
                ErrorCode.ACCESS_DENIED,
                "The result comes from another ACS than the one that was asked.",
            )
        if rreq["messageCategory"] != record.stage.transaction.category.value:
            raise about(rreq, ErrorCode.FORMAT_INVALID, "messageCategory")
        return await self._take(record, acs.id, rreq)

    async def _record_of(self, body: bytes) -> Relay | None:
        """Find the relay that a message is about; the message is not validated yet."""
        trans_id = read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("threeDSServerTransID")
        try:
            return await self._store.get(trans_id) if isinstance(trans_id, str) else None
        except NotThere:
            return None

    async def _take(self, record: Relay, acs: str, rreq: Message) -> bytes:
        now = self._clock.now()
        digest = self._mac.mac(rreq.encode()).hex()
        heard = Heard(
            event=on.RReqReceived(at=now, message=rreq, digest=digest),
            trail=(entry(rreq, at=now, peer=acs, inbound=True),),
        )
        effects, after = await self._advance(record.id, heard)
        if not any(isinstance(effect, on.ForwardRReq) for effect in effects):
            return await self._again(after, rreq)
        reported_before = record.stage.result_digest is not None
        try:
            answer = await self._drive(after, rreq, effects, again=reported_before)
        except BaseException:
            self._answers.forget(KIND, record.id)
            raise
        self._answers.settle(KIND, record.id, answer)
        return answer

    async def _again(self, record: Relay, rreq: Message) -> bytes:
        """Give the answer to the same result once more; 403 where it is not known any more."""
        wait = RRES_AT_DIRECTORY.of(rreq.version) + MARGIN

        async def look() -> Kept:
            now = await self._store.get(record.id)
            if now.state is State.RELAYING or now.result_answer is None:
                return Kept(answer=None, coming=now.state is State.RELAYING)
            return Kept(answer=now.result_answer.encode(), coming=False)

        answer = await self._answers.again(KIND, record.id, look, wait_s=wait.total_seconds())
        if answer is not None:
            return answer
        if record.state is State.RELAYED:
            # It arrived, and its RRes was lost with a process that is gone.
            raise about(rreq, ErrorCode.MESSAGE_REPEATED, "threeDSServerTransID")
        raise about(rreq, ErrorCode.TRANSIENT_FAILURE, "The result is being relayed.")

    async def _drive(
        self, record: Relay, rreq: Message, effects: tuple[Effect, ...], *, again: bool
    ) -> bytes:
        """Carry out what the table asks for until it has given an answer."""
        while True:
            heard = None
            for effect in effects:
                if isinstance(effect, on.ForwardRReq):
                    heard = await self._report(record, rreq, effect.attempt, again=again)
            answer = _said(effects)
            if answer is not None:
                return answer
            if heard is None:
                return erro(about(rreq, ErrorCode.TIMED_OUT, "The 3DS Server answered too late."))
            effects, record = await self._advance(record.id, heard)

    async def _advance(self, trans_id: str, heard: Heard) -> tuple[tuple[Effect, ...], Relay]:
        decided: list[Effect] = []

        def decide(record: Relay) -> tuple[Relay, tuple[Effect, ...]]:
            after, effects = flow.decide(record, heard.event, heard.trail)
            decided[:] = effects
            answer = _said(effects)
            if answer is not None:
                after = with_fields(after, result_answer=answer.decode())
            return after, flow.kept(after, effects)

        def expecting(record: Relay) -> tuple[Relay, tuple[Effect, ...]]:
            decision = decide(record)
            if any(isinstance(effect, on.ForwardRReq) for effect in decided):
                # From this moment on the same result waits for the answer to this one.
                self._answers.expect(KIND, trans_id)
            return decision

        after = await self._store.advance(trans_id, expecting)
        return tuple(decided), after

    async def _report(self, record: Relay, rreq: Message, attempt: int, *, again: bool) -> Heard:
        limit = RRES_AT_DIRECTORY.of(rreq.version)
        try:
            reply = await self._roads.send(
                rreq.encode(),
                to=record.result_url,
                read_s=limit.total_seconds(),
                request_id=record.ds_trans_id if rreq.version >= Version.V231 else None,
            )
        except TimedOut:
            until = record.stage.until or self._clock.now()
            return Heard(event=on.RResTimeRanOut(at=until))
        except Unreachable:
            return Heard(event=on.ServerUnreachable(at=self._clock.now(), attempt=attempt))
        return self._judge(record, rreq, reply, again=again)

    def _judge(self, record: Relay, rreq: Message, reply: bytes, *, again: bool) -> Heard:
        """Read the 3DS Server's answer: an RRes, its Erro, or what breaks a rule."""
        now = self._clock.now()
        try:
            answer = parse(reply, receiver=Component.DIRECTORY, request=rreq)
            if answer.type not in {MessageType.RRES, MessageType.ERRO}:
                raise about(answer, ErrorCode.MESSAGE_INVALID, "An RRes was expected.")
        except ProtocolFault as fault:
            trail = told(erro(fault), at=now, peer=record.member)
            return Heard(event=on.RResFaulted(at=now, fault=fault), trail=trail)
        trail = (entry(answer, at=now, peer=record.member, inbound=True),)
        if answer.type is MessageType.RRES:
            return Heard(event=on.RResReceived(at=now, message=answer), trail=trail)
        meant = _as_meant(answer) if again else answer
        return Heard(event=on.ServerErroReceived(at=now, message=meant), trail=trail)


def _said(effects: tuple[Effect, ...]) -> bytes | None:
    """Write the answer that the table has given; None when it has given none yet."""
    for effect in effects:
        match effect:
            case on.RelayErro(message=message):
                return _as_written(message).encode()
            case on.RelayRRes(message=message) | AnswerErro(message=message):
                return message.encode()
    return None


def _as_meant(erro: Message) -> Message:
    """Read an older version's 301 about a result that was sent before as what it means: 312."""
    return _recoded(erro, ErrorCode.TRANSACTION_UNKNOWN, ErrorCode.MESSAGE_REPEATED)


def _as_written(erro: Message) -> Message:
    """Give such an Erro back as the 3DS Server wrote it: older versions have no 312."""
    return _recoded(erro, ErrorCode.MESSAGE_REPEATED, ErrorCode.TRANSACTION_UNKNOWN)


def _recoded(erro: Message, before: ErrorCode, after: ErrorCode) -> Message:
    if erro.version >= Version.V231 or erro["errorCode"] != before.value:
        return erro
    return replace(erro, elements={**erro.elements, "errorCode": after.value})


def _ares_of(record: Relay) -> Message:
    """Give what a result is held against: the ARes that announced it, as far as it matters."""
    transaction = record.stage.transaction
    return announcing_ares(
        version=transaction.version,
        channel=transaction.channel,
        category=transaction.category,
        ids=transaction.ids,
        decoupled=record.announced == "D",
    )
