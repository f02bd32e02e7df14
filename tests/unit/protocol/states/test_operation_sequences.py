"""Sequences of OReq from both ends (section 2.10)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, Json, Message, MessageType, Version
from sekisho.protocol.codec import not_a_message
from sekisho.protocol.states import operation_receiver as receiver
from sekisho.protocol.states import operation_sender as sender
from sekisho.protocol.states.exchange import PostErro
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import DS_ID
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    after,
    erro,
    flawed,
    message,
    ring,
)

V231 = Version.V231
SEQ_ID = "2f1c6f0a-0d2e-4c58-9d49-5a3f0c6a7b18"
WAIT = timedelta(seconds=10)


def oreq(number: int, total: int = 3, **changes: Json) -> Message:
    """Make an OReq of the sequence."""
    place: dict[str, Json] = {
        "seqId": SEQ_ID,
        "seqNum": f"{number:02d}",
        "seqTotal": f"{total:02d}",
    }
    elements: dict[str, Json] = {"dsTransID": DS_ID, "opSeq": place, "opDescription": f"{number}"}
    return message(MessageType.OREQ, V231, **{**elements, **changes})


def ores(status: str = "01", **changes: Json) -> Message:
    return message(MessageType.ORES, V231, **{"dsTransID": DS_ID, "opStatus": status, **changes})


def came(at: float, said: Message) -> receiver.OReqReceived:
    return receiver.OReqReceived(at=after(at), message=said)


def rest_due(at: float) -> Later:
    return ring(receiver.SequenceTimeRanOut, after(at + 10))


def answer(status: str) -> receiver.AnswerORes:
    return receiver.AnswerORes(op_status=status)


def collecting() -> Play[receiver.Sequence]:
    """The first of three came."""
    record, effects = receiver.begin(oreq(1), at=NOON, wait=WAIT)
    assert effects == (rest_due(0),)
    return Play(receiver.decide, record).ends(receiver.State.COLLECTING)


def test_a_sequence_does_not_print_its_messages() -> None:
    """They may be long, and name cards of a bank."""
    assert "messages" not in repr(collecting().record)
    assert "OReq" not in repr(collecting().record)


def test_a_sequence_in_order_is_answered_once_at_its_end() -> None:
    """ORes 01, and only then are the messages acted on."""
    whole = receiver.ActOn(messages=(oreq(1), oreq(2), oreq(3)))
    play = (
        collecting()
        .on(came(5, oreq(2)), rest_due(5))
        .on(came(9, oreq(3)), answer("01"), whole)
        .ends(receiver.State.COMPLETE)
    )
    assert play.record.until is None


def test_a_single_message_is_a_sequence() -> None:
    """01 of 01."""
    record, effects = receiver.begin(oreq(1, 1), at=NOON, wait=WAIT)
    assert effects == (answer("01"), receiver.ActOn(messages=(oreq(1, 1),)))
    assert (record.state, record.until) == (receiver.State.COMPLETE, None)


@pytest.mark.parametrize(("number", "total"), [(2, 3), (3, 3), (2, 1), (99, 99)])
def test_a_sequence_that_does_not_begin_with_the_first_is_broken(number: int, total: int) -> None:
    """ORes 02 (section 2.10)."""
    record, effects = receiver.begin(oreq(number, total), at=NOON, wait=WAIT)
    assert effects == (answer("02"),)
    assert (record.state, record.until) == (receiver.State.BROKEN, None)


def test_what_is_not_supported_is_said_at_the_first() -> None:
    """ORes 03, whatever its number."""
    for number in (1, 2):
        record, effects = receiver.begin(oreq(number), at=NOON, wait=WAIT, supported=False)
        assert effects == (answer("03"),)
        assert record.state is receiver.State.UNSUPPORTED


@pytest.mark.parametrize(
    "other", [oreq(3), oreq(2, 4), oreq(2, 2), oreq(1, opDescription="other"), oreq(3, 4)]
)
def test_a_missing_or_contradicting_number_breaks_the_sequence(other: Message) -> None:
    """Out of order, another total, or the same number with another content: ORes 02."""
    play = collecting().on(came(5, other), answer("02")).ends(receiver.State.BROKEN)
    assert play.record.until is None


def test_the_same_message_again_changes_nothing() -> None:
    """A repetition on the way; the time goes on."""
    play = collecting()
    before = play.record
    play.on(came(5, oreq(1))).ends(receiver.State.COLLECTING)
    assert play.record == before
    play.on(came(6, oreq(2)), rest_due(6))
    play.on(came(7, oreq(1)), answer("02")).ends(receiver.State.BROKEN)


@pytest.mark.parametrize(
    ("play", "status"),
    [
        (collecting().after(came(5, oreq(3)), receiver.AnswerORes), "02"),
        (collecting().on(receiver.OtherSequenceBegun(at=after(5))), "02"),
        (collecting().on(receiver.SequenceTimeRanOut(at=after(10))), "02"),
        (Play(receiver.decide, receiver.begin(oreq(1, 1), at=NOON, wait=WAIT)[0]), "01"),
        (
            Play(
                receiver.decide,
                receiver.begin(oreq(1), at=NOON, wait=WAIT, supported=False)[0],
            ),
            "03",
        ),
    ],
    ids=["broken", "followed", "left", "complete", "unsupported"],
)
def test_an_ores_is_repeated_and_never_another(play: Play[receiver.Sequence], status: str) -> None:
    """The Directory Server may not have received it; nothing is acted on twice."""
    before = play.record
    for number in (1, 2, 3):
        play.on(came(60, oreq(number)), answer(status))
    play.on(receiver.OtherSequenceBegun(at=after(61)))
    play.on(receiver.SequenceTimeRanOut(at=after(10)))
    assert play.record == before
    assert before.until is None


def test_another_sequence_means_that_this_one_was_given_up() -> None:
    """Nobody waits for its ORes."""
    event = receiver.OtherSequenceBegun(at=after(5))
    play = collecting().on(event).ends(receiver.State.ABANDONED)
    assert play.record.until is None


def test_a_sequence_that_stops_is_given_up() -> None:
    """By the Directory Server's own time; what comes then is broken."""
    collecting().on(receiver.SequenceTimeRanOut(at=after(10))).ends(receiver.State.ABANDONED)
    collecting().on(came(10, oreq(2)), answer("02")).ends(receiver.State.ABANDONED)
    collecting().on(came(9.9, oreq(2)), rest_due(9.9)).ends(receiver.State.COLLECTING)


def test_a_timer_of_an_earlier_part_changes_nothing() -> None:
    """The next came in time."""
    play = collecting().on(came(5, oreq(2)), rest_due(5))
    play.on(receiver.SequenceTimeRanOut(at=after(10))).ends(receiver.State.COLLECTING)


def test_another_sequences_message_is_misuse() -> None:
    """The room looks sequences up by seqId."""
    place: dict[str, Json] = {"seqId": OTHER_ID, "seqNum": "02", "seqTotal": "03"}
    collecting().refuses(came(5, oreq(2, opSeq=place)), Misuse)


def test_a_sequence_begins_with_a_message() -> None:
    """Before it there is nothing that could be given up."""
    empty = replace(collecting().record, state=receiver.State.EMPTY, until=None, messages=())
    Play(receiver.decide, empty).refuses(receiver.OtherSequenceBegun(at=after(5)), Misuse)
    Play(receiver.decide, empty).on(receiver.SequenceTimeRanOut(at=after(5)))


def test_what_is_announced_does_not_print() -> None:
    """Operational notices may speak of fraud."""
    assert "opDescription" not in repr(collecting().record)


@settings(max_examples=200)
@given(numbers=st.lists(st.integers(1, 5), max_size=12), total=st.integers(1, 4))
def test_only_a_sequence_that_came_whole_is_acted_on(numbers: list[int], total: int) -> None:
    """Whatever comes in whatever order: 01 means that each number came, in order; and once."""
    record, effects = receiver.begin(oreq(1, total), at=NOON, wait=WAIT)
    acted = [each for each in effects if isinstance(each, receiver.ActOn)]
    statuses = {each.op_status for each in effects if isinstance(each, receiver.AnswerORes)}
    for at, number in enumerate(numbers):
        record, effects = receiver.decide(record, came(at / 10, oreq(number, total)))
        acted += [each for each in effects if isinstance(each, receiver.ActOn)]
        statuses |= {each.op_status for each in effects if isinstance(each, receiver.AnswerORes)}
    assert len(statuses) <= 1
    assert len(acted) == ("01" in statuses)
    for each in acted:
        assert each.messages == tuple(oreq(number, total) for number in range(1, total + 1))


THREE = (oreq(1), oreq(2), oreq(3))


def answer_due(at: float) -> Later:
    return ring(sender.AnswerTimeRanOut, after(at + 10))


def sending() -> Play[sender.Sequence]:
    record, effects = sender.begin(THREE, receiver=Component.ACS, at=NOON, wait=WAIT)
    assert effects == (sender.SendOReq(message=oreq(1)), answer_due(0))
    return Play(sender.decide, record).ends(sender.State.SENDING)


def taken(at: float, number: int) -> sender.PartTaken:
    return sender.PartTaken(at=after(at), number=number)


def answered(at: float, said: Message) -> sender.OResReceived:
    return sender.OResReceived(at=after(at), message=said)


def at_the_last() -> Play[sender.Sequence]:
    return (
        sending()
        .on(taken(1, 1), sender.SendOReq(message=oreq(2)), answer_due(1))
        .on(taken(2, 2), sender.SendOReq(message=oreq(3)), answer_due(2))
    )


def blamed(play: Play[sender.Sequence], to: Component = Component.ACS) -> tuple[str, str, str]:
    """Give what the receiver was told of its answer."""
    (post,) = play.effects
    assert isinstance(post, PostErro)
    said = post.message
    assert (post.to, said["errorComponent"], said["messageVersion"]) == (to, "D", "2.3.1")
    assert (play.record.state, play.record.until) == (sender.State.FAILED, None)
    return said.text("errorCode"), said.text("errorDetail"), said.text("errorMessageType")


def test_a_sequence_goes_out_in_order_one_at_a_time() -> None:
    """Each when the one before was taken; the ORes comes at the last."""
    play = at_the_last()
    assert (play.record.sent, play.record.present) == (3, oreq(3))
    play.on(answered(3, ores())).ends(sender.State.CONFIRMED)
    assert play.record.until is None


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (oreq(2, 2), oreq(1, 2)),
        (oreq(1, 2),),
        (oreq(1, 2), oreq(1, 2)),
        (oreq(1, 2), oreq(2, 3)),
        (oreq(1, 1, opSeq=None),),
        (oreq(1, 1, opSeq="01"),),
        (
            oreq(1, 2),
            oreq(2, 2, opSeq={"seqId": OTHER_ID, "seqNum": "02", "seqTotal": "02"}),
        ),
    ],
)
def test_what_is_no_sequence_is_not_sent(messages: tuple[Message, ...]) -> None:
    """Numbers 01 to seqTotal under one seqId."""
    with pytest.raises(Misuse):
        sender.begin(messages, receiver=Component.ACS, at=NOON, wait=WAIT)


@pytest.mark.parametrize(
    ("status", "state"),
    [("02", sender.State.BROKEN), ("03", sender.State.UNSUPPORTED), ("80", sender.State.FAILED)],
)
def test_an_ores_ends_the_sequence_wherever_it_stands(status: str, state: sender.State) -> None:
    """Broken or not supported may be said at once; a scheme's own word is no success."""
    for play in (sending(), at_the_last()):
        play.on(answered(3, ores(status))).ends(state)
        assert play.record.until is None


def test_complete_before_the_last_is_an_error() -> None:
    """203: it cannot be."""
    play = sending().after(answered(3, ores()), PostErro)
    assert blamed(play) == ("203", "opStatus", "ORes")


@pytest.mark.parametrize("status", ["01", "02"])
def test_an_ores_of_another_transaction_is_an_error(status: str) -> None:
    """301 before anything it says."""
    play = at_the_last().after(answered(3, ores(status, dsTransID=OTHER_ID)), PostErro)
    assert blamed(play) == ("301", "dsTransID", "ORes")


def test_a_sequence_that_is_taken_without_an_ores_has_failed() -> None:
    """Whether the receiver has it is not known."""
    play = at_the_last().on(taken(3, 3)).ends(sender.State.FAILED)
    assert play.record.until is None


def test_what_was_taken_twice_is_sent_on_once() -> None:
    """A repetition of an effect must not skip a number."""
    play = sending().on(taken(1, 1), sender.SendOReq(message=oreq(2)), answer_due(1))
    before = play.record
    play.on(taken(1.5, 1))
    assert play.record == before


def test_a_faulty_answer_is_told_to_the_receiver() -> None:
    """An Erro of the Directory Server; none for a faulty Erro."""
    play = sending().after(
        sender.OResFaulted(at=after(1), fault=flawed(MessageType.ORES, V231)), PostErro
    )
    assert blamed(play)[0] == "201"
    event = sender.OResFaulted(at=after(1), fault=flawed(MessageType.ERRO, V231))
    sending().on(event).ends(sender.State.FAILED)


def test_an_answer_that_is_no_message_is_told_in_the_version_of_the_sequence() -> None:
    """It says none itself (section 8)."""
    play = sending().after(sender.OResFaulted(at=after(1), fault=not_a_message()), PostErro)
    (post,) = play.effects
    assert isinstance(post, PostErro)
    assert (post.message["errorCode"], post.message["messageVersion"]) == ("101", "2.3.1")


def test_the_erro_goes_to_whom_the_sequence_went() -> None:
    """A 3DS Server receives sequences too."""
    record, _ = sender.begin(THREE, receiver=Component.SERVER, at=NOON, wait=WAIT)
    play = Play(sender.decide, record).after(answered(3, ores()), PostErro)
    assert blamed(play, Component.SERVER)[0] == "203"


def test_an_erro_ends_the_sequence() -> None:
    """Never an Erro for an Erro."""
    event = sender.ErroReceived(at=after(1), message=erro("203", V231))
    play = sending().on(event).ends(sender.State.FAILED)
    assert play.record.until is None


def test_a_connection_is_tried_twice() -> None:
    """Section 9: one immediate retry."""
    play = sending()
    play.on(
        sender.ReceiverUnreachable(at=after(1), attempt=1),
        sender.SendOReq(message=oreq(1), attempt=2),
    )
    play.on(sender.ReceiverUnreachable(at=after(2), attempt=2)).ends(sender.State.FAILED)
    assert play.record.until is None


def test_an_answer_that_does_not_come_is_402() -> None:
    """After the time that the Directory Server's rules give; even if the timer is late."""
    event = sender.AnswerTimeRanOut(at=after(10))
    play = sending().after(event, PostErro)
    assert blamed(play) == ("402", "timeout", "OReq")
    late = sending().after(taken(10, 1), PostErro)
    assert blamed(late)[0] == "402"
    sending().after(taken(9.9, 1), sender.SendOReq, Later)


def test_a_timer_of_an_earlier_message_changes_nothing() -> None:
    """It was taken in time."""
    play = sending().on(taken(1, 1), sender.SendOReq(message=oreq(2)), answer_due(1))
    play.on(sender.AnswerTimeRanOut(at=after(10))).ends(sender.State.SENDING)


LATE: list[sender.Event] = [
    taken(20, 1),
    taken(20, 3),
    answered(20, ores("02")),
    answered(20, ores("01", dsTransID=OTHER_ID)),
    sender.OResFaulted(at=after(20), fault=flawed(MessageType.ORES, V231)),
    sender.ErroReceived(at=after(20), message=erro("203", V231)),
    sender.ReceiverUnreachable(at=after(20), attempt=1),
    sender.ReceiverUnreachable(at=after(20), attempt=2),
    sender.AnswerTimeRanOut(at=after(12)),
]


@pytest.mark.parametrize("event", LATE, ids=lambda each: type(each).__name__)
def test_what_has_ended_stays_ended(event: sender.Event) -> None:
    """Whatever comes later."""
    for play in (
        at_the_last().on(answered(3, ores())),
        at_the_last().on(taken(3, 3)),
    ):
        assert sender.decide(play.record, event) == (play.record, ())


def test_both_ends_agree() -> None:
    """One sequence through both tables."""
    out, told = sender.begin(THREE, receiver=Component.ACS, at=NOON, wait=WAIT)
    inbox: receiver.Sequence | None = None
    for second in range(1, 4):
        (said,) = (each.message for each in told if isinstance(each, sender.SendOReq))
        if inbox is None:
            inbox, heard = receiver.begin(said, at=after(second), wait=WAIT)
        else:
            inbox, heard = receiver.decide(inbox, came(second, said))
        words = [each for each in heard if isinstance(each, receiver.AnswerORes)]
        event: sender.Event = taken(second, second)
        if words:
            event = answered(second, ores(words[0].op_status))
        out, told = sender.decide(out, event)
    assert inbox is not None
    assert (out.state, inbox.state) == (sender.State.CONFIRMED, receiver.State.COMPLETE)
