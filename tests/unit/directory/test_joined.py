"""3DS Server, Directory Server and an ACS joined: what each end learns of every outcome."""

from datetime import timedelta

import pytest

from sekisho.acquirer.server.model import State as ServerState
from sekisho.interoperability.directory.model import State as RelayState
from sekisho.kernel.brands import Brand
from sekisho.protocol import MessageType
from sekisho.protocol.codec import read_object, write_object
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import ACS_URL, DIRECTORY_URL, SERVER_URL, purchase
from sekisho.testkit.emv_stage import GATEWAY, EmvStage


@pytest.fixture
async def stage() -> EmvStage:
    """Both rooms, the card ranges already fetched."""
    stage = EmvStage()
    await stage.server.start()
    return stage


async def challenged(stage: EmvStage) -> str:
    """Ask about a card that the ACS challenges; give the transaction id."""
    stage.acs.trans_status = "C"
    ares = await stage.auth(purchase())
    assert ares["transStatus"] == "C"
    return str(ares["threeDSServerTransID"])


@pytest.mark.parametrize("status", ["Y", "N", "A", "R", "U"])
async def test_a_frictionless_answer_reaches_the_requestor(stage: EmvStage, status: str) -> None:
    """A2, A3, D10: the issuer's word arrives as it was spoken, and both rooms remember it."""
    stage.acs.trans_status = status
    ares = await stage.auth(purchase())
    assert ares == stage.acs.answered[0].elements
    trans_id = str(ares["threeDSServerTransID"])
    record = await stage.authentications.get(trans_id)
    relay = await stage.relays.get(trans_id)
    assert (record.state, record.trans_status) == (ServerState.ANSWERED, status)
    assert (relay.state, relay.stage.trans_status) == (RelayState.ANSWERED, status)


async def test_an_informational_answer_needs_the_wish_for_one(stage: EmvStage) -> None:
    """F1: 2.2.0 knows transStatus I after challenge indicator 05, 06 or 07."""
    stage.acs.trans_status = "I"
    ares = await stage.auth(purchase(threeDSRequestorChallengeInd="05"))
    assert ares["transStatus"] == "I"


async def test_the_acs_gets_what_the_directory_adds_and_no_unknown_member(stage: EmvStage) -> None:
    """Extra members are ignored and not forwarded; the three of the Directory are there."""
    await stage.auth(purchase(secretOfTheShop="x", threeDSServerURL="https://evil.example"))
    areq = stage.acs.asked[0]
    assert "secretOfTheShop" not in areq.received
    assert areq["dsURL"] == DIRECTORY_URL
    assert areq["threeDSServerURL"] == SERVER_URL
    assert areq["dsReferenceNumber"] == "DS_LOA_DIS_SEKI_020200_00001"
    assert areq.type is MessageType.AREQ


async def test_a_harmless_extension_is_passed_on_and_a_critical_one_refused(
    stage: EmvStage,
) -> None:
    """F1: unknown non-critical extensions travel unaltered; critical ones are error 202."""
    extension = {"name": "x", "id": "kpm", "criticalityIndicator": False, "data": {"a": "b"}}
    await stage.auth(purchase(messageExtension=[extension]))
    assert stage.acs.asked[0]["messageExtension"] == [extension]
    erro = await stage.auth(
        purchase(messageExtension=[{**extension, "criticalityIndicator": True}])
    )
    assert erro["errorCode"] == "202"


async def test_a_challenge_is_followed_by_its_result(stage: EmvStage) -> None:
    """A4, A5: the result of the challenge is what counts, and it is there to be read."""
    trans_id = await challenged(stage)
    waiting = await stage.postauth(trans_id)
    assert (waiting["messageType"], waiting["errorCode"]) == ("Erro", "305")

    rres = await stage.acs.report("Y")
    assert (rres.type, rres["resultsStatus"]) == (MessageType.RRES, "01")

    rreq = await stage.postauth(trans_id)
    assert (rreq["messageType"], rreq["transStatus"], rreq["eci"]) == ("RReq", "Y", "05")
    assert (await stage.relays.get(trans_id)).state is RelayState.RELAYED


async def test_a_second_result_changes_nothing(stage: EmvStage) -> None:
    """The same result gets its answer again; another one is refused (301 in 2.2.0)."""
    trans_id = await challenged(stage)
    first = await stage.acs.report("N")
    assert await stage.acs.report("N") == first
    erro = await stage.acs.report("Y")
    assert (erro["errorCode"], erro["errorComponent"]) == ("301", "D")
    assert (await stage.postauth(trans_id))["transStatus"] == "N"


async def test_a_result_without_a_challenge_is_refused(stage: EmvStage) -> None:
    """A denied purchase cannot be turned into an authenticated one."""
    stage.acs.trans_status = "N"
    ares = await stage.auth(purchase())
    erro = await stage.acs.report("Y")
    assert (erro["errorCode"], erro["errorDetail"]) == ("301", "threeDSServerTransID")
    assert (await stage.postauth(ares["threeDSServerTransID"]))["errorCode"] == "301"


@pytest.mark.parametrize("name", ["acsTransID", "dsTransID"])
async def test_a_result_under_foreign_ids_is_refused_by_name(stage: EmvStage, name: str) -> None:
    """F1: error 301 names the id that is not the transaction's."""
    await challenged(stage)
    erro = await stage.acs.report("Y", **{name: "11111111-2222-4333-8444-555555555555"})
    assert (erro["errorCode"], erro["errorDetail"]) == ("301", name)


async def test_a_result_of_an_unknown_transaction_is_refused(stage: EmvStage) -> None:
    """An id that nobody gave out leads nowhere."""
    await challenged(stage)
    erro = await stage.acs.report("Y", threeDSServerTransID="11111111-2222-4333-8444-555555555555")
    assert (erro["errorCode"], erro["errorDetail"]) == ("301", "threeDSServerTransID")


async def test_a_result_of_another_category_is_refused(stage: EmvStage) -> None:
    """A result belongs to its AReq in every respect."""
    await challenged(stage)
    erro = await stage.acs.report("Y", messageCategory="02")
    assert (erro["errorCode"], erro["errorDetail"]) == ("203", "messageCategory")


async def test_nobody_but_the_acs_reports(stage: EmvStage) -> None:
    """A member, or a stranger with a certificate, cannot authenticate anybody."""
    trans_id = await challenged(stage)
    for caller in ("server", "gateway", "", None):
        answer = await stage.directory.receive(caller, stage.acs.result("Y"))
        assert read_object(answer)["errorCode"] == "303"
    assert (await stage.postauth(trans_id))["errorCode"] == "305"


async def test_nobody_but_the_directory_gives_results_to_the_server(stage: EmvStage) -> None:
    """Even the right ACS must go through the Directory Server."""
    trans_id = await challenged(stage)
    for caller in ("acs", "gateway", "", None):
        answer = await stage.server.receive(caller, stage.acs.result("Y"))
        assert read_object(answer)["errorCode"] == "303"
    assert (await stage.postauth(trans_id))["errorCode"] == "305"


async def test_a_silent_acs_is_a_timeout_for_the_requestor(stage: EmvStage) -> None:
    """F1: Erro 402 of the Directory, and the same for a repetition of the question."""
    stage.acs.silent = True
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("402", "D")
    relay = await stage.relays.get(str(erro["threeDSServerTransID"]))
    assert relay.state is RelayState.FAILED


async def test_an_acs_that_is_down_is_a_connection_failure(stage: EmvStage) -> None:
    """F1: Erro 405 of the Directory."""
    stage.wire.silence(ACS_URL)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("405", "D")


async def test_a_directory_that_is_down_is_a_connection_failure(stage: EmvStage) -> None:
    """The transaction ends in an error state; the requestor gets Erro 405 of the 3DS Server."""
    stage.wire.silence(DIRECTORY_URL)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("405", "S")
    record = await stage.authentications.get(str(erro["threeDSServerTransID"]))
    assert record.state is ServerState.FAILED


async def test_a_silent_directory_is_a_timeout(stage: EmvStage) -> None:
    """The ACS may have said yes: as nobody heard it, it does not count."""
    stage.wire.lose_answers_of.add(DIRECTORY_URL)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("402", "S")


async def test_an_error_of_the_acs_is_relayed_as_its_own(stage: EmvStage) -> None:
    """The requestor learns who found what, under the ids that it knows."""
    stage.acs.answer = write_object(
        {
            "messageType": "Erro",
            "messageVersion": "2.2.0",
            "errorCode": "403",
            "errorComponent": "A",
            "errorDescription": "The system fails for the moment.",
            "errorDetail": "database",
            "errorMessageType": "AReq",
        }
    )
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("403", "A")
    assert erro["threeDSServerTransID"] == stage.acs.asked[0]["threeDSServerTransID"]
    assert erro["dsTransID"] == stage.acs.asked[0]["dsTransID"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"no JSON",
        b"[]",
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
        b"[" * 9000,
        b'{"messageType":"CReq"}',
    ],
    ids=["empty", "text", "list", "NaN", "twice", "deep", "wrong type"],
)
async def test_garbage_from_the_acs_ends_the_authentication(
    stage: EmvStage, garbage: bytes
) -> None:
    """Whatever an ACS answers, the requestor gets a proper Erro of the Directory."""
    stage.acs.answer = garbage
    erro = await stage.auth(purchase())
    assert (erro["messageType"], erro["errorComponent"]) == ("Erro", "D")
    assert erro["errorCode"] in {"101", "204"}
    relay = await stage.relays.get(str(erro["threeDSServerTransID"]))
    assert relay.state is RelayState.FAILED


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"transStatus": "X", "authenticationValue": None}, "203", "transStatus"),
        ({"transStatus": None}, "201", "transStatus"),
        ({"authenticationValue": None}, "201", "authenticationValue"),
        ({"messageVersion": "2.1.0"}, "203", "messageVersion"),
        (
            {"threeDSServerTransID": "11111111-2222-4333-8444-555555555555"},
            "301",
            "threeDSServerTransID",
        ),
        ({"dsTransID": "11111111-2222-4333-8444-555555555555"}, "301", "dsTransID"),
        ({"acsReferenceNumber": "ANOTHER"}, "303", "acsReferenceNumber"),
        ({"acsOperatorID": "ANOTHER"}, "303", "acsOperatorID"),
        ({"dsReferenceNumber": "ANOTHER"}, "303", "dsReferenceNumber"),
    ],
)
async def test_an_unsound_ares_is_not_relayed(
    stage: EmvStage, changes: dict[str, str | None], code: str, named: str
) -> None:
    """F1: the Directory vouches for what it passes on."""
    stage.acs.changes.update(changes)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorDetail"]) == (code, named)
    assert (erro["errorComponent"], erro["errorMessageType"]) == ("D", "ARes")
    await stage.directory_outbox.run_due()
    assert [complaint["errorCode"] for complaint in stage.acs.complaints] == [code]


async def test_a_lost_result_is_reported_again(stage: EmvStage) -> None:
    """The ACS gets Erro 405, tries again later, and the result arrives once."""
    trans_id = await challenged(stage)
    stage.wire.silence(SERVER_URL)
    erro = await stage.acs.report("Y")
    assert (erro["errorCode"], erro["errorComponent"]) == ("405", "D")
    stage.wire.listen(SERVER_URL, stage.server.receive)
    assert (await stage.acs.report("Y")).type is MessageType.RRES
    assert (await stage.postauth(trans_id))["transStatus"] == "Y"


async def test_a_result_whose_acknowledgement_was_lost_is_known_to_have_arrived(
    stage: EmvStage,
) -> None:
    """The second sending is a duplicate for the 3DS Server; for the relay it is the proof."""
    trans_id = await challenged(stage)
    stage.wire.lose_answers_of.add(SERVER_URL)
    assert (await stage.acs.report("Y"))["errorCode"] == "402"
    stage.wire.lose_answers_of.clear()
    assert (await stage.acs.report("N"))["errorCode"] == "301"  # not a changed one
    assert (await stage.acs.report("Y"))["errorCode"] == "301"
    assert (await stage.relays.get(trans_id)).state is RelayState.RELAYED
    assert (await stage.postauth(trans_id))["transStatus"] == "Y"


async def test_a_result_that_comes_too_late_is_refused(stage: EmvStage) -> None:
    """Both ends have given the challenge up; a late yes wakes nobody."""
    trans_id = await challenged(stage)
    await stage.pass_time(timedelta(hours=1, seconds=1))
    assert (await stage.acs.report("Y"))["errorCode"] == "402"
    assert (await stage.postauth(trans_id))["errorCode"] == "402"


async def test_a_version_that_the_range_lacks_is_not_spoken(stage: EmvStage) -> None:
    """F1: a card of 2.1.0 is asked in 2.1.0, and no requestor can have it otherwise."""
    number = sandbox_card(Brand.AMEX, "1103").digits
    elements = purchase(acctNumber=number, browserJavascriptEnabled=None)
    ares = await stage.auth(elements)
    assert ares["messageVersion"] == "2.1.0"
    erro = await stage.auth(purchase(acctNumber=number, messageVersion="2.2.0"))
    assert (erro["errorCode"], erro["errorDetail"]) == ("102", "2.1.0")


async def test_no_card_number_and_no_authentication_value_is_left_in_the_middle(
    stage: EmvStage,
) -> None:
    """Records and logs of both rooms: the number nowhere, the value at the 3DS Server only."""
    elements = purchase()
    trans_id = await challenged(stage)
    await stage.acs.report("Y")
    relay = await stage.relays.get(trans_id)
    record = await stage.authentications.get(trans_id)
    number, value = str(elements["acctNumber"]), "AAABBZEEBgAAAAAAAAQGAAAAAAA="
    everything = repr((relay, record, stage.log.lines, stage.server_outbox.pending))
    assert number not in everything
    assert value not in repr((relay, stage.log.lines))
    assert "hanako@example.jp" not in everything
    assert value in repr(record)
    await stage.pass_time(timedelta(days=8))
    assert value not in repr(await stage.authentications.get(trans_id))
    gone = await stage.postauth(trans_id)
    assert gone["errorCode"] == "301"


async def test_the_trail_tells_the_story(stage: EmvStage) -> None:
    """F3: four messages, from whom they came and what they said."""
    trans_id = await challenged(stage)
    await stage.acs.report("Y")
    trail = (await stage.relays.get(trans_id)).trail
    told = [(line.peer, read_object(line.message.encode())["messageType"]) for line in trail]
    assert told == [("server", "AReq"), ("acs", "ARes"), ("acs", "RReq"), ("server", "RRes")]


async def test_a_question_is_put_to_the_network_once(stage: EmvStage) -> None:
    """Idempotence: the same body under the same id gets the same answer and no second AReq."""
    prepared = await stage.preauth(str(purchase()["acctNumber"]))
    elements = purchase(threeDSServerTransID=prepared["threeDSServerTransID"])
    first = await stage.auth(elements)
    again = await stage.auth(dict(reversed(elements.items())))
    assert first == again
    assert len(stage.acs.asked) == 1
    other = await stage.auth({**elements, "purchaseAmount": "1"})
    assert other["errorCode"] == "305"
    assert len(stage.acs.asked) == 1


async def test_an_areq_under_a_used_id_goes_no_further_than_the_directory(stage: EmvStage) -> None:
    """Two ACS transactions under one id could be played against each other."""
    await stage.auth(purchase())
    _, _, areq = next(sent for sent in stage.wire.sent if b'"AReq"' in sent[2])
    again = read_object(await stage.directory.receive("server", areq))
    other = read_object(areq) | {"purchaseAmount": "1"}
    erro = read_object(await stage.directory.receive("server", write_object(other)))
    assert (again["messageType"], again["transStatus"]) == ("ARes", "Y")
    assert (erro["errorCode"], len(stage.acs.asked)) == ("305", 1)
    assert (
        GATEWAY.name == (await stage.authentications.get(str(erro["threeDSServerTransID"]))).owner
    )


async def test_an_ares_that_the_server_cannot_use_is_complained_about(stage: EmvStage) -> None:
    """The Directory itself may err: the requestor gets an Erro, and so does the Directory."""
    heard: list[bytes] = []

    async def confused(caller: str, body: bytes) -> bytes:
        heard.append(body)
        return b'{"messageType":"ARes","messageVersion":"2.2.0"}' if len(heard) == 1 else b""

    stage.wire.listen(DIRECTORY_URL, confused)
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("201", "S")
    await stage.server_outbox.run_due()
    assert read_object(heard[1]) == erro


async def test_an_unreadable_erro_is_answered_by_nobody(stage: EmvStage) -> None:
    """Never an Erro for an Erro; the requestor still hears that it failed."""
    stage.acs.answer = b'{"messageType":"Erro","messageVersion":"2.2.0"}'
    erro = await stage.auth(purchase())
    assert (erro["errorCode"], erro["errorComponent"]) == ("201", "D")
    await stage.pass_time(timedelta(seconds=1))
    assert stage.acs.complaints == []


async def test_an_unsound_rres_leaves_the_result_to_be_reported_again(stage: EmvStage) -> None:
    """Whether the 3DS Server took it is not known; it is told what was wrong with its answer."""
    trans_id = await challenged(stage)
    heard: list[bytes] = []

    async def confused(caller: str, body: bytes) -> bytes:
        heard.append(body)
        return b'{"messageType":"RRes","messageVersion":"2.2.0"}' if len(heard) == 1 else b""

    stage.wire.listen(SERVER_URL, confused)
    erro = await stage.acs.report("Y")
    assert (erro["errorCode"], erro["errorComponent"]) == ("201", "D")
    await stage.directory_outbox.run_due()
    assert read_object(heard[1])["messageType"] == "Erro"
    stage.wire.listen(SERVER_URL, stage.server.receive)
    assert (await stage.acs.report("Y")).type is MessageType.RRES
    assert (await stage.postauth(trans_id))["transStatus"] == "Y"


async def test_a_complaint_that_cannot_be_delivered_is_dropped(stage: EmvStage) -> None:
    """It is a courtesy about something that is over; nobody is woken for it."""
    stage.acs.changes["acsOperatorID"] = "ANOTHER"
    await stage.auth(purchase())
    stage.wire.silence(ACS_URL)
    await stage.directory_outbox.run_due()
    assert all(entry.tries == 0 for entry in stage.directory_outbox.pending)


@pytest.mark.parametrize("code", ["403", "203", "301"])
async def test_a_server_that_refuses_a_result_ends_it(stage: EmvStage, code: str) -> None:
    """Its Erro is relayed, and no other result is taken."""
    trans_id = await challenged(stage)

    async def refusing(caller: str, body: bytes) -> bytes:
        return write_object(
            {
                "messageType": "Erro",
                "messageVersion": "2.2.0",
                "errorCode": code,
                "errorComponent": "S",
                "errorDescription": "x",
                "errorDetail": "y",
            }
        )

    stage.wire.listen(SERVER_URL, refusing)
    erro = await stage.acs.report("Y")
    assert (erro["errorCode"], erro["errorComponent"]) == (code, "S")
    state = (await stage.relays.get(trans_id)).state
    assert state is RelayState.RESULT_REFUSED


async def test_a_result_with_large_extensions_is_relayed(stage: EmvStage) -> None:
    """F1: extensions may have 81,920 characters together; that is more than most messages."""
    trans_id = await challenged(stage)
    large = {"name": "x", "id": "kpm", "criticalityIndicator": False, "data": {"a": "b" * 8000}}
    extensions = [{**large, "id": f"kpm{number}"} for number in range(9)]
    assert (await stage.acs.report("Y", messageExtension=extensions)).type is MessageType.RRES
    assert (await stage.postauth(trans_id))["messageExtension"] == extensions
