"""3-D Secure 1.0.2 at the ACS: VEReqs from the Directory Server, PAReqs through the browser."""

from typing import Final

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow import threeds1 as flow
from sekisho.issuer.acs.model.threeds1 import MARK
from sekisho.issuer.acs.service.codes import Codes
from sekisho.issuer.acs.service.guard import Guards
from sekisho.issuer.acs.service.judging import Judging
from sekisho.issuer.acs.service.threeds1.answering import OldWriter
from sekisho.issuer.acs.service.threeds1.asking import OldPages, OldReturn, OldView
from sekisho.issuer.acs.service.threeds1.enrolment import Enrolments
from sekisho.issuer.acs.service.threeds1.opening import OldOpening
from sekisho.issuer.acs.service.threeds1.ports import (
    OldDecision,
    OldRules,
    OldSurroundings,
    Signing,
)
from sekisho.kernel.errors import Conflict, Misuse, NotThere, TheyErred, Unreachable
from sekisho.protocol.threeds1 import IReqCode, ThreeDS1Fault, encode, error_for, parse_as
from sekisho.protocol.threeds1.answers import unusable_vereq
from sekisho.protocol.threeds1.records import IReq, VEReq
from sekisho.protocol.threeds1.safe_xml import MESSAGE_LIMITS, unreadable

__all__ = [
    "BYTES_MAX",
    "OldAcs",
    "OldDecision",
    "OldReturn",
    "OldRules",
    "OldSurroundings",
    "OldView",
    "Signing",
    "is_ours",
    "too_large",
]

BYTES_MAX: Final = MESSAGE_LIMITS.octets
DIRECTORY: Final = "directory"
"""The only peer that may ask: the name in the Directory Server's certificate."""


class OldAcs:
    """An ACS of 1.0.2: the Directory Server on one side, browsers on the other."""

    def __init__(self, old: OldSurroundings) -> None:
        around = old.around
        self.settings = around.settings
        self._old = old
        self._log = around.log
        self._clock = around.clock
        self._codes = Codes(around, bank=old.bank)
        judging = Judging(around, bank=old.bank, codes=self._codes, guards=Guards(around))
        self._enrolments = Enrolments(old)
        self.pages = OldPages(old, judging, OldWriter(old))
        self.opening = OldOpening(old, self.pages, judging.preparing)

    async def receive(self, peer: str | None, body: bytes) -> bytes | None:
        """Take a document from a peer; give a VERes or an Error, empty for an Error; None: be silent."""
        try:
            request = parse_as(VEReq, body)
        except ThreeDS1Fault as fault:
            self._log.warning("1.0.2 message refused", peer=peer, fault=str(fault))
            return encode(error_for(fault)) if fault.answerable else b""
        if peer != DIRECTORY:
            denied = IReq(i_req_code=IReqCode.ACCESS_DENIED)
            return encode(unusable_vereq(request, denied))
        answer = await self._enrolments.answer(request)
        return None if answer is None else encode(answer)

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect that a transaction left behind; twice is as good as once."""
        match effect:
            case flow.EndOldWait(wait=wait, until=until):
                silence = flow.TIMERS[wait](at=until)
                await self._old.store.advance(key, lambda record: flow.decide(record, silence))
            case asked.DeliverCode():
                await self._deliver(key, effect)
            case _:
                raise Misuse(f"1.0.2 has no effect {type(effect).__name__} ({key})")

    async def _deliver(self, key: str, effect: asked.DeliverCode) -> None:
        record = await self._old.store.get(key)
        if record.question.code is None:
            return  # it is over: a code now would only alarm
        try:
            await self._codes.deliver(record.id, record.purchase, effect)
        except (Unreachable, NotThere, Conflict, TheyErred) as error:
            self._log.warning("a code could not be sent", acct_id=key, error=str(error))
            not_sent = asked.CodeNotSent(at=self._clock.now(), message_id=effect.message_id)
            await self._old.store.advance(key, lambda record: flow.decide(record, not_sent))


def is_ours(key: str, effect: object) -> bool:
    """Tell whether an effect is for an authentication of 1.0.2."""
    return isinstance(effect, flow.EFFECTS) and key.startswith(MARK)


def too_large() -> bytes:
    """Give what a body above the limit is answered with."""
    return encode(error_for(unreadable("a body above the limit")))
