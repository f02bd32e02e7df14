"""/spc and /optout: what a requestor tells while an authentication waits for the browser."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, Requestor, State
from sekisho.acquirer.server.service.answers import standing, version_of
from sekisho.acquirer.server.service.moves import Moves
from sekisho.acquirer.server.service.question import required
from sekisho.acquirer.server.service.records import Records
from sekisho.acquirer.server.service.refusals import erro
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere
from sekisho.kernel.secret import Secret
from sekisho.kernel.store import Outbox
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states import spc_at_requestor as spc
from sekisho.protocol.vocabulary import Json

ASSERTION: Final = "threeDSReqAuthData"
INCOMPLETE: Final = "spcIncompInd"


class Confirming:
    """Serves requestors whose buyer confirms, or will not."""

    def __init__(self, records: Records, moves: Moves, outbox: Outbox, *, clock: Clock) -> None:
        self._records = records
        self._moves = moves
        self._outbox = outbox
        self._clock = clock

    async def spc(self, requestor: Requestor, body: bytes) -> bytes:
        """Take what came of Secure Payment Confirmation; answer the ARes of the second AReq."""
        try:
            members = read_object(body, limit=APP_MESSAGE_BYTES_MAX)
            trans_id = required(members, "threeDSServerTransID")
            record = await self._records.own(requestor, trans_id)
            return await self._confirm(record, members)
        except ProtocolFault as fault:
            return erro(fault)

    async def optout(self, requestor: Requestor, body: bytes) -> bytes:
        """Take it that there will be no challenge: the RRes will say so. Answers what was noted."""
        try:
            members = read_object(body)
            trans_id = required(members, "threeDSServerTransID")
            record = await self._records.own(requestor, trans_id)
            if record.state is not State.CHALLENGE:
                raise _not_now(record, "no challenge is open")
            await self._moves.move(record.id, on.OptedOut(at=self._clock.now()))
        except ProtocolFault as fault:
            return erro(fault)
        return write_object({"threeDSServerTransID": record.id, "resultsStatus": "02"})

    async def _confirm(self, record: Authentication, members: Mapping[str, Json]) -> bytes:
        if record.confirmation is None:
            raise _not_now(record, "the ARes did not ask for Secure Payment Confirmation")
        now = self._clock.now()
        steps = _steps(members, record, now)
        await self._moves.move(record.id, flow.ConfirmationEnded(at=now, steps=steps))
        await self._outbox.flush(record.id)
        try:
            return standing(await self._records.get(record.stage.successor_id))
        except NotThere as error:
            raise _not_now(record, "it was not carried on in time") from error


def _steps(
    members: Mapping[str, Json], record: Authentication, now: datetime
) -> tuple[spc.Event, ...]:
    """Read what the browser did. Raises ProtocolFault unless it is one thing."""
    assertion, incomplete = members.get(ASSERTION), members.get(INCOMPLETE)
    prompted = spc.Prompted(at=now)
    if assertion and incomplete is None:
        text = assertion if isinstance(assertion, str) else _written(assertion)
        return prompted, spc.Confirmed(at=now, assertion=Secret(text))
    if assertion or incomplete not in _WHY:
        name = ASSERTION if incomplete is None else INCOMPLETE
        code = ErrorCode.ELEMENT_MISSING if members.get(name) is None else ErrorCode.FORMAT_INVALID
        raise ProtocolFault(code, elements=(name,))
    match incomplete:
        case spc.FAILED:
            return (spc.Unable(at=now),)
        case spc.CANCELLED:
            return prompted, spc.Declined(at=now)
    confirmation = record.confirmation
    ends = now if confirmation is None else min(now + confirmation.patience, confirmation.ends)
    return prompted, spc.PromptTimeRanOut(at=ends)


def _written(assertion: Json) -> str:
    """Write an assertion that came as an object as the text that the AReq carries."""
    if not isinstance(assertion, dict):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=(ASSERTION,))
    return write_object(assertion).decode()


def _not_now(record: Authentication, why: str) -> ProtocolFault:
    return ProtocolFault(
        ErrorCode.TRANSACTION_DATA_INVALID,
        detail=f"threeDSServerTransID: {why}",
        version=version_of(record),
    )


_WHY: Final = (spc.FAILED, spc.CANCELLED, spc.TIMED_OUT)
