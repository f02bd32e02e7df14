"""PARes: verified, held against its PAReq, and worth what the outcome table says. Nothing is trusted
that the browser brings: neither the document, nor that it belongs to this purchase."""

from dataclasses import dataclass
from datetime import timedelta

from sekisho.acquirer.server.model.threeds1 import OldAuthentication, OldResult, PlugInSettings
from sekisho.acquirer.server.service.threeds1 import moves
from sekisho.acquirer.server.service.threeds1.data import holder_of, pares_mac
from sekisho.acquirer.server.service.threeds1.ports import Around
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import NotThere, OutOfTurn
from sekisho.protocol.states import threeds1_plug_in as table
from sekisho.protocol.threeds1 import (
    Message,
    Outcome,
    ThreeDS1Fault,
    check_pares,
    inflated,
    outcome,
    parse_as,
    verify,
)
from sekisho.protocol.threeds1.records import PAReq, PARes
from sekisho.protocol.threeds1.vocabulary import Enrolled, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """What is left of the card number."""

    last_four: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTold:
    """What came of an authentication."""

    id: str
    xid: str | None
    result: OldResult | None
    """None where the PARes is not believed."""
    fault: str | None
    outcome: Outcome


class OldResults:
    """Takes PARes documents."""

    def __init__(self, settings: PlugInSettings, around: Around) -> None:
        self._settings = settings
        self._around = around

    async def result(self, owner: str, pares: str, md: str) -> ResultTold:
        """Judge what the browser brought to TermUrl.

        The same again gets the same answer. Raises NotThere for an MD that is none of this
        requestor's, OutOfTurn for a second PARes, and for one that came too late.
        """
        record = await self._record(owner, md)
        mac = pares_mac(self._around.fingerprint, pares)
        if record.state is table.State.AWAITED:
            brought = self._judged(record, pares, mac)
            keep = timedelta(seconds=self._settings.keep_answers_s)
            record = await self._around.authentications.advance(
                record.id, lambda record: moves.settle(record, brought, keep=keep)
            )
        if record.state is table.State.EXPIRED:
            raise OutOfTurn("the time for the PARes was over")
        if record.pares_mac != mac:
            raise OutOfTurn("another PARes came under this MD before")
        if record.state is table.State.BELIEVED and record.result is None:
            raise OutOfTurn("the result is not kept any more")
        return _told(record)

    async def _record(self, owner: str, md: str) -> OldAuthentication:
        holder = holder_of(self._around.fingerprint, md)
        if holder is None:
            raise NotThere("the MD is none of ours")
        record = await self._around.authentications.get(holder)
        if record.owner != owner:
            raise NotThere("the MD is none of ours")
        return record

    def _judged(self, record: OldAuthentication, pares: str, mac: str) -> moves.Brought:
        now = self._around.clock.now()
        try:
            message = self._believed(record, pares)
        except ThreeDS1Fault as fault:
            self._around.log.warning("PARes not believed", transaction=record.id, fault=str(fault))
            return moves.Brought(
                event=table.PAResDisbelieved(at=now),
                pares_mac=mac,
                fault=fault.error_detail or fault.error_message,
            )
        tx = message.body.tx
        return moves.Brought(
            event=table.PAResBelieved(at=now, status=tx.status.value),
            pares_mac=mac,
            result=OldResult(
                status=tx.status.value,
                eci=outcome(Enrolled.YES, tx.status, Brand(record.brand)).eci,
                cavv=tx.cavv,
                cavv_algorithm=None if tx.cavv_algorithm is None else tx.cavv_algorithm.value,
            ),
        )

    def _believed(self, record: OldAuthentication, pares: str) -> Message[PARes]:
        """Give a PARes that is the answer to our PAReq; raises ThreeDS1Fault."""
        message = verify(inflated(pares), trust=self._around.trust, at=self._around.clock.now())
        pareq = parse_as(PAReq, (record.pareq or "").encode())
        check_pares(
            message, pareq, pan=_Card(last_four=record.last_four), brand=Brand(record.brand)
        )
        return message


def _told(record: OldAuthentication) -> ResultTold:
    status = None if record.result is None else Status(record.result.status)
    return ResultTold(
        id=record.id,
        xid=record.xid,
        result=record.result,
        fault=record.fault,
        outcome=outcome(Enrolled.YES, status, Brand(record.brand)),
    )
