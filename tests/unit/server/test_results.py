"""Results at the 3DS Server: what comes over mutual TLS and is not what it waits for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.server.model import State
from sekisho.kernel.brands import Brand
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.emv_stage import EmvStage

ELSE = "11111111-2222-4333-8444-555555555555"


async def challenged() -> tuple[EmvStage, str]:
    """A 3DS Server that waits for the result of one challenge."""
    stage = EmvStage()
    await stage.server.start()
    stage.acs.trans_status = "C"
    ares = await stage.auth(purchase())
    return stage, str(ares["threeDSServerTransID"])


async def answer(stage: EmvStage, body: bytes) -> dict[str, Json]:
    return read_object(await stage.server.receive("directory", body))


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"transStatus": "C"}, "203", "transStatus"),
        ({"transStatus": None}, "201", "transStatus"),
        ({"messageVersion": "2.1.0"}, "203", "messageVersion"),
        ({"messageVersion": "9.9.9"}, "102", "2.1.0,2.2.0,2.3.1"),
        ({"messageCategory": "02"}, "203", "messageCategory"),
        ({"acsTransID": ELSE}, "301", "acsTransID"),
        ({"dsTransID": ELSE}, "301", "dsTransID"),
        ({"threeDSServerTransID": ELSE}, "301", "threeDSServerTransID"),
        ({"authenticationValue": None}, "201", "authenticationValue"),
    ],
)
async def test_a_result_that_does_not_fit_its_authentication_is_refused(
    changes: dict[str, Json], code: str, named: str
) -> None:
    """F1, A5: each with the code and the name of what is wrong; the challenge stays open."""
    stage, trans_id = await challenged()
    erro = await answer(stage, stage.acs.result("Y", **changes))
    assert (erro["errorCode"], erro["errorComponent"]) == (code, "S")
    assert str(erro["errorDetail"]).startswith(named)
    assert (await stage.authentications.get(trans_id)).state is State.CHALLENGE
    assert (await answer(stage, stage.acs.result("Y")))["messageType"] == "RRes"


async def test_every_status_of_a_result_is_taken() -> None:
    """Y, N, U, A, R: what happens to the purchase is the gateway's decision."""
    for status in ("Y", "N", "U", "A", "R"):
        stage, trans_id = await challenged()
        assert (await answer(stage, stage.acs.result(status)))["messageType"] == "RRes"
        assert (await stage.postauth(trans_id))["transStatus"] == status


async def test_a_result_for_what_was_only_prepared_is_refused() -> None:
    """No AReq left us, so no ACS can have a result."""
    stage, _ = await challenged()
    prepared = await stage.preauth(sandbox_card(Brand.VISA, "0103").digits)
    trans_id = prepared["threeDSServerTransID"]
    erro = await answer(stage, stage.acs.result("Y", threeDSServerTransID=trans_id))
    assert erro["errorCode"] == "301"
    assert (await stage.authentications.get(str(trans_id))).state is State.PREPARED


@pytest.mark.parametrize("kind", ["ARes", "PRes", "CRes"])
async def test_an_answer_is_not_taken_for_a_result(kind: str) -> None:
    """Even a message that a 3DS Server reads elsewhere has no business here."""
    stage, _ = await challenged()
    erro = await answer(stage, stage.acs.answered[0].encode())
    assert erro["errorDetail"] == "Invalid Message for the receiving component"
    erro = await answer(stage, write_object({"messageType": kind, "messageVersion": "2.2.0"}))
    assert erro["messageType"] == "Erro"


@pytest.mark.parametrize("peer", ["directory", "acs", None])
async def test_an_erro_gets_no_erro_from_anybody(peer: str | None) -> None:
    """Not even where the sender had no business to send it."""
    stage, _ = await challenged()
    for erro in (
        {"messageType": "Erro"},
        {
            "messageType": "Erro",
            "messageVersion": "2.2.0",
            "errorCode": "203",
            "errorComponent": "D",
            "errorDescription": "x",
            "errorDetail": "resultsStatus",
        },
    ):
        assert await stage.server.receive(peer, write_object(erro)) == b""


@given(body=st.binary(max_size=200))
async def test_no_octets_get_anything_but_an_error_message(body: bytes) -> None:
    """Whatever comes in: an Erro goes out, to the Directory and to strangers."""
    stage = EmvStage()
    for peer in ("directory", "stranger"):
        assert read_object(await stage.server.receive(peer, body))["messageType"] == "Erro"
