"""Operational notices (OReq) at the 3DS Server: collected, answered once, kept and shown."""

from datetime import timedelta

from sekisho.acquirer.server.web import peers
from sekisho.protocol import Component, Message, MessageType, Version, build
from sekisho.protocol.codec import read_object
from sekisho.protocol.states.operation_receiver import State
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.emv_stage import EmvStage

DS_ID = "f25084f0-5b16-4c0a-ae5d-b24808a95e4b"
SEQUENCE = "5b6b1d7a-0a3f-4c6c-9a6e-3d2f1c0b9a88"
OTHER = "6c7c2e8b-1b40-4d7d-8b7f-4e301d1cab99"


def notice(number: int, total: int = 2, sequence: str = SEQUENCE) -> Message:
    """One notice of a sequence."""
    return build(
        MessageType.OREQ,
        Version.V231,
        {
            "dsTransID": DS_ID,
            "dsReferenceNumber": "DS",
            "opCategory": "03",
            "opSeverity": "01",
            "opDescription": f"certificate {number} expires",
            "opExpDate": "20270101",
            "opSeq": {
                "seqId": sequence,
                "seqNum": f"{number:02d}",
                "seqTotal": f"{total:02d}",
            },
        },
        sender=Component.DIRECTORY,
    )


async def send(stage: EmvStage, oreq: Message, peer: str = "directory") -> dict[str, Json] | None:
    """Let a Directory Server send a notice; None: it was taken and nothing said."""
    answer = await stage.server.receive(peer, oreq.encode())
    return read_object(answer) if answer else None


async def test_a_whole_sequence_gets_one_answer_and_is_shown() -> None:
    """Section 2.10: ORes 01 to the last of them; an operator finds the notices in the log."""
    stage = EmvStage()
    assert await send(stage, notice(1)) is None
    assert await send(stage, notice(1)) is None  # the same once more
    ores = await send(stage, notice(2))
    assert ores is not None
    assert (ores["messageType"], ores["opStatus"], ores["dsTransID"]) == ("ORes", "01", DS_ID)
    record = await stage.notices.get(f"directory/{SEQUENCE}")
    assert (record.state, len(record.notices)) == (State.COMPLETE, 2)
    shown = [facts["opDescription"] for _, event, facts in stage.log.lines if "notice" in event]
    assert shown == ["certificate 1 expires", "certificate 2 expires"]


async def test_a_broken_sequence_is_answered_as_such() -> None:
    """ORes 02, at once and whenever more of it comes."""
    stage = EmvStage()
    for _ in range(2):
        ores = await send(stage, notice(2))
        assert ores is not None
        assert ores["opStatus"] == "02"


async def test_a_sequence_may_be_told_to_several_processes() -> None:
    """What has come lies in the store, not in a process."""
    stage = EmvStage()
    await send(stage, notice(1, 3))
    stage.restarted_server()
    await send(stage, notice(2, 3))
    stage.restarted_server()
    ores = await send(stage, notice(3, 3))
    assert ores is not None
    assert ores["opStatus"] == "01"


async def test_the_rest_of_a_sequence_is_not_awaited_for_ever() -> None:
    """A minute by our rule, or until the Directory Server begins another."""
    stage = EmvStage()
    await send(stage, notice(1))
    await stage.pass_time(timedelta(seconds=60))
    assert (await stage.notices.get(f"directory/{SEQUENCE}")).state is State.ABANDONED
    await send(stage, notice(1, sequence=OTHER))
    third = "7d8d3f9c-2c51-4e8e-8c80-5f412e2dbcaa"
    assert await send(stage, notice(1, 1, sequence=third)) is not None
    assert (await stage.notices.get(f"directory/{OTHER}")).state is State.ABANDONED


async def test_notices_come_from_directory_servers_only() -> None:
    """Anybody else could make an operator act."""
    stage = EmvStage()
    erro = await send(stage, notice(1, 1), peer="acs")
    assert erro is not None
    assert erro["errorCode"] == "303"
    assert not await stage.notices.newest()


async def test_answers_of_231_carry_the_headers_of_both_sides() -> None:
    """Section 1: X-Request-ID as it came, X-Response-ID of ours."""
    stage = EmvStage()
    app = peers(stage.server)
    reply = await Asgi(app=app, caller="directory").send(
        "POST", "/3ds", notice(1, 1).encode(), {"X-Request-ID": DS_ID}
    )
    assert reply is not None
    assert reply.headers["x-request-id"] == DS_ID
    assert reply.headers["x-response-id"] == read_object(reply.body)["threeDSServerTransID"]
    odd = await Asgi(app=app, caller="directory").send(
        "POST", "/3ds", notice(1, 1).encode(), {"X-Request-ID": "no id"}
    )
    assert odd is not None
    assert "x-request-id" not in odd.headers
