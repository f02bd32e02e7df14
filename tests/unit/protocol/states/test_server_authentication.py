"""An authentication at the 3DS Server, as a conversation."""

from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    erro_for,
)
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.server_authentication import (
    Authentication,
    State,
    begin,
    decide,
)
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, DS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    erro,
    flawed,
    message,
    ring,
    rreq,
)

HOUR = 3600
DECOUPLED = {"threeDSRequestorDecReqInd": "Y", "threeDSRequestorDecMaxTime": "00010"}
FALLING_BACK = {"threeDSRequestorDecReqInd": "F", "threeDSRequestorDecMaxTime": "00010"}
SPC = {"threeDSRequestorSpcSupport": "Y"}


def prepared(
    version: Version = Version.V220, *, method_exists: bool = False
) -> Play[Authentication]:
    """An authentication that nobody has asked for yet."""
    record, effects = begin(
        at=NOON,
        version=version,
        server_trans_id=SERVER_ID,
        successor_id=NEXT_ID,
        method_exists=method_exists,
    )
    assert effects == (ring(on.PreparationTimeRanOut, after(1200)),)
    return Play(decide, record)


def asked(
    version: Version = Version.V220, channel: Channel = Channel.BROWSER, **changes: Json
) -> Play[Authentication]:
    """An authentication whose AReq went out at noon."""
    return prepared(version).on(
        on.Asked(at=NOON, message=areq(version, channel, **changes)),
        on.SendAReq(attempt=1),
        ring(on.AResTimeRanOut, after(15)),
    )


def challenged(version: Version = Version.V220, **changes: Json) -> Play[Authentication]:
    """An authentication that awaits the result of a challenge, from noon on."""
    return (
        asked(version, **changes)
        .on(
            on.AResReceived(at=NOON, message=ares("C", version)),
            ring(on.ResultTimeRanOut, after(HOUR)),
        )
        .ends(State.CHALLENGE)
    )


def confirming() -> Play[Authentication]:
    """An authentication whose browser runs Secure Payment Confirmation, from noon on."""
    return (
        asked(Version.V231, **SPC)
        .on(
            on.AResReceived(at=NOON, message=ares("S", Version.V231)),
            ring(on.SpcTimeRanOut, after(9 * 60)),
        )
        .ends(State.SPC)
    )


def refusal(play: Play[Authentication], event: on.Event) -> ProtocolFault:
    """The fault with which an event is refused; the record stays as it is."""
    with pytest.raises(ProtocolFault) as refused:
        decide(play.record, event)
    return refused.value


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize(
    ("version", "limit"), [(Version.V210, 10), (Version.V220, 10), (Version.V231, 5)]
)
def test_the_3ds_method_has_its_time(version: Version, limit: int, silent: bool) -> None:
    """Ten seconds, five since 2.3.1; whatever comes later is N (section 3)."""
    event = (
        on.MethodTimeRanOut(at=after(limit))
        if silent
        else on.MethodNotified(at=after(limit) - timedelta(milliseconds=1))
    )
    play = prepared(version, method_exists=True)
    assert play.record.comp_ind == "N"
    play.on(on.MethodStarted(at=NOON), ring(on.MethodTimeRanOut, after(limit)))
    play.ends(State.METHOD).on(event, ring(on.PreparationTimeRanOut, after(1200)))
    assert play.ends(State.READY).record.comp_ind == ("N" if silent else "Y")


def test_a_notification_after_its_time_is_none_even_if_the_timer_is_late() -> None:
    """The clock counts, not how soon the timer's own event arrives."""
    play = prepared(method_exists=True)
    play.on(on.MethodStarted(at=NOON), ring(on.MethodTimeRanOut, after(10)))
    play.on(on.MethodNotified(at=after(10)), ring(on.PreparationTimeRanOut, after(1200)))
    assert play.ends(State.READY).record.comp_ind == "N"
    play.on(on.MethodTimeRanOut(at=after(10)))


def test_a_3ds_method_that_fails_is_told_as_n() -> None:
    """N stands for everything but a notification in time (section 3)."""
    play = prepared(method_exists=True)
    play.on(on.MethodStarted(at=NOON), ring(on.MethodTimeRanOut, after(10)))
    play.on(on.MethodFailed(at=after(1)), ring(on.PreparationTimeRanOut, after(1200)))
    assert play.record.comp_ind == "N"


def test_a_range_without_a_3ds_method_is_told_as_u() -> None:
    """There is nothing to run (section 3)."""
    play = prepared()
    assert play.record.comp_ind == "U"
    play.refuses(on.MethodStarted(at=NOON), Misuse).ends(State.PREPARED)


def test_the_3ds_method_runs_once_and_in_peace() -> None:
    """The AReq must tell how it went."""
    play = prepared(method_exists=True)
    play.on(on.MethodNotified(at=NOON))
    play.on(on.MethodStarted(at=NOON), ring(on.MethodTimeRanOut, after(10)))
    play.refuses(on.MethodStarted(at=NOON), Misuse)
    play.refuses(on.Asked(at=NOON, message=areq(threeDSCompInd="N")), Misuse)
    play.on(on.PreparationTimeRanOut(at=after(1200)))
    play.ends(State.METHOD)


def test_whoever_never_asks_is_forgotten() -> None:
    """A prepared transaction costs memory."""
    play = prepared()
    play.on(on.PreparationTimeRanOut(at=after(1200))).ends(State.EXPIRED)
    assert play.record.until is None
    play.refuses(on.Asked(at=after(1201), message=areq()), Misuse)


def test_the_areq_must_be_the_prepared_one() -> None:
    """The 3DS Method ran under its identifier, and it must say how that went (section 3)."""
    play = prepared(method_exists=True)
    for wrong in (
        areq(threeDSCompInd="Y"),
        areq(threeDSCompInd="N", threeDSServerTransID=OTHER_ID),
        areq(Version.V231, threeDSCompInd="N"),
    ):
        play.refuses(on.Asked(at=NOON, message=wrong), Misuse)
    play.after(on.Asked(at=NOON, message=areq(threeDSCompInd="N")), on.SendAReq, Later)


@pytest.mark.parametrize("channel", [Channel.APP, Channel.THREE_RI])
def test_only_a_browser_has_a_3ds_method(channel: Channel) -> None:
    """Other channels carry no threeDSCompInd."""
    asked(channel=channel).ends(State.ASKED)


def test_until_the_areq_comes_a_browser_s_payment_is_supposed() -> None:
    """What is prepared before is the 3DS Method, and only browsers have one."""
    known = prepared(Version.V231).record.transaction
    assert (known.channel, known.category) == (Channel.BROWSER, Category.PAYMENT)


def test_a_connection_is_tried_twice() -> None:
    """One immediate retry, then 405 (section 9)."""
    play = asked()
    play.on(
        on.DirectoryUnreachable(at=after(1), attempt=1),
        on.SendAReq(attempt=2),
        ring(on.AResTimeRanOut, after(16)),
    )
    play.on(on.DirectoryUnreachable(at=after(1), attempt=1))  # said twice
    play.on(on.AResTimeRanOut(at=after(15)))  # of the first attempt
    play.ends(State.ASKED).on(on.DirectoryUnreachable(at=after(2), attempt=2))
    assert play.ends(State.FAILED).record.failure == "405"
    assert play.record.until is None
    play.on(on.AResReceived(at=after(3), message=ares()))


def test_silence_of_the_directory_server_is_402() -> None:
    """Both sides are told: an Erro to the Directory Server (section 9)."""
    play = asked()
    complaint = erro_for(
        ProtocolFault(
            ErrorCode.TIMED_OUT,
            detail="no ARes in time",
            message_type=MessageType.ARES,
            version="2.2.0",
            ids={"threeDSServerTransID": SERVER_ID},
        ),
        component=Component.SERVER,
    )
    play.on(on.AResTimeRanOut(at=after(15)), PostErro(to=Component.DIRECTORY, message=complaint))
    assert play.ends(State.FAILED).record.failure == "402"
    play.on(on.AResReceived(at=after(16), message=ares()))


def test_a_late_ares_is_silence_even_before_the_timer() -> None:
    """Then the requestor was told that there is none."""
    play = asked().after(on.AResReceived(at=after(15), message=ares()), PostErro)
    assert play.ends(State.FAILED).record.failure == "402"


@pytest.mark.parametrize("status", ["Y", "N", "U", "A", "R", "I"])
def test_a_final_status_is_the_last_word(status: str) -> None:
    """No result follows (section 7)."""
    play = asked().on(on.AResReceived(at=after(2), message=ares(status)))
    assert play.ends(State.ANSWERED).record.trans_status == status
    assert play.record.until is None
    assert refusal(play, on.RReqReceived(at=after(3), message=rreq())).error_code == "313"


def test_a_non_payment_may_have_no_status() -> None:
    """Its elements are by the Directory Server's rules (section 7)."""
    request = areq(category=Category.NON_PAYMENT)
    play = prepared().after(on.Asked(at=NOON, message=request), on.SendAReq, Later)
    play.on(on.AResReceived(at=NOON, message=ares(None))).ends(State.ANSWERED)
    asked().after(on.AResReceived(at=NOON, message=ares(None)), PostErro).ends(State.FAILED)


@pytest.mark.parametrize(
    ("answer", "channel", "changes"),
    [
        (ares("C"), Channel.THREE_RI, {}),
        (ares("C"), Channel.BROWSER, {"threeDSRequestorChallengeInd": "06"}),
        (ares("D"), Channel.BROWSER, {}),
        (ares("S"), Channel.BROWSER, SPC),
    ],
)
def test_an_ares_must_follow_from_the_areq(
    answer: Message, channel: Channel, changes: dict[str, Json]
) -> None:
    """A forbidden transStatus is 203 (section 7), and there is no authentication."""
    play = asked(channel=channel, **changes)
    play.after(on.AResReceived(at=NOON, message=answer), PostErro)
    assert play.ends(State.FAILED).record.failure == "203"
    posted = play.effects[0]
    assert isinstance(posted, PostErro)
    assert posted.to is Component.DIRECTORY
    assert posted.message["errorDetail"] == "transStatus"
    assert posted.message["errorComponent"] == "S"


@pytest.mark.parametrize(
    ("answer", "code", "detail"),
    [
        (ares(threeDSServerTransID=OTHER_ID), "301", "threeDSServerTransID"),
        (ares(version=Version.V231), "203", "messageVersion"),
    ],
)
def test_another_transactions_ares_is_no_answer(answer: Message, code: str, detail: str) -> None:
    """What an answer repeats must be what was sent (section 6, 8)."""
    play = asked().after(on.AResReceived(at=NOON, message=answer), PostErro)
    posted = play.ends(State.FAILED).effects[0]
    assert isinstance(posted, PostErro)
    assert posted.message["errorCode"] == code
    assert posted.message["errorDetail"] == detail
    assert play.record.failure == code


def test_a_faulty_ares_is_complained_of() -> None:
    """An error in a response goes to the responder as a message of its own (section 8)."""
    fault = flawed()
    complaint = PostErro(
        to=Component.DIRECTORY, message=erro_for(fault, component=Component.SERVER)
    )
    play = asked().on(on.AResFaulted(at=NOON, fault=fault), complaint)
    assert play.ends(State.FAILED).record.failure == "201"


def test_a_faulty_erro_is_not_complained_of() -> None:
    """An Erro is never answered with an Erro (section 8)."""
    play = asked().on(on.AResFaulted(at=NOON, fault=flawed(MessageType.ERRO)))
    assert play.ends(State.FAILED).record.failure == "201"


def test_an_erro_ends_the_authentication() -> None:
    """Its code is what the requestor learns."""
    play = asked().on(on.ErroReceived(at=NOON, message=erro("305")))
    assert play.ends(State.FAILED).record.failure == "305"
    assert play.record.until is None


def test_a_challenge_ends_with_its_result() -> None:
    """The result for the authorisation comes from the RReq alone (section 2.1)."""
    play = challenged()
    assert play.record.transaction.acs_trans_id == ACS_ID
    assert play.record.transaction.ds_trans_id == DS_ID
    play.on(on.CResBrought(at=after(59), message=message(MessageType.CRES, transStatus="Y")))
    play.on(on.RReqReceived(at=after(60), message=rreq("N")), on.AnswerRRes(results_status="01"))
    assert play.ends(State.RESULT).record.trans_status == "N"
    assert play.record.until is None
    play.on(on.ResultTimeRanOut(at=after(HOUR)))


def test_a_second_result_is_refused() -> None:
    """One result per transaction: 312, which older versions hear as 301 (section 8)."""
    play = challenged().after(on.RReqReceived(at=after(60), message=rreq()), on.AnswerRRes)
    fault = refusal(play, on.RReqReceived(at=after(61), message=rreq("N")))
    assert fault.error_code is ErrorCode.MESSAGE_REPEATED
    assert fault.error_detail == "threeDSServerTransID"
    assert erro_for(fault, component=Component.SERVER)["errorCode"] == "301"
    assert play.record.trans_status == "Y"


@pytest.mark.parametrize("name", ["threeDSServerTransID", "dsTransID", "acsTransID"])
def test_a_result_of_another_transaction_is_refused(name: str) -> None:
    """All identifiers must match: 301 (section 8)."""
    stranger = rreq(**{name: OTHER_ID})
    fault = refusal(challenged(), on.RReqReceived(at=NOON, message=stranger))
    assert fault.error_code is ErrorCode.TRANSACTION_UNKNOWN
    assert fault.error_detail == name
    assert fault.message_type is MessageType.RREQ


def test_a_result_of_another_app_is_refused() -> None:
    """sdkTransID counts as well; where the RReq of 2.1.0 leaves it out, nothing is compared."""
    play = asked(channel=Channel.APP)
    play.after(on.AResReceived(at=NOON, message=ares("C")), Later)
    stranger = on.RReqReceived(at=NOON, message=rreq(sdkTransID=OTHER_ID))
    assert refusal(play, stranger).error_detail == "sdkTransID"
    own = rreq(sdkTransID=SDK_ID)
    play.after(on.RReqReceived(at=NOON, message=own), on.AnswerRRes)


def test_a_result_in_another_version_is_refused() -> None:
    """The AReq fixed the version for all that follows: 203 (section 6)."""
    fault = refusal(challenged(), on.RReqReceived(at=NOON, message=rreq(version=Version.V231)))
    assert fault.error_code is ErrorCode.FORMAT_INVALID
    assert fault.error_detail == "messageVersion"


@pytest.mark.parametrize("status", ["C", "S", "I", "D"])
def test_a_result_must_be_one(status: str) -> None:
    """D besides only where the AReq asked for a fallback (section 7): else 203."""
    fault = refusal(challenged(), on.RReqReceived(at=NOON, message=rreq(status)))
    assert fault.error_code is ErrorCode.FORMAT_INVALID
    assert fault.error_detail == "transStatus"


def test_a_result_that_never_comes_is_not_known() -> None:
    """Then the 3DS Server says so, and keeps to it."""
    play = challenged().on(on.ResultTimeRanOut(at=after(HOUR))).ends(State.UNRESOLVED)
    fault = refusal(play, on.RReqReceived(at=after(HOUR + 1), message=rreq()))
    assert fault.error_code is ErrorCode.TIMED_OUT
    assert play.record.trans_status == "C"
    assert play.record.result_known is False


def test_a_result_after_its_time_is_refused_before_the_timer() -> None:
    """The requestor may have been told already."""
    play = challenged()
    fault = refusal(play, on.RReqReceived(at=after(HOUR), message=rreq()))
    assert fault.error_code is ErrorCode.TIMED_OUT
    play.ends(State.CHALLENGE).on(on.ResultTimeRanOut(at=after(HOUR))).ends(State.UNRESOLVED)


@pytest.mark.parametrize(
    ("event", "status"), [(on.OptedOut, "02"), (on.ChallengeUndelivered, "03")]
)
def test_the_rres_says_why_no_creq_came(event: type[on.OptedOut], status: str) -> None:
    """resultsStatus 02 and 03 (section 2.2 and the element table)."""
    play = challenged().on(event(at=after(1))).ends(State.CHALLENGE)
    play.on(on.RReqReceived(at=after(30), message=rreq("N")), on.AnswerRRes(results_status=status))
    play.on(event(at=after(31)))
    asked().refuses(event(at=NOON), Misuse)


def test_decoupled_authentication_waits_half_a_minute_longer_before_231() -> None:
    """threeDSRequestorDecMaxTime + 30 s (section 2.5)."""
    asked(**DECOUPLED).on(
        on.AResReceived(at=NOON, message=ares("D")), ring(on.ResultTimeRanOut, after(630))
    ).ends(State.DECOUPLED)


def test_decoupled_authentication_waits_for_the_grace_since_231() -> None:
    """threeDSRequestorDecMaxTime + 1 h 30 s (section 2.5)."""
    play = asked(Version.V231, **DECOUPLED).on(
        on.AResReceived(at=NOON, message=ares("D", Version.V231)),
        ring(on.ResultTimeRanOut, after(600 + HOUR + 30)),
    )
    late = on.RReqReceived(at=after(600 + HOUR), message=rreq("U", Version.V231))
    play.ends(State.DECOUPLED).on(late, on.AnswerRRes(results_status="01")).ends(State.RESULT)


def test_a_decoupled_authentication_does_not_fall_back_again() -> None:
    """D is the way of a challenge into it, not out of it (section 2.5)."""
    changes = {"threeDSRequestorDecReqInd": "B", "threeDSRequestorDecMaxTime": "00010"}
    play = asked(Version.V231, **changes)
    play.after(on.AResReceived(at=NOON, message=ares("D", Version.V231)), Later)
    again = on.RReqReceived(at=after(1), message=rreq("D", Version.V231))
    assert refusal(play, again).error_detail == "transStatus"


def test_a_challenge_falls_back_to_decoupled_authentication() -> None:
    """RRes 04, and within a minute a 3RI AReq that says what it carries on (section 2.5)."""
    play = challenged(Version.V231, **FALLING_BACK)
    result = rreq("D", Version.V231, transStatusReason="29")
    play.on(
        on.RReqReceived(at=after(100), message=result),
        on.AnswerRRes(results_status="04"),
        on.AskAgain(
            server_trans_id=NEXT_ID,
            elements={
                "deviceChannel": "03",
                "threeRIInd": "19",
                "threeDSRequestorDecReqInd": "Y",
                "threeDSRequestorPriorAuthenticationInfo": [
                    {"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "02"}
                ],
            },
            until=after(160),
        ),
    )
    play.ends(State.CONTINUED)
    assert play.record.trans_status == "D"
    fault = refusal(play, on.RReqReceived(at=after(101), message=rreq("Y", Version.V231)))
    assert fault.error_code is ErrorCode.MESSAGE_REPEATED
    assert fault.error_detail == "threeDSServerTransID"


@pytest.mark.parametrize(
    ("event", "incompletion"),
    [
        (on.SpcConfirmed(at=after(60)), None),
        (on.SpcFailed(at=after(60), incompletion="01"), "01"),
        (on.SpcFailed(at=after(60), incompletion="02"), "02"),
        (on.SpcTimeRanOut(at=after(540)), "03"),
    ],
)
def test_spc_goes_on_with_a_second_areq(event: on.Event, incompletion: str | None) -> None:
    """A fresh threeDSServerTransID; spcIncompInd where the browser did not confirm (2.8)."""
    elements: dict[str, Json] = {
        "threeDSRequestorPriorAuthenticationInfo": [
            {"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "05"}
        ]
    }
    if incompletion is not None:
        elements["spcIncompInd"] = incompletion
    play = confirming().on(event, on.AskAgain(server_trans_id=NEXT_ID, elements=elements))
    assert play.ends(State.CONTINUED).record.until is None
    play.on(on.SpcConfirmed(at=after(541)))


def test_a_confirmation_after_nine_minutes_counts_as_none() -> None:
    """The ACS waits ten; the second AReq must be there by then (section 9)."""
    play = confirming().after(on.SpcConfirmed(at=after(540)), on.AskAgain)
    again = play.ends(State.CONTINUED).effects[0]
    assert isinstance(again, on.AskAgain)
    assert again.elements["spcIncompInd"] == "03"


def test_the_acs_may_end_spc_with_a_result() -> None:
    """It does so where the second AReq did not reach it (section 2.8); once."""
    for play in (
        confirming(),
        confirming().after(on.SpcConfirmed(at=after(60)), on.AskAgain),
    ):
        event = on.RReqReceived(at=after(100), message=rreq("N", Version.V231))
        play.on(event, on.AnswerRRes(results_status="01"))
        assert play.record.trans_status == "N"
        again = on.RReqReceived(at=after(101), message=rreq("Y", Version.V231))
        assert refusal(play, again).error_code is ErrorCode.MESSAGE_REPEATED
    falling = on.RReqReceived(at=after(100), message=rreq("D", Version.V231))
    assert refusal(confirming(), falling).error_code is ErrorCode.FORMAT_INVALID


def test_a_result_that_was_not_announced_is_refused() -> None:
    """301 where nothing was asked, 313 where no ARes announced one (section 8)."""
    event = on.RReqReceived(at=after(1), message=rreq())
    running = prepared(method_exists=True).after(on.MethodStarted(at=NOON), Later)
    expired = prepared().on(on.PreparationTimeRanOut(at=after(1200)))
    for play in (prepared(), running, expired):
        assert refusal(play, event).error_code is ErrorCode.TRANSACTION_UNKNOWN
    failed = asked().on(on.ErroReceived(at=NOON, message=erro("203")))
    for play in (asked(), failed):
        assert refusal(play, event).error_code is ErrorCode.RESULT_INCONSISTENT


def test_an_authentication_is_asked_for_once() -> None:
    """A second AReq would be a second authentication."""
    event = on.Asked(at=after(1), message=areq())
    for play in (asked(), challenged(), asked().on(on.AResReceived(at=NOON, message=ares()))):
        play.refuses(event, Misuse)


def test_the_directory_servers_rules_set_its_limits() -> None:
    """Read limits and the wait for a result are arguments (section 9)."""
    record, effects = begin(
        at=NOON,
        version=Version.V220,
        server_trans_id=SERVER_ID,
        successor_id=NEXT_ID,
        method_exists=False,
        preparation=timedelta(seconds=1),
        ares_limit=timedelta(seconds=2),
        result_limit=timedelta(seconds=3),
    )
    assert effects == (ring(on.PreparationTimeRanOut, after(1)),)
    play = Play(decide, record)
    play.on(
        on.Asked(at=NOON, message=areq()),
        on.SendAReq(attempt=1),
        ring(on.AResTimeRanOut, after(2)),
    )
    play.on(on.AResReceived(at=NOON, message=ares("C")), ring(on.ResultTimeRanOut, after(3)))
