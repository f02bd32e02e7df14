"""How a receiver says no: an Error for what it cannot read, an IReq for what it cannot use.

Protocol facts, section 12.4: whatever is well-formed gets its own response, with status U and an
IReq inside that says why.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.merchant_plug_in import moment_text
from sekisho.protocol.threeds1.messages import Message, build
from sekisho.protocol.threeds1.records import (
    CRReq,
    CRRes,
    EchoedMerchant,
    EchoedPurchase,
    Enrolment,
    ErrorMessage,
    IReq,
    PAReq,
    PARes,
    Transaction,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import Enrolled, IReqCode, Status

UNKNOWN_ID: Final = "unknown"
"""The id of an Error about a message whose own id could not be read."""


def error_for(fault: ThreeDS1Fault, *, message_id: str | None = None) -> Message[ErrorMessage]:
    """Make the Error that answers a fault, under the id of the faulty message.

    `message_id` stands in where that could not be read. Raises Misuse for a fault in an Error,
    which is never answered with an Error: ask `fault.answerable` first.
    """
    if not fault.answerable:
        raise Misuse("an Error is never answered with an Error")
    return build(
        fault.message_id or message_id or UNKNOWN_ID,
        ErrorMessage(
            error_code=fault.error_code,
            error_message=fault.error_message,
            error_detail=fault.error_detail or fault.error_message,
        ),
    )


def unusable_in(pareq: PAReq) -> IReq | None:
    """Find what makes a well-formed PAReq unusable by itself: ISO codes (54), its data (55)."""
    codes = {
        "Merchant.country": pareq.merchant.country in COUNTRIES_BY_NUMBER,
        "Purchase.currency": pareq.purchase.currency in CURRENCIES_BY_NUMBER,
    }
    unknown = [name for name, known in codes.items() if not known]
    if unknown:
        return _i_req(IReqCode.ISO_CODE_INVALID, unknown)
    exponent = CURRENCIES_BY_NUMBER[pareq.purchase.currency].exponent
    recur = pareq.purchase.recur
    data = {
        "Purchase.exponent": pareq.purchase.exponent == str(exponent),
        "Purchase.Recur.endRecur": recur is None or recur.end_recur >= pareq.purchase.date[:8],
    }
    wrong = [name for name, right in data.items() if not right]
    return _i_req(IReqCode.TRANSACTION_DATA_INVALID, wrong) if wrong else None


def unusable_vereq(request: Message[VEReq], i_req: IReq) -> Message[VERes]:
    """Answer a VEReq that cannot be used."""
    return build(request.id, VERes(ch=Enrolment(enrolled=Enrolled.UNABLE), i_req=i_req))


def unusable_pareq(
    request: Message[PAReq], i_req: IReq, *, id: str, masked_pan: str, at: datetime
) -> Message[PARes]:
    """Answer a PAReq that cannot be used; the caller signs it, or sends it as it is.

    `id` is that of the PARes; `masked_pan` all zeros where the card is not known.
    """
    asked = request.body
    return build(
        request.id,
        PARes(
            id=id,
            merchant=EchoedMerchant(acq_bin=asked.merchant.acq_bin, mer_id=asked.merchant.mer_id),
            purchase=echo_of(asked),
            pan=masked_pan,
            tx=Transaction(time=moment_text(at), status=Status.UNABLE),
            i_req=i_req,
        ),
    )


def unusable_crreq(request: Message[CRReq], i_req: IReq) -> Message[CRRes]:
    """Answer a CRReq that cannot be used."""
    return build(request.id, CRRes(i_req=i_req))


def echo_of(pareq: PAReq) -> EchoedPurchase:
    """Give the purchase of a PAReq as its PARes must repeat it."""
    asked = pareq.purchase
    return EchoedPurchase(
        xid=asked.xid,
        date=asked.date,
        purch_amount=asked.purch_amount,
        currency=asked.currency,
        exponent=asked.exponent,
    )


def _i_req(code: IReqCode, names: Iterable[str]) -> IReq:
    return IReq(i_req_code=code, i_req_detail=",".join(names))
