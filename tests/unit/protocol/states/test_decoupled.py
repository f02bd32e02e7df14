"""A decoupled authentication at the ACS, as a conversation."""

from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Channel, ErrorCode, Json, Message, ProtocolFault, Version
from sekisho.protocol.states import decoupled_events as on
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.decoupled import (
    Decoupled,
    State,
    begin,
    begin_fallback,
    decide,
    decision_on,
)
from sekisho.protocol.states.exchange import Delivery, ResultDelivered, SendResult
from sekisho.protocol.states.transaction import Transaction
from sekisho.testkit.playbook import Play
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ring,
    transaction,
)

HOUR = 3600
ASKED: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "Y",
    "threeDSRequestorDecMaxTime": "00010",
}
FALLING_BACK: dict[str, Json] = {**ASKED, "threeDSRequestorDecReqInd": "F"}
PASSED = ChallengeResult(trans_status="Y")


def contacting(version: Version = Version.V231, *, silence_status: str = "U") -> Play[Decoupled]:
    """An authentication whose ARes said D at noon."""
    record, effects = begin(transaction(version, **ASKED), at=NOON, silence_status=silence_status)
    assert effects == (
        on.ContactCardholder(until=after(600)),
        ring(on.DecoupledTimeRanOut, after(600)),
    )
    return Play(decide, record)


def falling_back(*, silence_status: str = "U") -> Play[Decoupled]:
    """A challenge that ended with D at noon."""
    record, effects = begin_fallback(
        transaction(Version.V231, **FALLING_BACK), at=NOON, silence_status=silence_status
    )
    assert effects == (ring(on.FallbackTimeRanOut, after(60)),)
    return Play(decide, record)


def follow(at: float, **changes: Json) -> on.FallbackAsked:
    """The 3RI AReq that carries a challenge on."""
    request = areq(
        Version.V231,
        Channel.THREE_RI,
        **{"threeDSServerTransID": NEXT_ID, "threeRIInd": "19", **ASKED, **changes},
    )
    return on.FallbackAsked(at=after(at), message=request, acs_trans_id=OTHER_ID)


def refusal(play: Play[Decoupled], event: on.Event) -> ProtocolFault:
    """The fault with which an event is refused; the record stays as it is."""
    with pytest.raises(ProtocolFault) as refused:
        decide(play.record, event)
    return refused.value


@pytest.mark.parametrize(("version", "grace"), [(Version.V220, 0), (Version.V231, HOUR)])
def test_a_cardholder_answers_in_time(version: Version, grace: int) -> None:
    """The result may be delivered until the grace of the version is over (section 2.5)."""
    play = contacting(version)
    play.on(on.CardholderReached(at=after(60))).ends(State.REACHED)
    play.on(on.CardholderReached(at=after(61)))
    play.on(
        OutcomeReached(at=after(599), result=PASSED),
        SendResult(result=PASSED, until=after(600 + grace)),
    )
    assert play.ends(State.REPORTED).record.result == PASSED
    play.on(on.DecoupledTimeRanOut(at=after(600)))
    play.on(OutcomeReached(at=after(601), result=ChallengeResult(trans_status="N")))
    assert play.record.result == PASSED


@pytest.mark.parametrize("status", ["U", "N"])
@pytest.mark.parametrize(("reached", "reason"), [(False, "24"), (True, "26")])
def test_silence_ends_it(status: str, reached: bool, reason: str) -> None:
    """U or N; 24 if the time passed, 26 if the cardholder let it; challengeCancel 03 (2.5)."""
    play = contacting(silence_status=status)
    if reached:
        play.on(on.CardholderReached(at=after(60)))
    result = ChallengeResult(trans_status=status, reason=reason, challenge_cancel="03")
    play.on(
        on.DecoupledTimeRanOut(at=after(600)),
        SendResult(result=result, until=after(600 + HOUR)),
    )
    assert play.ends(State.REPORTED).record.result == result


def test_a_late_answer_is_none_even_before_the_timer() -> None:
    """The grace is for the RReq, not for the cardholder (section 2.5)."""
    play = contacting().after(OutcomeReached(at=after(600), result=PASSED), SendResult)
    result = play.ends(State.REPORTED).record.result
    assert result is not None
    assert result.reason == "24"


@pytest.mark.parametrize("status", ["C", "D", "S", "I"])
def test_it_ends_with_a_result(status: str) -> None:
    """D would be a promise of what is already under way (section 7)."""
    event = OutcomeReached(at=NOON, result=ChallengeResult(trans_status=status))
    contacting().refuses(event, Misuse).ends(State.CONTACTING)


def test_a_fallback_is_asked_for_within_a_minute() -> None:
    """Then the 3RI AReq is answered with D, and the cardholder contacted (section 2.5)."""
    play = falling_back().on(
        follow(59),
        on.DecideAReq(result=ChallengeResult(trans_status="D")),
        on.ContactCardholder(until=after(659)),
        ring(on.DecoupledTimeRanOut, after(659)),
    )
    followed = play.ends(State.CONTACTING).record.transaction
    assert followed.server_trans_id == NEXT_ID
    assert followed.acs_trans_id == OTHER_ID
    assert refusal(play, follow(60)).error_code is ErrorCode.TRANSACTION_DATA_INVALID
    play.on(on.FallbackTimeRanOut(at=after(60))).ends(State.CONTACTING)


@pytest.mark.parametrize("status", ["U", "N"])
def test_a_fallback_that_nobody_asks_for_lapses(status: str) -> None:
    """After a minute nobody was authenticated; a late AReq is told so (sections 2.5, 9)."""
    nobody = ChallengeResult(trans_status=status, reason="24")
    play = falling_back(silence_status=status).on(on.FallbackTimeRanOut(at=after(60)))
    assert play.ends(State.LAPSED).record.result == nobody
    before = play.record
    play.on(follow(61), on.DecideAReq(result=nobody))
    assert play.record == before
    late = falling_back(silence_status=status)
    late.on(follow(60), on.DecideAReq(result=nobody)).ends(State.LAPSED)


def test_the_minute_counts_from_the_rres() -> None:
    """The 3DS Server has its minute from the RReq on, however long that took (section 9)."""
    announced = ResultDelivered(at=after(59), how=Delivery.TAKEN, results_status="04")
    play = falling_back().on(announced, ring(on.FallbackTimeRanOut, after(119)))
    play.on(on.FallbackTimeRanOut(at=after(60))).ends(State.AWAITING_AREQ)
    play.after(follow(118), on.DecideAReq, on.ContactCardholder, Later).ends(State.CONTACTING)
    play.on(announced).ends(State.CONTACTING)


@pytest.mark.parametrize("how", [Delivery.POSTPONED, Delivery.UNCONFIRMED])
def test_a_fallback_is_possible_while_nothing_is_known(how: Delivery) -> None:
    """The 3DS Server may have the result, or have it soon."""
    play = falling_back()
    before = play.record
    play.on(ResultDelivered(at=after(5), how=how))
    assert play.record == before


@pytest.mark.parametrize(
    ("how", "results_status"),
    [(Delivery.TAKEN, "01"), (Delivery.REFUSED, None), (Delivery.LOST, None)],
)
def test_a_fallback_that_is_not_announced_lapses(how: Delivery, results_status: str) -> None:
    """RRes 04 announces it, and nothing else does (section 2.5)."""
    event = ResultDelivered(at=after(5), how=how, results_status=results_status)
    play = falling_back(silence_status="N").on(event).ends(State.LAPSED)
    assert play.record.result == ChallengeResult(trans_status="N", reason="24")
    play.on(event)


@pytest.mark.parametrize(
    "changes",
    [
        {"threeRIInd": "01"},
        {"threeDSRequestorDecReqInd": "N"},
        {"threeDSRequestorDecMaxTime": None},
    ],
)
def test_another_areq_is_no_fallback(changes: dict[str, Json]) -> None:
    """threeRIInd 19, threeDSRequestorDecReqInd Y and a time (section 2.5): else 305."""
    fault = refusal(falling_back(), follow(1, **changes))
    assert fault.error_code is ErrorCode.TRANSACTION_DATA_INVALID
    assert fault.error_detail == "threeRIInd,threeDSRequestorDecReqInd"
    lapsed = falling_back().on(on.FallbackTimeRanOut(at=after(60)))
    refusal(lapsed, follow(61, **changes))


def test_nobody_is_asked_before_the_fallback_is() -> None:
    """The 3DS Server has not said yes yet."""
    falling_back().refuses(on.CardholderReached(at=NOON), Misuse)
    falling_back().refuses(OutcomeReached(at=NOON, result=PASSED), Misuse)


def test_there_must_be_a_wish_for_it() -> None:
    """threeDSRequestorDecReqInd Y or B, F or B for a fallback, which 2.2.0 does not know."""
    for unasked in (transaction(), transaction(Version.V231, **FALLING_BACK)):
        with pytest.raises(Misuse):
            begin(unasked, at=NOON)
    for unasked in (transaction(Version.V231, **ASKED), transaction(**FALLING_BACK)):
        with pytest.raises(Misuse):
            begin_fallback(unasked, at=NOON)


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (areq(**ASKED), "D", None),
        (areq(Version.V231, **{**ASKED, "threeDSRequestorDecReqInd": "B"}), "D", None),
        (areq(**{**ASKED, "threeDSRequestorDecMaxTime": "00009"}), "N", "25"),
        (areq(), "N", "23"),
        (areq(Version.V231, **FALLING_BACK), "N", "23"),
    ],
)
def test_the_ares_says_why_decoupled_authentication_is_not_tried(
    request_: Message, status: str, reason: str | None
) -> None:
    """23 where nobody asked for it, 25 where the time is too short (section 2.5)."""
    least = timedelta(minutes=10)
    found = decision_on(Transaction.of(request_), least=least, refusal="N")
    assert (found.trans_status, found.reason) == (status, reason)
    assert decision_on(transaction(), least=least).trans_status == "U"
