"""The relay on the protocol library's table: every road, stand-in, device data, peers that misbehave."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from sekisho.interoperability.directory.flow import ANSWER_KEPT
from sekisho.interoperability.directory.model import CardRange, DirectorySettings, State
from sekisho.kernel.brands import Brand
from sekisho.protocol import Category, Channel, Component, Message, MessageType, Version, parse
from sekisho.protocol.authentication_value import verify
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose import device_data
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import ACS_URL, SERVER_URL
from sekisho.testkit.emv_stage import (
    DIRECTORY_SETTINGS,
    MEMBER,
    NOON,
    EmvStage,
    KeyedHash,
    sandbox_range,
)
from sekisho.testkit.messages import answering, simplest, stage, stages
from tests.directory_callers import TRANS_ID, answer, areq, port

VISA = sandbox_card(Brand.VISA, "0103").digits
WHOLE: CardRange = sandbox_range(Brand.VISA, versions=("2.1.0", "2.2.0", "2.3.1"))
ENC = next(iter(Enc))
KEY = generate_private_key(SECP256R1())
ROADS = [
    (version, where.place.channel, where.place.category)
    for version in Version
    for where in stages(MessageType.AREQ, version)
]


def settings(**changes: object) -> DirectorySettings:
    """A Directory Server of every version."""
    whole = replace(DIRECTORY_SETTINGS, versions=("2.1.0", "2.2.0", "2.3.1"), ranges=(WHOLE,))
    return replace(whole, **changes)  # type: ignore[arg-type]  # named by the tests


def areq_of(version: Version, channel: Channel, category: Category, **changes: Json) -> bytes:
    """The smallest sound AReq of a road, as our member sends it."""
    members: dict[str, Json] = {
        **simplest(stage(MessageType.AREQ, version, channel, category)),
        "acctNumber": VISA,
        "threeDSServerTransID": TRANS_ID,
        "threeDSServerRefNumber": MEMBER.reference_number,
        "threeDSServerOperatorID": MEMBER.operator_id,
        "threeDSServerURL": SERVER_URL,
        **changes,
    }
    if "purchaseDate" in members:
        members["purchaseDate"] = f"{NOON:%Y%m%d%H%M%S}"
    for name in ("dsReferenceNumber", "dsTransID", "dsURL", "deviceInfo"):
        members.pop(name, None)
    if channel is Channel.APP and "sdkEncData" not in changes:
        members["sdkEncData"] = sealed()
    return write_object(members)


def sealed(kid: str = "1", plain: bytes = b'{"DV":"1.0"}') -> str:
    """Device data as an SDK seals them."""
    return device_data.seal_with_ec(
        plain,
        key=KEY.public_key(),
        kid=kid,
        enc=ENC,
        ephemeral=generate_private_key(SECP256R1()),
        directory_server_id="A000000003",
        iv=b"\0" * 16,
    )


class AnyAcs:
    """Answers every road's AReq with the smallest sound ARes."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    async def receive(self, _caller: str, body: bytes) -> bytes:
        """Answer an AReq."""
        asked = parse(body, receiver=Component.ACS)
        self.asked.append(asked)
        where = answering(asked, MessageType.ARES)
        members = {
            **simplest(where),
            "acsReferenceNumber": "ACS_REFERENCE",
            "acsOperatorID": "ACS_OPERATOR",
            "dsReferenceNumber": asked["dsReferenceNumber"],
            "dsTransID": asked["dsTransID"],
        }
        return write_object(members)


@pytest.mark.parametrize(("version", "channel", "category"), ROADS)
async def test_every_road_is_relayed(
    version: Version, channel: Channel, category: Category
) -> None:
    """F1: 2.1.0 to 2.3.1, app, browser and 3RI, payments and others, with the version's headers."""
    emv = EmvStage(directory=settings(), device_keys={"1": KEY})
    acs = AnyAcs()
    emv.wire.listen(ACS_URL, acs.receive)
    ares = await answer(emv, areq_of(version, channel, category))
    assert (ares["messageType"], ares["messageVersion"]) == ("ARes", version.value), ares
    asked = acs.asked[0]
    expected = asked["dsTransID"] if version is Version.V231 else None
    assert emv.wire.request_ids == [expected]
    if channel is Channel.APP:
        assert asked["deviceInfo"] == base64url(b'{"DV":"1.0"}')
        assert "sdkEncData" not in asked


@pytest.mark.parametrize(("minutes", "code"), [(30, None), (31, "203"), (-31, "203")])
async def test_a_purchase_of_another_time_is_refused_in_231(minutes: int, code: str | None) -> None:
    """Half an hour either way is a clock that goes wrong; more is a message of another time."""
    emv = EmvStage(directory=settings())
    emv.wire.listen(ACS_URL, AnyAcs().receive)
    emv.clock.advance(timedelta(hours=1))
    body = areq_of(Version.V231, Channel.BROWSER, Category.PAYMENT)
    at = emv.clock.now() + timedelta(minutes=minutes)
    dated = write_object({**read_object(body), "purchaseDate": f"{at:%Y%m%d%H%M%S}"})
    assert (await answer(emv, dated)).get("errorCode") == code


@pytest.mark.parametrize(
    ("version", "data", "code"),
    [
        (Version.V231, sealed("2"), "311"),
        (Version.V220, sealed("2")[:-8] + "AAAAAAAA", "302"),
        (Version.V231, "a.b.c.d.e", "302"),
        (Version.V220, sealed(plain=b"[]"), "302"),
    ],
    ids=["kid", "tag", "form", "no object"],
)
async def test_device_data_that_cannot_be_read_go_no_further(
    version: Version, data: str, code: str
) -> None:
    """302, or 311 in 2.3.1 for a key that we do not have."""
    emv = EmvStage(directory=settings(), device_keys={"1": KEY})
    body = areq_of(version, Channel.APP, Category.PAYMENT, sdkEncData=data)
    erro = await answer(emv, body)
    assert (erro["errorCode"], erro["threeDSServerTransID"]) == (code, TRANS_ID)
    assert emv.wire.sent == []


@pytest.mark.parametrize(
    ("own", "code", "detail"),
    [
        ({"mccs_refused": ("5399",)}, "306", "mcc"),
        ({"requestor_ids": ("another",)}, "303", "threeDSRequestorID"),
    ],
)
async def test_the_operators_lists_are_kept(own: dict[str, object], code: str, detail: str) -> None:
    """Section 8: merchant codes and requestors that the Directory Server does not serve."""
    emv = EmvStage(directory=settings(**own))
    erro = await answer(emv, areq())
    assert (erro["errorCode"], erro["errorDetail"]) == (code, detail)


async def test_an_sdk_that_is_not_known_is_refused() -> None:
    """305 by name."""
    emv = EmvStage(directory=settings(sdk_reference_numbers=("X",)), device_keys={"1": KEY})
    erro = await answer(emv, areq_of(Version.V231, Channel.APP, Category.PAYMENT))
    assert (erro["errorCode"], erro["errorDetail"]) == ("305", "sdkReferenceNumber")


def standing_in(status: str) -> EmvStage:
    """A Directory Server that answers for an ACS that is late or absent."""
    return EmvStage(directory=settings(ranges=(replace(WHOLE, stand_in=status),)))


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0"])
@pytest.mark.parametrize("late", [True, False])
async def test_an_attempt_is_proved_where_the_acs_is_late_or_absent(
    version: str, late: bool
) -> None:
    """2.11: acsReferenceNumber and acsTransID are the Directory Server's, and so is the value."""
    emv = standing_in("A")
    emv.acs.silent = late
    if not late:
        emv.wire.silence(ACS_URL)
    changes = {"browserJavascriptEnabled": None} if version == "2.1.0" else {}
    ares = await answer(emv, areq(messageVersion=version, **changes))
    assert (ares["transStatus"], ares["eci"]) == ("A", "06"), ares
    assert ares["acsReferenceNumber"] == ares["dsReferenceNumber"]
    assert ares["acsTransID"] == ares["dsTransID"]
    assert verify(
        KeyedHash(),
        str(ares["authenticationValue"]),
        acct_number=VISA,
        ds_trans_id=str(ares["dsTransID"]),
        amount_minor=14500,
        currency_number="392",
        acquirer_merchant_id="998000000001",
    )
    assert (await emv.relays.get(TRANS_ID)).state is State.STOOD_IN
    parse(write_object(ares), receiver=Component.SERVER)


async def test_a_u_says_why() -> None:
    """transStatusReason 22, and no value."""
    emv = standing_in("U")
    emv.acs.silent = True
    ares = await answer(emv, areq())
    assert (ares["transStatus"], ares["transStatusReason"]) == ("U", "22")
    assert "authenticationValue" not in ares


async def test_a_faulty_answer_is_not_answered_for() -> None:
    """Whoever breaks a rule is told so; a purchase is not passed off as attempted."""
    emv = standing_in("A")
    emv.acs.changes["acsReferenceNumber"] = "ANOTHER"
    assert (await answer(emv, areq()))["errorCode"] == "303"


async def test_a_repeated_areq_waits_for_the_answer_to_the_first() -> None:
    """The ACS is asked once, however often the 3DS Server loses its patience."""
    emv = EmvStage()
    gate = asyncio.Event()

    async def slow(caller: str, body: bytes) -> bytes:
        await gate.wait()
        return await emv.acs.receive(caller, body)

    emv.wire.listen(ACS_URL, slow)
    asking = [asyncio.create_task(emv.directory.receive("server", areq())) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    answers = {await each for each in asking}
    assert len(answers) == 1
    assert read_object(answers.pop())["transStatus"] == "Y"
    assert len(emv.acs.asked) == 1


async def test_an_answer_outlives_the_process_that_gave_it() -> None:
    """A3: the same octets after a restart, and from another process; the ACS is not asked again."""
    emv = EmvStage()
    first = await emv.directory.receive("server", areq())
    emv.restarted_directory(DIRECTORY_SETTINGS)
    assert await emv.directory.receive("server", areq()) == first
    assert len(emv.acs.asked) == 1
    kept = (await emv.relays.get(TRANS_ID)).answer
    assert kept is not None
    assert str(read_object(first)["authenticationValue"]) not in kept


async def test_an_answer_that_another_process_is_giving_is_waited_for() -> None:
    """A3: a 3DS Server that asks again may come to another process, and need not know."""
    emv = EmvStage()
    gate, arrived = asyncio.Event(), asyncio.Event()

    async def slow(caller: str, body: bytes) -> bytes:
        arrived.set()
        await gate.wait()
        return await emv.acs.receive(caller, body)

    emv.wire.listen(ACS_URL, slow)
    one, other = emv.directory, emv.restarted_directory(DIRECTORY_SETTINGS)
    first = asyncio.create_task(one.receive("server", areq()))
    await arrived.wait()
    again = asyncio.create_task(other.receive("server", areq()))
    await asyncio.sleep(0)
    gate.set()
    assert await first == await again
    assert len(emv.acs.asked) == 1


async def test_an_answer_is_kept_no_longer_than_anybody_asks_again() -> None:
    """403: after a minute nothing of it is there that could pay."""
    emv = EmvStage()
    await answer(emv, areq())
    await emv.pass_time(timedelta(seconds=DIRECTORY_SETTINGS.areq_read_s) + ANSWER_KEPT)
    assert (await emv.relays.get(TRANS_ID)).answer is None
    assert ((await answer(emv, areq()))["errorCode"], len(emv.acs.asked)) == ("403", 1)


async def challenged() -> EmvStage:
    """A challenge whose result the ACS owes."""
    emv = EmvStage()
    emv.acs.trans_status = "C"
    await answer(emv, areq())
    return emv


def server_says(reply: bytes | Exception) -> Callable[[str, bytes], Awaitable[bytes]]:
    """A 3DS Server that answers every result alike."""

    async def receive(_caller: str, _body: bytes) -> bytes:
        if isinstance(reply, Exception):
            raise reply
        return reply

    return receive


def rres(emv: EmvStage, **changes: Json) -> bytes:
    """The RRes to the result that the ACS reports."""
    rreq = read_object(emv.acs.result("Y"))
    names = ("messageVersion", "threeDSServerTransID", "dsTransID", "acsTransID")
    return write_object(
        {
            "messageType": "RRes",
            "resultsStatus": "01",
            **{name: rreq[name] for name in names},
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"messageVersion": "2.1.0"}, "203"),
        ({"dsTransID": "11111111-2222-4333-8444-555555555555"}, "301"),
        ({"resultsStatus": "1"}, "203"),
        ({"messageType": "CRes"}, "101"),
    ],
)
async def test_a_misbehaving_server_leaves_the_result_to_be_reported_again(
    changes: dict[str, Json], code: str
) -> None:
    """The right Erro to the ACS, a complaint to the 3DS Server, and nothing stuck."""
    emv = await challenged()
    emv.wire.listen(SERVER_URL, server_says(rres(emv, **changes)))
    erro = await emv.acs.report("Y")
    assert erro["errorCode"] == code
    assert (await emv.relays.get(TRANS_ID)).state is State.UNDELIVERED
    emv.wire.listen(SERVER_URL, server_says(rres(emv)))
    assert (await emv.acs.report("Y")).type is MessageType.RRES
    assert (await emv.relays.get(TRANS_ID)).state is State.RELAYED


async def test_another_acs_cannot_report() -> None:
    """303: a registered ACS, but not the one that was asked."""
    stage_ = EmvStage(
        directory=replace(
            DIRECTORY_SETTINGS,
            ranges=(*DIRECTORY_SETTINGS.ranges, _others_range()),
        )
    )
    stage_.acs.trans_status = "C"
    await answer(stage_, areq())
    erro = read_object(await stage_.directory.receive("other", stage_.acs.result("Y")))
    assert erro["errorCode"] == "303"
    assert (await stage_.relays.get(TRANS_ID)).state is State.PENDING


async def test_a_repeated_result_waits_for_the_answer_to_the_first() -> None:
    """One RReq reaches the 3DS Server, and both reports get its RRes."""
    emv = await challenged()
    gate, arrived = asyncio.Event(), asyncio.Event()
    heard: list[bytes] = []

    async def slow(_caller: str, body: bytes) -> bytes:
        heard.append(body)
        arrived.set()
        await gate.wait()
        return rres(emv)

    emv.wire.listen(SERVER_URL, slow)
    result = emv.acs.result("Y")
    reports = [asyncio.create_task(emv.directory.receive("acs", result)) for _ in range(3)]
    await arrived.wait()
    gate.set()
    assert {json.loads(await each)["messageType"] for each in reports} == {"RRes"}
    assert len(heard) == 1


async def test_a_result_reported_again_after_a_restart_gets_its_answer() -> None:
    """A4: the RRes that was lost with a process is given by the next; the 3DS Server hears it once."""
    emv = await challenged()
    heard: list[bytes] = []

    async def taking(_caller: str, body: bytes) -> bytes:
        heard.append(body)
        return rres(emv)

    emv.wire.listen(SERVER_URL, taking)
    first = await emv.acs.report("Y")
    emv.restarted_directory(DIRECTORY_SETTINGS)
    assert await emv.acs.report("Y") == first
    assert len(heard) == 1
    assert (await emv.acs.report("N"))["errorCode"] == "301"


def _others_range() -> CardRange:
    other = sandbox_range(Brand.JCB)
    return replace(other, acs=replace(other.acs, certificate_name="other"))


async def test_answers_of_231_name_the_request_and_themselves() -> None:
    """X-Request-ID comes back as it was sent, X-Response-ID is dsTransID; older versions have none."""
    emv = EmvStage(directory=settings(), device_keys={"1": KEY})
    emv.wire.listen(ACS_URL, AnyAcs().receive)
    for version in Version:
        own = TRANS_ID[:-1] + version.value[2]
        body = areq_of(version, Channel.BROWSER, Category.PAYMENT, threeDSServerTransID=own)
        reply = await port(emv, "server").send("POST", "/3ds", body, {"X-Request-ID": TRANS_ID})
        assert reply is not None
        told = reply.headers.get("X-Request-ID"), reply.headers.get("X-Response-ID")
        young = version is Version.V231
        assert told == ((TRANS_ID, read_object(reply.body)["dsTransID"]) if young else (None, None))
    strange = await port(emv, "server").send("POST", "/3ds", body, {"X-Request-ID": "a b"})
    assert strange is not None
    assert "X-Request-ID" not in strange.headers
