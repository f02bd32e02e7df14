"""The Directory Server by itself: who may ask what, and what it answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.interoperability.directory.flow import Ring
from sekisho.interoperability.directory.model import State
from sekisho.interoperability.directory.service.register import seeded
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, MessageType, Version, build, parse
from sekisho.protocol.card_ranges import BadRanges
from sekisho.protocol.codec import write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import ACS_URL
from sekisho.testkit.emv_stage import (
    ACS,
    DIRECTORY_SETTINGS,
    NOON,
    EmvStage,
    sandbox_range,
)
from tests.directory_callers import TRANS_ID, answer, areq, preq


class Killed(BaseException):
    """The process ends here."""


async def test_an_areq_is_answered_by_the_cards_acs() -> None:
    """A2: by the road of its card range."""
    stage = EmvStage()
    ares = await answer(stage, areq())
    assert (ares["messageType"], ares["transStatus"]) == ("ARes", "Y")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"threeDSServerRefNumber": "ANOTHER"}, "threeDSServerRefNumber"),
        ({"threeDSServerOperatorID": "ANOTHER"}, "threeDSServerOperatorID"),
        ({"threeDSServerOperatorID": None}, "threeDSServerOperatorID"),
        ({"threeDSServerURL": "https://localhost:8082/other"}, "threeDSServerURL"),
        ({"threeDSServerURL": "https://169.254.169.254/3ds"}, "threeDSServerURL"),
    ],
)
async def test_a_members_marks_must_come_together(changes: dict[str, Json], named: str) -> None:
    """Reference number, operator, address and certificate are one member's (303), or nothing."""
    stage = EmvStage()
    erro = await answer(stage, areq(**changes))
    assert (erro["errorCode"], erro["errorDetail"]) == ("303", named)
    assert stage.wire.sent == []


@pytest.mark.parametrize("peer", ["acs", "gateway", "", None])
async def test_only_a_registered_server_may_ask(peer: str | None) -> None:
    """A certificate of the same authority is not enough."""
    stage = EmvStage()
    for body in (areq(), preq()):
        erro = await answer(stage, body, peer=peer)
        assert (erro["errorCode"], erro["errorComponent"]) == ("303", "D")
    assert stage.wire.sent == []


async def test_a_card_outside_every_range_is_refused() -> None:
    """Error 305 names the element, never the number."""
    stage = EmvStage()
    number = sandbox_card(Brand.JCB, "0103").digits
    erro = await answer(stage, areq(acctNumber=number))
    assert (erro["errorCode"], erro["errorDetail"]) == ("305", "acctNumber")
    assert number not in repr(stage.log.lines)


async def test_a_version_that_is_not_relayed_is_refused_with_those_that_are() -> None:
    """Error 102."""
    stage = EmvStage()
    erro = await answer(stage, areq(messageVersion="2.3.1"))
    assert (erro["errorCode"], erro["errorDetail"]) == ("102", "2.1.0,2.2.0")


async def test_a_version_that_the_range_does_not_have_is_refused_with_its_own() -> None:
    """Error 102 for the range, even where the Directory Server speaks the version."""
    erro = await answer(EmvStage(), areq(acctNumber=sandbox_card(Brand.AMEX, "0103").digits))
    assert (erro["errorCode"], erro["errorDetail"]) == ("102", "2.1.0")


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        (b"", "101", "Invalid Formatted Message"),
        (b"\x00\xff", "101", "Invalid Formatted Message"),
        (b"[]", "101", "Invalid Formatted Message"),
        (b'{"a":NaN}', "101", "Invalid Formatted Message"),
        (b'{"a":' * 5000, "101", "Invalid Formatted Message"),
        (b'{"messageType":"AReq","messageType":"AReq"}', "204", "messageType"),
        (b"{}", "101", "Invalid Message Type"),
        (b'{"messageType":"XReq"}', "101", "Invalid Message Type"),
        (
            b'{"messageType":"CReq","messageVersion":"2.2.0"}',
            "101",
            "Invalid Message for the receiving component",
        ),
        (
            b'{"messageType":"PRes","messageVersion":"2.2.0"}',
            "101",
            "Invalid Message for the receiving component",
        ),
    ],
)
async def test_what_is_no_message_for_us_is_told_so(body: bytes, code: str, detail: str) -> None:
    """F1: each kind of garbage has its code and its words."""
    stage = EmvStage()
    erro = await answer(stage, body)
    assert (erro["errorCode"], erro["errorDetail"]) == (code, detail)


async def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    """An ARes or RRes is read where it was asked for, never as a request."""
    stage = EmvStage()
    stage.acs.trans_status = "C"
    await answer(stage, areq())
    rres = build(
        MessageType.RRES,
        Version.V220,
        {
            **{
                name: stage.acs.answered[0][name]
                for name in ("threeDSServerTransID", "acsTransID", "dsTransID")
            },
            "resultsStatus": "01",
        },
        sender=Component.SERVER,
    )
    for body in (stage.acs.answered[0].encode(), rres.encode()):
        erro = await answer(stage, body, peer="acs")
        assert erro["errorDetail"] == "Invalid Message for the receiving component"


@pytest.mark.parametrize(
    "erro",
    [
        {
            "messageType": "Erro",
            "messageVersion": "2.2.0",
            "errorCode": "203",
            "errorComponent": "S",
            "errorDescription": "x",
            "errorDetail": "transStatus",
        },
        {"messageType": "Erro"},
    ],
    ids=["sound", "unsound"],
)
async def test_an_erro_is_never_answered_with_an_erro(erro: dict[str, Json]) -> None:
    """Or two parties would shout at each other for ever."""
    stage = EmvStage()
    assert await stage.directory.receive("server", write_object(erro)) == b""
    assert stage.log.lines


@given(body=st.binary(max_size=200))
async def test_no_octets_get_anything_but_an_error_message(body: bytes) -> None:
    """Whatever comes in: an Erro goes out."""
    assert (await answer(EmvStage(), body))["messageType"] == "Erro"


async def test_the_ranges_are_told_to_a_member() -> None:
    """PRes of 2.2.0: everything about every range, and the serial number."""
    stage = EmvStage()
    pres = await answer(stage, preq())
    assert (pres["messageType"], pres["threeDSServerTransID"]) == ("PRes", TRANS_ID)
    rows = pres["cardRangeData"]
    assert isinstance(rows, list)
    assert next(row for row in rows if row["startRange"][0] == "4") == {
        "startRange": "4111111100000000",
        "endRange": "4111111199999999",
        "actionInd": "A",
        "acsStartProtocolVersion": "2.1.0",
        "acsEndProtocolVersion": "2.2.0",
        "threeDSMethodURL": "https://bank.example/acs/method",
        "acsInfoInd": ["01", "02"],
    }
    parse(write_object(pres), receiver=Component.SERVER)


async def test_210_is_not_told_what_it_does_not_know() -> None:
    """acsInfoInd has no values in 2.1.0."""
    pres = await answer(EmvStage(), preq(Version.V210))
    assert "acsInfoInd" not in repr(pres["cardRangeData"])


async def test_nothing_new_is_told_to_who_knows_it_all() -> None:
    """The same serial number: a PRes without ranges."""
    stage = EmvStage(directory=replace(DIRECTORY_SETTINGS, preq_cadence=False))
    serial = (await answer(stage, preq()))["serialNum"]
    pres = await answer(stage, preq(serialNum=serial))
    assert pres["serialNum"] == serial
    assert "cardRangeData" not in pres
    other = EmvStage(directory=replace(DIRECTORY_SETTINGS, ranges=(sandbox_range(Brand.JCB),)))
    assert (await answer(other, preq()))["serialNum"] != serial


async def test_a_serial_number_that_we_never_gave_is_refused() -> None:
    """Error 307: the member must load everything anew."""
    erro = await answer(EmvStage(), preq(serialNum="of another time"))
    assert (erro["errorCode"], erro["errorDetail"]) == ("307", "serialNum")


async def test_a_member_is_answered_once_an_hour() -> None:
    """Error 103, until the hour is over; a refused PReq does not begin a new hour."""
    stage = EmvStage()
    assert (await answer(stage, preq()))["messageType"] == "PRes"
    for _ in range(2):
        stage.clock.advance(timedelta(minutes=29))
        assert (await answer(stage, preq()))["errorCode"] == "103"
    stage.clock.advance(timedelta(minutes=2))
    assert (await answer(stage, preq()))["messageType"] == "PRes"
    assert (await stage.updates.get("server")).count == 2


async def test_a_sandbox_may_ask_as_often_as_it_restarts() -> None:
    """The limit is a setting; 0 sets none."""
    stage = EmvStage(directory=replace(DIRECTORY_SETTINGS, preq_cadence=False))
    for _ in range(3):
        assert (await answer(stage, preq()))["messageType"] == "PRes"


async def test_a_relay_that_a_crash_left_open_is_closed_by_its_timer() -> None:
    """No ARes was relayed, so no result may follow."""
    stage = EmvStage()

    async def dies(_caller: str, _body: bytes) -> bytes:
        raise Killed

    stage.wire.listen(ACS_URL, dies)
    with pytest.raises(Killed):
        await answer(stage, areq())
    assert (await stage.relays.get(TRANS_ID)).state is State.ASKED
    await stage.pass_time(timedelta(seconds=66))
    closed = await stage.relays.get(TRANS_ID)
    assert closed.state is State.FAILED
    assert closed.settled_at is not None


async def test_an_effect_that_is_not_ours_is_a_mistake() -> None:
    """Nothing in the outbox is dropped silently."""
    with pytest.raises(Misuse):
        await EmvStage().directory.perform(TRANS_ID, object())
    with pytest.raises(Misuse):
        await EmvStage().server.perform(
            TRANS_ID, Ring(wait="AResTimeRanOut", until=NOON.isoformat())
        )


def test_ranges_that_overlap_do_not_start() -> None:
    """A card with two issuers is a mistake of the settings, found before the first purchase."""
    twice = (sandbox_range(Brand.VISA), sandbox_range(Brand.VISA))
    with pytest.raises(BadRanges):
        seeded(replace(DIRECTORY_SETTINGS, ranges=twice))
    assert seeded(DIRECTORY_SETTINGS).get(ACS.certificate_name) is not None
