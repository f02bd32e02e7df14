"""The challenge in an app at the ACS, as conversations."""

from dataclasses import replace
from datetime import datetime

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol import ErrorCode, Json, Message, MessageType, ProtocolFault, Version
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import SPLIT_SDK
from sekisho.protocol.states import app_challenge_events as on
from sekisho.protocol.states.app_challenge import AppChallenge, State, begin, decide
from sekisho.protocol.states.challenge_result import ChallengeResult, broken_off
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered, SendResult
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answer,
    Answered,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobContinued,
    Opened,
    ResendWanted,
    TextEntered,
)
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.app_messages import app_transaction, creq, cres, final_cres
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    after,
    erro,
    flawed,
    message,
    ring,
    rreq,
)

V210, V220, V231 = Version
GCM, CBC = Enc.GCM, Enc.CBC
YES = ChallengeResult(trans_status="Y")
SILENT_FIRST = ChallengeResult(trans_status="N", reason="14", challenge_cancel="05")
SILENT_LATER = ChallengeResult(trans_status="N", reason="14", challenge_cancel="04")
OPENED = on.ChooseScreen(answered=Answered(answer=Opened()))
TYPED = Answered(answer=TextEntered(entry=Secret("123456"), second=None))


def received(at: float, said: Message, enc: Enc = GCM) -> on.CReqReceived:
    return on.CReqReceived(at=after(at), message=said, enc=enc)


def shown(at: float, screen: Message) -> on.ScreenChosen:
    return on.ScreenChosen(at=after(at), message=screen)


def reached(at: float, result: ChallengeResult = YES) -> on.OutcomeReached:
    return on.OutcomeReached(at=after(at), result=result)


def delivered(at: float, how: Delivery = Delivery.TAKEN) -> ResultDelivered:
    return ResultDelivered(at=after(at), how=how)


def choice(at: float) -> Later:
    """The SDK waits ten seconds for a CRes."""
    return ring(on.ChoiceTimeRanOut, after(at + 10))


def report(at: float) -> Later:
    return ring(on.ReportTimeRanOut, after(at + 10))


def next_creq(at: float) -> Later:
    return ring(on.NextCReqTimeRanOut, after(at + 600))


def fresh(version: Version = V231, **changes: Json) -> Play[AppChallenge]:
    """The ARes with C has just left."""
    record, _ = begin(app_transaction(version, **changes), at=NOON)
    return Play(decide, record)


def choosing(version: Version = V231, **changes: Json) -> Play[AppChallenge]:
    """The first CReq came after a second."""
    return fresh(version, **changes).on(received(1, creq(0, version)), OPENED, choice(1))


def showing(ui: str = "01", version: Version = V231, **changes: Json) -> Play[AppChallenge]:
    """A screen went out after two seconds."""
    screen = cres(0, ui, version, **changes)
    return choosing(version).on(shown(2, screen), on.SendScreen(message=screen), next_creq(2))


def reporting(result: ChallengeResult = YES, version: Version = V231) -> Play[AppChallenge]:
    """The room knew the outcome after three seconds."""
    return choosing(version).on(reached(3, result), SendResult(result=result), report(3))


def told(play: Play[AppChallenge]) -> tuple[str, str, str | None]:
    """Give code, detail and message type of the Erro that the last event led to."""
    (answer,) = (effect for effect in play.effects if isinstance(effect, AnswerErro))
    said = answer.message
    assert said.text("errorComponent") == "A"
    assert [said.get(name) for name in ("threeDSServerTransID", "acsTransID", "sdkTransID")] == [
        SERVER_ID,
        ACS_ID,
        SDK_ID,
    ]
    return said.text("errorCode"), said.text("errorDetail"), said.text_or_none("errorMessageType")


def test_the_first_creq_has_thirty_seconds() -> None:
    """A1, section 9: from the ARes with C on."""
    record, effects = begin(app_transaction(), at=NOON)
    assert (record.state, record.until) == (State.AWAITING_CREQ, after(30))
    assert effects == (ring(on.FirstCReqTimeRanOut, after(30)),)
    assert (record.counter, record.sent, record.received) == ("000", 0, 0)


def test_a_code_passes_in_two_screens() -> None:
    """A1: CReq, screen, code, RReq, RRes, and only then the final CRes (section 2.1)."""
    again = cres(1, challengeInfoText="Once more")
    play = (
        showing()
        .on(
            received(60, creq(1, challengeDataEntry="654321")),
            on.ChooseScreen(
                answered=Answered(answer=TextEntered(entry=Secret("654321"), second=None))
            ),
            choice(60),
        )
        .on(shown(61, again), on.SendScreen(message=again), next_creq(61))
        .on(
            received(120, creq(2, challengeDataEntry="123456")),
            on.ChooseScreen(answered=TYPED),
            choice(120),
        )
        .on(reached(121), SendResult(result=YES), report(121))
        .on(delivered(123), on.SendFinalCRes(trans_status="Y", counter="002"))
        .ends(State.COMPLETED)
    )
    assert (play.record.sent, play.record.received) == (3, 3)
    assert (play.record.result, play.record.until, play.record.enc) == (YES, None, GCM)


@pytest.mark.parametrize(
    ("ui", "also", "said", "answer"),
    [
        ("02", {}, {"challengeDataEntry": "mail"}, Chosen(("mail",))),
        ("03", {}, {"challengeDataEntry": "mail,sms"}, Chosen(("mail", "sms"))),
        ("01", {}, {"challengeNoEntry": "Y"}, NothingEntered()),
        ("01", {"resendInformationLabel": "Again"}, {"resendChallenge": "Y"}, ResendWanted()),
        ("02", {"challengeAddLabel": "Other"}, {"challengeAddCode": "Y"}, AdditionalChosen()),
        ("04", {}, {"oobContinue": "01"}, OobContinued(automatic=False)),
        ("04", {}, {"oobContinue": "02"}, OobContinued(automatic=True)),
        ("05", {}, {"challengeHTMLDataEntry": "a=1"}, HtmlSubmitted(query=Secret("a=1"))),
        ("06", {}, {"oobContinue": "02"}, OobContinued(automatic=True)),
        ("07", {}, {"infoContinueIndicator": True}, InfoContinued()),
    ],
)
def test_every_kind_of_screen_is_answered_in_its_own_way(
    ui: str, also: dict[str, Json], said: dict[str, Json], answer: Answer
) -> None:
    """A1: UI types 01 to 07; the room judges what was said."""
    asked = on.ChooseScreen(answered=Answered(answer=answer))
    showing(ui, **also).on(received(30, creq(1, **said)), asked, choice(30)).ends(State.CHOOSING)


def test_an_oob_screen_is_shown_again_until_something_has_happened() -> None:
    """Section 2.6: who comes back too early sees the same once more."""
    play = showing("04")
    for turn in range(1, 4):
        screen = cres(turn, "04")
        asked = on.ChooseScreen(answered=Answered(answer=OobContinued(automatic=True)))
        play.on(received(turn * 60, creq(turn, oobContinue="02")), asked, choice(turn * 60))
        play.on(
            shown(turn * 60 + 1, screen), on.SendScreen(message=screen), next_creq(turn * 60 + 1)
        )
    play.ends(State.SHOWING)


def test_the_answer_is_held_against_the_last_screen() -> None:
    """After a choice comes a text: what fitted the first screen does not fit the second."""
    text = cres(1)
    play = showing("02").after(
        received(10, creq(1, challengeDataEntry="sms")), on.ChooseScreen, Later
    )
    play.on(shown(11, text), on.SendScreen(message=text), next_creq(11))
    play.on(
        received(20, creq(2, challengeDataEntry="123456")),
        on.ChooseScreen(answered=TYPED),
        choice(20),
    )


@pytest.mark.parametrize("reason", ["01", "08"])
def test_cancelling_is_reported_and_answered(reason: str) -> None:
    """Section 4: N, with who cancelled; the SDK gets its final CRes."""
    result = ChallengeResult(trans_status="N", reason="01", challenge_cancel=reason)
    (
        showing("04")
        .on(received(9, creq(1, challengeCancel=reason)), SendResult(result=result), report(9))
        .on(delivered(10), on.SendFinalCRes(trans_status="N", counter="001"))
        .ends(State.COMPLETED)
    )


def test_the_first_creq_may_cancel() -> None:
    """Before any screen; the final CRes is then the first."""
    result = ChallengeResult(trans_status="N", reason="01", challenge_cancel="01")
    (
        fresh()
        .on(received(9, creq(0, challengeCancel="01")), SendResult(result=result), report(9))
        .on(delivered(10), on.SendFinalCRes(trans_status="N", counter="000"))
        .ends(State.COMPLETED)
    )


def test_the_sdk_may_give_up_while_it_waits() -> None:
    """A CReq before the CRes is right only if it cancels; the room's choice then comes too late."""
    result = ChallengeResult(trans_status="N", reason="01", challenge_cancel="08")
    (
        choosing()
        .on(received(5, creq(1, challengeCancel="08")), SendResult(result=result), report(5))
        .on(shown(6, cres(0)))
        .on(reached(6))
        .on(delivered(7), on.SendFinalCRes(trans_status="N", counter="000"))
        .ends(State.COMPLETED)
    )


def test_another_creq_while_one_is_unanswered_is_an_error() -> None:
    """305: it is not expected; in count as it is."""
    play = choosing().after(received(2, creq(1, challengeNoEntry="Y")), AnswerErro, SendResult)
    assert told(play) == ("203", "challengeNoEntry", "CReq")
    play = showing().after(received(3, creq(1, challengeNoEntry="Y")), on.ChooseScreen, Later)
    play.after(received(4, creq(2, challengeNoEntry="Y")), AnswerErro, SendResult)
    assert told(play) == ("305", "not expected", "CReq")
    play.ends(State.ERRORED)


def broken(
    play: Play[AppChallenge], event: on.Event
) -> tuple[tuple[str, str, str | None], Message]:
    """Apply an event that must break the challenge off; give what was told, and the Erro."""
    before = play.record
    play.after(event, AnswerErro, SendResult).ends(State.ERRORED)
    answer = play.effects[0]
    assert isinstance(answer, AnswerErro)
    version = before.transaction.version
    result = broken_off(version, cancel="10", erro=answer.message)
    assert play.effects[1] == SendResult(result=result)
    assert (play.record.result, play.record.until) == (result, None)
    assert (play.record.sent, play.record.received) == (before.sent, before.received)
    return told(play), answer.message


@pytest.mark.parametrize("version", Version)
def test_a_faulty_creq_ends_the_challenge_with_u(version: Version) -> None:
    """Section 8: Erro to the SDK, RReq U; challengeCancel 10, before 2.3.1 06."""
    fault = ProtocolFault(
        ErrorCode.DECRYPTION_FAILED,
        detail="the tag is wrong",
        message_type=MessageType.CREQ,
        ids={"threeDSServerTransID": SERVER_ID, "acsTransID": ACS_ID, "sdkTransID": SDK_ID},
    )
    for play in (fresh(version), choosing(version), showing("01", version)):
        said, answer = broken(play, on.CReqFaulted(at=after(9), fault=fault))
        assert said == ("302", "the tag is wrong", "CReq")
        assert answer.version is version


def test_an_erro_that_breaks_a_rule_is_not_answered() -> None:
    """Never an Erro for an Erro; the challenge ends all the same."""
    result = broken_off(V231, cancel="10", erro=None)
    event = on.CReqFaulted(at=after(9), fault=flawed(MessageType.ERRO))
    showing().on(event, SendResult(result=result)).ends(State.ERRORED)
    reporting().on(replace(event, at=after(4))).ends(State.REPORTING)


@pytest.mark.parametrize("counter", [0, 2, 255])
def test_a_creq_out_of_count_ends_the_challenge(counter: int) -> None:
    """302: lost, repeated or forged (vectors: counter mismatch)."""
    answer: dict[str, Json] = {"challengeNoEntry": "Y"} if counter else {}
    said, _ = broken(showing(), received(9, creq(counter, **answer)))
    assert said == ("302", "sdkCounterStoA is not 001", "CReq")


def test_the_first_counter_is_000() -> None:
    """Section 5.4."""
    said, _ = broken(fresh(), received(9, creq(1)))
    assert said == ("302", "sdkCounterStoA is not 000", "CReq")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"sdkTransID": OTHER_ID}, "sdkTransID"),
        (
            {"threeDSServerTransID": OTHER_ID, "acsTransID": OTHER_ID},
            "threeDSServerTransID,acsTransID",
        ),
    ],
)
def test_another_transactions_creq_ends_the_challenge(changes: dict[str, Json], names: str) -> None:
    """301 with every identifier that is not ours: it was under our key."""
    play = showing().after(
        received(9, creq(1, challengeNoEntry="Y", **changes)), AnswerErro, SendResult
    )
    answer = play.effects[0]
    assert isinstance(answer, AnswerErro)
    assert (answer.message["errorCode"], answer.message["errorDetail"]) == ("301", names)


def test_another_version_ends_the_challenge() -> None:
    """203: the AReq has fixed it (section 6)."""
    said, answer = broken(showing(), received(9, creq(1, V220, challengeNoEntry="Y")))
    assert said == ("203", "messageVersion", "CReq")
    assert answer.version is V220


def test_an_answer_to_another_kind_of_screen_ends_the_challenge() -> None:
    """203 with its name (section 5.5)."""
    said, _ = broken(showing("02"), received(9, creq(1, challengeDataEntry="fax")))
    assert said == ("203", "challengeDataEntry", "CReq")


def test_the_encryption_stays_what_it_was() -> None:
    """310: one key serves one algorithm (section 5.4)."""
    said, _ = broken(showing(), received(9, creq(1, challengeNoEntry="Y"), CBC))
    assert said == ("310", "A128GCM", "CReq")


def test_the_first_creq_may_choose_its_encryption() -> None:
    """The SDK chooses, and the ACS follows."""
    play = fresh().on(received(1, creq(0), CBC), OPENED, choice(1))
    assert play.record.enc is CBC


def test_a_split_sdk_must_use_gcm() -> None:
    """310, section 2.9."""
    record, _ = begin(app_transaction(), at=NOON, allowed=SPLIT_SDK)
    said, _ = broken(Play(decide, record), received(1, creq(0), CBC))
    assert said == ("310", "A128GCM", "CReq")
    Play(decide, record).on(received(1, creq(0), GCM), OPENED, choice(1))


@pytest.mark.parametrize(("version", "cancel"), [(V231, "09"), (V220, "06"), (V210, "06")])
def test_an_erro_for_our_screen_ends_the_challenge(version: Version, cancel: str) -> None:
    """Section 8: RReq U with challengeCancel 09, before 2.3.1 06; no Erro for an Erro."""
    theirs = erro("203", version)
    result = broken_off(version, cancel="09", erro=theirs)
    assert result.challenge_cancel == cancel
    event = on.ErroReceived(at=after(9), message=theirs)
    for play in (fresh(version), choosing(version), showing("01", version)):
        play.on(event, SendResult(result=result)).ends(State.ERRORED)
        assert (play.record.result, play.record.until) == (result, None)


def test_the_first_creq_does_not_come() -> None:
    """Section 9: RReq N, reason 14, challengeCancel 05."""
    fresh().on(on.FirstCReqTimeRanOut(at=after(30)), SendResult(result=SILENT_FIRST)).ends(
        State.TIMED_OUT
    )


def test_the_cardholder_leaves_a_screen_alone() -> None:
    """Section 9: ten minutes from the CRes, then RReq N, reason 14, challengeCancel 04, at once."""
    play = showing().on(on.NextCReqTimeRanOut(at=after(602)), SendResult(result=SILENT_LATER))
    play.ends(State.TIMED_OUT)
    assert (play.record.result, play.record.until) == (SILENT_LATER, None)


def test_a_timer_of_an_earlier_screen_changes_nothing() -> None:
    """The cardholder acted in time, and has new time."""
    second = cres(1)
    play = showing().after(received(601, creq(1, challengeNoEntry="Y")), on.ChooseScreen, Later)
    play.on(on.NextCReqTimeRanOut(at=after(602)))
    play.on(shown(603, second), on.SendScreen(message=second), next_creq(603))
    play.on(on.NextCReqTimeRanOut(at=after(602))).ends(State.SHOWING)
    play.on(on.NextCReqTimeRanOut(at=after(1203)), SendResult(result=SILENT_LATER))


@pytest.mark.parametrize(
    ("play", "second", "last", "result"),
    [
        (fresh(), 30, 29.9, SILENT_FIRST),
        (showing(), 602, 601.9, SILENT_LATER),
    ],
    ids=["first", "next"],
)
def test_a_creq_after_its_time_is_silence(
    play: Play[AppChallenge], second: float, last: float, result: ChallengeResult
) -> None:
    """Vectors: first CReq too late. 402, whether or not the timer has rung; and the timer still may."""
    record = play.record
    said = creq(record.received, **({"challengeNoEntry": "Y"} if record.screen else {}))
    with pytest.raises(ProtocolFault) as caught:
        decide(record, received(second, said))
    fault = caught.value
    assert (fault.error_code, fault.error_detail) == (ErrorCode.TIMED_OUT, "timeout")
    assert fault.ids["acsTransID"] == ACS_ID
    timer = on.FirstCReqTimeRanOut if record.screen is None else on.NextCReqTimeRanOut
    over = Play(decide, record).on(timer(at=after(second)), SendResult(result=result))
    over.refuses(received(second + 1, said), ProtocolFault).ends(State.TIMED_OUT)
    Play(decide, record).after(received(last, said), on.ChooseScreen, Later)


def test_a_faulty_creq_after_its_time_is_silence_first() -> None:
    """The result says that nothing came; the fault still gets its Erro."""
    event = on.CReqFaulted(at=after(31), fault=flawed(MessageType.CREQ, V231))
    play = fresh().after(event, SendResult, AnswerErro).ends(State.TIMED_OUT)
    assert play.effects[0] == SendResult(result=SILENT_FIRST)


def test_an_erro_after_its_time_changes_nothing() -> None:
    """The result was N for silence, and stays so."""
    event = on.ErroReceived(at=after(700), message=erro("402", V231))
    showing().on(event, SendResult(result=SILENT_LATER)).ends(State.TIMED_OUT)


@pytest.mark.parametrize("version", Version)
def test_a_room_that_chooses_nothing_ends_the_challenge(version: Version) -> None:
    """The SDK waits ten seconds for a CRes: Erro A/403, RReq U, and the room's choice is too late."""
    result = broken_off(version, cancel="06", erro=None)
    play = choosing(version).after(on.ChoiceTimeRanOut(at=after(11)), AnswerErro, SendResult)
    assert told(play) == ("403", "no CRes follows", "CReq")
    assert play.effects[1] == SendResult(result=result)
    assert result.challenge_cancel == "06"
    play.on(reached(12)).on(shown(12, cres(0, "01", version))).ends(State.ERRORED)
    assert play.record.result == result


def test_a_choice_after_its_time_is_none() -> None:
    """Even if the timer is late."""
    choosing().after(shown(11, cres(0)), AnswerErro, SendResult).ends(State.ERRORED)
    choosing().after(reached(11), AnswerErro, SendResult).ends(State.ERRORED)
    choosing().after(reached(10.9), SendResult, Later).ends(State.REPORTING)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (Delivery.REFUSED, "403"),
        (Delivery.UNCONFIRMED, "402"),
        (Delivery.POSTPONED, "403"),
        (Delivery.LOST, "403"),
    ],
)
def test_without_an_rres_the_sdk_gets_an_erro(how: Delivery, code: str) -> None:
    """Section 8: Erro A/403 or 402 instead of the final CRes; the result stands as it was sent."""
    play = reporting().after(delivered(5, how), AnswerErro).ends(State.ERRORED)
    assert told(play) == (code, "no CRes follows", "CReq")
    assert (play.record.result, play.record.sent) == (YES, 0)
    play.on(delivered(9)).ends(State.ERRORED)


def test_the_sdk_is_not_kept_waiting_for_the_rres() -> None:
    """After ten seconds it has gone: 402, and what becomes of the RReq is another matter."""
    play = reporting().after(on.ReportTimeRanOut(at=after(13)), AnswerErro).ends(State.ERRORED)
    assert told(play) == ("402", "no CRes follows", "CReq")
    play = reporting().after(delivered(13), AnswerErro).ends(State.ERRORED)
    assert play.record.result == YES


def test_an_sdk_that_gives_up_gets_no_final_cres() -> None:
    """Its Erro C/402 crosses the result, which stands."""
    play = reporting().on(on.ErroReceived(at=after(5), message=erro("402", V231)))
    play.ends(State.ERRORED).on(delivered(6)).ends(State.ERRORED)
    assert play.record.result == YES


@pytest.mark.parametrize(
    ("status", "final"), [("Y", "Y"), ("N", "N"), ("U", "N"), ("A", "N"), ("R", "N")]
)
def test_the_final_cres_says_no_more_than_it_may(status: str, final: str) -> None:
    """Section 7."""
    play = reporting(ChallengeResult(trans_status=status, reason="01"))
    play.on(delivered(4), on.SendFinalCRes(trans_status=final, counter="000"))


def test_a_challenge_may_fall_back_where_it_was_asked_for() -> None:
    """Section 2.5: RReq D, final CRes D; not where the AReq did not say F or B."""
    later = ChallengeResult(trans_status="D", reason="29")
    play = choosing(V231, threeDSRequestorDecReqInd="F")
    play.on(reached(3, later), SendResult(result=later), report(3))
    play.on(delivered(4), on.SendFinalCRes(trans_status="D", counter="000"))
    choosing().refuses(reached(3, later), Misuse)


@pytest.mark.parametrize("status", ["C", "S", "I", "X"])
def test_what_is_no_result_is_misuse(status: str) -> None:
    """An RReq cannot say it."""
    choosing().refuses(reached(3, ChallengeResult(trans_status=status)), Misuse)


@pytest.mark.parametrize("event", [shown(2, cres(0)), reached(2)])
def test_the_room_is_asked_before_it_answers(event: on.Event) -> None:
    """Nothing to show before the first CReq, and not twice for one CReq."""
    fresh().refuses(event, Misuse)
    showing().refuses(replace(event, at=after(3)), Misuse)


@pytest.mark.parametrize("play", [fresh(), choosing(), showing()], ids=["fresh", "asked", "shown"])
def test_nothing_is_delivered_before_there_is_a_result(play: Play[AppChallenge]) -> None:
    """Somebody mixed two challenges up."""
    play.refuses(delivered(3), Misuse)


WRONG_SCREENS = {
    "out of count": cres(1),
    "of another version": cres(0, "01", V220),
    "of another transaction": cres(0, acsTransID=OTHER_ID),
    "the last one": final_cres(0),
    "no CRes": rreq("Y", V231),
    "a CReq": message(MessageType.CREQ, V231, challengeCompletionInd="N", acsCounterAtoS="000"),
    "without a word on its end": message(MessageType.CRES, V231, acsCounterAtoS="000"),
    "without a counter": message(MessageType.CRES, V231, challengeCompletionInd="N"),
}


@pytest.mark.parametrize("screen", WRONG_SCREENS.values(), ids=WRONG_SCREENS)
def test_a_screen_must_be_the_next_cres_of_this_challenge(screen: Message) -> None:
    """What we send is always sound; the room is told that it erred."""
    choosing().refuses(shown(2, screen), Misuse)


def counted(sent: int, received_so_far: int) -> AppChallenge:
    """A challenge that has gone on for long; a CReq is to be answered."""
    return replace(choosing().record, sent=sent, received=received_so_far)


def test_the_counter_does_not_wrap() -> None:
    """Section 5.4: past 255 is an error, so the 256th CRes must be the last."""
    last = Play(decide, counted(254, 255)).on(
        shown(2, cres(254)), on.SendScreen(message=cres(254)), next_creq(2)
    )
    assert not counted(254, 255).must_end
    last.after(received(9, creq(255, challengeNoEntry="Y")), on.ChooseScreen, Later)
    assert last.record.must_end
    assert last.record.counter == "255"
    last.refuses(shown(10, cres(255)), Misuse)
    last.on(reached(10), SendResult(result=YES), report(10))
    last.on(delivered(11), on.SendFinalCRes(trans_status="Y", counter="255")).ends(State.COMPLETED)


def over() -> list[Play[AppChallenge]]:
    """Every way to be over but silence."""
    return [
        reporting(),
        reporting().after(delivered(4), on.SendFinalCRes),
        reporting().after(delivered(4, Delivery.LOST), AnswerErro),
        showing().after(on.ErroReceived(at=after(9), message=erro("203", V231)), SendResult),
    ]


@pytest.mark.parametrize("play", over(), ids=lambda each: each.record.state.value)
def test_a_creq_after_the_result_is_refused(play: Play[AppChallenge]) -> None:
    """315 (section 8; vectors: CReq after RReq)."""
    with pytest.raises(ProtocolFault) as caught:
        decide(play.record, received(5, creq(1, challengeNoEntry="Y")))
    assert caught.value.error_code is ErrorCode.CHALLENGE_OVER
    assert caught.value.error_detail == "the result is known"


@pytest.mark.parametrize("play", over(), ids=lambda each: each.record.state.value)
def test_a_faulty_creq_after_the_result_is_only_answered(play: Play[AppChallenge]) -> None:
    """There is no second result."""
    before = play.record
    play.after(on.CReqFaulted(at=after(5), fault=flawed(MessageType.CREQ, V231)), AnswerErro)
    assert play.record == before


LATE: list[on.Event] = [
    on.ErroReceived(at=after(900), message=erro("203", V231)),
    shown(900, cres(0)),
    reached(900, ChallengeResult(trans_status="N", reason="01")),
    delivered(900),
    on.FirstCReqTimeRanOut(at=after(30)),
    on.NextCReqTimeRanOut(at=after(602)),
    on.ChoiceTimeRanOut(at=after(11)),
    on.ReportTimeRanOut(at=after(13)),
]


@pytest.mark.parametrize("event", LATE, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize(
    "play",
    [*over()[1:], fresh().after(on.FirstCReqTimeRanOut(at=after(30)), SendResult)],
    ids=["completed", "undelivered", "accused", "silent"],
)
def test_what_is_over_stays_over(play: Play[AppChallenge], event: on.Event) -> None:
    """A late click must not change a result already sent."""
    before = play.record
    assert decide(before, event) == (before, ())


def test_every_wait_counts_from_its_own_beginning() -> None:
    """The moments of the record, not of the clock that asks."""
    moments: list[datetime | None] = [fresh().record.until, choosing().record.until]
    moments += [showing().record.until, reporting().record.until]
    assert moments == [after(30), after(11), after(602), after(13)]


def test_the_result_is_sent_before_the_sdk_hears_of_it() -> None:
    """Section 2.1: RReq, RRes, and then the final CRes."""
    assert not any(isinstance(each, on.SendFinalCRes) for each in reporting().effects)
