"""The address for 1.0.2: a document comes in, an answer or an Error goes out, whatever the bytes."""

from dataclasses import dataclass
from typing import Final

from sekisho.interoperability.directory.model.threeds1 import Inquiry, OldEdition, OldSettings
from sekisho.interoperability.directory.service.ports import Roads
from sekisho.interoperability.directory.service.threeds1.inquiries import Inquiries
from sekisho.interoperability.directory.service.threeds1.members import Acquirers
from sekisho.interoperability.directory.service.threeds1.ranges import OldRanges
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol.threeds1 import (
    ErrorCode,
    Message,
    ThreeDS1Fault,
    encode,
    error_for,
    parse,
)
from sekisho.protocol.threeds1.answers import unusable_crreq
from sekisho.protocol.threeds1.records import Body, CRReq, ErrorMessage, VEReq
from sekisho.protocol.threeds1.safe_xml import MESSAGE_LIMITS, unreadable

BYTES_MAX: Final = MESSAGE_LIMITS.octets


@dataclass(frozen=True, slots=True, kw_only=True)
class OldStores:
    """Where the Directory Server keeps what it remembers of 1.0.2."""

    inquiries: Store[Inquiry]
    editions: Store[OldEdition]


class ThreeDS1:
    """Serves merchant plug-ins."""

    def __init__(
        self,
        settings: OldSettings,
        stores: OldStores,
        roads: Roads,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._acquirers = Acquirers(settings)
        self._ranges = OldRanges(settings, stores.editions)
        self._inquiries = Inquiries(
            settings, stores.inquiries, self._acquirers, self._ranges, roads,
            clock=clock, chance=chance, log=log,
        )  # fmt: skip
        self._log = log

    async def start(self) -> None:
        """Keep today's card ranges."""
        await self._ranges.start()

    async def history(self, limit: int) -> list[Inquiry]:
        """Give the last inquiries and what became of them, the newest first."""
        return await self._inquiries.newest(limit)

    async def receive(self, peer: str | None, body: bytes) -> bytes:
        """Take a document from a peer; give the answer, which is empty for an Error."""
        try:
            answer = await self._answer(peer, only_one(parse(body)))
        except ThreeDS1Fault as fault:
            self._log.warning("1.0.2 message refused", peer=peer, fault=str(fault))
            return encode(error_for(fault)) if fault.answerable else b""
        return b"" if answer is None else encode(answer)

    async def _answer(self, peer: str | None, message: Message[Body]) -> Message[Body] | None:
        match message.body:
            case VEReq():
                return await self._inquiries.answer(peer, Message(id=message.id, body=message.body))
            case CRReq():
                request = Message(id=message.id, body=message.body)
                refusal = self._acquirers.refusal(peer, message.body.merchant)
                if refusal is not None:
                    return unusable_crreq(request, refusal)
                return await self._ranges.answer(request)
            case ErrorMessage():
                self._log.warning(
                    "a peer reports an error",
                    peer=peer,
                    error_code=message.body.error_code.value,
                    error_detail=message.body.error_detail,
                )
                return None
        # A PAReq goes through the browser; answers come where they were asked for.
        raise ThreeDS1Fault(
            ErrorCode.MESSAGE_UNDEFINED,
            elements=("Message",),
            reason="a VEReq or a CRReq was waited for",
            message_id=message.id,
            message_name=message.name,
        )


def only_one(messages: tuple[Message[Body], ...]) -> Message[Body]:
    """Give the one message of a document; raises ThreeDS1Fault 2 for several."""
    if len(messages) > 1:
        raise ThreeDS1Fault(
            ErrorCode.MESSAGE_UNDEFINED,
            elements=("Message",),
            reason="one message was waited for",
            message_id=messages[0].id,
        )
    return messages[0]


def too_large() -> bytes:
    """Give what a body above the limit is answered with."""
    return encode(error_for(unreadable("a body above the limit")))
