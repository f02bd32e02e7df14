"""The use cases of the Directory Server, behind one façade."""

from datetime import datetime

from sekisho.interoperability.directory import flow
from sekisho.interoperability.directory.model import DirectorySettings
from sekisho.interoperability.directory.service.answers import Answers
from sekisho.interoperability.directory.service.enrolment import Enrolment
from sekisho.interoperability.directory.service.keeping import RangeShelf
from sekisho.interoperability.directory.service.operations import Notice, Operations
from sekisho.interoperability.directory.service.ports import Keys, Roads, Stores
from sekisho.interoperability.directory.service.ranges import RangeDesk
from sekisho.interoperability.directory.service.refusals import about, erro, too_large, type_of
from sekisho.interoperability.directory.service.register import seeded
from sekisho.interoperability.directory.service.relay import Relays
from sekisho.interoperability.directory.service.results import Results
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse, Unreachable
from sekisho.kernel.log import Log
from sekisho.protocol import Component, ErrorCode, MessageType, ProtocolFault, Version, parse
from sekisho.protocol.faults import WRONG_RECEIVER

__all__ = ["Directory", "Enrolment", "Keys", "Notice", "Operations", "Roads", "Stores", "too_large"]


class Directory:
    """A Directory Server: 3DS Servers on one side, ACSs on the other."""

    def __init__(
        self,
        settings: DirectorySettings,
        stores: Stores,
        roads: Roads,
        keys: Keys,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        register = seeded(settings)
        shelf = RangeShelf(stores.heads, stores.pieces, serials_kept=settings.serials_kept)
        self.enrolment = Enrolment(
            settings, register, stores.participants, shelf, clock=clock, chance=chance, log=log
        )
        self._settings = settings
        self._roads = roads
        self._versions = tuple(Version(version) for version in settings.versions)
        self._store = stores.relays
        self._clock = clock
        self._log = log
        self._register = register
        self.operations = Operations(
            settings, register, stores.operations, roads, clock=clock, chance=chance, log=log
        )
        answers = Answers()
        self._relays = Relays(
            settings, register, stores.relays, roads, answers, keys=keys, clock=clock, chance=chance
        )
        self._results = Results(
            register, stores.relays, roads, answers, keys.mac,
            clock=clock, supported=self._versions,
        )  # fmt: skip
        self._desk = RangeDesk(
            settings, register, stores.updates, shelf, clock=clock, chance=chance
        )

    async def start(self) -> None:
        """Take up the members and card ranges that are kept."""
        await self.enrolment.start()

    async def refresh(self) -> None:
        """Take up what other processes have changed of members and card ranges."""
        await self.enrolment.refresh()

    async def range_file(self, peer: str | None, name: str) -> bytes | None:
        """Give the file of all card ranges to a member; None when there is none of that name."""
        return await self._desk.file(peer, name)

    async def receive(self, peer: str | None, body: bytes) -> bytes:
        """Take a message from a peer; give the answer, which is empty for an Erro."""
        try:
            return await self._receive(peer, body)
        except ProtocolFault as fault:
            self._log.warning(
                "message refused",
                peer=peer,
                error_code=fault.error_code.value,
                error_detail=fault.error_detail,
                **fault.ids,
            )
            return erro(fault)

    async def perform(self, key: str, effect: object) -> None:
        """Carry out an effect that a transaction left behind."""
        match effect:
            case flow.Ring(wait=wait, until=until):
                event = flow.TIMERS[wait](at=datetime.fromisoformat(until))
                await self._store.advance(key, lambda record: flow.silenced(record, event))
            case flow.EndOperation():
                await self.operations.end(key)
            case flow.Complain(to=to, erro=complaint):
                await self._complain(to, complaint)
            case _:
                raise Misuse(f"the Directory Server has no effect {type(effect).__name__}")

    async def _complain(self, to: str, complaint: str) -> None:
        acs = self._register.get(to)
        url = to if acs is None else acs.urls[0]
        try:
            await self._roads.send(complaint.encode(), to=url, read_s=self._settings.areq_read_s)
        except Unreachable as error:
            # A courtesy: the transaction is over, and saying it later would help nobody.
            self._log.warning("complaint not delivered", reason=str(error))

    async def _receive(self, peer: str | None, body: bytes) -> bytes:
        if type_of(body) is MessageType.RREQ:
            return await self._results.receive(peer, body)
        message = parse(
            body,
            receiver=Component.DIRECTORY,
            supported=self._versions,
            now=self._clock.now(),
        )
        match message.type:
            case MessageType.AREQ:
                return await self._relays.receive(peer, message)
            case MessageType.PREQ:
                return await self._desk.receive(peer, message)
            case MessageType.ERRO:
                self._log.warning(
                    "a peer reports an error",
                    peer=peer,
                    error_code=message["errorCode"],
                    error_detail=message["errorDetail"],
                )
                return b""
            case _:
                # Answers come where they were asked for, never as a request of their own.
                raise about(message, ErrorCode.MESSAGE_INVALID, WRONG_RECEIVER)
