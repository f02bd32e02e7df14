"""OReq (2.3.1): a Directory Server's operational notices, collected, kept, and shown in the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.server.model import Operation, ServerSettings
from sekisho.acquirer.server.service.directories import Directories
from sekisho.acquirer.server.service.refusals import about
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import Component, ErrorCode, Message, MessageType, build, parse
from sekisho.protocol.states import operation_receiver as table
from sekisho.protocol.states.operation_receiver import ActOn, AnswerORes, Sequence

SHOWN: Final = ("opCategory", "opSeverity", "opDescription", "opExpDate")
"""What of a notice stands in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSequence:
    """Give a sequence up whose next notice did not come; nothing happens if it did."""

    until: str
    """When the wait was over, in ISO 8601."""


class Operations:
    """Serves Directory Servers that have something to say."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store[Operation],
        directories: Directories,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._settings = settings
        self._wait = timedelta(seconds=settings.oreq_wait_s)
        self._store = store
        self._directories = directories
        self._clock = clock
        self._chance = chance
        self._log = log

    async def receive(self, peer: str | None, body: bytes) -> Message | None:
        """Take an OReq; give the ORes of its sequence, or None while more of it is to come.

        Raises ProtocolFault for what is no OReq, or from nobody who may send one.
        """
        oreq = parse(body, receiver=Component.SERVER)
        names = self._directories.of_peer(peer)
        if oreq.type is not MessageType.OREQ or not names:
            raise about(oreq, ErrorCode.ACCESS_DENIED, "Notices come from a Directory Server.")
        effects = await self._take(names[0], oreq)
        for effect in effects:
            if isinstance(effect, ActOn):
                self._show(names[0], effect.messages)
        answer = next((each for each in effects if isinstance(each, AnswerORes)), None)
        return None if answer is None else self._ores(oreq, answer.op_status)

    async def end(self, key: str, until: str) -> None:
        """Give a sequence up whose time is over."""
        silence = table.SequenceTimeRanOut(at=datetime.fromisoformat(until))
        await self._advance(key, silence)

    async def _take(self, directory: str, oreq: Message) -> tuple[Effect, ...]:
        now = self._clock.now()
        key = f"{directory}/{_place(oreq)}"
        event = table.OReqReceived(at=now, message=oreq)
        try:
            return await self._advance(key, event)
        except NotThere:
            pass
        for other in await self._store.find("collecting", directory):
            await self._advance(other.id, table.OtherSequenceBegun(at=now))
        sequence, effects = table.begin(oreq, at=now, wait=self._wait)
        record = Operation(
            id=key,
            directory=directory,
            seq_id=sequence.seq_id,
            state=sequence.state,
            until=None,
            notices=(),
            begun_at=now,
        )
        try:
            await self._store.add(_with(record, sequence, now), _kept(effects))
        except Conflict:
            return await self._advance(key, event)
        return effects

    async def _advance(self, key: str, event: table.Event) -> tuple[Effect, ...]:
        decided: list[Effect] = []

        def decide(record: Operation) -> tuple[Operation, tuple[Effect, ...]]:
            before = self._sequence(record)
            after, effects = table.decide(before, event)
            decided[:] = effects
            return _with(record, after, event.at), _kept(effects)

        await self._store.advance(key, decide)
        return tuple(decided)

    def _sequence(self, record: Operation) -> Sequence:
        return Sequence(
            seq_id=record.seq_id,
            supported=True,
            wait=self._wait,
            state=record.state,
            until=record.until,
            messages=tuple(
                parse(notice.encode(), receiver=Component.SERVER) for notice in record.notices
            ),
        )

    def _show(self, directory: str, notices: Iterable[Message]) -> None:
        for notice in notices:
            facts = {name: notice.get(name) for name in SHOWN}
            self._log.warning("operational notice", directory=directory, **facts)

    def _ores(self, oreq: Message, status: str) -> Message:
        return build(
            MessageType.ORES,
            oreq.version,
            {
                "threeDSServerTransID": self._chance.uuid(),
                "threeDSServerRefNumber": self._settings.reference_number,
                "dsTransID": oreq["dsTransID"],
                "opStatus": status,
            },
            sender=Component.SERVER,
        )


def _with(record: Operation, sequence: Sequence, at: datetime) -> Operation:
    over = sequence.state in table.FINAL
    return Operation(
        id=record.id,
        directory=record.directory,
        seq_id=record.seq_id,
        state=sequence.state,
        until=sequence.until,
        notices=tuple(message.encode().decode() for message in sequence.messages),
        begun_at=record.begun_at,
        settled_at=(record.settled_at or at) if over else None,
    )


def _kept(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple(
        Later(effect.at, EndSequence(until=effect.at.isoformat()))
        for effect in effects
        if isinstance(effect, Later)
    )


def _place(oreq: Message) -> str:
    place = oreq["opSeq"]
    return str(place["seqId"]) if isinstance(place, dict) else ""
