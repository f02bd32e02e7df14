"""PAReq: what the browser brings from the shop, matched with the VERes that called for it.

Only an acctID that we gave out opens a page, and only for the merchant whose VEReq it answered.
Whoever brings anything else is shown a page, and nothing is posted anywhere: a TermUrl that comes
with it is a stranger's.
"""

from dataclasses import replace
from datetime import UTC, datetime

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow import threeds1 as flow
from sekisho.issuer.acs.model import Purchase
from sekisho.issuer.acs.model.threeds1 import MARK, OldAuthentication
from sekisho.issuer.acs.service.preparing import Preparing
from sekisho.issuer.acs.service.threeds1.asking import OldPages, OldView, case_of
from sekisho.issuer.acs.service.threeds1.ports import OldSurroundings
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.errors import NotThere
from sekisho.kernel.money import Amount
from sekisho.protocol.threeds1 import ErrorCode, IReqCode, Message, ThreeDS1Fault, parse_as
from sekisho.protocol.threeds1.answers import unusable_in
from sekisho.protocol.threeds1.forms import RequestForm, read_request_form
from sekisho.protocol.threeds1.records import IReq, PAReq

UNABLE = "U"


class OldOpening:
    """Takes the form that a shop posts through the browser."""

    def __init__(self, old: OldSurroundings, pages: OldPages, preparing: Preparing) -> None:
        self._store = old.store
        self._clock = old.around.clock
        self._pages = pages
        self._preparing = preparing

    async def open(self, fields: dict[str, str]) -> OldView:
        """Show the page, or the answer. Raises ThreeDS1Fault where there is nobody to answer."""
        form = read_request_form(fields)
        message = parse_as(PAReq, form.pareq)
        record = await self._record(message)
        now = self._clock.now()
        came = _with(record, message, form)
        began = asked.Began(at=now)
        if record.question.turn == 0 and came.status is None:
            kind, prepared = await self._preparing.prepare(
                case_of(came), came.question.kind, at=now
            )
            began = asked.Began(at=now, kind=kind, prepared=prepared)
        view = await self._pages.happened(
            record.id, flow.PAReqCame(at=now, record=came, began=began)
        )
        if view.record.pareq != came.pareq:
            raise _unknown(message)  # the acctID is used up, or its time is over
        return view

    async def _record(self, message: Message[PAReq]) -> OldAuthentication:
        acct_id = message.body.ch.acct_id
        try:
            record = await self._store.get(acct_id) if acct_id.startswith(MARK) else None
        except NotThere:
            record = None
        if record is None:
            raise _unknown(message)
        return record


def _with(
    record: OldAuthentication, message: Message[PAReq], form: RequestForm
) -> OldAuthentication:
    """Put into a record what its PAReq says."""
    i_req = unusable_in(message.body) or _not_asked_about(record, message.body)
    return replace(
        record,
        purchase=record.purchase if i_req else _purchase(record.purchase, message.body),
        status=UNABLE if i_req else record.status,
        pareq=form.pareq.decode(),
        term_url=form.term_url,
        md=form.md,
        i_req_code=None if i_req is None else i_req.i_req_code.value,
        i_req_detail=None if i_req is None else i_req.i_req_detail,
    )


def _not_asked_about(record: OldAuthentication, pareq: PAReq) -> IReq | None:
    """Refuse an acctID in the hands of another merchant than the one that it was given to."""
    names = {
        "Merchant.acqBIN": pareq.merchant.acq_bin == record.acq_bin,
        "Merchant.merID": pareq.merchant.mer_id == record.mer_id,
    }
    wrong = [name for name, same in names.items() if not same]
    if not wrong:
        return None
    return IReq(i_req_code=IReqCode.TRANSACTION_DATA_INVALID, i_req_detail=",".join(wrong))


def _purchase(card: Purchase, pareq: PAReq) -> Purchase:
    """Show the amount by the number that will be authorised, not by the shop's own words."""
    asked_for = pareq.purchase
    currency = CURRENCIES_BY_NUMBER[asked_for.currency].code
    return replace(
        card,
        merchant_name=pareq.merchant.name,
        amount=Amount(minor=int(asked_for.purch_amount), currency=currency),
        made_at=datetime.strptime(asked_for.date, "%Y%m%d %H:%M:%S").replace(tzinfo=UTC),
    )


def _unknown(message: Message[PAReq]) -> ThreeDS1Fault:
    return ThreeDS1Fault(
        ErrorCode.FORMAT_INVALID,
        elements=("CH.acctID",),
        reason="no acctID of ours, or not any more",
        message_id=message.id,
        message_name=message.name,
    )
