"""Authentications that go on as another: Secure Payment Confirmation, decoupled fallback (2.3.1)."""

from datetime import timedelta

import pytest

from sekisho.acquirer.server.model import State
from sekisho.kernel.errors import Unreachable
from sekisho.protocol import Channel, Version
from sekisho.protocol.codec import write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_network import DIRECTORY_URL, purchase
from sekisho.testkit.emv_stage import STRANGER, EmvStage
from tests.unit.server.any_directory import AnyDirectory, standing, told

PROOF = {"id": "credential", "response": {"signature": "c2lnbmF0dXJl"}}
FALLS_BACK: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "F",
    "threeDSRequestorDecMaxTime": "00010",
}
SPC: dict[str, Json] = {
    "threeDSRequestorSpcSupport": "Y",
    "payeeOrigin": "https://shop.example",
}


async def asked_to_confirm() -> tuple[EmvStage, AnyDirectory, str]:
    """The ARes wants Secure Payment Confirmation."""
    stage, directory = await standing()
    directory.status = "S"
    ares = await told(stage, "auth", purchase(**SPC))
    assert ares["transStatus"] == "S", ares
    directory.status = "Y"
    return stage, directory, str(ares["threeDSServerTransID"])


@pytest.mark.parametrize(
    ("said", "incomplete"),
    [
        ({"threeDSReqAuthData": PROOF}, None),
        ({"threeDSReqAuthData": "eyJwcm9vZiI6MX0"}, None),
        ({"spcIncompInd": "01"}, "01"),
        ({"spcIncompInd": "02"}, "02"),
        ({"spcIncompInd": "03"}, "03"),
    ],
)
async def test_what_the_browser_did_becomes_a_second_request(
    said: dict[str, Json], incomplete: str | None
) -> None:
    """F2, section 2.8: a new threeDSServerTransID, the first acsTransID, the assertion or why not."""
    stage, directory, first = await asked_to_confirm()
    waiting = await stage.postauth(first)
    assert waiting["errorCode"] == "305"
    ares = await told(stage, "spc", {"threeDSServerTransID": first, **said})
    assert (ares["messageType"], ares["transStatus"]) == ("ARes", "Y"), ares
    before, second = directory.asked
    assert second["threeDSServerTransID"] == ares["threeDSServerTransID"] != first
    assert second["acctNumber"] == before["acctNumber"]
    (prior,) = second["threeDSRequestorPriorAuthenticationInfo"]  # type: ignore[union-attr, misc]  # a list
    assert isinstance(prior, dict)
    assert prior["threeDSReqPriorRef"] == directory.answered[0]["acsTransID"]
    assert prior["threeDSReqPriorAuthMethod"] == "05"
    assert second.get("spcIncompInd") == incomplete
    assert ('"09"' in second.encode().decode()) is (incomplete is None)
    assert (await stage.authentications.get(first)).state is State.CONTINUED
    assert await stage.postauth(first) == ares  # its last word, for whoever asks by the old id


async def test_saying_it_twice_asks_once() -> None:
    """The second answer is the first one's."""
    stage, directory, first = await asked_to_confirm()
    said: dict[str, Json] = {"threeDSServerTransID": first, "threeDSReqAuthData": PROOF}
    ares = await told(stage, "spc", said)
    assert await told(stage, "spc", {**said, "threeDSReqAuthData": "other"}) == ares
    assert len(directory.asked) == 2


async def test_a_second_request_may_lead_to_a_challenge() -> None:
    """Section 2.8: its ARes may say C; the result is found by either id."""
    stage, directory, first = await asked_to_confirm()
    directory.status = "C"
    ares = await told(stage, "spc", {"threeDSServerTransID": first, "spcIncompInd": "01"})
    assert ares["transStatus"] == "C"
    second = ares["threeDSServerTransID"]
    for ident in (first, second):
        assert (await stage.postauth(ident))["errorCode"] == "305"
    await directory.report("Y")
    for ident in (first, second):
        assert (await stage.postauth(ident))["transStatus"] == "Y"


async def test_after_nine_minutes_the_server_says_itself_that_nobody_confirmed() -> None:
    """Section 9: spcIncompInd 03; the requestor finds the answer by the old id."""
    stage, directory, first = await asked_to_confirm()
    await stage.pass_time(timedelta(minutes=9))
    assert directory.asked[1]["spcIncompInd"] == "03"
    assert (await stage.postauth(first))["transStatus"] == "Y"
    late = await told(stage, "spc", {"threeDSServerTransID": first, "threeDSReqAuthData": PROOF})
    assert late["messageType"] == "ARes"
    assert len(directory.asked) == 2


@pytest.mark.parametrize(
    ("said", "code", "named"),
    [
        ({}, "201", "threeDSReqAuthData"),
        ({"spcIncompInd": "04"}, "203", "spcIncompInd"),
        ({"threeDSReqAuthData": PROOF, "spcIncompInd": "01"}, "203", "spcIncompInd"),
        ({"threeDSReqAuthData": ["a"]}, "203", "threeDSReqAuthData"),
        ({"threeDSReqAuthData": "x" * 50_001}, "203", "threeDSRequestorAuthenticationInfo"),
    ],
)
async def test_what_makes_no_sound_request_is_refused_and_may_be_put_right(
    said: dict[str, Json], code: str, named: str
) -> None:
    """The cardholder's confirmation is not lost for a slip of the requestor's."""
    stage, directory, first = await asked_to_confirm()
    erro = await told(stage, "spc", {"threeDSServerTransID": first, **said})
    assert erro["errorCode"] == code
    assert str(erro["errorDetail"]).startswith(named)
    assert len(directory.asked) == 1
    good = await told(stage, "spc", {"threeDSServerTransID": first, "threeDSReqAuthData": PROOF})
    assert good["messageType"] == "ARes"


async def test_nobody_confirms_what_is_not_theirs_or_was_not_asked() -> None:
    """301 for another requestor's, 305 for an authentication that did not ask for it."""
    stage, directory, first = await asked_to_confirm()
    body = write_object({"threeDSServerTransID": first, "spcIncompInd": "01"})
    assert b'"301"' in await stage.server.spc(STRANGER, body)
    ares = await told(stage, "auth", purchase())
    other = {"threeDSServerTransID": ares["threeDSServerTransID"], "spcIncompInd": "01"}
    assert (await told(stage, "spc", other))["errorCode"] == "305"
    assert len(directory.asked) == 2


async def test_a_second_request_of_the_requestors_own_is_refused() -> None:
    """It would leave the first one waiting, and the server would ask a third time."""
    stage, directory, _ = await asked_to_confirm()
    prior = {
        "threeDSReqPriorRef": directory.answered[0]["acsTransID"],
        "threeDSReqPriorAuthMethod": "05",
    }
    erro = await told(
        stage, "auth", purchase(threeDSRequestorPriorAuthenticationInfo=[prior], spcIncompInd="01")
    )
    assert erro["errorCode"] == "305"
    assert "/spc" in str(erro["errorDetail"])


async def fallen_back() -> tuple[EmvStage, AnyDirectory, str]:
    """A challenge that is about to end with D."""
    stage, directory = await standing()
    directory.status = "C"
    ares = await told(stage, "auth", purchase(**FALLS_BACK))
    assert ares["transStatus"] == "C", ares
    directory.status = "D"
    return stage, directory, str(ares["threeDSServerTransID"])


async def test_a_challenge_falls_back_to_decoupled_authentication() -> None:
    """F2, section 2.5: RRes 04, and at once the 3RI AReq that refers to the challenge."""
    stage, directory, first = await fallen_back()
    rres = await directory.report("D")
    assert rres["resultsStatus"] == "04", rres
    await stage.server_outbox.run_due()
    second = directory.asked[1]
    assert (second.channel, second.version) == (Channel.THREE_RI, Version.V231)
    assert (second["threeRIInd"], second["threeDSRequestorDecReqInd"]) == ("19", "Y")
    assert second["threeDSRequestorPriorAuthenticationInfo"] == [
        {
            "threeDSReqPriorRef": directory.answered[0]["acsTransID"],
            "threeDSReqPriorAuthMethod": "02",
        }
    ]
    assert not [name for name in second.elements if name.startswith("browser")]
    assert (await stage.postauth(first))["errorCode"] == "305"
    await directory.report("Y")
    final = await stage.postauth(first)
    assert (final["messageType"], final["transStatus"]) == ("RReq", "Y")
    assert final["threeDSServerTransID"] == second["threeDSServerTransID"]
    assert final == await stage.postauth(second["threeDSServerTransID"])


async def test_no_fallback_is_begun_after_its_minute() -> None:
    """Section 9: sixty seconds; then nobody knows, and the requestor is told so."""
    stage, directory, first = await fallen_back()
    await directory.report("D")
    stage.clock.advance(timedelta(seconds=60))
    await stage.server_outbox.run_due()
    assert len(directory.asked) == 1
    assert (await stage.postauth(first))["errorCode"] == "402"


async def test_a_fallback_that_the_acs_denies_is_told_as_it_is() -> None:
    """An ARes that is the last word, or the Erro that came instead."""
    stage, directory, first = await fallen_back()
    directory.status = "N"
    await directory.report("D")
    await stage.server_outbox.run_due()
    answer = await stage.postauth(first)
    assert (answer["messageType"], answer["transStatus"]) == ("ARes", "N")
    stage, directory, first = await fallen_back()
    stage.wire.silence(DIRECTORY_URL)
    directory.silent = True
    await directory.report("D")
    await stage.server_outbox.run_due()
    assert (await stage.postauth(first))["errorCode"] == "405"


async def test_a_crash_before_the_next_request_is_made_good() -> None:
    """F7: what is to be carried on is kept with the result; the same AReq goes out, once or again."""
    stage, directory, first = await fallen_back()
    await directory.report("D")
    stage.restarted_server()
    await stage.server_outbox.run_due()
    assert len(directory.asked) == 2
    record = await stage.authentications.get(first)
    assert record.sealed_areq is None


async def test_a_crash_after_the_next_request_repeats_it_letter_for_letter() -> None:
    """A Directory Server knows a repetition by its threeDSServerTransID."""
    stage, directory, first = await fallen_back()
    await directory.report("D")
    good = directory.receive

    async def dies(caller: str, body: bytes) -> bytes:
        await good(caller, body)
        raise RuntimeError("the process ends here")

    stage.wire.listen(DIRECTORY_URL, dies)
    with pytest.raises(RuntimeError):
        await stage.server_outbox.run_due()
    stage.wire.listen(DIRECTORY_URL, good)
    stage.restarted_server()
    await stage.server_outbox.run_due()
    _, before, again = directory.asked
    assert before.encode() == again.encode()
    record = await stage.authentications.get(str(again["threeDSServerTransID"]))
    assert (record.state, record.predecessor) == (State.DECOUPLED, first)


async def test_card_numbers_lie_sealed_and_no_longer_than_they_must() -> None:
    """D5: an AReq that may be carried on is the one thing that holds one."""
    stage, directory, first = await fallen_back()
    number = str(purchase()["acctNumber"])
    waiting = await stage.authentications.get(first)
    assert waiting.sealed_areq is not None
    assert number not in repr(waiting)
    await directory.report("Y")
    assert (await stage.authentications.get(first)).sealed_areq is None
    directory.status = "Y"
    plain = await told(stage, "auth", purchase())
    record = await stage.authentications.get(str(plain["threeDSServerTransID"]))
    assert record.sealed_areq is None


async def test_a_requestor_may_opt_out_of_a_challenge() -> None:
    """The RRes to the result that the ACS then reports says so: 02."""
    stage, directory = await standing()
    directory.status = "C"
    ares = await told(stage, "auth", purchase())
    ident = {"threeDSServerTransID": ares["threeDSServerTransID"]}
    assert (await told(stage, "optout", ident))["resultsStatus"] == "02"
    assert (await directory.report("N"))["resultsStatus"] == "02"
    assert (await told(stage, "optout", ident))["errorCode"] == "305"
    assert (await told(stage, "optout", {}))["errorCode"] == "201"


async def test_a_result_of_what_was_carried_on_in_vain_is_told() -> None:
    """Section 2.8: the second AReq was lost; the ACS says of the first that nobody confirmed."""
    stage, directory, first = await asked_to_confirm()
    record = await stage.authentications.get(first)
    stage.wire.silence(DIRECTORY_URL)
    answer = await told(stage, "spc", {"threeDSServerTransID": first, "spcIncompInd": "01"})
    assert answer["errorCode"] == "405"
    rres = await directory.report("N")
    assert rres["resultsStatus"] == "01"
    assert (await stage.postauth(first))["errorCode"] == "405"
    assert (await stage.postauth(record.stage.successor_id))["errorCode"] == "301"
    with pytest.raises(Unreachable):
        await stage.wire.carry("server", DIRECTORY_URL, b"")
