"""AReq: from a 3DS Server, checked, to the ACS of the card's range; the ARes checked, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.interoperability.directory import flow
from sekisho.interoperability.directory.model import (
    DirectorySettings,
    Participant,
    Relay,
    Road,
    State,
)
from sekisho.interoperability.directory.service.ports import Roads
from sekisho.interoperability.directory.service.refusals import about, erro, of_the_answer
from sekisho.interoperability.directory.service.register import Register
from sekisho.interoperability.directory.service.trail import entry, told
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, TimedOut, Unreachable
from sekisho.kernel.store import Store
from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, parse
from sekisho.protocol.vocabulary import Json

RESULT_TO_COME: Final = frozenset({"C", "D"})
"""transStatus of an ARes that an RReq follows."""

ASKING_MARGIN: Final = timedelta(seconds=10)
"""Beyond the ACS's own limit: connecting, one second try, and a slow disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an AReq: what is kept about it, and what the 3DS Server is told."""

    event: flow.Event
    answer: bytes


class Relays:
    """Serves 3DS Servers that authenticate."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        store: Store[Relay],
        roads: Roads,
        *,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._register = register
        self._store = store
        self._roads = roads
        self._clock = clock
        self._chance = chance

    async def receive(self, peer: str | None, areq: Message) -> bytes:
        """Relay an AReq; give the ARes or an Erro. Raises ProtocolFault for a refused AReq."""
        member = self._register.server(peer, areq)
        road, acs = self._register.road_of(areq)
        asked = _with(
            areq,
            {
                "dsReferenceNumber": self._settings.reference_number,
                "dsTransID": self._chance.uuid(),
                "dsURL": self._settings.url,
            },
        )
        await self._begin(peer or "", road, acs, asked)
        outcome = await self._ask(member, acs, asked)
        record = await self._store.advance(
            asked.text("threeDSServerTransID"), lambda record: flow.decide(record, outcome.event)
        )
        if record.state is State.FAILED and not isinstance(outcome.event, flow.NotAnswered):
            # Its time ended while we decided: nothing that we told now could be kept.
            return erro(about(asked, ErrorCode.TIMED_OUT, "The ACS answered too late."))
        return outcome.answer

    async def _begin(self, peer: str, road: Road, acs: Participant, asked: Message) -> None:
        now = self._clock.now()
        record = Relay(
            id=asked.text("threeDSServerTransID"),
            ds_trans_id=asked.text("dsTransID"),
            state=flow.START,
            member=peer,
            acs=acs.id,
            directory_server_id=road.directory_server_id,
            result_url=asked.text("threeDSServerURL"),
            version=asked.version.value,
            channel=asked.channel.value,
            category=asked.category.value,
            asked_at=now,
            sdk_trans_id=asked.text_or_none("sdkTransID"),
            trail=(entry(asked, at=now, peer=peer, inbound=True),),
        )
        until = now + timedelta(seconds=self._settings.areq_read_s) + ASKING_MARGIN
        try:
            await self._store.add(*flow.begin(record, until=until))
        except Conflict as error:
            raise about(
                asked, ErrorCode.TRANSACTION_UNKNOWN, "threeDSServerTransID: it was used before"
            ) from error

    async def _ask(self, member: Participant, acs: Participant, asked: Message) -> Outcome:
        try:
            reply = await self._roads.send(
                asked.encode(), to=acs.urls[0], read_s=self._settings.areq_read_s
            )
            return self._judge(acs, asked, reply)
        except ProtocolFault as fault:
            found = of_the_answer(asked, fault)
            return self._failed(member, found, blamed=acs.urls[0] if fault.answerable else None)
        except TimedOut:
            return self._failed(
                member, about(asked, ErrorCode.TIMED_OUT, "The ACS did not answer in time.")
            )
        except Unreachable:
            return self._failed(
                member, about(asked, ErrorCode.CONNECTION_FAILED, "The ACS could not be reached.")
            )

    def _judge(self, acs: Participant, asked: Message, reply: bytes) -> Outcome:
        """Read the ACS's answer; raises ProtocolFault for one that may not be relayed."""
        answer = parse(reply, receiver=Component.DIRECTORY, request=asked)
        now = self._clock.now()
        trail = (entry(answer, at=now, peer=acs.id, inbound=True),)
        if answer.type is MessageType.ERRO:
            ids = {name: asked[name] for name in ("threeDSServerTransID", "dsTransID")}
            return Outcome(
                event=flow.NotAnswered(at=now, trail=trail), answer=_with(answer, ids).encode()
            )
        if answer.type is not MessageType.ARES:
            raise about(answer, ErrorCode.MESSAGE_INVALID, "An ARes was expected.")
        self._register.check_acs(acs, answer)
        status = answer.text_or_none("transStatus")
        acs_trans_id = answer.text("acsTransID")
        event: flow.Event
        if status in RESULT_TO_COME:
            event = flow.Challenged(
                at=now,
                acs_trans_id=acs_trans_id,
                trans_status=status,
                result_until=self._patience(asked, status, now),
                trail=trail,
            )
        else:
            event = flow.Answered(
                at=now, acs_trans_id=acs_trans_id, trans_status=status, trail=trail
            )
        return Outcome(event=event, answer=answer.encode())

    def _patience(self, asked: Message, status: str, now: datetime) -> datetime:
        """Say until when the result may come: a decoupled one as long as the AReq allowed."""
        if status == "C":
            return now + timedelta(seconds=self._settings.result_s)
        minutes = int(str(asked.get("threeDSRequestorDecMaxTime") or 0))
        return now + timedelta(minutes=minutes, seconds=self._settings.decoupled_grace_s)

    def _failed(
        self, member: Participant, fault: ProtocolFault, *, blamed: str | None = None
    ) -> Outcome:
        now, answer = self._clock.now(), erro(fault)
        event = flow.NotAnswered(
            at=now,
            trail=told(answer, at=now, peer=member.id),
            complaint=flow.Complain(to=blamed, erro=answer.decode()) if blamed else None,
        )
        return Outcome(event=event, answer=answer)


def _with(message: Message, added: Mapping[str, Json]) -> Message:
    """Add elements to a message that is relayed; what it was read with stays as it is."""
    return replace(message, elements={**message.elements, **added})
