"""An authentication at the ACS, as a conversation."""

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Json,
    MessageType,
    ProtocolFault,
    Version,
    erro_for,
)
from sekisho.protocol.states import acs_events as on
from sekisho.protocol.states.acs_authentication import Authentication, State, begin, decide
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered
from sekisho.protocol.states.table import Bring
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, DS_ID
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    erro,
    flawed,
)

DECOUPLED: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "B",
    "threeDSRequestorDecMaxTime": "00010",
}
SPC: dict[str, Json] = {"threeDSRequestorSpcSupport": "Y"}
SPC_TRIED: dict[str, Json] = {
    **SPC,
    "threeDSRequestorPriorAuthenticationInfo": [
        {"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "05"}
    ],
}
PASSED = ChallengeResult(trans_status="Y")
LEFT_ALONE = ChallengeResult(trans_status="N", reason="14", challenge_cancel="04")


def result(status: str) -> ChallengeResult:
    """A decision, or a result, that says no more than this."""
    return ChallengeResult(trans_status=status)


def deciding(
    version: Version = Version.V231, channel: Channel = Channel.BROWSER, **changes: Json
) -> Play[Authentication]:
    """An authentication whose answer is being found."""
    request = areq(version, channel, **{"dsTransID": DS_ID, **changes})
    return Play(decide, begin(request, acs_trans_id=ACS_ID, digest="areq"))


def answered(status: str = "Y", **changes: Json) -> Play[Authentication]:
    """An authentication that was decided upon at noon."""
    play = deciding(**changes)
    play.record, play.effects = decide(play.record, on.Decided(at=NOON, result=result(status)))
    return play


def owing() -> Play[Authentication]:
    """An authentication whose challenge was passed at noon."""
    return answered("C").on(on.ResultFound(at=NOON, result=PASSED), on.DeliverResult(result=PASSED))


def second(at: float, reference: str = ACS_ID, id: str = NEXT_ID) -> on.SecondAReqReceived:
    """The AReq that brings what Secure Payment Confirmation came to."""
    prior: list[Json] = [{"threeDSReqPriorRef": reference, "threeDSReqPriorAuthMethod": "05"}]
    request = areq(
        Version.V231,
        threeDSServerTransID=id,
        threeDSRequestorPriorAuthenticationInfo=prior,
    )
    return on.SecondAReqReceived(at=after(at), message=request)


def refusal(play: Play[Authentication], event: on.Event) -> ProtocolFault:
    """The fault with which an event is refused; the record stays as it is."""
    with pytest.raises(ProtocolFault) as refused:
        decide(play.record, event)
    return refused.value


@pytest.mark.parametrize("status", ["Y", "N", "U", "A", "R", "I"])
def test_a_final_status_is_the_last_word(status: str) -> None:
    """No result is owed (section 7)."""
    decision = ChallengeResult(trans_status=status, reason="01")
    play = deciding().on(on.Decided(at=NOON, result=decision), on.AnswerARes(result=decision))
    assert play.ends(State.ANSWERED).record.trans_status == status
    play.refuses(on.ResultFound(at=NOON, result=PASSED), Misuse)


@pytest.mark.parametrize("channel", [Channel.BROWSER, Channel.APP])
def test_a_challenge_is_opened(channel: Channel) -> None:
    """In the channel of the AReq (sections 2.1, 2.2)."""
    deciding(channel=channel).on(
        on.Decided(at=NOON, result=result("C")),
        on.AnswerARes(result=result("C")),
        on.OpenChallenge(),
    ).ends(State.CHALLENGE)


def test_decoupled_authentication_is_opened() -> None:
    """On any channel, 3RI too (section 2.3)."""
    deciding(channel=Channel.THREE_RI, **DECOUPLED).on(
        on.Decided(at=NOON, result=result("D")),
        on.AnswerARes(result=result("D")),
        on.OpenDecoupled(),
    ).ends(State.DECOUPLED)


def test_a_fallback_has_begun_already() -> None:
    """The decoupled authentication itself has answered its 3RI AReq (section 2.5)."""
    deciding(channel=Channel.THREE_RI, threeRIInd="19", **DECOUPLED).on(
        on.Decided(at=NOON, result=result("D")), on.AnswerARes(result=result("D"))
    ).ends(State.DECOUPLED)


@pytest.mark.parametrize(
    ("status", "version", "channel", "changes"),
    [
        ("C", Version.V231, Channel.THREE_RI, {}),
        ("C", Version.V220, Channel.BROWSER, {"threeDSRequestorChallengeInd": "06"}),
        ("C", Version.V231, Channel.BROWSER, {"threeDSRequestorChallengeInd": ["02", "06"]}),
        ("D", Version.V231, Channel.BROWSER, {}),
        ("D", Version.V231, Channel.BROWSER, {**DECOUPLED, "threeDSRequestorDecReqInd": "F"}),
        ("D", Version.V231, Channel.BROWSER, {**DECOUPLED, "threeDSRequestorDecReqInd": "N"}),
        ("D", Version.V220, Channel.BROWSER, {"threeDSRequestorDecReqInd": "Y"}),
        ("D", Version.V210, Channel.BROWSER, DECOUPLED),
        ("S", Version.V231, Channel.BROWSER, {}),
        ("S", Version.V231, Channel.BROWSER, {"threeDSRequestorSpcSupport": "N"}),
        ("S", Version.V231, Channel.APP, SPC),
        ("S", Version.V220, Channel.BROWSER, SPC),
        ("S", Version.V231, Channel.BROWSER, SPC_TRIED),
    ],
)
def test_a_decision_must_follow_from_the_areq(
    status: str, version: Version, channel: Channel, changes: dict[str, Json]
) -> None:
    """C only with somebody there and not against 06; D and S only if asked for, S once (2.8, 7)."""
    play = deciding(version, channel, **changes)
    play.refuses(on.Decided(at=NOON, result=result(status)), Misuse).ends(State.DECIDING)


def test_an_areq_may_be_refused() -> None:
    """With the error that was found; whoever asks again hears the same."""
    fault = flawed(MessageType.AREQ)
    play = deciding().on(
        on.AReqRefused(at=NOON, fault=fault),
        AnswerErro(message=erro_for(fault, component=Component.ACS)),
    )
    again = on.AReqRepeated(at=after(1), message=areq(), digest="areq")
    play.ends(State.REFUSED).on(again, on.RepeatAnswer())
    play.refuses(on.Decided(at=NOON, result=PASSED), Misuse)


def test_a_repeated_areq_gets_the_same_ares() -> None:
    """Another one with its identifiers is 305, whatever became of the first."""
    again = on.AReqRepeated(at=after(1), message=areq(), digest="areq")
    other = on.AReqRepeated(at=after(1), message=areq(), digest="other")
    deciding().on(again).ends(State.DECIDING)
    for play in (answered(), answered("C"), owing()):
        before = play.record
        play.on(again, on.RepeatAnswer())
        assert play.record == before
    for play in (deciding(), answered(), owing()):
        fault = refusal(play, other)
        assert fault.error_code is ErrorCode.TRANSACTION_DATA_INVALID
        assert fault.error_detail == "threeDSServerTransID"


def test_exactly_one_result_is_owed() -> None:
    """The first one stands (section 2.1)."""
    play = owing().ends(State.RESULT_OWED)
    play.on(on.ResultFound(at=after(1), result=result("N")))
    play.on(ResultDelivered(at=after(2), how=Delivery.TAKEN, results_status="01"))
    play.on(on.ResultFound(at=after(3), result=result("N")))
    assert play.ends(State.RESULT_TAKEN).record.result == PASSED
    assert play.record.trans_status == "Y"


@pytest.mark.parametrize(
    ("how", "state"),
    [
        (Delivery.TAKEN, State.RESULT_TAKEN),
        (Delivery.REFUSED, State.RESULT_REFUSED),
        (Delivery.UNCONFIRMED, State.RESULT_UNCONFIRMED),
        (Delivery.LOST, State.RESULT_LOST),
    ],
)
def test_what_became_of_the_result_is_remembered(how: Delivery, state: State) -> None:
    """Even if it took longer; and it is told once."""
    play = owing().on(ResultDelivered(at=after(1), how=Delivery.POSTPONED))
    play.ends(State.RESULT_OWED).on(ResultDelivered(at=after(2), how=how)).ends(state)
    play.on(ResultDelivered(at=after(3), how=Delivery.TAKEN)).ends(state)


def test_decoupled_authentication_is_delivered_in_its_own_time() -> None:
    """Its result is of use until the grace is over (section 2.5)."""
    play = answered("D", **DECOUPLED)
    play.on(
        on.ResultFound(at=NOON, result=PASSED, until=after(600)),
        on.DeliverResult(result=PASSED, until=after(600)),
    )


@pytest.mark.parametrize(("announced", "status"), [("C", "D"), ("C", "I"), ("C", "S"), ("D", "D")])
def test_a_result_must_follow_from_the_ares(announced: str, status: str) -> None:
    """D only from a challenge whose AReq said F or B (section 2.5)."""
    play = answered(announced, **(DECOUPLED if announced == "D" else {}))
    play.refuses(on.ResultFound(at=NOON, result=result(status)), Misuse)


def test_a_fallback_is_awaited_from_the_result_on() -> None:
    """The 3RI AReq may overtake the RRes that announces it (section 2.5)."""
    later = ChallengeResult(trans_status="D", reason="29")
    answered("C", **DECOUPLED).on(
        on.ResultFound(at=NOON, result=later),
        on.DeliverResult(result=later),
        on.AwaitFallback(),
    )


def confirming() -> Play[Authentication]:
    """An authentication that awaits the second AReq of SPC, from noon on."""
    return deciding(**SPC).on(
        on.Decided(at=NOON, result=result("S")),
        on.AnswerARes(result=result("S")),
        Later(after(600), Bring(on.SpcTimeRanOut(at=after(600)))),
    )


def test_spc_goes_on_with_the_second_areq() -> None:
    """It is an authentication of its own, and no result is owed for the first (section 2.8)."""
    play = confirming().ends(State.SPC).on(second(599)).ends(State.CONTINUED)
    assert play.record.until is None
    play.on(second(601)).on(on.SpcTimeRanOut(at=after(600)))
    fault = refusal(play, second(601, id=OTHER_ID))
    assert fault.error_code is ErrorCode.TRANSACTION_DATA_INVALID
    assert fault.error_detail == "threeDSRequestorPriorAuthenticationInfo"
    play.refuses(on.ResultFound(at=after(601), result=PASSED), Misuse)


def test_spc_without_a_second_areq_ends_with_a_result() -> None:
    """After ten minutes nobody was authenticated (section 2.8): N, 14, 04."""
    play = confirming().on(on.SpcTimeRanOut(at=after(600)), on.DeliverResult(result=LEFT_ALONE))
    assert play.ends(State.RESULT_OWED).record.until is None
    assert refusal(play, second(601)).error_code is ErrorCode.TRANSACTION_DATA_INVALID


def test_a_late_second_areq_is_refused_even_before_the_timer() -> None:
    """The timer will say the result."""
    play = confirming()
    assert refusal(play, second(600)).error_code is ErrorCode.TRANSACTION_DATA_INVALID
    play.ends(State.SPC).after(on.SpcTimeRanOut(at=after(600)), on.DeliverResult)


def test_a_second_areq_must_refer_to_the_first() -> None:
    """threeDSReqPriorRef is acsTransID of the first (section 2.8): else 305."""
    for play in (confirming(), confirming().on(second(1))):
        fault = refusal(play, second(2, reference=OTHER_ID))
        assert fault.error_code is ErrorCode.TRANSACTION_DATA_INVALID
    for play in (deciding(), answered(), answered("C"), owing()):
        assert refusal(play, second(1)).error_code is ErrorCode.TRANSACTION_DATA_INVALID


@pytest.mark.parametrize(("status", "changes"), [("C", {}), ("D", DECOUPLED), ("S", SPC)])
def test_an_ares_that_is_not_taken_owes_nothing(status: str, changes: dict[str, Json]) -> None:
    """The 3DS Server knows of no challenge (section 8); its end is nobody's business."""
    play = answered(status, **changes).on(on.ErroReceived(at=NOON, message=erro("203")))
    assert play.ends(State.REVOKED).record.until is None
    play.on(on.ResultFound(at=after(1), result=PASSED)).on(on.SpcTimeRanOut(at=after(600)))
    assert play.record.result is None


def test_an_erro_about_anything_else_ends_nothing() -> None:
    """An Erro is never answered, and a result that is known stands."""
    complaint = on.ErroReceived(at=after(1), message=erro("402"))
    owing().on(complaint).ends(State.RESULT_OWED)
    answered().on(complaint).ends(State.ANSWERED)


def test_nothing_is_delivered_that_is_not_owed() -> None:
    """Our own side would have made it up."""
    event = ResultDelivered(at=NOON, how=Delivery.TAKEN)
    for play in (deciding(), answered(), answered("C")):
        play.refuses(event, Misuse)
