"""The result of a challenge, relayed by the Directory Server: checked, kept, acknowledged."""

from sekisho.acquirer.server.model import Authentication
from sekisho.acquirer.server.service.directories import Directories
from sekisho.acquirer.server.service.moves import Moves
from sekisho.acquirer.server.service.refusals import about
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere
from sekisho.kernel.store import Store
from sekisho.protocol import Component, ErrorCode, Message, MessageType, build, parse
from sekisho.protocol.announcement import announcing_ares
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.faults import WRONG_RECEIVER
from sekisho.protocol.states import server_events as on


class Results:
    """Serves Directory Servers that relay how a challenge ended."""

    def __init__(
        self,
        store: Store[Authentication],
        directories: Directories,
        moves: Moves,
        *,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directories = directories
        self._moves = moves
        self._clock = clock

    async def receive(self, peer: str | None, body: bytes) -> Message:
        """Take an RReq and give the RRes. Raises ProtocolFault for a refused one."""
        record = await self._record_of(body)
        rreq = parse(
            body, receiver=Component.SERVER, request=None if record is None else _ares_of(record)
        )
        if rreq.type is not MessageType.RREQ:
            raise about(rreq, ErrorCode.MESSAGE_INVALID, WRONG_RECEIVER)
        if record is None:
            raise about(rreq, ErrorCode.TRANSACTION_UNKNOWN, "threeDSServerTransID")
        if record.directory not in self._directories.of_peer(peer):
            raise about(
                rreq,
                ErrorCode.ACCESS_DENIED,
                "The result comes from another Directory Server than the one that was asked.",
            )
        if rreq["messageCategory"] != record.stage.transaction.category.value:
            raise about(rreq, ErrorCode.FORMAT_INVALID, "messageCategory")
        return await self._take(record.id, rreq)

    async def _record_of(self, body: bytes) -> Authentication | None:
        """Find the authentication that a message is about; the message is not validated yet."""
        trans_id = read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("threeDSServerTransID")
        if not isinstance(trans_id, str):
            return None
        try:
            record = await self._store.get(trans_id)
        except NotThere:
            return None
        return None if record.asked_at is None else record  # prepared only: no ACS knows of it

    async def _take(self, trans_id: str, rreq: Message) -> Message:
        moved = await self._moves.move(
            trans_id, on.RReqReceived(at=self._clock.now(), message=rreq)
        )
        status = next(
            effect.results_status for effect in moved.effects if isinstance(effect, on.AnswerRRes)
        )
        return build(
            MessageType.RRES,
            rreq.version,
            {
                "threeDSServerTransID": rreq["threeDSServerTransID"],
                "acsTransID": rreq["acsTransID"],
                "dsTransID": rreq["dsTransID"],
                "sdkTransID": rreq.get("sdkTransID"),
                "resultsStatus": status,
            },
            sender=Component.SERVER,
            channel=rreq.channel,
            category=rreq.category,
            fit=True,
        )


def _ares_of(record: Authentication) -> Message:
    """Give what a result is held against: the ARes that announced it, as far as it matters."""
    transaction = record.stage.transaction
    return announcing_ares(
        version=transaction.version,
        channel=transaction.channel,
        category=transaction.category,
        ids=transaction.ids,
        decoupled=record.stage.trans_status == "D",
    )
