"""The merchant plug-in of 3-D Secure 1.0.2: asked, posted, believed or not (A1, D10)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol.codec import write_object
from sekisho.protocol.threeds1 import PAResSigner, build, deflated, encode, inflated, parse_as
from sekisho.protocol.threeds1.records import (
    CardRange,
    CRRes,
    EchoedMerchant,
    Enrolment,
    IReq,
    PAReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import Enrolled, IReqCode, RangeAction, Status
from sekisho.protocol.vocabulary import Json
from tests.unit.protocol.jose.material import certificate
from tests.unit.protocol.threeds1.material import PARES, SIGNED
from tests.unit.server.old_network import (
    ENQUIRY,
    PAN,
    SETTINGS,
    YES,
    OldStage,
    with_purchase,
)

STATUS = "status"


async def test_an_enrolled_card_gives_what_the_browser_must_post() -> None:
    """A1: PaReq, TermUrl, MD and the ACS's address; the xid is for the shop's own books."""
    stage = OldStage()
    told = await stage.enrol()
    assert (told["enrolled"], told["acsURL"]) == ("Y", YES.url)
    assert told["TermUrl"] == ENQUIRY["termUrl"]
    pareq = parse_as(PAReq, inflated(str(told["PaReq"])))
    assert pareq.body.purchase.xid == told["xid"]
    assert (pareq.body.purchase.amount, pareq.body.purchase.exponent) == ("14500 JPY", "0")
    assert (pareq.body.ch.acct_id, pareq.body.ch.expiry) == ("ACCT-1", "2812")
    assert len(str(told["MD"])) <= 254
    assert "mayAuthorise" not in told


@pytest.mark.parametrize(
    ("veres", "enrolled", "eci", "liability"),
    [
        (VERes(ch=Enrolment(enrolled=Enrolled.NO)), "N", "06", "issuer"),
        (VERes(ch=Enrolment(enrolled=Enrolled.UNABLE)), "U", "07", "merchant"),
        (None, "U", "07", "merchant"),
        (b"<rubbish/>", "U", "07", "merchant"),
    ],
)
async def test_without_enrolment_the_outcome_is_told_at_once(
    veres: VERes | bytes | None, enrolled: str, eci: str, liability: str
) -> None:
    """D10: a cardholder who does not take part still shifts liability; an unknown one does not."""
    stage = OldStage()
    stage.network.veres = veres
    told = await stage.enrol()
    assert (told["enrolled"], told["eci"], told["liability"]) == (enrolled, eci, liability)
    assert told["mayAuthorise"] is True
    assert "PaReq" not in told


async def test_an_answer_to_another_vereq_counts_for_nothing() -> None:
    stage = OldStage()
    stage.network.veres = encode(build("another", YES))
    assert (await stage.enrol())["enrolled"] == "U"


async def test_why_the_request_could_not_be_used_is_passed_on() -> None:
    stage = OldStage()
    i_req = IReq(i_req_code=IReqCode.MERCHANT_UNKNOWN)
    stage.network.veres = VERes(ch=Enrolment(enrolled=Enrolled.UNABLE), i_req=i_req)
    assert (await stage.enrol())["iReqCode"] == "51"


@pytest.mark.parametrize(
    ("status", "eci", "liability", "may"),
    [
        (Status.AUTHENTICATED, "05", "issuer", True),
        (Status.ATTEMPTED, "06", "issuer", True),
        (Status.UNABLE, "07", "merchant", True),
        (Status.FAILED, None, None, False),
    ],
)
async def test_a_genuine_pares_is_worth_what_the_table_says(
    status: Status, eci: str | None, liability: str | None, may: bool
) -> None:
    """D10: a failed authentication never makes an order."""
    stage = OldStage()
    told = await stage.enrol()
    result = await stage.bring(told, stage.answered(told, status))
    assert (result["verified"], result["status"]) == (True, status.value)
    assert (result.get("eci"), result.get("liability")) == (eci, liability)
    assert result["mayAuthorise"] is may
    assert ("cavv" in result) is (status in {Status.AUTHENTICATED, Status.ATTEMPTED})
    assert result["xid"] == told["xid"]


STRANGER_KEY = generate_private_key(65537, 2048)
STRANGER = PAResSigner(
    key=STRANGER_KEY,
    chain=(certificate("ACS", STRANGER_KEY, issuer="ACS", issuer_key=STRANGER_KEY, signs=True),),
)
Forgery = Callable[[OldStage, dict[str, Json]], str]
FORGERIES: dict[str, Forgery] = {
    "nothing": lambda *_: "AA==",
    "not signed by the scheme": lambda stage, told: stage.answered(told, signer=STRANGER),
    "of another purchase": lambda *_: deflated(SIGNED),
    "another message id": lambda stage, told: stage.answered(told, message_id="m2"),
    "another amount": lambda stage, told: stage.answered(
        told, change=lambda pares: with_purchase(pares, purch_amount="1")
    ),
    "another currency": lambda stage, told: stage.answered(
        told, change=lambda pares: with_purchase(pares, currency="840")
    ),
    "another xid": lambda stage, told: stage.answered(
        told, change=lambda pares: with_purchase(pares, xid=PARES.body.purchase.xid)
    ),
    "another day": lambda stage, told: stage.answered(
        told, change=lambda pares: with_purchase(pares, date="20260102 03:04:05")
    ),
    "another card": lambda stage, told: stage.answered(
        told, change=lambda pares: replace(pares, pan="0000000000001111")
    ),
    "another shop": lambda stage, told: stage.answered(
        told,
        change=lambda pares: replace(
            pares, merchant=EchoedMerchant(acq_bin="412345", mer_id="SHOP-2")
        ),
    ),
    "altered": lambda stage, told: deflated(
        inflated(stage.answered(told, Status.FAILED)).replace(
            b"<status>N</status>", b"<status>U</status>"
        )
    ),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_what_is_forged_or_swapped_is_not_believed(forge: Forgery) -> None:
    """D10: nothing of the browser's is trusted; the purchase stops, and stays stopped."""
    stage = OldStage()
    told = await stage.enrol()
    forged = forge(stage, told)
    result = await stage.bring(told, forged)
    assert (result["verified"], result["mayAuthorise"]) == (False, False)
    assert result["errorDetail"]
    assert STATUS not in result
    assert result == await stage.bring(told, forged)
    genuine = write_object({"PaRes": stage.answered(told), "MD": told["MD"]})
    assert (await stage.post("/mpi/result", genuine)).status == 409


async def test_a_pares_of_another_purchase_of_the_same_shop_is_not_believed() -> None:
    """The cheaper basket's answer under the dearer one's MD."""
    stage = OldStage()
    cheap = await stage.enrol(purchase={"purchAmount": "1", "currency": "392"})
    dear = await stage.enrol()
    result = await stage.bring(dear, stage.answered(cheap))
    assert result["verified"] is False
    assert (await stage.bring(cheap))["verified"] is True


async def test_an_md_is_good_for_one_pares_however_often_that_comes() -> None:
    """A payment provider whose answer was lost asks again; another PARes is refused."""
    stage = OldStage()
    told = await stage.enrol()
    first = stage.answered(told)
    result = await stage.bring(told, first)
    assert await stage.bring(told, first) == result
    other = write_object({"PaRes": stage.answered(told, Status.UNABLE), "MD": told["MD"]})
    assert (await stage.post("/mpi/result", other)).status == 409


async def test_an_md_is_signed_and_belongs_to_one_payment_provider() -> None:
    """Nobody makes one up, and nobody reads another's result."""
    stage = OldStage()
    told = await stage.enrol()
    md, pares = str(told["MD"]), stage.answered(told)
    forged = md[:-1] + ("A" if md[-1] != "A" else "B")
    for shown, key in ((forged, "gateway-key"), ("x", "gateway-key"), (md, "stranger-key")):
        body = write_object({"PaRes": pares, "MD": shown})
        assert (await stage.post("/mpi/result", body, key=key)).status == 404
    assert (await stage.bring(told, pares))["verified"] is True


async def test_a_pares_that_comes_too_late_is_refused() -> None:
    """The purchase has stopped: no PARes is no authentication."""
    stage = OldStage()
    told = await stage.enrol()
    pares = stage.answered(told)
    await stage.pass_time(timedelta(seconds=SETTINGS.pares_s))
    body = write_object({"PaRes": pares, "MD": told["MD"]})
    assert (await stage.post("/mpi/result", body)).status == 409
    (record,) = await stage.authentications.newest()
    assert (record.state.value, record.pareq) == ("expired", None)


async def test_no_card_number_is_at_rest_and_no_cavv_for_ever() -> None:
    """Attack: whoever has the database has no card and, after a week, no proof."""
    stage = OldStage()
    told = await stage.enrol()
    await stage.bring(told)
    (record,) = await stage.authentications.newest()
    assert (record.last_four, record.pareq) == (PAN[-4:], None)
    assert record.result is not None
    assert record.result.cavv
    assert PAN not in repr(record)
    assert PAN not in repr(stage.log.lines)
    await stage.pass_time(timedelta(seconds=SETTINGS.keep_answers_s))
    (record,) = await stage.authentications.newest()
    assert record.result is None
    body = write_object({"PaRes": stage.answered(told), "MD": told["MD"]})
    assert (await stage.post("/mpi/result", body)).status == 409


MERCHANT = ENQUIRY["merchant"]
assert isinstance(MERCHANT, dict)
BAD: list[tuple[str, dict[str, Json]]] = [
    ("pan", {"pan": "4111111111111112"}),
    ("pan", {"pan": "9999999999999995"}),
    ("pan", {"pan": None}),
    ("expiry", {"expiry": "2813"}),
    ("termUrl", {"termUrl": "http://shop.example"}),
    ("termUrl", {"termUrl": "javascript:alert(1)"}),
    ("merchant.acqBIN", {"merchant": {**MERCHANT, "acqBIN": "x"}}),
    ("merchant.country", {"merchant": {**MERCHANT, "country": "999"}}),
    ("merchant.name", {"merchant": {**MERCHANT, "name": "n" * 26}}),
    ("merchant.password", {"merchant": {**MERCHANT, "password": "ninechars"}}),
    ("merchant.other", {"merchant": {**MERCHANT, "other": "x"}}),
    ("purchase.currency", {"purchase": {"purchAmount": "1", "currency": "999"}}),
    ("purchase.purchAmount", {"purchase": {"currency": "392"}}),
    ("purchase.exponent", {"purchase": {"purchAmount": "1", "currency": "392", "exponent": "2"}}),
    ("purchase.xid", {"purchase": {"purchAmount": "1", "currency": "392", "xid": "x"}}),
    (
        "purchase.Recur.endRecur",
        {"purchase": {"purchAmount": "1", "currency": "392", "Recur": {"frequency": "28"}}},
    ),
    ("browser.deviceCategory", {"browser": {"deviceCategory": "7"}}),
    ("unknown", {"unknown": "x"}),
]


@pytest.mark.parametrize(
    ("member", "change"), BAD, ids=[f"{name}-{at}" for at, (name, _) in enumerate(BAD)]
)
async def test_a_bad_member_is_named(member: str, change: dict[str, Json]) -> None:
    """Everything wrong is told by name, and nobody is asked."""
    stage = OldStage()
    reply = await stage.post("/mpi/enrolment", write_object({**ENQUIRY, **change}))
    assert reply.status == 400
    assert member in {each["field"] for each in json.loads(reply.body)["errors"]}
    assert stage.network.sent == []


async def test_everything_a_pareq_can_say_may_be_said() -> None:
    stage = OldStage()
    purchase: dict[str, Json] = {
        "purchAmount": "14500",
        "currency": "978",
        "exponent": "2",
        "amount": "€ 145,00",
        "desc": "Tea",
        "install": "3",
        "Recur": {"frequency": "28", "endRecur": "20271231"},
    }
    browser: dict[str, Json] = {"deviceCategory": "0", "accept": "text/html", "userAgent": "M"}
    told = await stage.enrol(purchase=purchase, browser=browser)
    bought = parse_as(PAReq, inflated(str(told["PaReq"]))).body.purchase
    assert (bought.amount, bought.desc, bought.install) == ("€ 145,00", "Tea", "3")
    assert bought.recur is not None
    assert bought.recur.frequency == "28"


async def test_the_api_is_for_those_with_a_key_and_where_there_is_a_plug_in() -> None:
    stage = OldStage()
    body = write_object(ENQUIRY)
    assert (await stage.post("/mpi/enrolment", body, key="nobody")).status == 401
    assert (await stage.post("/mpi/other", body)).status == 404
    assert (await stage.post("/3dss/mpi/enrolment", body, behind_tls=True)).status == 200
    assert (await stage.post("/mpi/result", b"x" * 200_000)).status == 413
    stage.plug_in = None  # type: ignore[assignment]  # as a server without 1.0.2
    assert (await stage.post("/mpi/enrolment", body)).status == 404


RANGES = CRRes(
    card_ranges=(
        CardRange(begin="4111111100000000", end="4111111199999999", action=RangeAction.ADD),
    ),
    serial_number="1",
)


async def test_a_card_outside_the_ranges_is_not_asked_about() -> None:
    """Section 12.1: the cache spares the question."""
    stage = OldStage()
    stage.network.crres = RANGES
    await stage.plug_in.start()
    asked = len(stage.network.sent)
    assert (await stage.enrol(pan="5200000000000007"))["enrolled"] == "N"
    assert len(stage.network.sent) == asked
    assert (await stage.enrol())["enrolled"] == "Y"


async def test_the_ranges_are_asked_for_once_a_day_and_outlive_a_restart() -> None:
    stage = OldStage()
    stage.network.crres = RANGES
    await stage.plug_in.start()
    await stage.restarted().start()
    assert len(stage.network.crreqs()) == 1
    assert (await stage.enrol(pan="5200000000000007"))["enrolled"] == "N"
    stage.network.crres = CRRes(serial_number="2")
    await stage.pass_time(timedelta(days=1))
    assert [each.serial_number for each in stage.network.crreqs()] == [None, "1"]
    book = await stage.books.get("directory")
    assert (dict(book.ranges), book.serial_number) == (
        {"4111111100000000": "4111111199999999"},
        "2",
    )


@pytest.mark.parametrize(
    "answer",
    [None, b"<rubbish/>", CRRes(i_req=IReq(i_req_code=IReqCode.ACCESS_DENIED))],
    ids=["silence", "rubbish", "refused"],
)
async def test_without_ranges_every_card_is_asked_about(answer: CRRes | bytes | None) -> None:
    """An empty cache that was never filled would make every card an attempt."""
    stage = OldStage()
    stage.network.crres = answer
    await stage.plug_in.start()
    assert (await stage.enrol())["enrolled"] == "Y"
    stage.network.crres = RANGES
    await stage.pass_time(timedelta(seconds=SETTINGS.ranges_again_s))
    assert (await stage.enrol(pan="5200000000000007"))["enrolled"] == "N"


async def test_a_serial_number_that_is_refused_makes_us_ask_for_everything() -> None:
    """IReq 57 and, after changes that do not fit, the same."""
    stage = OldStage()
    stage.network.crres = RANGES
    await stage.plug_in.start()
    stage.network.crres = CRRes(i_req=IReq(i_req_code=IReqCode.SERIAL_NUMBER_INVALID))
    await stage.pass_time(timedelta(days=1))
    assert [each.serial_number for each in stage.network.crreqs()][:3] == [None, "1", None]
    stage.network.crres = RANGES
    await stage.pass_time(timedelta(seconds=SETTINGS.ranges_again_s))
    assert (await stage.books.get("directory")).serial_number == "1"
    await stage.pass_time(timedelta(days=1))  # the same range is added twice
    await stage.pass_time(timedelta(seconds=SETTINGS.ranges_again_s))
    assert stage.network.crreqs()[-1].serial_number is None


@given(st.binary(max_size=200), st.sampled_from(["/mpi/enrolment", "/mpi/result"]))
async def test_whatever_the_bytes_there_is_an_answer(body: bytes, path: str) -> None:
    reply = await OldStage().post(path, body)
    assert reply.status in {400, 404}


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
async def test_whatever_the_browser_brings_is_not_believed(document: bytes) -> None:
    """Bombs included: what inflates beyond a message is never inflated."""
    stage = OldStage()
    told = await stage.enrol()
    assert (await stage.bring(told, deflated(document)))["verified"] is False
