"""A relay at the Directory Server, as a conversation."""

from datetime import datetime, timedelta

import pytest

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
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
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states.directory_events import Failure, StandIn
from sekisho.protocol.states.directory_relay import Relay, State, begin, decide
from sekisho.protocol.states.exchange import AnswerErro, PostErro
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, DS_ID
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    erro,
    flawed,
    ring,
    rreq,
    rres,
)

HOUR = 3600
RULES: on.Rules = {
    Failure.NOT_TAKING_PART: StandIn(trans_status="A"),
    Failure.NO_CONNECTION: StandIn(trans_status="A", reason="80"),
    Failure.NO_ANSWER: StandIn(trans_status="A", reason="81"),
    Failure.FAULTY_ANSWER: StandIn(trans_status="U", reason="82"),
    Failure.ERRO: StandIn(trans_status="U", reason="83"),
}


def taken(
    version: Version = Version.V220,
    channel: Channel = Channel.BROWSER,
    rules: on.Rules | None = None,
    **changes: Json,
) -> Play[Relay]:
    """A relay whose AReq is being checked."""
    request = areq(version, channel, **changes)
    return Play(decide, begin(request, at=NOON, ds_trans_id=DS_ID, digest="areq", rules=rules))


def asked(
    version: Version = Version.V220, rules: on.Rules | None = None, **changes: Json
) -> Play[Relay]:
    """A relay whose AReq went to the ACS at noon."""
    return taken(version, rules=rules, **changes).on(
        on.AReqPassed(at=NOON), on.ForwardAReq(attempt=1), ring(on.AResTimeRanOut, after(6))
    )


def pending(status: str = "C", version: Version = Version.V220, **changes: Json) -> Play[Relay]:
    """A relay whose ARes announced a result at noon."""
    answer = ares(status, version)
    return asked(version, **changes).after(
        on.AResReceived(at=NOON, message=answer), on.RelayARes, Later
    )


def reported(status: str = "Y", **changes: Json) -> Play[Relay]:
    """A relay whose result is on its way to the 3DS Server, from noon on."""
    return pending().on(
        report(NOON, status, **changes),
        on.ForwardRReq(attempt=2),
        ring(on.RResTimeRanOut, after(3)),
    )


def report(
    at: datetime, status: str = "Y", version: Version = Version.V220, **changes: Json
) -> on.RReqReceived:
    """The ACS's report of a result; the same status is the same message."""
    return on.RReqReceived(at=at, message=rreq(status, version, **changes), digest=status)


def refusal(play: Play[Relay], event: on.Event) -> ProtocolFault:
    """The fault with which an event is refused; the record stays as it is."""
    with pytest.raises(ProtocolFault) as refused:
        decide(play.record, event)
    return refused.value


def told(effect: Effect) -> tuple[str, str, str]:
    """What an Erro says: code, detail, about which message; and that it is the DS's."""
    assert isinstance(effect, AnswerErro | PostErro)
    members = effect.message.elements
    assert members["errorComponent"] == "D"
    return (
        str(members["errorCode"]),
        str(members["errorDetail"]),
        str(members.get("errorMessageType")),
    )


def test_an_areq_that_fails_the_checks_is_refused() -> None:
    """With the error that was found (section 8); it is checked once."""
    fault = ProtocolFault(ErrorCode.ACCESS_DENIED, detail="acquirerBIN", version="2.2.0")
    play = taken().after(on.AReqRefused(at=NOON, fault=fault), AnswerErro)
    assert told(play.effects[0]) == ("303", "acquirerBIN", "None")
    assert play.record.until is None
    play.ends(State.REFUSED).refuses(on.AReqPassed(at=NOON), Misuse)


def test_a_card_without_an_acs_is_refused() -> None:
    """305, unless the Directory Server answers itself (section 8)."""
    play = taken().after(on.NoAcsFound(at=NOON), AnswerErro).ends(State.REFUSED)
    assert told(play.effects[0]) == ("305", "acctNumber", "AReq")


def test_a_connection_to_the_acs_is_tried_twice() -> None:
    """One immediate retry, then Erro D/405 (section 9)."""
    play = asked().on(
        on.AcsUnreachable(at=after(1), attempt=1),
        on.ForwardAReq(attempt=2),
        ring(on.AResTimeRanOut, after(7)),
    )
    play.on(on.AcsUnreachable(at=after(1), attempt=1))  # said twice
    play.on(on.AResTimeRanOut(at=after(6)))  # of the first attempt
    play.ends(State.ASKED).after(on.AcsUnreachable(at=after(2), attempt=2), AnswerErro)
    assert told(play.ends(State.FAILED).effects[0]) == ("405", "no connection to the ACS", "AReq")


def test_a_silent_acs_is_402() -> None:
    """The 3DS Server is told; what the ACS says later is not relayed (section 9)."""
    play = asked().after(on.AResTimeRanOut(at=after(6)), AnswerErro).ends(State.FAILED)
    assert told(play.effects[0]) == ("402", "no ARes in time", "ARes")
    play.on(on.AResReceived(at=after(7), message=ares()))


def test_a_late_ares_is_silence_even_before_the_timer() -> None:
    """The clock counts."""
    play = asked().after(on.AResReceived(at=after(6), message=ares()), AnswerErro)
    assert told(play.ends(State.FAILED).effects[0])[0] == "402"


def test_a_faulty_ares_is_told_to_both_sides() -> None:
    """The ACS hears what was wrong, the 3DS Server that there is no answer (section 8)."""
    fault = flawed()
    play = asked().after(on.AResFaulted(at=NOON, fault=fault), PostErro, AnswerErro)
    assert play.ends(State.FAILED).effects[0] == PostErro(
        to=Component.ACS, message=erro_for(fault, component=Component.DIRECTORY)
    )
    assert told(play.effects[1]) == ("201", "transStatus", "ARes")


def test_a_faulty_erro_of_the_acs_gets_no_erro() -> None:
    """But the 3DS Server gets an answer (section 8)."""
    play = asked().after(on.AResFaulted(at=NOON, fault=flawed(MessageType.ERRO)), AnswerErro)
    assert told(play.ends(State.FAILED).effects[0]) == ("201", "transStatus", "None")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ares("D"), ("203", "transStatus", "ARes")),
        (ares(dsTransID=OTHER_ID), ("301", "dsTransID", "ARes")),
    ],
)
def test_an_ares_that_does_not_follow_is_not_relayed(
    answer: Message, expected: tuple[str, str, str]
) -> None:
    """D only if it was asked for, and only under our own identifiers (sections 7, 8)."""
    event = on.AResReceived(at=NOON, message=answer)
    play = asked().after(event, PostErro, AnswerErro).ends(State.FAILED)
    assert [told(effect) for effect in play.effects] == [expected, expected]
    posted = play.effects[0]
    assert isinstance(posted, PostErro)
    assert posted.to is Component.ACS


def test_the_acss_erro_is_relayed() -> None:
    """It is the answer to the AReq."""
    answer = erro("305")
    asked().on(on.AcsErroReceived(at=NOON, message=answer), on.RelayErro(message=answer)).ends(
        State.FAILED
    )


@pytest.mark.parametrize(
    ("events", "failure"),
    [
        (
            [
                on.AcsUnreachable(at=after(1), attempt=1),
                on.AcsUnreachable(at=after(2), attempt=2),
            ],
            Failure.NO_CONNECTION,
        ),
        ([on.AResTimeRanOut(at=after(6))], Failure.NO_ANSWER),
        ([on.AResFaulted(at=NOON, fault=flawed())], Failure.FAULTY_ANSWER),
        ([on.AResReceived(at=NOON, message=ares("D"))], Failure.FAULTY_ANSWER),
        ([on.AcsErroReceived(at=NOON, message=erro("203"))], Failure.ERRO),
    ],
)
def test_the_directory_server_stands_in_by_its_rules(
    events: list[on.Event], failure: Failure
) -> None:
    """A or U instead of an Erro (sections 2.11, 9); a result is then nobody's."""
    play = asked(rules=RULES)
    for event in events:
        play.record, play.effects = decide(play.record, event)
    play.ends(State.STOOD_IN)
    assert on.AnswerARes(stand_in=RULES[failure]) in play.effects
    assert not any(isinstance(effect, AnswerErro | on.RelayErro) for effect in play.effects)
    complained = any(isinstance(effect, PostErro) for effect in play.effects)
    assert complained is (failure is Failure.FAULTY_ANSWER)
    fault = refusal(play, report(after(60)))
    assert fault.error_code is ErrorCode.RESULT_INCONSISTENT


def test_the_directory_server_stands_in_where_no_acs_takes_part() -> None:
    """The attempt is proven by the scheme itself (section 2.11)."""
    stand_in = on.AnswerARes(stand_in=RULES[Failure.NOT_TAKING_PART])
    taken(rules=RULES).on(on.NoAcsFound(at=NOON), stand_in).ends(State.STOOD_IN)


def test_a_final_ares_is_relayed() -> None:
    """And nothing follows: a result is 313 (section 8)."""
    answer = ares("Y")
    play = asked().on(on.AResReceived(at=NOON, message=answer), on.RelayARes(message=answer))
    assert play.ends(State.ANSWERED).record.until is None
    fault = refusal(play, report(after(60)))
    assert fault.error_code is ErrorCode.RESULT_INCONSISTENT
    assert fault.error_detail == "threeDSServerTransID"
    play.on(on.AResReceived(at=NOON, message=answer))


def test_a_challenge_awaits_its_result() -> None:
    """The identifiers of the ARes are those of the RReq (section 8)."""
    play = pending().ends(State.PENDING)
    assert play.effects[1] == ring(on.ResultTimeRanOut, after(HOUR))
    assert play.record.transaction.acs_trans_id == ACS_ID
    for name in ("threeDSServerTransID", "dsTransID", "acsTransID"):
        stranger = on.RReqReceived(at=NOON, message=rreq(**{name: OTHER_ID}), digest="Y")
        fault = refusal(play, stranger)
        assert fault.error_code is ErrorCode.TRANSACTION_UNKNOWN
        assert fault.error_detail == name
    assert refusal(play, report(NOON, "D")).error_detail == "transStatus"


def test_decoupled_authentication_is_awaited_as_long_as_the_3ds_server_does() -> None:
    """threeDSRequestorDecMaxTime and the grace of the version (section 2.5)."""
    changes: dict[str, Json] = {
        "threeDSRequestorDecReqInd": "Y",
        "threeDSRequestorDecMaxTime": "00010",
    }
    assert pending("D", **changes).effects[1] == ring(on.ResultTimeRanOut, after(630))
    newest = pending("D", Version.V231, **changes).ends(State.PENDING)
    assert newest.effects[1] == ring(on.ResultTimeRanOut, after(600 + HOUR + 30))


def test_spc_may_end_with_a_result_or_with_another_areq() -> None:
    """No RReq for S itself if the second AReq arrives (section 2.8)."""
    play = pending("S", Version.V231, threeDSRequestorSpcSupport="Y").ends(State.SPC)
    assert refusal(play, report(NOON, "D", Version.V231)).error_detail == "transStatus"
    play.after(report(after(600), "N", Version.V231), on.ForwardRReq, Later).ends(State.RELAYING)
    silent = pending("S", Version.V231, threeDSRequestorSpcSupport="Y")
    silent.on(on.ResultTimeRanOut(at=after(HOUR))).ends(State.ANSWERED)


def test_a_result_is_relayed_and_its_answer_too() -> None:
    """The ACS sends the final CRes only then (section 2.1)."""
    answer = rres()
    play = reported("N").ends(State.RELAYING)
    play.on(on.RResReceived(at=after(1), message=answer), on.RelayRRes(message=answer))
    assert play.ends(State.RELAYED).record.trans_status == "N"
    assert play.record.until is None
    play.on(on.RResReceived(at=after(1), message=answer))


def test_a_repeated_result_gets_one_answer() -> None:
    """Whether it is still on its way or not; another one is a second result (312, section 8)."""
    play = reported().on(report(after(1)))
    assert refusal(play, report(after(1), "N")).error_code is ErrorCode.MESSAGE_REPEATED
    play.after(on.RResReceived(at=after(2), message=rres()), on.RelayRRes)
    play.on(report(after(3)), on.RepeatResultAnswer()).ends(State.RELAYED)
    fault = refusal(play, report(after(3), "N"))
    assert fault.error_code is ErrorCode.MESSAGE_REPEATED
    assert fault.error_detail == "threeDSServerTransID"


def test_a_refused_result_is_refused_again() -> None:
    """The 3DS Server's Erro is the answer, the second time too."""
    answer = erro("301")
    play = reported().on(
        on.ServerErroReceived(at=after(1), message=answer), on.RelayErro(message=answer)
    )
    play.ends(State.RESULT_REFUSED).on(report(after(2)), on.RepeatResultAnswer())
    assert refusal(play, report(after(2), "N")).error_code is ErrorCode.MESSAGE_REPEATED


def test_a_result_that_had_come_before_counts_as_relayed() -> None:
    """312 says that the 3DS Server has it (section 8)."""
    answer = erro("312", Version.V231)
    play = pending("C", Version.V231)
    play.after(report(NOON, "Y", Version.V231), on.ForwardRReq, Later)
    play.on(on.ServerErroReceived(at=after(1), message=answer), on.RelayErro(message=answer))
    play.ends(State.RELAYED)


def test_a_silent_3ds_server_is_402_and_may_be_tried_again() -> None:
    """Erro D/402 to the ACS after three seconds; only that very result may come again (9)."""
    play = reported().after(on.RResTimeRanOut(at=after(3)), AnswerErro, Later)
    assert told(play.ends(State.UNDELIVERED).effects[0]) == ("402", "no RRes in time", "RRes")
    assert play.effects[1] == ring(on.ResultTimeRanOut, after(HOUR))
    assert refusal(play, report(after(4), "N")).error_code is ErrorCode.MESSAGE_REPEATED
    play.on(report(after(4)), on.ForwardRReq(attempt=3), ring(on.RResTimeRanOut, after(7)))
    play.on(on.ResultTimeRanOut(at=after(HOUR)))
    play.ends(State.RELAYING)


def test_a_late_rres_is_silence_even_before_the_timer() -> None:
    """The ACS waits five seconds in all (section 9)."""
    late = on.RResReceived(at=after(3), message=rres())
    play = reported().after(late, AnswerErro, Later)
    play.ends(State.UNDELIVERED)


def test_a_connection_to_the_3ds_server_is_tried_twice() -> None:
    """One immediate retry, then Erro D/405 to the ACS (section 9); each time the result comes."""
    play = reported().on(
        on.ServerUnreachable(at=after(1), attempt=2),
        on.ForwardRReq(attempt=3),
        ring(on.RResTimeRanOut, after(4)),
    )
    play.on(on.ServerUnreachable(at=after(1), attempt=2))  # said twice
    play.after(on.ServerUnreachable(at=after(2), attempt=3), AnswerErro, Later)
    assert told(play.ends(State.UNDELIVERED).effects[0]) == (
        "405",
        "no connection to the 3DS Server",
        "RReq",
    )
    play.after(report(after(5)), on.ForwardRReq, Later)
    play.after(on.ServerUnreachable(at=after(6), attempt=4), on.ForwardRReq, Later)
    play.after(on.ServerUnreachable(at=after(7), attempt=5), AnswerErro, Later)


def test_a_faulty_rres_is_told_to_both_sides() -> None:
    """The 3DS Server hears what was wrong, the ACS that there is no good answer (section 8)."""
    fault = flawed(MessageType.RRES)
    play = reported().after(on.RResFaulted(at=after(1), fault=fault), PostErro, AnswerErro, Later)
    assert play.ends(State.UNDELIVERED).effects[0] == PostErro(
        to=Component.SERVER, message=erro_for(fault, component=Component.DIRECTORY)
    )
    assert told(play.effects[1]) == ("201", "transStatus", "RRes")
    unanswerable = flawed(MessageType.ERRO)
    reported().after(on.RResFaulted(at=after(1), fault=unanswerable), AnswerErro, Later)


def test_another_transactions_rres_is_none() -> None:
    """301 to the 3DS Server, and to the ACS (section 8)."""
    strange = rres(acsTransID=OTHER_ID, dsTransID=OTHER_ID)
    stranger = on.RResReceived(at=after(1), message=strange)
    play = reported().after(stranger, PostErro, AnswerErro, Later).ends(State.UNDELIVERED)
    expected = ("301", "dsTransID,acsTransID", "RRes")
    assert [told(effect) for effect in play.effects[:2]] == [expected, expected]
    posted = play.effects[0]
    assert isinstance(posted, PostErro)
    assert posted.to is Component.SERVER


def test_a_result_that_never_comes_is_given_up() -> None:
    """A late one is 402: the 3DS Server has told its requestor that there is none."""
    for play in (pending(), reported().after(on.RResTimeRanOut(at=after(3)), AnswerErro, Later)):
        play.on(on.ResultTimeRanOut(at=after(HOUR))).ends(State.UNRESOLVED)
        assert play.record.until is None
        assert refusal(play, report(after(HOUR + 1))).error_code is ErrorCode.TIMED_OUT
        assert refusal(play, report(after(HOUR + 1), "N")).error_code is ErrorCode.TIMED_OUT


def test_a_result_of_no_relay_is_unknown() -> None:
    """301 where no ACS was asked, 313 where none has answered yet (section 8)."""
    fault = refusal(taken(), report(NOON))
    assert fault.error_code is ErrorCode.TRANSACTION_UNKNOWN
    assert refusal(asked(), report(NOON)).error_code is ErrorCode.RESULT_INCONSISTENT


def test_a_repeated_areq_gets_one_answer() -> None:
    """The same message the same answer; another one with its identifier is 305."""
    again = on.AReqRepeated(at=after(1), message=areq(), digest="areq")
    other = on.AReqRepeated(at=after(1), message=areq(mcc="1234"), digest="other")
    for play in (taken(), asked()):
        play.on(again)
    answered = asked().after(on.AResReceived(at=NOON, message=ares()), on.RelayARes)
    for play in (answered, pending(), reported()):
        before = play.record
        play.on(again, on.RepeatAnswer())
        assert play.record == before
    for play in (taken(), asked(), answered, reported()):
        fault = refusal(play, other)
        assert fault.error_code is ErrorCode.TRANSACTION_DATA_INVALID
        assert fault.error_detail == "threeDSServerTransID"


def test_erros_about_answers_end_nothing() -> None:
    """The ACS will report that nobody came, and a result that is known stands."""
    about_ares = on.ServerErroReceived(at=after(1), message=erro("203"))
    pending().on(about_ares).ends(State.PENDING)
    about_rres = on.AcsErroReceived(at=after(1), message=erro("402"))
    reported().on(about_rres).ends(State.RELAYING)


def test_an_answer_to_nothing_is_our_own_mistake() -> None:
    """Answers come over connections that we have opened."""
    taken().refuses(on.AResReceived(at=NOON, message=ares()), Misuse)
    pending().refuses(on.RResReceived(at=NOON, message=rres()), Misuse)


def test_the_directory_servers_rules_set_its_limits() -> None:
    """The read limit and the wait for a result are arguments (section 9)."""
    record = begin(
        areq(),
        at=NOON,
        ds_trans_id=DS_ID,
        digest="areq",
        ares_limit=timedelta(seconds=2),
        result_limit=timedelta(seconds=4),
    )
    play = Play(decide, record).on(
        on.AReqPassed(at=NOON), on.ForwardAReq(attempt=1), ring(on.AResTimeRanOut, after(2))
    )
    answer = ares("C")
    play.on(
        on.AResReceived(at=NOON, message=answer),
        on.RelayARes(message=answer),
        ring(on.ResultTimeRanOut, after(4)),
    )
    # The time for the result ran out while it was being relayed: then it is over at once.
    play.after(report(after(3)), on.ForwardRReq, Later)
    play.after(on.RResReceived(at=after(6), message=rres()), AnswerErro, Later)
    play.ends(State.UNRESOLVED)
