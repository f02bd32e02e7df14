"""3-D Secure 1.0.2 at the Directory Server: who may ask, what the bank is asked, what is told (A1)."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.interoperability.directory.model.threeds1 import (
    Acquirer,
    Inquiry,
    OldEdition,
    OldMerchant,
    OldRange,
    OldSettings,
)
from sekisho.interoperability.directory.service.threeds1 import BYTES_MAX, OldStores, ThreeDS1
from sekisho.interoperability.directory.store import INQUIRIES, OLD_EDITIONS
from sekisho.interoperability.directory.web import peers
from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1 import Message, MessageName, build, encode, parse, parse_as
from sekisho.protocol.threeds1.records import (
    CRReq,
    CRRes,
    Enrolment,
    ErrorMessage,
    RequestingMerchant,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import Enrolled, ErrorCode, IReqCode, RangeAction
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.emv_network import Wire
from sekisho.testkit.emv_stage import EmvStage, QuietLog
from sekisho.testkit.memory import MemoryRecords
from sekisho.testkit.threeds1_messages import messages

ACS = "https://localhost:8084/3ds1"
PAN = "4111111100009003"
PASSWORD = Secret("knock")
SHOP = RequestingMerchant(acq_bin="412345", mer_id="SHOP-1", password=PASSWORD)
SETTINGS = OldSettings(
    acquirers=(
        Acquirer(
            acq_bin="412345",
            certificate_name="server",
            merchants=(
                OldMerchant(mer_id="SHOP-1", password=PASSWORD),
                OldMerchant(mer_id="SHOP-2"),
            ),
        ),
        Acquirer(acq_bin="499999", certificate_name="other", merchants=()),
    ),
    ranges=(
        OldRange(start="4111111100000000", end="4111111199999999", acs="acs", url=ACS),
        OldRange(start="340000000000000", end="340000009999999", acs="acs", url=ACS),
    ),
)
YES = VERes(
    ch=Enrolment(enrolled=Enrolled.YES, acct_id="ACCT-1"),
    url="https://bank.example/acs/pareq",
    protocols=("ThreeDSecure",),
)


class Stage:
    """A Directory Server that speaks 1.0.2, and a bank that answers as it is told."""

    def __init__(self, settings: OldSettings = SETTINGS) -> None:
        self.wire, self.log = Wire(), QuietLog()
        self.inquiries: MemoryRecords[Inquiry] = MemoryRecords(INQUIRIES)
        self.editions: MemoryRecords[OldEdition] = MemoryRecords(OLD_EDITIONS)
        self.clock, self.chance = SteppedClock(datetime(2026, 4, 1, tzinfo=UTC)), SeededChance(1)
        self.desk = self.restarted(settings)
        self.reply: bytes | None = None
        self.wire.listen(ACS, self._bank)

    def restarted(self, settings: OldSettings) -> ThreeDS1:
        """Make it anew on the same stores."""
        self.desk = ThreeDS1(
            settings,
            OldStores(inquiries=self.inquiries, editions=self.editions),
            self.wire.road("directory"),
            clock=self.clock,
            chance=self.chance,
            log=self.log,
        )
        return self.desk

    async def _bank(self, _: str, document: bytes) -> bytes:
        asked = parse_as(VEReq, document)
        return encode(build(asked.id, YES)) if self.reply is None else self.reply

    async def ask(
        self, merchant: RequestingMerchant = SHOP, *, pan: str = PAN, peer: str | None = "server"
    ) -> VERes:
        """Send a VEReq; the answer has its id."""
        request = build("v1", VEReq(pan=Secret(pan), merchant=merchant))
        answer = parse_as(VERes, await self.desk.receive(peer, encode(request)))
        assert answer.id == "v1"
        return answer.body

    async def ranges(self, serial: str | None = None) -> CRRes:
        """Send a CRReq."""
        request = build("c1", CRReq(merchant=SHOP, serial_number=serial))
        return parse_as(CRRes, await self.desk.receive("server", encode(request))).body


def code_of(answer: VERes | CRRes) -> IReqCode | None:
    return None if answer.i_req is None else answer.i_req.i_req_code


async def test_an_enrolled_card_is_answered_by_its_bank() -> None:
    """The VERes passes; the merchant's password stays with the scheme."""
    stage = Stage()
    answer = await stage.ask()
    assert (answer.ch.enrolled, answer.ch.acct_id) == (Enrolled.YES, "ACCT-1")
    assert answer.url == YES.url
    ((caller, url, document),) = stage.wire.sent
    assert (caller, url) == ("directory", ACS)
    assert parse_as(VEReq, document).body.pan == Secret(PAN)
    assert b"knock" not in document


async def test_the_history_tells_of_every_inquiry_and_of_no_card_number() -> None:
    """D8: what was asked and told is known afterwards; the number is not."""
    stage = Stage()
    await stage.ask()
    (line,) = await stage.inquiries.newest()
    assert (line.member, line.acs, line.enrolled) == ("server", "acs", "Y")
    assert line.masked_number.endswith("9003")
    assert PAN not in repr(line)


async def test_a_card_in_no_range_is_not_enrolled() -> None:
    """Nobody is asked for it."""
    stage = Stage()
    assert (await stage.ask(pan="5200000000000007")).ch.enrolled is Enrolled.NO
    assert stage.wire.sent == []


@pytest.mark.parametrize(
    ("merchant", "peer", "code"),
    [
        (replace(SHOP, acq_bin="400000"), "server", IReqCode.ACQUIRER_UNKNOWN),
        (replace(SHOP, mer_id="SHOP-9"), "server", IReqCode.MERCHANT_UNKNOWN),
        (replace(SHOP, password=None), "server", IReqCode.PASSWORD_REQUIRED),
        (replace(SHOP, password=Secret("knack")), "server", IReqCode.PASSWORD_INVALID),
        (replace(SHOP, acq_bin="499999"), "server", IReqCode.ACCESS_DENIED),
        (SHOP, "acs", IReqCode.ACCESS_DENIED),
        (SHOP, None, IReqCode.ACCESS_DENIED),
    ],
)
async def test_who_does_not_take_part_learns_nothing(
    merchant: RequestingMerchant, peer: str | None, code: IReqCode
) -> None:
    """Section 12.4: well-formed and unusable is a U with the reason, and no bank hears of it."""
    stage = Stage()
    answer = await stage.ask(merchant, peer=peer)
    assert (answer.ch.enrolled, code_of(answer)) == (Enrolled.UNABLE, code)
    assert stage.wire.sent == []
    request = build("c1", CRReq(merchant=merchant))
    told = parse_as(CRRes, await stage.desk.receive(peer, encode(request))).body
    assert (told.card_ranges, code_of(told)) == ((), code)


async def test_a_merchant_without_a_password_needs_none() -> None:
    stage = Stage()
    answer = await stage.ask(RequestingMerchant(acq_bin="412345", mer_id="SHOP-2"))
    assert answer.ch.enrolled is Enrolled.YES


@pytest.mark.parametrize("fault", ["away", "silent", "rubbish", "error", "other"])
async def test_whatever_the_bank_does_the_shop_is_told_that_it_could_not_be_told(
    fault: str,
) -> None:
    """Section 12.1: late, absent, an Error, or an answer to something else are all U."""
    stage = Stage()
    if fault == "away":
        stage.wire.silence(ACS)
    elif fault == "silent":
        stage.wire.lose_answers_of.add(ACS)
    error = ErrorMessage(
        error_code=ErrorCode.TRANSIENT_FAILURE, error_message="no", error_detail="no"
    )
    stage.reply = {
        "rubbish": b"<html>",
        "error": encode(build("v1", error)),
        "other": encode(build("v2", YES)),
    }.get(fault)
    answer = await stage.ask()
    assert (answer.ch.enrolled, code_of(answer)) == (
        Enrolled.UNABLE,
        IReqCode.TRANSIENT_FAILURE,
    )
    (line,) = await stage.inquiries.newest()
    assert (line.enrolled, line.acs) == ("U", "acs")
    assert line.because


async def test_card_ranges_are_told_whole_then_as_changes() -> None:
    """Section 12.1: the plug-in names the state that it knows."""
    stage = Stage()
    await stage.desk.start()
    whole = await stage.ranges()
    assert [(each.begin, each.action) for each in whole.card_ranges] == [
        ("340000000000000", RangeAction.ADD),
        ("4111111100000000", RangeAction.ADD),
    ]
    same = await stage.ranges(whole.serial_number)
    assert (same.card_ranges, same.serial_number) == ((), whole.serial_number)
    later = OldRange(start="5200000000000000", end="5200000099999999", acs="acs", url=ACS)
    stage.restarted(replace(SETTINGS, ranges=(SETTINGS.ranges[0], later)))
    await stage.desk.start()
    await stage.desk.start()
    changes = await stage.ranges(whole.serial_number)
    assert [(each.begin, each.action) for each in changes.card_ranges] == [
        ("340000000000000", RangeAction.DELETE),
        ("5200000000000000", RangeAction.ADD),
    ]
    assert changes.serial_number != whole.serial_number


async def test_a_serial_number_that_was_never_told_is_refused() -> None:
    """IReq 57: the plug-in asks for everything next."""
    assert code_of(await Stage().ranges("never")) is IReqCode.SERIAL_NUMBER_INVALID


async def test_other_messages_are_errors_and_an_error_is_left_alone() -> None:
    """An answer, or a PAReq, is never a request; several messages are too many."""
    stage = Stage()
    for document in (
        encode(build("v1", YES)),
        encode(build("a", VEReq(pan=Secret(PAN), merchant=SHOP)), build("b", YES)),
    ):
        error = parse_as(ErrorMessage, await stage.desk.receive("server", document))
        assert error.body.error_code is ErrorCode.MESSAGE_UNDEFINED
    told = ErrorMessage(error_code=ErrorCode.FORMAT_INVALID, error_message="no", error_detail="no")
    assert await stage.desk.receive("server", encode(build("e", told))) == b""
    assert (
        await stage.desk.receive(
            "server", b"<ThreeDSecure><Message><Error/></Message></ThreeDSecure>"
        )
        == b""
    )


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><ThreeDSecure>&b;</ThreeDSecure>'


@pytest.mark.parametrize("body", [b"", b"{}", BOMB, b"<a>" * 30_000, b"\xff\xfe<\x00"])
async def test_rubbish_gets_an_error(body: bytes) -> None:
    """Attack: entities, depth, other encodings; nothing is fetched, nothing grows."""
    answer = parse_as(ErrorMessage, await Stage().desk.receive("server", body))
    assert answer.body.error_code is ErrorCode.ROOT_INVALID


@given(
    st.binary(max_size=300)
    | st.sampled_from(MessageName).flatmap(messages).map(encode)
    | st.tuples(
        st.sampled_from(MessageName).flatmap(messages).map(encode), st.integers(0, 400)
    ).map(lambda pair: pair[0][: pair[1]])
)
async def test_whatever_the_bytes_there_is_an_answer_or_an_error(body: bytes) -> None:
    """F1: nothing else ever leaves the address."""
    answer = await Stage().desk.receive("server", body)
    read: tuple[Message[object], ...] = parse(answer) if answer else ()  # type: ignore[assignment]  # any message
    assert all(isinstance(each.body, VERes | CRRes | ErrorMessage) for each in read)


async def test_the_address_is_there_only_where_1_0_2_is_spoken() -> None:
    """It is off by default: the schemes ended it."""
    emv, stage = EmvStage(), Stage()
    request = encode(build("v1", VEReq(pan=Secret(PAN), merchant=SHOP)))
    for threeds1, status in ((None, 404), (stage.desk, 200)):
        app = peers(emv.directory, operators=("operator",), log=emv.log, threeds1=threeds1)
        reply = await Asgi(app=app, caller="server").send("POST", "/3ds1", request)
        assert reply is not None
        assert reply.status == status
    assert parse_as(VERes, reply.body).body.ch.enrolled is Enrolled.YES
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"


async def test_a_body_above_the_limit_is_refused_unread() -> None:
    emv, stage = EmvStage(), Stage()
    app = peers(emv.directory, operators=("operator",), log=emv.log, threeds1=stage.desk)
    reply = await Asgi(app=app, caller="server").send("POST", "/3ds1", b"x" * (BYTES_MAX + 1))
    assert reply is not None
    assert reply.status == 413
    assert parse_as(ErrorMessage, reply.body).body.error_code is ErrorCode.ROOT_INVALID


async def test_an_operator_reads_the_history_and_nobody_else() -> None:
    """D8: what was asked and told, without a card number."""
    emv, stage = EmvStage(), Stage()
    await stage.ask()
    await stage.ask(replace(SHOP, mer_id="SHOP-9"))
    app = peers(emv.directory, operators=("operator",), log=emv.log, threeds1=stage.desk)
    reply = await Asgi(app=app, caller="operator").send("GET", "/operator/inquiries", b"")
    assert reply is not None
    listed = json.loads(reply.body)["inquiries"]
    assert [(each["enrolled"], each.get("iReqCode")) for each in listed] == [
        ("U", "51"),
        ("Y", None),
    ]
    assert listed[1]["pan"] == "••••••••••••9003"
    refused = await Asgi(app=app, caller="server").send("GET", "/operator/inquiries", b"")
    assert refused is not None
    assert refused.status == 403
