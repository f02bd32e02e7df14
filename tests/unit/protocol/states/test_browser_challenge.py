"""A browser challenge at the ACS, as a conversation."""

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Component,
    ErrorCode,
    Json,
    MessageType,
    ProtocolFault,
    Version,
    erro_for,
)
from sekisho.protocol.codec import not_a_message
from sekisho.protocol.states import browser_events as on
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.browser_challenge import BrowserChallenge, State, begin, decide
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered, SendResult
from sekisho.testkit.playbook import Play
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    after,
    creq,
    flawed,
    ring,
    transaction,
)

PASSED = ChallengeResult(trans_status="Y")
FAILED = ChallengeResult(trans_status="N", reason="01")
NEVER_OPENED = ChallengeResult(trans_status="N", reason="14", challenge_cancel="05")
LEFT_ALONE = ChallengeResult(trans_status="N", reason="14", challenge_cancel="04")
FALLING_BACK: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "F",
    "threeDSRequestorDecMaxTime": "00010",
}


def awaiting(
    version: Version = Version.V220, *, refuses_repeats: bool = False, **changes: Json
) -> Play[BrowserChallenge]:
    """A challenge that awaits the browser, from noon on."""
    record, effects = begin(
        transaction(version, **changes), at=NOON, refuses_repeats=refuses_repeats
    )
    assert effects == (ring(on.FirstCReqTimeRanOut, after(30)),)
    return Play(decide, record)


def asking(
    version: Version = Version.V220, *, refuses_repeats: bool = False, **changes: Json
) -> Play[BrowserChallenge]:
    """A challenge whose page is shown, from noon on."""
    return awaiting(version, refuses_repeats=refuses_repeats, **changes).on(
        on.CReqReceived(at=NOON, message=creq(version), session_data="c2Vzc2lvbg"),
        on.ShowPage(window_size="02"),
        ring(on.PageTimeRanOut, after(600)),
    )


def reporting() -> Play[BrowserChallenge]:
    """A challenge that was passed at noon, and whose result is on its way."""
    return asking().on(
        OutcomeReached(at=NOON, result=PASSED),
        SendResult(result=PASSED),
        ring(on.ResultTimeRanOut, after(5)),
    )


def refusal(play: Play[BrowserChallenge], event: on.Event) -> ProtocolFault:
    """The fault with which an event is refused; the record stays as it is."""
    with pytest.raises(ProtocolFault) as refused:
        decide(play.record, event)
    return refused.value


def test_the_browser_has_half_a_minute() -> None:
    """Then N, 14, 05, and a late CReq gets Erro A/402 (section 9)."""
    play = awaiting().on(on.FirstCReqTimeRanOut(at=after(30)), SendResult(result=NEVER_OPENED))
    assert play.ends(State.TIMED_OUT).record.result == NEVER_OPENED
    assert play.record.until is None
    late = on.CReqReceived(at=after(31), message=creq())
    assert refusal(play, late).error_code is ErrorCode.TIMED_OUT
    assert refusal(play, late).error_detail == "the CReq came too late"
    play.on(ResultDelivered(at=after(32), how=Delivery.TAKEN))


def test_a_late_browser_is_none_even_before_the_timer() -> None:
    """The refusal leaves the result to the timer."""
    play = awaiting()
    late = on.CReqReceived(at=after(30), message=creq())
    fault = refusal(play, late)
    assert fault.error_code is ErrorCode.TIMED_OUT
    assert erro_for(fault, component=Component.ACS)["errorComponent"] == "A"
    play.on(on.FirstCReqTimeRanOut(at=after(30)), SendResult(result=NEVER_OPENED))


def test_a_browser_in_time_is_shown_the_page() -> None:
    """In the window that it asked for (section 4)."""
    play = awaiting()
    play.on(
        on.CReqReceived(at=after(29), message=creq(challengeWindowSize="05")),
        on.ShowPage(window_size="05"),
        ring(on.PageTimeRanOut, after(629)),
    )
    play.ends(State.ASKING).on(on.FirstCReqTimeRanOut(at=after(30))).ends(State.ASKING)


@pytest.mark.parametrize("name", ["threeDSServerTransID", "acsTransID"])
def test_a_stranger_is_not_shown_the_page(name: str) -> None:
    """Both identifiers must be the pair of the challenge (section 4): 301."""
    stranger = on.CReqReceived(at=NOON, message=creq(**{name: OTHER_ID}))
    for play in (awaiting(), asking()):
        fault = refusal(play, stranger)
        assert fault.error_code is ErrorCode.TRANSACTION_UNKNOWN
        assert fault.error_detail == name


def test_a_creq_in_another_version_is_refused() -> None:
    """The AReq has fixed it (section 6): 203."""
    other = on.CReqReceived(at=NOON, message=creq(Version.V231))
    assert refusal(awaiting(), other).error_detail == "messageVersion"


@pytest.mark.parametrize(
    ("version", "refuses_repeats"),
    [(Version.V220, False), (Version.V220, True), (Version.V231, False)],
)
def test_a_reload_is_shown_the_same_page_and_gains_no_time(
    version: Version, refuses_repeats: bool
) -> None:
    """A second CReq is idempotent (section 4)."""
    play = asking(version, refuses_repeats=refuses_repeats)
    again = creq(version, challengeWindowSize="05")
    before = play.record
    play.on(
        on.CReqReceived(at=after(60), message=again, session_data="other"),
        on.ShowPage(window_size="02"),
    )
    assert play.record == before


def test_a_second_creq_may_be_refused() -> None:
    """314, since 2.3.1 and where it is so configured (section 4)."""
    play = asking(Version.V231, refuses_repeats=True)
    again = on.CReqReceived(at=after(60), message=creq(Version.V231))
    assert refusal(play, again).error_code is ErrorCode.CHALLENGE_REPEATED
    assert refusal(play, again).error_detail == "the challenge is under way"
    play.ends(State.ASKING)


def test_the_cardholder_has_ten_minutes_for_each_page() -> None:
    """Then N, 14, 04, and the final CRes says N (section 9)."""
    play = asking()
    play.on(on.Acted(at=after(599)), ring(on.PageTimeRanOut, after(1199)))
    play.on(on.PageTimeRanOut(at=after(600)))  # of the first page
    play.on(
        on.PageTimeRanOut(at=after(1199)),
        SendResult(result=LEFT_ALONE),
        ring(on.ResultTimeRanOut, after(1204)),
    )
    play.ends(State.REPORTING).on(
        ResultDelivered(at=after(1200), how=Delivery.TAKEN),
        on.PostCRes(trans_status="N", session_data="c2Vzc2lvbg"),
    )


def test_a_late_click_passes_nothing_even_before_the_timer() -> None:
    """What comes after its time counts as silence."""
    play = asking().after(OutcomeReached(at=after(600), result=PASSED), SendResult, Later)
    assert play.ends(State.REPORTING).record.result == LEFT_ALONE


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (PASSED, "Y"),
        (FAILED, "N"),
        (ChallengeResult(trans_status="U", reason="22"), "N"),
        (ChallengeResult(trans_status="R", reason="11"), "N"),
    ],
)
def test_the_final_cres_waits_for_the_rres(result: ChallengeResult, status: str) -> None:
    """And says no more than yes or no (sections 2.1, 4); threeDSSessionData goes back."""
    play = asking().after(OutcomeReached(at=NOON, result=result), SendResult, Later)
    play.on(
        ResultDelivered(at=after(1), how=Delivery.TAKEN),
        on.PostCRes(trans_status=status, session_data="c2Vzc2lvbg"),
    )
    assert play.ends(State.COMPLETED).record.result == result
    assert play.record.until is None
    play.on(on.ResultTimeRanOut(at=after(5)))


@pytest.mark.parametrize("how", list(Delivery))
def test_the_final_cres_goes_out_whatever_became_of_the_rreq(how: Delivery) -> None:
    """The cardholder is not kept waiting for our troubles (section 8)."""
    reporting().after(ResultDelivered(at=after(1), how=how), on.PostCRes).ends(State.COMPLETED)


def test_the_final_cres_goes_out_after_five_seconds_at_the_latest() -> None:
    """The ACS waits no longer for the RRes (section 9)."""
    play = reporting().on(
        on.ResultTimeRanOut(at=after(5)),
        on.PostCRes(trans_status="Y", session_data="c2Vzc2lvbg"),
    )
    play.ends(State.COMPLETED).on(ResultDelivered(at=after(6), how=Delivery.TAKEN))
    late = ResultDelivered(at=after(5), how=Delivery.TAKEN)
    reporting().after(late, on.PostCRes).ends(State.COMPLETED)


def test_a_cardholder_who_gives_up_is_not_authenticated() -> None:
    """N, 01, challengeCancel 01 (section 4)."""
    given_up = ChallengeResult(trans_status="N", reason="01", challenge_cancel="01")
    asking().on(
        on.Cancelled(at=after(1)),
        SendResult(result=given_up),
        ring(on.ResultTimeRanOut, after(6)),
    ).ends(State.REPORTING)


def test_a_late_click_changes_no_result() -> None:
    """It is on its way already, or delivered."""
    completed = reporting().after(ResultDelivered(at=after(1), how=Delivery.TAKEN), on.PostCRes)
    for play in (reporting(), completed):
        for event in (
            on.Acted(at=after(2)),
            on.Cancelled(at=after(2)),
            OutcomeReached(at=after(2), result=FAILED),
        ):
            play.on(event)
        assert play.record.result == PASSED


def test_a_creq_after_the_result_is_refused() -> None:
    """315 (section 4)."""
    again = on.CReqReceived(at=after(2), message=creq())
    completed = reporting().after(ResultDelivered(at=after(1), how=Delivery.TAKEN), on.PostCRes)
    for play in (reporting(), completed):
        assert refusal(play, again).error_code is ErrorCode.CHALLENGE_OVER


@pytest.mark.parametrize(
    ("version", "reason", "cancel", "told"),
    [
        (Version.V210, "07", "06", False),
        (Version.V220, "22", "06", False),
        (Version.V231, "22", "10", True),
    ],
)
def test_a_faulty_first_creq_ends_the_challenge(
    version: Version, reason: str, cancel: str, told: bool
) -> None:
    """An Erro to the browser, and an RReq U with challengeCancel 10, once 06 (section 8)."""
    fault = flawed(MessageType.CREQ, version)
    erro = erro_for(fault, component=Component.ACS)
    result = ChallengeResult(
        trans_status="U",
        reason=reason,
        challenge_cancel=cancel,
        erro=erro if told else None,
    )
    play = awaiting(version).on(
        on.CReqFaulted(at=NOON, fault=fault), AnswerErro(message=erro), SendResult(result=result)
    )
    assert play.ends(State.ERRORED).record.until is None
    again = on.CReqReceived(at=after(2), message=creq(version))
    assert refusal(play, again).error_code is ErrorCode.CHALLENGE_OVER
    assert refusal(play, again).error_detail == "the result is known"
    play.on(ResultDelivered(at=after(2), how=Delivery.TAKEN))


@pytest.mark.parametrize("version", list(Version))
def test_rubbish_is_answered_in_the_version_of_its_transaction(version: Version) -> None:
    """It says none itself (section 8)."""
    play = awaiting(version).after(
        on.CReqFaulted(at=NOON, fault=not_a_message()), AnswerErro, SendResult
    )
    answer = play.effects[0]
    assert isinstance(answer, AnswerErro)
    assert answer.message["messageVersion"] == version.value


def test_rubbish_does_not_end_what_is_under_way() -> None:
    """Whoever holds the two identifiers can send it; it gets its Erro and no more."""
    fault = flawed(MessageType.CREQ)
    erro = erro_for(fault, component=Component.ACS)
    never = awaiting().after(on.FirstCReqTimeRanOut(at=after(30)), SendResult)
    for play in (asking(), reporting(), never):
        before = play.record
        play.on(on.CReqFaulted(at=after(1), fault=fault), AnswerErro(message=erro))
        assert play.record == before


def test_a_challenge_may_fall_back_to_decoupled_authentication() -> None:
    """D with 29 or 30 if the AReq said F or B, since 2.3.1; the final CRes says D (2.5)."""
    later = ChallengeResult(trans_status="D", reason="29")
    play = asking(Version.V231, **FALLING_BACK)
    play.after(OutcomeReached(at=NOON, result=later), SendResult, Later)
    play.on(
        ResultDelivered(at=after(1), how=Delivery.TAKEN, results_status="04"),
        on.PostCRes(trans_status="D", session_data="c2Vzc2lvbg"),
    )
    event = OutcomeReached(at=NOON, result=later)
    asking(Version.V231).refuses(event, Misuse).ends(State.ASKING)
    asking(Version.V220, **FALLING_BACK).refuses(event, Misuse)


def test_nothing_is_known_before_a_page_is_shown() -> None:
    """Our own side must not pass a cardholder whom nobody saw."""
    for event in (
        on.Acted(at=NOON),
        on.Cancelled(at=NOON),
        OutcomeReached(at=NOON, result=PASSED),
        ResultDelivered(at=NOON, how=Delivery.TAKEN),
    ):
        awaiting().refuses(event, Misuse)
    asking().refuses(ResultDelivered(at=NOON, how=Delivery.TAKEN), Misuse)
