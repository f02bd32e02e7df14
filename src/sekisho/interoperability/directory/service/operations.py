"""OReq: operational notices from an operator to a member, in a sequence with one verdict (ORes)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sekisho.interoperability.directory.flow import EndOperation
from sekisho.interoperability.directory.model import DirectorySettings, Operation, Role
from sekisho.interoperability.directory.service.ports import Roads
from sekisho.interoperability.directory.service.refusals import about
from sekisho.interoperability.directory.service.register import Register
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import NotThere, TimedOut, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    parse,
)
from sekisho.protocol.states import operation_sender
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.operation_sender import FINAL, SendOReq, State

MARGIN: Final = timedelta(seconds=30)
"""Beyond all answers' time: then a sequence whose process died counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one OReq says."""

    category: str
    """opCategory."""
    severity: str
    """opSeverity."""
    description: str
    """opDescription."""
    expires: str
    """opExpDate, YYYYMMDD."""


class Operations:
    """Sends notices and keeps their verdicts."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        store: Store[Operation],
        roads: Roads,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._settings = settings
        self._register = register
        self._store = store
        self._roads = roads
        self._clock = clock
        self._chance = chance
        self._log = log

    async def send(self, name: str, notices: Sequence[Notice]) -> Operation:
        """Send notices to a member, each once the one before was taken; give what became of them.

        Raises NotThere for a member that is not enrolled.
        """
        member = self._register.get(name)
        if member is None:
            raise NotThere(f"no member is called {name}")
        now, wait = self._clock.now(), timedelta(seconds=self._settings.oreq_read_s)
        trans_id, sequence_id = self._chance.uuid(), self._chance.uuid()
        messages = tuple(
            _oreq(
                notice,
                self._settings.reference_number,
                trans_id,
                (sequence_id, number, len(notices)),
            )
            for number, notice in enumerate(notices, start=1)
        )
        receiver = Component.ACS if member.role is Role.ACS else Component.SERVER
        record, effects = operation_sender.begin(messages, receiver=receiver, at=now, wait=wait)
        operation = Operation(
            id=sequence_id,
            member=name,
            state=record.state,
            sent=record.sent,
            total=len(notices),
            begun_at=now,
        )
        end = Later(now + wait * len(notices) + MARGIN, EndOperation())
        await self._store.add(operation, (end,))
        record = await self._drive(record, effects, member.urls[0])
        return await self._settle(operation.id, record.state, record.sent)

    async def newest(self) -> list[Operation]:
        """Give the last sequences, the newest first."""
        return await self._store.newest()

    async def end(self, key: str) -> None:
        """Count a sequence as failed that nobody is sending any more."""
        operation = await self._store.get(key)
        await self._settle(key, State.FAILED, operation.sent)

    async def _settle(self, key: str, state: State, sent: int) -> Operation:
        now = self._clock.now()

        def settled(operation: Operation) -> tuple[Operation, tuple[Effect, ...]]:
            if operation.state in FINAL:
                return operation, ()
            return replace(operation, state=state, sent=sent, settled_at=now), ()

        return await self._store.advance(key, settled)

    async def _drive(
        self, record: operation_sender.Sequence, effects: tuple[Effect, ...], url: str
    ) -> operation_sender.Sequence:
        while True:
            event: operation_sender.Event | None = None
            for effect in effects:
                match effect:
                    case SendOReq(message=message, attempt=attempt):
                        event = await self._say(record, message, attempt, url)
                    case PostErro(message=message):
                        await self._complain(message, url)
            if event is None:
                return record
            record, effects = operation_sender.decide(record, event)

    async def _say(
        self, record: operation_sender.Sequence, oreq: Message, attempt: int, url: str
    ) -> operation_sender.Event:
        try:
            reply = await self._roads.send(
                oreq.encode(),
                to=url,
                read_s=self._settings.oreq_read_s,
                request_id=oreq.text("dsTransID"),
            )
        except TimedOut:
            return operation_sender.AnswerTimeRanOut(at=record.until or self._clock.now())
        except Unreachable:
            return operation_sender.ReceiverUnreachable(at=self._clock.now(), attempt=attempt)
        if not reply:
            return operation_sender.PartTaken(at=self._clock.now(), number=record.sent)
        return self._judge(oreq, reply)

    def _judge(self, oreq: Message, reply: bytes) -> operation_sender.Event:
        """Read a member's answer: its verdict, its Erro, or what breaks a rule."""
        now = self._clock.now()
        try:
            answer = parse(reply, receiver=Component.DIRECTORY, request=oreq)
        except ProtocolFault as fault:
            return operation_sender.OResFaulted(at=now, fault=fault)
        if answer.type is MessageType.ERRO:
            return operation_sender.ErroReceived(at=now, message=answer)
        if answer.type is not MessageType.ORES:
            wrong = about(answer, ErrorCode.MESSAGE_INVALID, "An ORes was expected.")
            return operation_sender.OResFaulted(at=now, fault=wrong)
        return operation_sender.OResReceived(at=now, message=answer)

    async def _complain(self, erro: Message, url: str) -> None:
        try:
            await self._roads.send(erro.encode(), to=url, read_s=self._settings.oreq_read_s)
        except Unreachable as error:
            # A courtesy: the sequence is over, and saying it later would help nobody.
            self._log.warning("complaint not delivered", reason=str(error))


def _oreq(notice: Notice, reference: str, trans_id: str, sequence: tuple[str, int, int]) -> Message:
    sequence_id, number, total = sequence
    return build(
        MessageType.OREQ,
        Version.V231,
        {
            "dsTransID": trans_id,
            "dsReferenceNumber": reference,
            "opCategory": notice.category,
            "opSeverity": notice.severity,
            "opDescription": notice.description,
            "opExpDate": notice.expires,
            "opSeq": {
                "seqId": sequence_id,
                "seqNum": f"{number:02d}",
                "seqTotal": f"{total:02d}",
            },
        },
        sender=Component.DIRECTORY,
    )
