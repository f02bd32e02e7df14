"""The delivery of a result by the ACS, as a conversation."""

from datetime import datetime

import pytest

from sekisho.kernel.effects import Later
from sekisho.protocol import Component, MessageType, Version, erro_for
from sekisho.protocol.states import result_delivery as on
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import Delivery, PostErro
from sekisho.protocol.states.result_delivery import ResultDelivery, State, begin, decide
from sekisho.testkit.playbook import Play
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    after,
    erro,
    flawed,
    ring,
    rres,
    transaction,
)

RESULT = ChallengeResult(trans_status="Y")


def post(attempt: int) -> on.PostRReq:
    """An attempt at the RReq: always the same result."""
    return on.PostRReq(attempt=attempt, result=RESULT)


def tell(how: Delivery, status: str | None = None) -> on.TellDelivery:
    """What the authentication and the challenge are told."""
    return on.TellDelivery(how=how, results_status=status)


def sending(until: datetime | None = None) -> Play[ResultDelivery]:
    """A result that went out at noon."""
    record, effects = begin(transaction(Version.V231), RESULT, at=NOON, until=until)
    assert (record.state, record.begun, record.repeated) == (State.SENDING, 0, False)
    assert effects == (post(1), ring(on.RResTimeRanOut, after(5)))
    return Play(decide, record)


def unreachable(at: float, attempt: int) -> on.DirectoryUnreachable:
    """No connection for an attempt."""
    return on.DirectoryUnreachable(at=after(at), attempt=attempt)


@pytest.mark.parametrize("status", ["01", "02", "03", "04"])
def test_an_rres_ends_it(status: str) -> None:
    """The result is taken, whatever the requestor makes of it."""
    play = sending().on(
        on.RResReceived(at=after(1), message=rres(status)), tell(Delivery.TAKEN, status)
    )
    assert play.ends(State.TAKEN).record.until is None
    play.on(on.RResTimeRanOut(at=after(5))).on(on.RResReceived(at=after(6), message=rres()))


def test_silence_leaves_it_unconfirmed() -> None:
    """After five seconds: Erro A/402 to the Directory Server, and no second RReq (section 9)."""
    play = sending().after(on.RResTimeRanOut(at=after(5)), PostErro, on.TellDelivery)
    posted = play.ends(State.UNCONFIRMED).effects[0]
    assert isinstance(posted, PostErro)
    assert posted.to is Component.DIRECTORY
    members = posted.message.elements
    assert members["errorCode"] == "402"
    assert members["errorDetail"] == "no RRes in time"
    assert members["errorComponent"] == "A"
    assert members["errorMessageType"] == "RRes"
    assert play.effects[1] == tell(Delivery.UNCONFIRMED)
    assert play.record.until is None


def test_a_late_rres_is_silence_even_before_the_timer() -> None:
    """The app has been told otherwise."""
    late = on.RResReceived(at=after(5), message=rres())
    sending().after(late, PostErro, on.TellDelivery).ends(State.UNCONFIRMED)


def test_a_connection_is_tried_again_at_once_and_then_every_ten_seconds() -> None:
    """Nobody is kept waiting for that (section 9): it is told once."""
    play = sending().on(unreachable(1, 1), post(2), ring(on.RResTimeRanOut, after(6)))
    play.on(unreachable(1, 1))  # said twice
    play.on(unreachable(2, 2), tell(Delivery.POSTPONED), ring(on.PauseTimeRanOut, after(12)))
    play.ends(State.PAUSING).on(unreachable(2, 2))
    play.on(on.PauseTimeRanOut(at=after(12)), post(3), ring(on.RResTimeRanOut, after(17)))
    play.on(unreachable(13, 3), ring(on.PauseTimeRanOut, after(23)))
    play.on(on.PauseTimeRanOut(at=after(23)), post(4), ring(on.RResTimeRanOut, after(28)))
    play.on(on.RResReceived(at=after(24), message=rres()), tell(Delivery.TAKEN, "01"))


@pytest.mark.parametrize(("until", "state"), [(12.001, State.PAUSING), (12, State.LOST)])
def test_it_is_tried_as_long_as_anybody_waits(until: float, state: State) -> None:
    """Another attempt must be made before that."""
    play = sending(after(until)).after(unreachable(1, 1), on.PostRReq, Later)
    play.record, play.effects = decide(play.record, unreachable(2, 2))
    play.ends(state)
    if state is State.LOST:
        assert play.effects == (tell(Delivery.LOST),)
        assert play.record.until is None


def test_it_is_tried_for_an_hour_where_no_end_is_known() -> None:
    """As long as the 3DS Server waits for a challenge's result."""
    play = sending()
    assert play.record.end == after(3600)


@pytest.mark.parametrize(
    ("code", "state", "how"),
    [
        ("301", State.REFUSED, Delivery.REFUSED),
        ("405", State.REFUSED, Delivery.REFUSED),
        ("402", State.UNCONFIRMED, Delivery.UNCONFIRMED),
        ("312", State.TAKEN, Delivery.TAKEN),
    ],
)
def test_an_erro_ends_it(code: str, state: State, how: Delivery) -> None:
    """312 says that the result had come, 402 that the 3DS Server may have it (section 8)."""
    play = sending().on(on.ErroReceived(at=after(1), message=erro(code)), tell(how))
    assert play.ends(state).record.until is None


def test_a_faulty_rres_confirms_nothing() -> None:
    """The Directory Server is told what it lacked (section 8)."""
    fault = flawed(MessageType.RRES)
    complaint = PostErro(to=Component.DIRECTORY, message=erro_for(fault, component=Component.ACS))
    sending().on(
        on.RResFaulted(at=after(1), fault=fault), complaint, tell(Delivery.UNCONFIRMED)
    ).ends(State.UNCONFIRMED)


def test_a_faulty_erro_gets_no_erro() -> None:
    """An Erro is never answered with an Erro (section 8)."""
    fault = flawed(MessageType.ERRO)
    sending().on(on.RResFaulted(at=after(1), fault=fault), tell(Delivery.UNCONFIRMED))


def test_another_transactions_rres_confirms_nothing() -> None:
    """301 (section 8)."""
    strange = rres(version=Version.V231, acsTransID=OTHER_ID, dsTransID=OTHER_ID)
    stranger = on.RResReceived(at=after(1), message=strange)
    play = sending().after(stranger, PostErro, on.TellDelivery).ends(State.UNCONFIRMED)
    posted = play.effects[0]
    assert isinstance(posted, PostErro)
    assert posted.message["errorCode"] == "301"
    assert posted.message["errorDetail"] == "dsTransID,acsTransID"
    assert play.effects[1] == tell(Delivery.UNCONFIRMED)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (on.RResReceived(at=after(3), message=rres()), State.TAKEN),
        (on.ErroReceived(at=after(3), message=erro("301")), State.REFUSED),
        (on.RResFaulted(at=after(3), fault=flawed(MessageType.ERRO)), State.UNCONFIRMED),
    ],
)
def test_an_answer_in_a_pause_counts(answer: on.Event, state: State) -> None:
    """The same attempt may have been made twice, once with success: effects are repeated."""
    play = sending().after(unreachable(1, 1), on.PostRReq, Later)
    play.after(unreachable(2, 2), on.TellDelivery, Later)
    play.after(answer, on.TellDelivery).ends(state)
    play.on(on.PauseTimeRanOut(at=after(12))).ends(state)


def begun(at: float, attempt: int) -> on.AttemptBegun:
    """The RReq leaves."""
    return on.AttemptBegun(at=after(at), attempt=attempt)


def test_the_time_for_the_rres_counts_from_when_the_rreq_leaves() -> None:
    """A process that died before it sent anything must not make silence of that."""
    play = sending().on(begun(60, 1), ring(on.RResTimeRanOut, after(65)))
    play.on(on.RResTimeRanOut(at=after(5))).ends(State.SENDING)
    play.on(on.RResReceived(at=after(64), message=rres()), tell(Delivery.TAKEN, "01"))


def test_an_attempt_of_another_number_is_not_begun() -> None:
    """An effect that a crash repeated comes after the attempt it stood for."""
    play = sending().on(unreachable(1, 1), post(2), ring(on.RResTimeRanOut, after(6)))
    before = play.record
    assert play.on(begun(2, 1)).record is before
    play.on(unreachable(2, 2), tell(Delivery.POSTPONED), ring(on.PauseTimeRanOut, after(12)))
    play.on(begun(3, 2)).ends(State.PAUSING)


@pytest.mark.parametrize(
    ("version", "times", "state"),
    [
        (Version.V220, 1, State.REFUSED),
        (Version.V220, 2, State.TAKEN),
        (Version.V231, 2, State.REFUSED),
    ],
)
def test_what_older_versions_say_of_a_repeated_result_says_that_it_came(
    version: Version, times: int, state: State
) -> None:
    """Section 8: 301 where 2.3.1 has 312; without a repetition it says what it says."""
    record, _ = begin(transaction(version), RESULT, at=NOON)
    play: Play[ResultDelivery] = Play(decide, record)
    for second in range(times):
        play.after(begun(second, 1), Later)
    play.after(on.ErroReceived(at=after(3), message=erro("301", version)), on.TellDelivery)
    play.ends(state)


def test_a_second_attempt_is_no_repetition() -> None:
    """Where no connection was made, nobody has the result."""
    record, _ = begin(transaction(Version.V220), RESULT, at=NOON)
    play: Play[ResultDelivery] = Play(decide, record)
    play.after(begun(0, 1), Later).after(unreachable(1, 1), on.PostRReq, Later)
    play.after(begun(2, 2), Later)
    play.after(on.ErroReceived(at=after(3), message=erro("301")), on.TellDelivery)
    play.ends(State.REFUSED)
