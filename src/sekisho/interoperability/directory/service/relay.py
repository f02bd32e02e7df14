"""AReq: from a 3DS Server, checked, to the ACS of the card's range; the ARes checked, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_fields
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from sekisho.interoperability.directory import flow
from sekisho.interoperability.directory.model import (
    DirectorySettings,
    Participant,
    Relay,
    Road,
    TrailEntry,
)
from sekisho.interoperability.directory.service.answers import Answers, Kept
from sekisho.interoperability.directory.service.ports import Keys, Roads
from sekisho.interoperability.directory.service.refusals import about, erro
from sekisho.interoperability.directory.service.register import Register
from sekisho.interoperability.directory.service.sealed_device import DeviceReader
from sekisho.interoperability.directory.service.split_sdk import check_sdk_server
from sekisho.interoperability.directory.service.stand_in import OwnAnswers, rules_of
from sekisho.interoperability.directory.service.trail import entry, told
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, TimedOut, Unreachable
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
from sekisho.protocol.directory_checks import check_areq
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states import directory_relay
from sekisho.protocol.states.directory_table import State
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.vocabulary import Json

KIND: Final = "AReq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of an attempt to ask: an event, and the line about it in the trail."""

    event: on.Event
    trail: tuple[TrailEntry, ...] = ()


class Relays:
    """Serves 3DS Servers that authenticate."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        store: Store[Relay],
        roads: Roads,
        answers: Answers,
        *,
        keys: Keys,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._register = register
        self._store = store
        self._roads = roads
        self._answers = answers
        self._devices = DeviceReader(keys.devices, chance=chance)
        self._mac = keys.mac
        self._sdk_roots = keys.sdk_roots
        self._seal = keys.answers
        self._own = OwnAnswers(keys.mac, chance=chance)
        self._clock = clock
        self._chance = chance

    async def receive(self, peer: str | None, areq: Message) -> bytes:
        """Relay an AReq; give the ARes or an Erro. Raises ProtocolFault for a refused AReq."""
        member = self._register.server(peer, areq)
        road = self._register.book.road_of(areq.text("acctNumber"))
        check_sdk_server(areq, self._sdk_roots, at=self._clock.now())
        opened = areq if road is None else self._devices.opened(areq, road.directory_server_id)
        check_areq(areq, self._register.rules(member, self._settings))
        if road is None:
            raise about(areq, ErrorCode.TRANSACTION_DATA_INVALID, "acctNumber")
        asked = _with(
            opened,
            {
                "dsReferenceNumber": self._settings.reference_number,
                "dsTransID": self._chance.uuid(),
                "dsURL": self._settings.url,
            },
        )
        acs = None if road.acs is None else self._register.get(road.acs)
        record = self._begun(member, road, acs, areq, asked)
        event = (
            on.NoAcsFound(at=record.asked_at) if acs is None else on.AReqPassed(at=record.asked_at)
        )
        started, effects = flow.decide(record, event)
        answer = self._said(effects, asked)
        first = self._answers.expect_first(KIND, record.id)
        try:
            await self._store.add(self._keeping(started, answer), flow.kept(started, effects))
        except Conflict:
            if first:
                self._answers.forget(KIND, record.id)
            return await self._again(areq)
        try:
            if answer is None:
                answer = await self._drive(record.id, acs, asked, effects)
        except BaseException:
            self._answers.forget(KIND, record.id)
            raise
        self._answers.settle(KIND, record.id, answer)
        return answer

    def _begun(
        self,
        member: Participant,
        road: Road,
        acs: Participant | None,
        areq: Message,
        asked: Message,
    ) -> Relay:
        now = self._clock.now()
        return Relay(
            id=asked.text("threeDSServerTransID"),
            stage=directory_relay.begin(
                asked,
                at=now,
                ds_trans_id=asked.text("dsTransID"),
                digest=self._digest(areq),
                rules=rules_of(road),
                ares_limit=timedelta(seconds=self._settings.areq_read_s),
                result_limit=timedelta(seconds=self._settings.result_s),
            ),
            member=member.id,
            acs=None if acs is None else acs.id,
            directory_server_id=road.directory_server_id,
            result_url=asked.text("threeDSServerURL"),
            asked_at=now,
            trail=(entry(asked, at=now, peer=member.id, inbound=True),),
        )

    async def _again(self, areq: Message) -> bytes:
        """Answer an AReq that came before: the same answer, or 305 for any other message."""
        trans_id = areq.text("threeDSServerTransID")
        event = on.AReqRepeated(at=self._clock.now(), message=areq, digest=self._digest(areq))
        await self._advance(trans_id, Heard(event=event), areq)

        async def look() -> Kept:
            record = await self._store.get(trans_id)
            if record.answer is None:
                return Kept(answer=None, coming=record.state is State.ASKED)
            return Kept(answer=self._seal.open(record.answer, bound_to=trans_id), coming=False)

        wait_s = self._settings.areq_read_s
        answer = await self._answers.again(KIND, trans_id, look, wait_s=wait_s)
        if answer is None:
            raise about(areq, ErrorCode.TRANSIENT_FAILURE, "The answer is not there any more.")
        return answer

    async def _drive(
        self, trans_id: str, acs: Participant | None, asked: Message, effects: tuple[Effect, ...]
    ) -> bytes:
        """Carry out what the table asks for until it has given an answer."""
        while True:
            heard = None
            for effect in effects:
                if isinstance(effect, on.ForwardAReq) and acs is not None:
                    heard = await self._ask(trans_id, acs, asked, effect.attempt)
            if heard is None:
                # Its time was over before we knew, and the timer has answered for it.
                return erro(about(asked, ErrorCode.TIMED_OUT, "The ACS answered too late."))
            effects, answer = await self._advance(trans_id, heard, asked)
            if answer is not None:
                return answer

    async def _advance(
        self, trans_id: str, heard: Heard, asked: Message
    ) -> tuple[tuple[Effect, ...], bytes | None]:
        """Decide and keep; give what the table asks for, and the answer if it has given one."""
        decided: list[tuple[tuple[Effect, ...], bytes | None]] = []

        def decide(record: Relay) -> tuple[Relay, tuple[Effect, ...]]:
            after, effects = flow.decide(record, heard.event, heard.trail)
            answer = self._said(effects, asked)
            decided[:] = [(effects, answer)]
            return self._keeping(after, answer), flow.kept(after, effects)

        await self._store.advance(trans_id, decide)
        return decided[0]

    def _keeping(self, record: Relay, answer: bytes | None) -> Relay:
        """Keep an answer with the record, for whoever asks again, of whichever process."""
        if answer is None:
            return record
        return with_fields(record, answer=self._seal.seal(answer, bound_to=record.id))

    def _said(self, effects: tuple[Effect, ...], asked: Message) -> bytes | None:
        """Write the answer that the table has given; None when it has given none yet."""
        for effect in effects:
            match effect:
                case on.RelayARes(message=message) | AnswerErro(message=message):
                    return message.encode()
                case on.RelayErro(message=message):
                    ids = {name: asked[name] for name in ("threeDSServerTransID", "dsTransID")}
                    return _with(message, ids).encode()
                case on.AnswerARes(stand_in=stand_in):
                    return self._own.ares(asked, stand_in).encode()
        return None

    async def _ask(self, trans_id: str, acs: Participant, asked: Message, attempt: int) -> Heard:
        try:
            reply = await self._roads.send(
                asked.encode(),
                to=acs.urls[0],
                read_s=self._settings.areq_read_s,
                request_id=asked.text("dsTransID") if asked.version >= Version.V231 else None,
            )
        except TimedOut:
            until = (await self._store.get(trans_id)).stage.until
            return Heard(event=on.AResTimeRanOut(at=until or self._clock.now()))
        except Unreachable:
            return Heard(event=on.AcsUnreachable(at=self._clock.now(), attempt=attempt))
        return self._judge(acs, asked, reply)

    def _judge(self, acs: Participant, asked: Message, reply: bytes) -> Heard:
        """Read the ACS's answer: what may be relayed, what is its Erro, what breaks a rule."""
        now = self._clock.now()
        try:
            answer = parse(reply, receiver=Component.DIRECTORY, request=asked)
            if answer.type not in {MessageType.ARES, MessageType.ERRO}:
                raise about(answer, ErrorCode.MESSAGE_INVALID, "An ARes was expected.")
            if answer.type is MessageType.ARES:
                self._register.check_acs(acs, answer)
        except ProtocolFault as fault:
            trail = told(erro(fault), at=now, peer=acs.id)
            return Heard(event=on.AResFaulted(at=now, fault=fault), trail=trail)
        trail = (entry(answer, at=now, peer=acs.id, inbound=True),)
        if answer.type is MessageType.ERRO:
            return Heard(event=on.AcsErroReceived(at=now, message=answer), trail=trail)
        return Heard(event=on.AResReceived(at=now, message=answer), trail=trail)

    def _digest(self, areq: Message) -> str:
        return self._mac.mac(areq.encode()).hex()


def _with(message: Message, added: Mapping[str, Json]) -> Message:
    """Add elements to a message that is relayed; what it was read with stays as it is."""
    return replace(message, elements={**message.elements, **added})
