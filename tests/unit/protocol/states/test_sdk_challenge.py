"""The challenge in an app at the 3DS SDK, as conversations."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Component,
    ErrorCode,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Version,
)
from sekisho.protocol.states import sdk_challenge_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.screens import (
    Answer,
    Answered,
    Cancelled,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobContinued,
    TextEntered,
)
from sekisho.protocol.states.sdk_challenge import SdkChallenge, State, begin, decide
from sekisho.protocol.states.sdk_challenge_events import Outcome
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.app_messages import app_transaction, creq, cres, final_cres
from tests.unit.protocol.states.transactions import NOON, OTHER_ID, after, erro, flawed, ring

V210, V220, V231 = Version
FIVE = timedelta(minutes=5)
APP_URL = "https://shop.example/back"
BANK_APP = "https://bank.example/app"
OOB_APP: dict[str, Json] = {"oobAppURL": BANK_APP, "oobAppLabel": "Open"}
TYPED = Answered(answer=TextEntered(entry=Secret("123456"), second=None))


def fresh(version: Version = V231, max_time: timedelta = FIVE) -> Play[SdkChallenge]:
    """The app was handed what the ARes brought."""
    record, _ = begin(
        app_transaction(version),
        at=NOON,
        max_time=max_time,
        oob_app_url_ind="01",
        app_url=APP_URL,
    )
    return Play(decide, record)


def sent(counter: int, version: Version = V231, **said: Json) -> on.SendCReq:
    """The CReq with this counter, as the SDK of these tests makes it."""
    back = {} if version is V210 else {"threeDSRequestorAppURL": APP_URL}
    return on.SendCReq(message=creq(counter, version, **{**back, **said}))


def cres_due(at: float) -> Later:
    return ring(on.CResTimeRanOut, after(at + 10))


def end_due(at: float = 301) -> Later:
    """Five minutes from the first CReq, which goes out after a second."""
    return ring(on.ChallengeTimeRanOut, after(at))


def came(at: float, screen: Message) -> on.CResReceived:
    return on.CResReceived(at=after(at), message=screen)


def replied(at: float, answered: Answered = TYPED) -> on.Replied:
    return on.Replied(at=after(at), answered=answered)


def pressed(at: float) -> on.CancelPressed:
    return on.CancelPressed(at=after(at))


def waiting(version: Version = V231, max_time: timedelta = FIVE) -> Play[SdkChallenge]:
    """The first CReq went out after a second."""
    verified = on.SignatureVerified(at=after(1))
    return fresh(version, max_time).on(verified, sent(0, version), cres_due(1))


def showing(ui: str = "01", version: Version = V231, **changes: Json) -> Play[SdkChallenge]:
    """A screen came after two seconds."""
    screen = cres(0, ui, version, **changes)
    return waiting(version).on(came(2, screen), on.ShowScreen(message=screen), end_due())


def told(outcome: Outcome, status: str | None = None) -> on.TellApp:
    return on.TellApp(outcome=outcome, trans_status=status)


def blamed(play: Play[SdkChallenge]) -> tuple[str, str, str | None]:
    """Give code, detail and message type of the Erro that went to the ACS, and hold its ids."""
    (post,) = (effect for effect in play.effects if isinstance(effect, PostErro))
    said = post.message
    assert (post.to, said.text("errorComponent")) == (Component.ACS, "C")
    assert said.text("acsTransID") == ACS_ID
    return said.text("errorCode"), said.text("errorDetail"), said.text_or_none("errorMessageType")


def test_nothing_is_sent_before_the_signature_was_verified() -> None:
    """Section 5.3: acsURL and the ACS's key are worth nothing until then."""
    record, effects = begin(app_transaction(), at=NOON, max_time=FIVE)
    assert effects == (on.VerifySignature(), ring(on.StartTimeRanOut, after(30)))
    assert (record.state, record.until, record.deadline) == (State.CHECKING, after(30), after(30))
    assert (record.oob_app_url_ind, record.app_url) == ("02", None)


@pytest.mark.parametrize("short", [timedelta(minutes=4, seconds=59), timedelta(0)])
def test_less_than_five_minutes_is_misuse(short: timedelta) -> None:
    """sdkMaxTimeout, section 9."""
    with pytest.raises(Misuse):
        begin(app_transaction(), at=NOON, max_time=short)


def test_a_code_completes_a_challenge() -> None:
    """A1: CReq 000, screen, code, final CRes; the app is told once (section 2.1)."""
    play = (
        showing()
        .on(replied(60), sent(1, challengeDataEntry="123456"), cres_due(60))
        .on(came(61, final_cres(1)), told(Outcome.COMPLETED, "Y"))
        .ends(State.COMPLETED)
    )
    assert (play.record.sent, play.record.received, play.record.until) == (2, 2, None)


@pytest.mark.parametrize("status", ["Y", "N", "D"])
def test_the_app_is_told_what_the_last_cres_says(status: str) -> None:
    """Only the RReq says what it is worth (section 2.1)."""
    waiting().on(came(2, final_cres(0, status)), told(Outcome.COMPLETED, status))


@pytest.mark.parametrize("version", Version)
def test_the_first_creq_says_what_its_version_wants(version: Version) -> None:
    """Section 5.5: ids, version and counter; the way back since 2.2.0, oobAppURLInd since 2.3.1."""
    said = waiting(version).effects[0]
    assert isinstance(said, on.SendCReq)
    elements = dict(said.message.elements)
    expected: dict[str, Json] = {
        "messageType": "CReq",
        "messageVersion": version.value,
        "threeDSServerTransID": SERVER_ID,
        "acsTransID": ACS_ID,
        "sdkTransID": SDK_ID,
        "sdkCounterStoA": "000",
    }
    if version >= V220:
        expected["threeDSRequestorAppURL"] = APP_URL
    if version >= V231:
        expected["oobAppURLInd"] = "01"
    assert elements == expected


@pytest.mark.parametrize(
    ("ui", "version", "answer", "said"),
    [
        ("01", V220, NothingEntered(), {"challengeNoEntry": "Y"}),
        ("01", V210, NothingEntered(), {}),
        ("02", V231, Chosen(("mail",)), {"challengeDataEntry": "mail"}),
        ("03", V231, Chosen(("mail", "sms")), {"challengeDataEntry": "mail,sms"}),
        ("04", V231, OobContinued(automatic=False), {"oobContinue": "01"}),
        ("04", V220, OobContinued(automatic=False), {"oobContinue": True}),
        ("05", V231, HtmlSubmitted(query=Secret("a=1")), {"challengeHTMLDataEntry": "a=1"}),
        ("06", V231, HtmlSubmitted(query=Secret("a=1")), {"challengeHTMLDataEntry": "a=1"}),
        ("07", V231, InfoContinued(), {"infoContinueIndicator": True}),
    ],
)
def test_every_kind_of_screen_is_answered_in_its_own_way(
    ui: str, version: Version, answer: Answer, said: dict[str, Json]
) -> None:
    """A1: UI types 01 to 07."""
    answered = Answered(answer=answer)
    showing(ui, version).on(replied(9, answered), sent(1, version, **said), cres_due(9))


@pytest.mark.parametrize(
    "answer", [Chosen(("fax",)), OobContinued(automatic=False), Cancelled("01"), InfoContinued()]
)
def test_what_the_screen_does_not_allow_is_misuse(answer: Answer) -> None:
    """The surface showed something else than the CRes; cancelling is an event of its own."""
    showing("02").refuses(replied(9, Answered(answer=answer)), Misuse)


def test_a_signature_that_does_not_hold_ends_it_unsaid() -> None:
    """Section 5.3: the SDK ends and tells the requestor; the ACS hears nothing."""
    event = on.SignatureRefused(at=after(1))
    fresh().on(event, told(Outcome.RUNTIME_ERROR)).ends(State.RUNTIME_ERROR)


def test_a_signature_nobody_looks_at_ends_it() -> None:
    """After thirty seconds the ACS waits no longer."""
    event = on.StartTimeRanOut(at=after(30))
    fresh().on(event, told(Outcome.RUNTIME_ERROR)).ends(State.RUNTIME_ERROR)
    late = on.SignatureVerified(at=after(30))
    fresh().on(late, told(Outcome.RUNTIME_ERROR)).ends(State.RUNTIME_ERROR)


def test_cancelling_before_the_first_creq_says_nothing_to_the_acs() -> None:
    """It has not heard of us, and its thirty seconds say the rest."""
    fresh().on(pressed(1), told(Outcome.CANCELLED)).ends(State.CANCELLED)


def test_cancelling_a_screen_tells_the_acs() -> None:
    """challengeCancel 01, and the app is told at once."""
    play = showing().on(pressed(9), sent(1, challengeCancel="01"), told(Outcome.CANCELLED))
    play.ends(State.CANCELLED)
    assert (play.record.sent, play.record.until) == (2, None)
    play.on(came(10, final_cres(1, "N"))).ends(State.CANCELLED)


def test_a_wish_to_cancel_waits_for_the_cres() -> None:
    """While a CRes is awaited the ACS expects nothing: the wish goes out with the next CReq."""
    play = waiting().on(pressed(3)).ends(State.AWAITING_CRES)
    play.on(came(4, cres(0)), sent(1, challengeCancel="01"), told(Outcome.CANCELLED))
    play.ends(State.CANCELLED)
    assert (play.record.sent, play.record.received) == (2, 1)


def test_a_wish_to_cancel_comes_too_late_for_the_last_cres() -> None:
    """The result is known by then, and both sides say the same."""
    play = waiting().on(pressed(3)).on(came(4, final_cres(0)), told(Outcome.COMPLETED, "Y"))
    play.ends(State.COMPLETED)


def test_the_whole_challenge_has_its_time() -> None:
    """sdkMaxTimeout from the first CReq on: challengeCancel 08 (section 9)."""
    showing().on(
        on.ChallengeTimeRanOut(at=after(301)),
        sent(1, challengeCancel="08"),
        told(Outcome.TIMED_OUT),
    ).ends(State.TIMED_OUT)


def test_a_longer_time_is_the_requestors_choice() -> None:
    """Ten minutes, counted from the first CReq."""
    screen = cres(0)
    play = waiting(max_time=timedelta(minutes=10))
    play.on(came(2, screen), on.ShowScreen(message=screen), end_due(601))
    assert play.record.deadline == after(601)


def test_what_is_pressed_after_the_time_is_silence() -> None:
    """Even if the timer is late."""
    showing().on(replied(301), sent(1, challengeCancel="08"), told(Outcome.TIMED_OUT)).ends(
        State.TIMED_OUT
    )
    showing().after(replied(300.9), on.SendCReq, Later).ends(State.AWAITING_CRES)


def test_a_screen_after_the_time_is_not_shown() -> None:
    """The CRes is waited for; then the time is over."""
    play = showing().after(replied(299), on.SendCReq, Later)
    Play(decide, play.record).on(
        came(301, cres(1)), sent(2, challengeCancel="08"), told(Outcome.TIMED_OUT)
    ).ends(State.TIMED_OUT)
    Play(decide, play.record).on(came(301, final_cres(1)), told(Outcome.COMPLETED, "Y")).ends(
        State.COMPLETED
    )
    Play(decide, play.record).after(came(300.9, cres(1)), on.ShowScreen, Later)


def test_the_end_of_the_whole_does_not_cut_a_wait_short() -> None:
    """Its timer rings while a CRes is awaited: that decides."""
    play = showing().after(replied(299), on.SendCReq, Later)
    play.on(on.ChallengeTimeRanOut(at=after(301))).ends(State.AWAITING_CRES)


def test_a_cres_that_does_not_come_ends_it() -> None:
    """Ten seconds: Erro C/402 to the ACS (section 9)."""
    play = waiting().after(on.CResTimeRanOut(at=after(11)), PostErro, on.TellApp)
    assert blamed(play) == ("402", "timeout", "CRes")
    assert play.effects[1] == told(Outcome.PROTOCOL_ERROR)
    play.ends(State.PROTOCOL_ERROR).on(came(12, cres(0))).ends(State.PROTOCOL_ERROR)
    late = waiting().after(came(11, final_cres(0)), PostErro, on.TellApp)
    assert blamed(late) == ("402", "timeout", "CRes")


def test_a_timer_of_an_earlier_cres_changes_nothing() -> None:
    """It came in time."""
    play = showing().after(replied(9), on.SendCReq, Later)
    play.on(on.CResTimeRanOut(at=after(11))).ends(State.AWAITING_CRES)
    showing().on(on.CResTimeRanOut(at=after(11))).ends(State.SHOWING)


@pytest.mark.parametrize("version", Version)
def test_a_faulty_cres_ends_it_with_an_erro(version: Version) -> None:
    """Section 8: the SDK tells the ACS, which then reports U."""
    fault = ProtocolFault(
        ErrorCode.DECRYPTION_FAILED,
        detail="the tag is wrong",
        message_type=MessageType.CRES,
        ids={"acsTransID": ACS_ID},
    )
    event = on.CResFaulted(at=after(5), fault=fault)
    play = waiting(version).after(event, PostErro, on.TellApp).ends(State.PROTOCOL_ERROR)
    assert blamed(play) == ("302", "the tag is wrong", "CRes")
    post = play.effects[0]
    assert isinstance(post, PostErro)
    assert post.message.version is version
    assert play.effects[1] == told(Outcome.PROTOCOL_ERROR)


def test_a_last_cres_with_a_forbidden_status_ends_it_without_an_erro() -> None:
    """Section 7."""
    event = on.CResFaulted(at=after(5), fault=flawed(MessageType.CRES, V231), final=True)
    waiting().on(event, told(Outcome.PROTOCOL_ERROR)).ends(State.PROTOCOL_ERROR)


def test_an_erro_that_breaks_a_rule_is_not_answered() -> None:
    """Never an Erro for an Erro."""
    event = on.CResFaulted(at=after(5), fault=flawed(MessageType.ERRO))
    waiting().on(event, told(Outcome.PROTOCOL_ERROR)).ends(State.PROTOCOL_ERROR)


def test_an_erro_of_the_acs_ends_it() -> None:
    """It answered our CReq, or came instead of the final CRes."""
    event = on.ErroReceived(at=after(5), message=erro("403", V231))
    waiting().on(event, told(Outcome.PROTOCOL_ERROR)).ends(State.PROTOCOL_ERROR)


@pytest.mark.parametrize(
    ("screen", "code", "detail"),
    [
        (cres(1), "302", "acsCounterAtoS is not 000"),
        (final_cres(1), "302", "acsCounterAtoS is not 000"),
        (cres(0, "01", V220), "203", "messageVersion"),
        (cres(0, sdkTransID=OTHER_ID), "301", "sdkTransID"),
    ],
    ids=["count", "last out of count", "version", "transaction"],
)
def test_a_cres_that_cannot_be_ours_ends_it(screen: Message, code: str, detail: str) -> None:
    """Sections 5.4 and 6; the Erro names it."""
    play = waiting().after(came(2, screen), PostErro, on.TellApp).ends(State.PROTOCOL_ERROR)
    assert blamed(play) == (code, detail, "CRes")
    assert (play.record.received, play.record.screen) == (0, {})


def test_a_connection_is_tried_twice() -> None:
    """Section 9: one immediate retry, with the same encrypted CReq; then no more."""
    play = waiting().on(on.AcsUnreachable(at=after(2), attempt=1), on.RepeatCReq(attempt=2))
    assert (play.record.state, play.record.sent) == (State.AWAITING_CRES, 1)
    play.on(on.AcsUnreachable(at=after(3), attempt=2), told(Outcome.RUNTIME_ERROR))
    play.ends(State.RUNTIME_ERROR)


def counted(sent_so_far: int, received: int) -> Play[SdkChallenge]:
    """A challenge that has gone on for long; a CRes is awaited."""
    return Play(decide, replace(waiting().record, sent=sent_so_far, received=received))


def test_the_counter_does_not_wrap() -> None:
    """Section 5.4: after 256 CReq the CRes must be the last."""
    last = counted(255, 254).after(came(2, cres(254)), on.ShowScreen, Later)
    last.on(replied(3), sent(255, challengeDataEntry="123456"), cres_due(3))
    assert last.record.sent == 256
    Play(decide, last.record).on(came(4, final_cres(255)), told(Outcome.COMPLETED, "Y"))
    last.after(came(4, cres(255)), PostErro, on.TellApp).ends(State.PROTOCOL_ERROR)
    assert blamed(last) == ("302", "sdkCounterStoA is used up", "CRes")


@pytest.mark.parametrize("ui", ["04", "06"])
def test_coming_back_goes_on_by_itself_since_231(ui: str) -> None:
    """Section 2.6: oobContinue 02."""
    event = on.AppReturned(at=after(60))
    showing(ui).on(event, sent(1, oobContinue="02"), cres_due(60)).ends(State.AWAITING_CRES)


@pytest.mark.parametrize("ui", ["01", "05", "07"])
def test_coming_back_to_another_screen_changes_nothing(ui: str) -> None:
    """The cardholder looked the code up in another app."""
    showing(ui).on(on.AppReturned(at=after(60))).ends(State.SHOWING)


@pytest.mark.parametrize(
    ("ui", "part"),
    [("04", {"challengeAddInfo": "Now press"}), ("05", {"acsHTMLRefresh": "PGh0bWw-"})],
)
def test_coming_back_shows_what_is_for_those_who_come_back(ui: str, part: dict[str, Json]) -> None:
    """2.1 and 2.2: the text or the page that replaces the first (section 2.6)."""
    back = on.AppReturned(at=after(60))
    showing(ui, V210, **part).on(back, on.ShowReturn()).ends(State.SHOWING)
    showing(ui, V210).on(back).ends(State.SHOWING)


def test_the_banks_app_is_opened_when_wanted() -> None:
    """oobAppURL (2.3.1); nothing else changes."""
    play = showing("04", **OOB_APP)
    before = play.record
    play.on(on.OobAppWanted(at=after(9)), on.OpenOobApp(url=BANK_APP))
    assert play.record == before


def test_no_app_can_be_wanted_where_none_is_named() -> None:
    """The surface had no such button."""
    showing("04").refuses(on.OobAppWanted(at=after(9)), Misuse)
    showing("04").refuses(on.OobAppNotOpened(at=after(9)), Misuse)


def test_an_app_that_cannot_be_opened_is_told_to_the_acs() -> None:
    """oobAppStatus 01."""
    event = on.OobAppNotOpened(at=after(9))
    showing("04", **OOB_APP).on(event, sent(1, oobAppStatus="01"), cres_due(9))


def test_an_answered_screen_takes_no_second_answer() -> None:
    """A double tap; the processing screen is shown."""
    play = showing().after(replied(9), on.SendCReq, Later)
    for event in (
        replied(9.1),
        on.AppReturned(at=after(9.1)),
        on.OobAppWanted(at=after(9.1)),
        on.OobAppNotOpened(at=after(9.1)),
    ):
        assert decide(play.record, event) == (play.record, ())


def test_nothing_can_be_answered_before_anything_is_shown() -> None:
    """Our own mistake; but the app may come back at any time."""
    fresh().refuses(replied(1), Misuse)
    fresh().refuses(on.OobAppWanted(at=after(1)), Misuse)
    fresh().refuses(on.OobAppNotOpened(at=after(1)), Misuse)
    fresh().on(on.AppReturned(at=after(1))).ends(State.CHECKING)


@pytest.mark.parametrize(
    "event",
    [
        came(2, cres(0)),
        on.CResFaulted(at=after(2), fault=flawed(MessageType.CRES, V231)),
        on.ErroReceived(at=after(2), message=erro("203", V231)),
        on.AcsUnreachable(at=after(2), attempt=1),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_answer_without_a_question(event: on.Event) -> None:
    """Misuse before the first CReq; while a screen is shown, an answer that came twice."""
    fresh().refuses(event, Misuse)
    play = showing()
    assert decide(play.record, event) == (play.record, ())


@pytest.mark.parametrize("event", [on.SignatureVerified, on.SignatureRefused])
def test_the_signature_is_looked_at_once(event: type[on.SignatureVerified]) -> None:
    """A second verdict changes nothing."""
    for play in (waiting(), showing()):
        assert decide(play.record, event(at=after(3))) == (play.record, ())


ENDS: dict[State, Play[SdkChallenge]] = {
    State.COMPLETED: waiting().after(came(2, final_cres(0)), on.TellApp),
    State.CANCELLED: fresh().after(pressed(1), on.TellApp),
    State.TIMED_OUT: showing().after(
        on.ChallengeTimeRanOut(at=after(301)), on.SendCReq, on.TellApp
    ),
    State.PROTOCOL_ERROR: waiting().after(
        on.ErroReceived(at=after(2), message=erro("203", V231)), on.TellApp
    ),
    State.RUNTIME_ERROR: fresh().after(on.SignatureRefused(at=after(1)), on.TellApp),
}
LATE: list[on.Event] = [
    on.SignatureVerified(at=after(900)),
    on.SignatureRefused(at=after(900)),
    on.AcsUnreachable(at=after(900), attempt=1),
    came(900, cres(0)),
    on.CResFaulted(at=after(900), fault=flawed(MessageType.CRES, V231)),
    on.ErroReceived(at=after(900), message=erro("203", V231)),
    replied(900),
    pressed(900),
    on.AppReturned(at=after(900)),
    on.OobAppWanted(at=after(900)),
    on.OobAppNotOpened(at=after(900)),
    on.StartTimeRanOut(at=after(30)),
    on.CResTimeRanOut(at=after(11)),
    on.ChallengeTimeRanOut(at=after(301)),
]


@pytest.mark.parametrize("event", LATE, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("state", ENDS, ids=lambda each: each.value)
def test_the_app_is_told_once(state: State, event: on.Event) -> None:
    """Whatever comes after the end."""
    play = ENDS[state].ends(state)
    nothing: tuple[Effect, ...] = ()
    assert decide(play.record, event) == (play.record, nothing)
    assert play.record.until is None


def test_every_end_is_an_outcome() -> None:
    """The app's words are the states' own."""
    assert {state.value for state in ENDS} == {outcome.value for outcome in Outcome}
