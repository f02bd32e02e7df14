"""RReq: from the ACS that owes it, checked, to the 3DS Server that asked; the RRes, and back."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sekisho.interoperability.directory import flow
from sekisho.interoperability.directory.model import DirectorySettings, Relay, Role
from sekisho.interoperability.directory.service.ports import Roads
from sekisho.interoperability.directory.service.refusals import about, erro, of_the_answer
from sekisho.interoperability.directory.service.register import Register
from sekisho.interoperability.directory.service.trail import entry, told
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere, TimedOut, Unreachable
from sekisho.kernel.store import Store
from sekisho.protocol import (
    Category,
    Channel,
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

RELAYING_MARGIN: Final = timedelta(seconds=7)
"""Beyond the 3DS Server's own limit: connecting, one second try, and a slow disk."""

KNOWN_ALREADY: Final = frozenset(
    {ErrorCode.TRANSACTION_UNKNOWN.value, ErrorCode.MESSAGE_REPEATED.value}
)
"""What a 3DS Server says to a result that it has: after a lost acknowledgement, that it has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a result: what is kept about it, and what the ACS is told."""

    event: flow.Event
    answer: bytes


class Results:
    """Serves ACSs that report how a challenge ended."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        store: Store[Relay],
        roads: Roads,
        *,
        clock: Clock,
        supported: tuple[Version, ...],
    ) -> None:
        self._settings = settings
        self._register = register
        self._store = store
        self._roads = roads
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
        if rreq["messageCategory"] != record.category:
            raise about(rreq, ErrorCode.FORMAT_INVALID, "messageCategory")
        taken = await self._take(acs.id, record.id, rreq)
        outcome = await self._relay(taken, rreq)
        await self._store.advance(taken.id, lambda record: flow.decide(record, outcome.event))
        return outcome.answer

    async def _record_of(self, body: bytes) -> Relay | None:
        """Find the relay that a message is about; the message is not validated yet."""
        trans_id = read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("threeDSServerTransID")
        try:
            return await self._store.get(trans_id) if isinstance(trans_id, str) else None
        except NotThere:
            return None

    async def _take(self, peer: str, trans_id: str, rreq: Message) -> Relay:
        now = self._clock.now()
        event = flow.ResultReported(
            at=now,
            peer=peer,
            digest=hashlib.sha256(rreq.encode()).hexdigest(),
            acs_trans_id=rreq.text("acsTransID"),
            ds_trans_id=rreq.text("dsTransID"),
            sdk_trans_id=rreq.text_or_none("sdkTransID"),
            trans_status=rreq.text_or_none("transStatus"),
            relaying_until=now + timedelta(seconds=self._settings.rreq_read_s) + RELAYING_MARGIN,
            trail=(entry(rreq, at=now, peer=peer, inbound=True),),
        )
        try:
            return await self._store.advance(trans_id, lambda record: flow.decide(record, event))
        except flow.ReportRefused as refusal:
            raise about(rreq, ErrorCode(refusal.code), refusal.detail) from refusal

    async def _relay(self, record: Relay, rreq: Message) -> Outcome:
        try:
            reply = await self._roads.send(
                rreq.encode(), to=record.result_url, read_s=self._settings.rreq_read_s
            )
            return self._judge(record, rreq, reply)
        except ProtocolFault as fault:
            found = of_the_answer(rreq, fault)
            return self._lost(record, found, blamed=record.result_url if fault.answerable else None)
        except TimedOut:
            return self._lost(
                record, about(rreq, ErrorCode.TIMED_OUT, "The 3DS Server did not answer in time.")
            )
        except Unreachable:
            return self._lost(
                record,
                about(rreq, ErrorCode.CONNECTION_FAILED, "The 3DS Server could not be reached."),
            )

    def _judge(self, record: Relay, rreq: Message, reply: bytes) -> Outcome:
        """Read the 3DS Server's answer; raises ProtocolFault for one that breaks a rule."""
        answer = parse(reply, receiver=Component.DIRECTORY, request=rreq)
        now = self._clock.now()
        trail = (entry(answer, at=now, peer=record.member, inbound=True),)
        event: flow.Event
        if answer.type is MessageType.RRES:
            event = flow.ResultAcknowledged(at=now, trail=trail)
        elif answer.type is not MessageType.ERRO:
            raise about(answer, ErrorCode.MESSAGE_INVALID, "An RRes was expected.")
        elif answer["errorCode"] == ErrorCode.TRANSIENT_FAILURE:
            event = flow.ResultLost(at=now, trail=trail)
        elif record.result_attempts > 1 and answer["errorCode"] in KNOWN_ALREADY:
            event = flow.ResultAcknowledged(at=now, trail=trail)
        else:
            event = flow.ResultRefused(at=now, trail=trail)
        return Outcome(event=event, answer=answer.encode())

    def _lost(self, record: Relay, fault: ProtocolFault, *, blamed: str | None = None) -> Outcome:
        now, answer = self._clock.now(), erro(fault)
        event = flow.ResultLost(
            at=now,
            trail=told(answer, at=now, peer=record.acs),
            complaint=flow.Complain(to=blamed, erro=answer.decode()) if blamed else None,
        )
        return Outcome(event=event, answer=answer)


def _ares_of(record: Relay) -> Message:
    """Give what a result is held against: the ARes that announced it, as far as it matters."""
    return announcing_ares(
        version=Version(record.version),
        channel=Channel(record.channel),
        category=Category(record.category),
        ids={
            "threeDSServerTransID": record.id,
            "dsTransID": record.ds_trans_id,
            "acsTransID": record.acs_trans_id,
            "sdkTransID": record.sdk_trans_id,
        },
        decoupled=record.trans_status == "D",
    )
