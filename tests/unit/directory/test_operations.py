"""Operational notices: a sequence of OReqs from an operator's command, and the member's verdict."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sekisho.kernel.errors import NotThere, TheyErred, TimedOut
from sekisho.protocol import Component, Message, MessageType, build, parse
from sekisho.protocol.codec import read_object
from sekisho.protocol.states.operation_sender import State
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_network import ACS_URL, SERVER_URL
from sekisho.testkit.emv_stage import EmvStage
from tests.directory_callers import operator, port

NOTICE: dict[str, Json] = {
    "opCategory": "01",
    "opSeverity": "02",
    "opDescription": "Certificates change in May.",
    "opExpDate": "20260531",
}


class Receiver:
    """A member that takes notices, and says what it is told to about the last one."""

    def __init__(self, status: str = "01", *, verdict_at: int = 2) -> None:
        self.heard: list[Message] = []
        self.complaints: list[str] = []
        self._status = status
        self._verdict_at = verdict_at

    async def receive(self, caller: str, body: bytes) -> bytes:
        """Take an OReq."""
        assert caller == "directory"
        oreq = parse(body, receiver=Component.SERVER)
        if oreq.type is MessageType.ERRO:
            self.complaints.append(oreq.text("errorCode"))
            return b""
        self.heard.append(oreq)
        return self.answer(oreq) if len(self.heard) == self._verdict_at else b""

    def answer(self, oreq: Message) -> bytes:
        """Say what became of the sequence."""
        elements: dict[str, Json] = {
            "dsTransID": oreq["dsTransID"],
            "opStatus": self._status,
            "threeDSServerTransID": "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
            "threeDSServerRefNumber": "SERVER",
        }
        return build(MessageType.ORES, oreq.version, elements, sender=Component.SERVER).encode()


async def sent(
    receiver: Receiver, notices: Sequence[Json] = (NOTICE, NOTICE)
) -> tuple[EmvStage, Json]:
    """Send notices to the 3DS Server; give the state that they came to."""
    stage = EmvStage()
    stage.wire.listen(SERVER_URL, receiver.receive)
    done = await operator(stage).send_notices("server", notices)
    return stage, done["state"]


@pytest.mark.parametrize(
    ("status", "state"), [("01", "confirmed"), ("02", "broken"), ("03", "not supported")]
)
async def test_a_sequence_ends_with_the_members_verdict(status: str, state: str) -> None:
    """2.10: numbered parts under one seqId, one ORes for all of them."""
    receiver = Receiver(status)
    stage, told = await sent(receiver)
    assert told == state
    places = [oreq["opSeq"] for oreq in receiver.heard]
    assert [(each["seqNum"], each["seqTotal"]) for each in places] == [("01", "02"), ("02", "02")]  # type: ignore[index,call-overload]  # objects, by the table
    listed = await operator(stage).sequences()
    assert [(each["state"], each["sent"], each["member"]) for each in listed] == [
        (state, 2, "server")
    ]


async def test_an_acs_is_told_as_well() -> None:
    """At the address where it takes AReqs."""
    stage, receiver = EmvStage(), Receiver(verdict_at=1)

    async def take(caller: str, body: bytes) -> bytes:
        return await receiver.receive(caller, body)

    stage.wire.listen(ACS_URL, take)
    done = await operator(stage).send_notices("acs", [NOTICE])
    assert (done["sent"], len(receiver.heard)) == (1, 1)


async def test_a_confirmation_before_the_end_is_none() -> None:
    """Whoever confirms what it has not seen is told so."""
    receiver = Receiver(verdict_at=1)
    _, told = await sent(receiver)
    assert (told, receiver.complaints) == ("failed", ["203"])


async def test_silence_garbage_and_absence_are_failures() -> None:
    """Nothing hangs, whatever the member does."""
    for reply, complaints in ((b"?", 1), (None, 1)):
        stage, heard = EmvStage(), []

        async def misbehave(
            _caller: str, body: bytes, reply: bytes | None = reply, heard: list[bytes] = heard
        ) -> bytes:
            heard.append(body)
            if reply is None and b"OReq" in body:
                raise TimedOut
            return reply or b""

        stage.wire.listen(SERVER_URL, misbehave)
        done = await operator(stage).send_notices("server", [NOTICE])
        assert done["state"] == "failed"
        assert sum(b'"Erro"' in body for body in heard) == complaints
    stage = EmvStage()
    stage.wire.silence(SERVER_URL)
    assert (await operator(stage).send_notices("server", [NOTICE]))["state"] == "failed"


async def test_a_sequence_that_a_dead_process_left_counts_as_failed() -> None:
    """Its timer says so; a verdict that came stays."""
    stage, _ = await sent(Receiver())
    done = (await stage.operations.newest())[0]
    await stage.pass_time(timedelta(minutes=1))
    assert await stage.operations.get(done.id) == done

    class Killed(BaseException):
        pass

    async def dies(_caller: str, _body: bytes) -> bytes:
        raise Killed

    stage.wire.listen(SERVER_URL, dies)
    with pytest.raises(Killed):
        await operator(stage).send_notices("server", [NOTICE])
    assert (await stage.operations.newest())[0].state is State.SENDING
    await stage.pass_time(timedelta(minutes=1))
    assert (await stage.operations.newest())[0].state is State.FAILED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opCategory": "ZZ"}, "notices[0].opCategory"),
        ({"opSeverity": None}, "notices[0].opSeverity"),
        ({"opDescription": ""}, "notices[0].opDescription"),
        ({"opExpDate": "20260231"}, "notices[0].opExpDate"),
        ({"opExpdate": "20260228"}, "notices[0].opExpdate"),
    ],
)
async def test_a_bad_notice_is_refused_by_field(changes: dict[str, Json], field: str) -> None:
    """Before anything is sent."""
    stage = EmvStage()
    body = json.dumps({"notices": [{**NOTICE, **changes}]}).encode()
    reply = await port(stage).send("POST", "/operator/members/server/sequences", body)
    assert reply is not None
    assert reply.status == 400
    assert [fault["field"] for fault in read_object(reply.body)["errors"]] == [field]  # type: ignore[union-attr,index,call-overload]  # a problem document
    assert stage.wire.sent == []


async def test_only_members_are_told_and_no_more_than_a_sequence_holds() -> None:
    """404 for a stranger; 99 notices at most."""
    stage = EmvStage()
    with pytest.raises(NotThere):
        await operator(stage).send_notices("nobody", [NOTICE])
    with pytest.raises(TheyErred, match="notices"):
        await operator(stage).send_notices("server", [NOTICE] * 100)
