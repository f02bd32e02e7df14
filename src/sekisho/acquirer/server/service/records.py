"""Authentications as their requestors may see them: each its own, and what one says of another."""

from datetime import datetime

from sekisho.acquirer.server.model import Authentication, Requestor, State
from sekisho.acquirer.server.service.question import Question
from sekisho.acquirer.server.service.refusals import unknown_transaction
from sekisho.kernel.errors import NotThere
from sekisho.kernel.store import Store
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.states.limits import METHOD_REUSE


class Records:
    """Finds authentications for requestors."""

    def __init__(self, store: Store[Authentication]) -> None:
        self._store = store

    async def get(self, trans_id: str) -> Authentication:
        """Give an authentication that is known to be there."""
        return await self._store.get(trans_id)

    async def own(self, requestor: Requestor, trans_id: str) -> Authentication:
        """Give a requestor's own authentication; raises 301 for any other."""
        try:
            record = await self._store.get(trans_id)
        except NotThere as error:
            raise unknown_transaction() from error
        if record.owner != requestor.name:
            raise unknown_transaction()
        return record

    async def require_method(
        self, requestor: Requestor, question: Question, number_mac: str, *, at: datetime
    ) -> None:
        """Raise 203 unless the 3DS Method that threeDSMethodId names may count once more.

        It ran after its authentication was prepared, so it is no older than that.
        """
        try:
            record = await self.own(requestor, question.method_id or "")
        except ProtocolFault as fault:
            raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("threeDSMethodId",)) from fault
        good = (
            record.method_ran
            and record.number_mac == number_mac
            and at - record.prepared_at <= METHOD_REUSE.usual
        )
        if not good:
            raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("threeDSMethodId",))

    async def refuse_confirmation_here(self, requestor: Requestor, question: Question) -> None:
        """Raise 305 for a second AReq of Secure Payment Confirmation that should come by /spc.

        Sent as one of its own, it would leave the first authentication waiting, and then ask again.
        """
        for reference in _continued(question):
            for record in await self._store.find("acs_trans_id", reference, limit=10):
                if record.owner == requestor.name and record.state in (State.SPC, State.CONTINUED):
                    raise ProtocolFault(
                        ErrorCode.TRANSACTION_DATA_INVALID,
                        detail="threeDSReqPriorRef: what the browser confirmed is told by /spc",
                    )


def _continued(question: Question) -> tuple[str, ...]:
    """Give the acsTransIDs whose Secure Payment Confirmation a request says it brings."""
    prior = question.body.get("threeDSRequestorPriorAuthenticationInfo")
    listed = prior if isinstance(prior, list) else [prior]
    said = (
        each.get("threeDSReqPriorRef")
        for each in listed
        if isinstance(each, dict) and each.get("threeDSReqPriorAuthMethod") == "05"
    )
    return tuple(each for each in said if isinstance(each, str))
