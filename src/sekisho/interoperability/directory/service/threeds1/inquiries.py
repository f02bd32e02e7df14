"""VEReq: from a merchant plug-in, checked, to the ACS of the card's range; the VERes back.

Whatever the ACS does, the plug-in gets a VERes: silence, an Error, or an answer to something else
mean that the enrolment could not be told (U, IReq 98). Each inquiry leaves a line of history.
"""

from dataclasses import dataclass, replace

from sekisho.interoperability.directory.model.threeds1 import Inquiry, OldRange, OldSettings
from sekisho.interoperability.directory.service.ports import Roads
from sekisho.interoperability.directory.service.threeds1.members import Acquirers
from sekisho.interoperability.directory.service.threeds1.ranges import OldRanges
from sekisho.kernel.cards import mask_digits
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol.threeds1 import (
    ErrorCode,
    IReqCode,
    Message,
    ThreeDS1Fault,
    build,
    encode,
    parse_as,
)
from sekisho.protocol.threeds1.answers import unusable_vereq
from sekisho.protocol.threeds1.records import Enrolment, IReq, VEReq, VERes
from sekisho.protocol.threeds1.vocabulary import Enrolled


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a plug-in is told, who was asked, and why the ACS's own word did not count."""

    answer: Message[VERes]
    acs: str | None = None
    because: str | None = None


class Inquiries:
    """Answers VEReqs."""

    def __init__(
        self,
        settings: OldSettings,
        store: Store[Inquiry],
        acquirers: Acquirers,
        ranges: OldRanges,
        roads: Roads,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._settings = settings
        self._store = store
        self._acquirers = acquirers
        self._ranges = ranges
        self._roads = roads
        self._clock = clock
        self._chance = chance
        self._log = log

    async def answer(self, peer: str | None, request: Message[VEReq]) -> Message[VERes]:
        """Give the VERes, and keep what was asked and told."""
        asked_at = self._clock.now()
        told = await self._told(peer, request)
        asked, answered = request.body, told.answer.body
        await self._store.add(
            Inquiry(
                id=self._chance.uuid(),
                at=asked_at,
                member=peer or "nobody",
                message_id=request.id,
                acq_bin=asked.merchant.acq_bin,
                mer_id=asked.merchant.mer_id,
                masked_number=mask_digits(asked.pan.reveal()),
                acs=told.acs,
                enrolled=answered.ch.enrolled.value,
                i_req_code=None if answered.i_req is None else answered.i_req.i_req_code.value,
                because=told.because,
                answered_at=self._clock.now(),
            )
        )
        return told.answer

    async def newest(self, limit: int) -> list[Inquiry]:
        """Give the last inquiries, the newest first."""
        return await self._store.newest(limit=limit)

    async def _told(self, peer: str | None, request: Message[VEReq]) -> Told:
        refusal = self._acquirers.refusal(peer, request.body.merchant)
        if refusal is not None:
            return Told(answer=unusable_vereq(request, refusal))
        road = self._ranges.find(request.body.pan.reveal())
        if road is None:
            return Told(answer=_not_enrolled(request))
        try:
            return Told(answer=await self._ask(road, request), acs=road.acs)
        except (Unreachable, ThreeDS1Fault) as error:
            self._log.warning("no VERes", acs=road.acs, message_id=request.id, reason=str(error))
            i_req = IReq(i_req_code=IReqCode.TRANSIENT_FAILURE)
            return Told(answer=unusable_vereq(request, i_req), acs=road.acs, because=str(error))

    async def _ask(self, road: OldRange, request: Message[VEReq]) -> Message[VERes]:
        """Ask the ACS. Raises Unreachable, and ThreeDS1Fault for what is no answer to this."""
        # The password is the scheme's affair: the bank has no use for it.
        merchant = replace(request.body.merchant, password=None)
        asked = build(request.id, replace(request.body, merchant=merchant))
        reply = await self._roads.send(
            encode(asked), to=road.url, read_s=self._settings.vereq_read_s
        )
        answer = parse_as(VERes, reply)
        if answer.id != request.id:
            raise _stray(answer)
        return answer


def _not_enrolled(request: Message[VEReq]) -> Message[VERes]:
    return build(request.id, VERes(ch=Enrolment(enrolled=Enrolled.NO)))


def _stray(answer: Message[VERes]) -> ThreeDS1Fault:
    return ThreeDS1Fault(
        ErrorCode.FORMAT_INVALID,
        elements=("Message.id",),
        reason="the answer to another VEReq",
        message_id=answer.id,
        message_name=answer.name,
    )
