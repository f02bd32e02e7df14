"""The AReq that may have to be carried on: sealed while it may, then turned into the next one.

Secure Payment Confirmation and the fallback to decoupled authentication (2.3.1, protocol.md 2.5 and
2.8) both need the whole first AReq again, minutes later, and perhaps after a restart.
"""

from datetime import datetime
from typing import Final

from sekisho.acquirer.server.model import Authentication
from sekisho.acquirer.server.service.ports import Seal
from sekisho.protocol import Channel, Component, Message, MessageType, parse
from sekisho.protocol.codec import write_object
from sekisho.protocol.fitting import fitted
from sekisho.protocol.places import place_of
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.limits import METHOD_REUSE
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.vocabulary import Json, Reading

NOT_AGAIN: Final = ("threeDSCompInd", "threeDSMethodId")
"""What the next AReq says for itself."""


class Continuation:
    """Keeps AReqs that may be carried on, and makes the ones that do so."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def first(self, areq: Message) -> str | None:
        """Seal an AReq that may have to be carried on; None: nothing of it need be kept."""
        transaction = Transaction.of(areq)
        if not transaction.falls_back and not transaction.spc_supported:
            return None
        return self._sealed(areq)

    def following(self, record: Authentication, again: on.AskAgain, *, at: datetime) -> str | None:
        """Make the AReq that carries a record on, sealed; None where its first one is gone.

        Raises ProtocolFault where what the requestor adds does not make a sound AReq.
        """
        if record.sealed_areq is None:
            return None
        first = self._opened(record.sealed_areq, record.id)
        elements: dict[str, Json] = {
            **{name: value for name, value in first.elements.items() if name not in NOT_AGAIN},
            **_method(record, first, at=at),
            **again.elements,
            "threeDSServerTransID": again.server_trans_id,
        }
        place = place_of(
            elements,
            MessageType.AREQ,
            first.version,
            channel=None,
            category=None,
            reading=Reading.STRICT,
        )
        octets = write_object(fitted(elements, place))
        return self._sealed(parse(octets, receiver=Component.DIRECTORY))

    def opened(self, record: Authentication) -> Message | None:
        """Give the AReq that carries a record on; None where it was sent, or never made."""
        if record.sealed_areq is None:
            return None
        return self._opened(record.sealed_areq, record.stage.successor_id)

    def _sealed(self, areq: Message) -> str:
        place = f"areq/{areq.text('threeDSServerTransID')}"
        return self._seal.seal(areq.encode(), bound_to=place)

    def _opened(self, sealed: str, trans_id: str) -> Message:
        octets = self._seal.open(sealed, bound_to=f"areq/{trans_id}")
        return parse(octets, receiver=Component.DIRECTORY)


def _method(record: Authentication, first: Message, *, at: datetime) -> dict[str, Json]:
    """Say what of the 3DS Method still counts for the next AReq of the same browser."""
    said = first.get("threeDSCompInd")
    if first.channel is not Channel.BROWSER or said == "U":
        return {"threeDSCompInd": said}
    fresh = at - record.prepared_at <= METHOD_REUSE.usual
    if said == "Y" and fresh:
        return {
            "threeDSCompInd": "Y",
            "threeDSMethodId": first.get("threeDSMethodId") or record.id,
        }
    return {"threeDSCompInd": "N"}
