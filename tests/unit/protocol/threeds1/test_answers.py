"""How a receiver says no: an Error for what it cannot read, an IReq for what it cannot use."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1 import (
    ErrorCode,
    IReqCode,
    Message,
    MessageName,
    ThreeDS1Fault,
    check_pares,
    encode,
    error_for,
    parse,
)
from sekisho.protocol.threeds1.answers import (
    UNKNOWN_ID,
    echo_of,
    unusable_crreq,
    unusable_in,
    unusable_pareq,
    unusable_vereq,
)
from sekisho.protocol.threeds1.faults import DETAIL_CHARACTERS_MAX
from sekisho.protocol.threeds1.merchant_plug_in import masked_pan
from sekisho.protocol.threeds1.records import CRRes, IReq, PAReq, Recur, VERes
from sekisho.protocol.threeds1.vocabulary import ERROR_MEANINGS, Enrolled, Status
from tests.unit.protocol.threeds1.material import (
    CRREQ,
    ERROR,
    NOW,
    PAN,
    PAREQ,
    PARES,
    VEREQ,
    fault_of,
)

I_REQ = IReq(i_req_code=IReqCode.ACQUIRER_UNKNOWN, i_req_detail="acqBIN", vendor_code="7")


def test_an_error_says_what_is_wrong_under_the_id_of_the_message() -> None:
    """Section 12.4."""
    fault = fault_of(lambda: parse(encode(PAREQ).replace(b"<expiry>2712</expiry>", b"")))
    error = error_for(fault)
    assert error.id == "m1"
    assert error.name is MessageName.ERROR
    assert error.body.error_code is ErrorCode.ELEMENT_MISSING
    assert error.body.error_message == "A required element is missing."
    assert error.body.error_detail == "CH.expiry"
    assert error.body.version == "1.0.2"
    assert parse(encode(error)) == (error,)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_can_be_told(code: ErrorCode) -> None:
    """1 to 6, 98 and 99; without element names the sentence stands for them."""
    error = error_for(ThreeDS1Fault(code))
    assert error.body.error_code is code
    assert error.body.error_detail == error.body.error_message == ERROR_MEANINGS[code]


def test_an_unknown_id_is_replaced() -> None:
    """What could not be read has no id; the transport may know one."""
    fault = fault_of(lambda: parse(b"rubbish"))
    assert error_for(fault).id == UNKNOWN_ID == "unknown"
    assert error_for(fault, message_id="7").id == "7"
    known = ThreeDS1Fault(ErrorCode.FORMAT_INVALID, message_id="8")
    assert error_for(known, message_id="7").id == "8"


def test_an_error_is_never_answered_with_an_error() -> None:
    """Two machines would go on for ever."""
    broken = encode(ERROR).replace(b"<errorCode>98<", b"<errorCode>97<")
    fault = fault_of(lambda: parse(broken))
    assert fault.elements == ("errorCode",)
    assert not fault.answerable
    with pytest.raises(Misuse, match=r"^an Error is never answered with an Error$"):
        error_for(fault)


def test_a_detail_has_a_greatest_length() -> None:
    """As many names as fit; the fault itself keeps them all."""
    names = [f"Purchase.element{number}" for number in range(200)]
    fault = ThreeDS1Fault(ErrorCode.FORMAT_INVALID, elements=names)
    assert len(fault.elements) == 200
    assert len(fault.error_detail) == DETAIL_CHARACTERS_MAX == 2048
    assert parse(encode(error_for(fault)))


@given(st.sampled_from(ErrorCode), st.lists(st.sampled_from(["pan", "CH.expiry"]), max_size=3))
def test_a_fault_reads_as_its_code_and_names(code: ErrorCode, names: list[str]) -> None:
    """For logs; a reason of our own comes last."""
    fault = ThreeDS1Fault(code, elements=names, reason="why")
    assert str(fault) == " ".join([code.value, *([",".join(names)] if names else []), "why"])


def test_a_vereq_that_cannot_be_used_gets_a_u() -> None:
    """Section 12.4: its normal response, with IReq."""
    answer = unusable_vereq(VEREQ, I_REQ)
    assert answer == Message(id="1", body=VERes(ch=answer.body.ch, i_req=I_REQ))
    assert answer.body.ch.enrolled is Enrolled.UNABLE
    assert answer.body.ch.acct_id is None
    assert parse(encode(answer)) == (answer,)


def test_a_pareq_that_cannot_be_used_gets_a_u() -> None:
    """Section 12.4: a PARes that answers it in every respect and proves nothing."""
    card = Pan(PAN)
    answer = unusable_pareq(PAREQ, I_REQ, id="p9", masked_pan=masked_pan(card), at=NOW)
    assert (answer.id, answer.body.id) == ("m1", "p9")
    assert answer.body.i_req == I_REQ
    assert answer.body.tx.status is Status.UNABLE
    assert answer.body.tx.time == "20261123 12:00:00"
    assert (answer.body.tx.cavv, answer.body.tx.eci, answer.body.tx.cavv_algorithm) == (None,) * 3
    check_pares(answer, PAREQ, pan=card, brand=Brand.VISA)
    nobody = unusable_pareq(PAREQ, I_REQ, id="p9", masked_pan="0" * 16, at=NOW)
    assert parse(encode(nobody)) == (nobody,)


def test_a_crreq_that_cannot_be_used_gets_no_ranges() -> None:
    """Section 12.4, code 57."""
    refusal = IReq(i_req_code=IReqCode.SERIAL_NUMBER_INVALID)
    assert unusable_crreq(CRREQ, refusal) == Message(id="c1", body=CRRes(i_req=refusal))


def test_the_purchase_is_echoed_whole() -> None:
    """Section 12.2."""
    assert echo_of(PAREQ.body) == PARES.body.purchase


def changed(merchant: dict[str, Any] | None = None, **purchase: Any) -> PAReq:
    """Give the PAReq with something changed."""
    body = PAREQ.body
    return replace(
        body,
        merchant=replace(body.merchant, **merchant or {}),
        purchase=replace(body.purchase, **purchase),
    )


@pytest.mark.parametrize(
    ("pareq", "code", "detail"),
    [
        (changed(currency="999"), "54", "Purchase.currency"),
        (changed({"country": "000"}), "54", "Merchant.country"),
        (changed({"country": "000"}, currency="999"), "54", "Merchant.country,Purchase.currency"),
        (changed(exponent="2"), "55", "Purchase.exponent"),
        (
            changed(recur=Recur(frequency="28", end_recur="20260101")),
            "55",
            "Purchase.Recur.endRecur",
        ),
        (
            changed(exponent="2", recur=Recur(frequency="28", end_recur="20260101")),
            "55",
            "Purchase.exponent,Purchase.Recur.endRecur",
        ),
    ],
)
def test_what_is_well_formed_may_still_be_unusable(pareq: PAReq, code: str, detail: str) -> None:
    """Section 12.4: an IReq says why, and no Error: codes of ISO 54, data that cannot be 55."""
    assert unusable_in(pareq) == IReq(i_req_code=IReqCode(code), i_req_detail=detail)


def test_a_usable_pareq_has_nothing_to_refuse() -> None:
    """The last day of a series may be its first."""
    assert unusable_in(PAREQ.body) is None
    assert unusable_in(changed(recur=Recur(frequency="28", end_recur="20260102"))) is None
    assert unusable_in(changed(currency="840", exponent="2")) is None
