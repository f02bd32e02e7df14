"""The raw EMV API: what a requestor asks and what it is answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.server.model import Requestor, State, api_key_digest
from sekisho.acquirer.server.service import StillAsking
from sekisho.kernel.brands import Brand
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import ACS_URL, DIRECTORY_URL, purchase
from sekisho.testkit.emv_stage import GATEWAY, SERVER_SETTINGS, STRANGER, EmvStage

VISA = sandbox_card(Brand.VISA, "0103").digits
ELSEWHERE = sandbox_card(Brand.JCB, "0103").digits


@pytest.fixture
async def stage() -> EmvStage:
    """Both rooms, the card ranges already fetched."""
    stage = EmvStage()
    await stage.server.start()
    return stage


async def test_preauth_tells_what_the_card_range_offers(stage: EmvStage) -> None:
    """F1: everything that the 3DS Method and the choice of version need; no card number."""
    answer = await stage.preauth(VISA)
    trans_id = answer.pop("threeDSServerTransID")
    assert answer == {
        "messageType": "CRD",
        "acsStartProtocolVersion": "2.1.0",
        "acsEndProtocolVersion": "2.2.0",
        "dsStartProtocolVersion": "2.1.0",
        "dsEndProtocolVersion": "2.2.0",
        "dsProtocolVersions": ["2.1.0", "2.2.0"],
        "acsProtocolVersions": [
            {
                "version": version,
                "threeDSMethodURL": "https://bank.example/acs/method",
                "threeDSMethodSeconds": 10,
                "acsInfoInd": ["01", "02"],
            }
            for version in ("2.1.0", "2.2.0")
        ],
        "directoryServerID": "A000000003",
        "highestCommonSupportedProtocolVersion": "2.2.0",
        "scheme": "visa",
        "threeDSMethodURL": "https://bank.example/acs/method",
        "acsInfoInd": ["01", "02"],
    }
    assert (await stage.authentications.get(str(trans_id))).state is State.PREPARED


async def test_a_card_outside_every_range_is_not_enrolled(stage: EmvStage) -> None:
    """A client tells it by Erro 305 of the 3DS Server."""
    erro = await stage.preauth(ELSEWHERE)
    assert (erro["messageType"], erro["errorCode"], erro["errorComponent"]) == ("Erro", "305", "S")
    assert ELSEWHERE not in repr(erro)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "101"),
        (b"{", "101"),
        (b"[]", "101"),
        (b'{"acctNumber":NaN}', "101"),
        (b'{"acctNumber":"4111111111111111","acctNumber":"4111111111111111"}', "204"),
        (b'{"a":' + b"[" * 100_000, "101"),
        (b"{}", "201"),
        (b'{"acctNumber":""}', "201"),
        (b'{"acctNumber":4111111111111111}', "203"),
        (b'{"acctNumber":"4111"}', "203"),
        ('{"acctNumber":"４１１１１１１１１１１１１１１１"}'.encode(), "203"),
    ],
)
async def test_a_bad_body_is_answered_with_its_error(
    stage: EmvStage, body: bytes, code: str
) -> None:
    """Each fault has its code, on every address."""
    for call in (stage.server.preauth, stage.server.auth):
        assert read_object(await call(GATEWAY, body))["errorCode"] == code


@given(body=st.binary(max_size=200))
async def test_no_body_gets_anything_but_an_error_message(body: bytes) -> None:
    """Whatever the octets: an Erro, nothing else."""
    stage = EmvStage()
    for call in (stage.server.preauth, stage.server.auth, stage.server.postauth):
        assert read_object(await call(GATEWAY, body))["messageType"] == "Erro"


async def test_a_faulty_element_is_named_to_the_requestor_and_may_be_put_right(
    stage: EmvStage,
) -> None:
    """The transaction stays prepared: nothing was asked yet."""
    prepared = await stage.preauth(VISA)
    elements = purchase(threeDSServerTransID=prepared["threeDSServerTransID"])
    erro = await stage.auth({**elements, "purchaseAmount": "1.00"})
    assert (erro["errorCode"], erro["errorDetail"]) == ("203", "purchaseAmount")
    assert not stage.acs.asked
    assert (await stage.auth(elements))["transStatus"] == "Y"


async def test_channels_that_are_not_offered_are_refused(stage: EmvStage) -> None:
    """F1 in part: the browser channel, payment and non-payment."""
    erro = await stage.auth(purchase(deviceChannel="03", threeRIInd="01"))
    assert erro["messageType"] == "Erro"
    assert not stage.acs.asked
    ares = await stage.auth(purchase(messageCategory="02"))
    assert ares["messageType"] == "ARes"


async def test_the_requestors_own_data_stand_in_where_none_are_given(stage: EmvStage) -> None:
    """A small shop need not repeat in every request what it registered once."""
    shop = replace(
        GATEWAY,
        requestor_id="registered-id",
        requestor_name="Registered",
        requestor_url="https://registered.example",
    )
    elements = purchase(threeDSRequestorID=None, threeDSRequestorName="Other")
    await stage.server.auth(shop, write_object(elements))
    areq = stage.acs.asked[0]
    assert (areq["threeDSRequestorID"], areq["threeDSRequestorName"]) == ("registered-id", "Other")


async def test_the_version_asked_for_is_used(stage: EmvStage) -> None:
    """F1: messageVersion of the requestor, else the highest in common."""
    assert (await stage.auth(purchase()))["messageVersion"] == "2.2.0"
    older = purchase(messageVersion="2.1.0", browserJavascriptEnabled=None)
    assert (await stage.auth(older))["messageVersion"] == "2.1.0"
    erro = await stage.auth(purchase(messageVersion="2.3.1"))
    assert (erro["errorCode"], erro["errorDetail"]) == ("102", "2.1.0,2.2.0")


async def test_another_requestor_sees_nothing(stage: EmvStage) -> None:
    """One API key never reads another's transaction, nor learns that it exists."""
    prepared = await stage.preauth(VISA)
    trans_id = prepared["threeDSServerTransID"]
    elements = purchase(threeDSServerTransID=trans_id)
    unknown = {**elements, "threeDSServerTransID": "11111111-2222-4333-8444-555555555555"}
    theirs = await stage.auth(elements, by=STRANGER)
    nobodys = await stage.auth(unknown, by=STRANGER)
    assert theirs == nobodys
    assert theirs["errorCode"] == "301"
    await stage.auth(elements)
    assert (await stage.auth(elements, by=STRANGER))["errorCode"] == "301"
    assert (await stage.postauth(trans_id, by=STRANGER))["errorCode"] == "301"


async def test_the_card_may_not_change_after_preauth(stage: EmvStage) -> None:
    """The 3DS Method was run, and the version told, for that very card."""
    prepared = await stage.preauth(VISA)
    other = sandbox_card(Brand.VISA, "0113").digits
    erro = await stage.auth(
        purchase(threeDSServerTransID=prepared["threeDSServerTransID"], acctNumber=other)
    )
    assert (erro["errorCode"], erro["errorDetail"]) == ("305", "acctNumber")
    assert not stage.acs.asked


async def test_a_preparation_is_forgotten_in_time(stage: EmvStage) -> None:
    """After 20 minutes the id is as good as unknown."""
    prepared = await stage.preauth(VISA)
    await stage.pass_time(timedelta(minutes=20))
    erro = await stage.auth(purchase(threeDSServerTransID=prepared["threeDSServerTransID"]))
    assert erro["errorCode"] == "301"
    assert not stage.acs.asked


async def test_the_same_request_twice_at_once_asks_once(stage: EmvStage) -> None:
    """Both callers hang on the one AReq and hear the same."""
    prepared = await stage.preauth(VISA)
    elements = purchase(threeDSServerTransID=prepared["threeDSServerTransID"])
    answers = await asyncio.gather(*(stage.auth(elements) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["transStatus"] == "Y"
    assert len(stage.acs.asked) == 1


async def test_a_requestor_that_hangs_up_finds_its_answer_later(stage: EmvStage) -> None:
    """The AReq is out: its answer is kept, listened to or not."""
    prepared = await stage.preauth(VISA)
    elements = purchase(threeDSServerTransID=prepared["threeDSServerTransID"])
    heard, may_answer = asyncio.Event(), asyncio.Event()

    async def slowly(caller: str, body: bytes) -> bytes:
        heard.set()
        await may_answer.wait()
        return await stage.acs.receive(caller, body)

    stage.wire.listen(ACS_URL, slowly)
    call = asyncio.create_task(stage.auth(elements))
    await heard.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    may_answer.set()
    assert (await stage.auth(elements))["transStatus"] == "Y"
    assert len(stage.acs.asked) == 1


async def test_a_crash_while_asking_is_a_failure_once_its_time_is_over(stage: EmvStage) -> None:
    """Until then nobody knows, and says so; afterwards it failed, for ever."""
    prepared = await stage.preauth(VISA)
    trans_id = str(prepared["threeDSServerTransID"])
    elements = purchase(threeDSServerTransID=trans_id)
    await stage.auth(elements)
    answered = await stage.authentications.get(trans_id)
    until = stage.clock.now() + timedelta(seconds=10)
    stage_asked = replace(answered.stage, state=State.ASKED, until=until, trans_status=None)
    asked = replace(answered, stage=stage_asked, answer=None)
    await stage.authentications.advance(trans_id, lambda _: (asked, ()))
    with pytest.raises(StillAsking) as busy:
        await stage.auth(elements)
    assert read_object(busy.value.erro)["errorCode"] == "403"
    assert (await stage.postauth(trans_id))["errorCode"] == "305"
    await stage.pass_time(timedelta(seconds=21))
    erro = await stage.auth(elements)
    assert erro["errorCode"] == "402"
    assert (await stage.authentications.get(trans_id)).state is State.FAILED


async def test_answers_are_kept_for_a_week_and_no_longer(stage: EmvStage) -> None:
    """The authentication value does not lie about for ever."""
    ares = await stage.auth(purchase())
    trans_id = ares["threeDSServerTransID"]
    again = purchase(threeDSServerTransID=trans_id)
    await stage.pass_time(timedelta(days=6))
    assert (await stage.authentications.get(str(trans_id))).answer is not None
    await stage.pass_time(timedelta(days=1))
    record = await stage.authentications.get(str(trans_id))
    assert (record.purged, record.answer) == (True, None)
    assert (await stage.auth(again))["messageType"] == "Erro"


async def test_a_decoupled_result_may_come_as_late_as_was_agreed(stage: EmvStage) -> None:
    """F2: threeDSRequestorDecMaxTime minutes and half a minute of grace."""
    stage.acs.trans_status = "Y"
    stage.acs.changes.update(
        {
            "transStatus": "D",
            "acsDecConInd": "Y",
            "acsChallengeMandated": "Y",
            "authenticationType": "02",
            "cardholderInfo": "Open the app of your bank.",
            "authenticationValue": None,
            "eci": None,
        }
    )
    wish: dict[str, Json] = {
        "threeDSRequestorDecReqInd": "Y",
        "threeDSRequestorDecMaxTime": "00120",
    }
    ares = await stage.auth(purchase(**wish))
    assert ares["transStatus"] == "D"
    trans_id = str(ares["threeDSServerTransID"])
    await stage.pass_time(timedelta(minutes=119))
    assert (await stage.authentications.get(trans_id)).state is State.DECOUPLED
    await stage.pass_time(timedelta(minutes=2))
    assert (await stage.authentications.get(trans_id)).state is State.UNRESOLVED


def test_an_api_key_is_known_by_its_digest_only() -> None:
    """Settings hold no key that could be used if they leaked."""
    requestor = Requestor(name="shop", api_key_sha256=api_key_digest("secret"))
    stage = EmvStage(replace(SERVER_SETTINGS, requestors=(GATEWAY, requestor)))
    assert stage.server.requestor_of("secret") == requestor
    assert stage.server.requestor_of(requestor.api_key_sha256) is None
    assert stage.server.requestor_of("Secret") is None
    assert stage.server.requestor_of("") is None
    assert stage.server.requestor_of(None) is None
    assert "secret" not in repr(requestor)


async def test_a_card_of_a_version_that_we_do_not_speak_is_not_enrolled() -> None:
    """F4: the sandbox has cards that only know 2.3.1; a server without it takes no part."""
    stage = EmvStage(silent_method_url="https://bank.example/acs/silence")
    await stage.server.start()
    erro = await stage.preauth(sandbox_card(Brand.VISA, "3103").digits)
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "305")
    only_210 = await stage.preauth(sandbox_card(Brand.VISA, "1203").digits)
    assert only_210["highestCommonSupportedProtocolVersion"] == "2.1.0"
    assert only_210["threeDSMethodURL"] == "https://bank.example/acs/silence"


async def test_a_complaint_that_cannot_be_delivered_is_dropped(stage: EmvStage) -> None:
    """It is a courtesy about something that is over; nobody is woken for it."""

    async def confused(caller: str, body: bytes) -> bytes:
        return b"not JSON"

    stage.wire.listen(DIRECTORY_URL, confused)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("101", "S")
    stage.wire.silence(DIRECTORY_URL)
    await stage.server_outbox.run_due()
    assert stage.log.lines[-1][1] == "complaint not delivered"
    assert all(entry.tries == 0 for entry in stage.server_outbox.pending)


async def test_an_answer_of_another_kind_is_no_answer(stage: EmvStage) -> None:
    """An RRes where an ARes was due: the peer has lost its thread, and is told so."""
    stage.acs.trans_status = "C"
    await stage.auth(purchase())
    rreq = stage.acs.result("Y")

    async def confused(caller: str, body: bytes) -> bytes:
        return rreq

    stage.wire.listen(DIRECTORY_URL, confused)
    erro = await stage.auth(purchase())
    assert (erro["messageType"], erro["errorComponent"]) == ("Erro", "S")
    assert erro["errorCode"] in {"101", "301"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://pay.example/3ds",
        "//pay.example/3ds",
        "https://elsewhere.example/3ds",
        "https://pay.example:444/3ds",
        "https://pay.example@elsewhere.example/3ds",
    ],
)
async def test_a_browser_is_sent_back_only_where_the_requestor_registered(
    stage: EmvStage, url: str
) -> None:
    """Attack 13: https, and where the requestor has said so, its own origins only."""
    shop = replace(GATEWAY, notification_origins=("https://pay.example",))
    body = write_object(purchase(notificationURL=url))
    erro = read_object(await stage.server.auth(shop, body))
    assert (erro["errorCode"], erro["errorDetail"]) == ("203", "notificationURL")
    good = read_object(await stage.server.auth(shop, write_object(purchase())))
    assert good["messageType"] == "ARes"


async def test_two_processes_of_the_room_share_what_they_must(stage: EmvStage) -> None:
    """What one was asked, another answers; while the one is asking, the other says so."""
    other = stage.second_process()
    await other.start()
    prepared = await stage.preauth(VISA)
    trans_id = prepared["threeDSServerTransID"]
    elements = purchase(threeDSServerTransID=trans_id)
    body = write_object(elements)
    heard, may_answer = asyncio.Event(), asyncio.Event()
    stage.acs.trans_status = "C"

    async def slowly(caller: str, message: bytes) -> bytes:
        heard.set()
        await may_answer.wait()
        return await stage.acs.receive(caller, message)

    stage.wire.listen(ACS_URL, slowly)
    first = asyncio.create_task(stage.auth(elements))
    await heard.wait()
    with pytest.raises(StillAsking):
        await other.auth(GATEWAY, body)
    may_answer.set()
    ares = await first
    assert read_object(await other.auth(GATEWAY, body)) == ares
    rres = read_object(await other.receive("directory", stage.acs.result("Y")))
    assert rres["resultsStatus"] == "01"
    again = read_object(await stage.server.receive("directory", stage.acs.result("N")))
    assert again["errorCode"] == "301"
    assert (await stage.postauth(trans_id))["transStatus"] == "Y"
    assert len(stage.acs.asked) == 1
