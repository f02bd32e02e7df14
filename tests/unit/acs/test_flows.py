"""Authentication and challenge on the library's tables, as conversations and as invariants."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow import challenge as in_challenge
from sekisho.issuer.acs.flow.authentication import AnswerFound, Silenced
from sekisho.issuer.acs.flow.challenge import BrowserCame
from sekisho.issuer.acs.flow.left import (
    HELD,
    RING_AFTER,
    TIMERS,
    Complain,
    RememberDevice,
    Ring,
    SendRReq,
    at_once,
    kept,
    silence_of,
)
from sekisho.issuer.acs.flow.question import Began, CardLocked, CodeNotSent, DeliverCode, Proceeded
from sekisho.issuer.acs.model import (
    Authentication,
    Challenge,
    ChallengeKind,
    Ending,
    Purchase,
    Question,
)
from sekisho.issuer.acs.service.reading import record_of
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse, OutOfTurn
from sekisho.kernel.money import Amount
from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, parse
from sekisho.protocol.states import browser_events as browser
from sekisho.protocol.states import result_delivery as delivery
from sekisho.protocol.states.acs_authentication import State
from sekisho.protocol.states.acs_events import ErroReceived
from sekisho.protocol.states.browser_challenge import State as InBrowser
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.vocabulary import Channel
from sekisho.testkit.playbook import Play
from tests.unit.protocol.states.transactions import message

from .conftest import areq, decoded
from .conftest import creq as creq_text
from .test_question import FRESH as QUESTION
from .test_question import LATER, NOW, SOON, again, code, entered
from .test_question import delivery as sent

FIRST_CREQ = NOW + timedelta(seconds=30)
PAGE = timedelta(minutes=10)
RRES = timedelta(seconds=5)

PURCHASE = Purchase(
    merchant_name="Tea and Tins",
    amount=Amount(minor=14500, currency="JPY"),
    made_at=NOW,
    bank_name="Sekisho Bank",
    card_id="card-1",
    card_name="Sandbox Visa",
    masked_number="•••• 0072",
    personal_message="桜の下で",
    phone_masked="•••-5678",
    email_masked="t•••@example.jp",
    card_language="ja",
)
WAITING = Challenge(
    question=QUESTION,
    purchase=PURCHASE,
    notification_url="https://pay.example/n",
    requestor_url="https://shop.example/",
    language="ja",
    user_agent="agent",
)
ACS_TRANS_ID = "33333333-3333-4333-8333-333333333333"
FAULT = ProtocolFault(ErrorCode.FORMAT_INVALID, elements=["challengeWindowSize"])


def fresh(version: str = "2.2.0", **changes: object) -> Authentication:
    """An authentication about to be decided."""
    asked = parse(areq(messageVersion=version), receiver=Component.ACS)
    record = record_of(
        asked, id=ACS_TRANS_ID, at=NOW, digest="body", card_key="card", device_id="device"
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # fields by name


def came(version: str = "2.2.0", at: datetime = SOON, number: int = 1) -> BrowserCame:
    """The browser brings its CReq."""
    ids = fresh(version).transaction.ids
    text = creq_text({**ids, "messageVersion": version})
    found = parse(
        json.dumps(decoded(text)).encode(), receiver=Component.ACS, channel=Channel.BROWSER
    )
    return BrowserCame(
        at=at, message=found, session_data="abc", began=Began(at=at, prepared=code(number))
    )


def rres(record: Authentication) -> Message:
    """The answer that takes the result."""
    ids = {**record.transaction.ids}
    return message(MessageType.RRES, record.transaction.version, **ids, resultsStatus="01")


def decide(record: Authentication, event: flow.Event) -> tuple[Authentication, tuple[Effect, ...]]:
    """Decide, and give what the outbox will keep."""
    after, effects = flow.decide(record, event)
    return after, kept(effects)


def ring(silence: type, until: datetime) -> Later:
    """A timer as it is kept."""
    [name] = (name for name, kind in TIMERS.items() if kind is silence)
    margin = RING_AFTER if silence in HELD else timedelta(0)
    return Later(until + margin, Ring(wait=name, until=until))


def challenged(
    challenge: Challenge = WAITING, version: str = "2.2.0", *, refuses: bool = False
) -> Play[Authentication]:
    """Come to an open challenge."""
    play: Play[Authentication] = Play(decide, fresh(version))
    event = AnswerFound(
        at=NOW,
        result=ChallengeResult(trans_status="C"),
        ares="{}",
        reasons=(),
        challenge=challenge,
        sealed_number="sealed number",
        refuses_repeats=refuses,
    )
    return play.on(event, ring(browser.FirstCReqTimeRanOut, FIRST_CREQ))


def asking() -> Play[Authentication]:
    """Come to the page."""
    return challenged().on(came(), sent(1), ring(browser.PageTimeRanOut, SOON + PAGE))


def results(at: datetime) -> tuple[Effect, ...]:
    """What a challenge leaves that ended at that moment."""
    return (
        SendRReq(attempt=1),
        ring(delivery.RResTimeRanOut, at + RRES),
    )


def challenge_of(play: Play[Authentication]) -> Challenge:
    """Give the challenge, which must be there."""
    assert play.record.challenge is not None
    return play.record.challenge


def test_every_timer_of_its_tables_can_be_kept_and_brought_back() -> None:
    """A wait whose timer had no name would never end."""
    for name, kind in TIMERS.items():
        assert silence_of(Ring(wait=name, until=NOW)) == kind(at=NOW)


def test_every_ending_has_its_result() -> None:
    """No question can end without something to report."""
    of_tables = set(in_challenge.ENDINGS.values()) | {Ending.FAULTED}
    assert set(in_challenge.RESULTS) | of_tables == set(Ending)


def test_a_passed_challenge_owes_its_result_and_teaches_the_device() -> None:
    """D4; only success teaches: attempts must not poison what is known."""
    play = asking().on(
        entered("right-1"),
        SendRReq(attempt=1),
        ring(delivery.RResTimeRanOut, LATER + RRES),
        RememberDevice(card_key="card", device_id="device"),
        ring(browser.ResultTimeRanOut, LATER + RRES),
    )
    assert play.ends(State.RESULT_OWED).record.result == ChallengeResult(trans_status="Y")
    assert play.record.sealed_number is not None
    assert challenge_of(play).question.ending is Ending.PASSED
    taken = delivery.RResReceived(at=LATER, message=rres(play.record))
    play.on(taken).ends(State.RESULT_TAKEN)
    assert play.record.sealed_number is None
    assert play.record.settled_at == LATER
    stage = challenge_of(play).browser
    assert stage is not None
    assert stage.state is InBrowser.COMPLETED


def test_a_failed_challenge_teaches_nothing_and_forgets_the_number() -> None:
    """The card number is needed for the authentication value and for nothing else."""
    play = asking().on(
        browser.Cancelled(at=LATER), *results(LATER), ring(browser.ResultTimeRanOut, LATER + RRES)
    )
    assert play.record.sealed_number is None
    assert challenge_of(play).question.ending is Ending.CANCELLED


def test_whatever_the_cardholder_does_begins_another_ten_minutes() -> None:
    """Section 9; and an earlier page's timer means nothing."""
    (
        asking()
        .on(entered("wrong"), ring(browser.PageTimeRanOut, LATER + PAGE))
        .on(again(2), sent(2), ring(browser.PageTimeRanOut, LATER + PAGE))
        .on(browser.PageTimeRanOut(at=SOON + PAGE))
        .ends(State.CHALLENGE)
        .after(browser.PageTimeRanOut(at=LATER + PAGE), SendRReq, Later, Later)
        .ends(State.RESULT_OWED)
    )


def test_a_press_that_changes_no_page_gains_no_time() -> None:
    """Otherwise a page could be kept open for ever by asking for codes too soon."""
    early = SOON + timedelta(seconds=5)
    play = asking().on(again(1, at=early))
    stage = challenge_of(play).browser
    assert stage is not None
    assert stage.until == SOON + PAGE


def test_a_browser_that_never_comes_times_out() -> None:
    """Section 9: 30 seconds to the first CReq; nobody is there to take a CRes."""
    play = challenged().on(browser.FirstCReqTimeRanOut(at=FIRST_CREQ), *results(FIRST_CREQ))
    assert challenge_of(play).question.ending is Ending.NEVER_OPENED


def test_the_clock_counts_and_not_the_timer() -> None:
    """A CReq at second 30 is late, even if the timer's message has not arrived yet."""
    challenged().refuses(came(at=FIRST_CREQ), ProtocolFault)
    late = SOON + PAGE
    play = asking().after(entered("right-1", late), SendRReq, Later, Later)
    assert challenge_of(play).question.ending is Ending.LEFT_ALONE
    assert play.record.trans_status == "N"


def test_a_reload_changes_nothing() -> None:
    """A second CReq is taken without a second code or a longer wait (2.2)."""
    play = asking()
    before = play.record
    assert play.on(came(at=LATER, number=2)).record is before


def test_a_second_creq_is_refused_where_it_is_so_configured() -> None:
    """Section 8: 314, since 2.3.1."""
    play = challenged(version="2.3.1", refuses=True)
    play.after(came("2.3.1"), DeliverCode, Later).refuses(came("2.3.1", LATER), ProtocolFault)


@pytest.mark.parametrize(
    ("version", "reason", "cancel"),
    [("2.1.0", "07", "06"), ("2.2.0", "22", "06"), ("2.3.1", "22", "10")],
)
def test_a_faulty_creq_is_reported_in_words_of_its_version(
    version: str, reason: str, cancel: str
) -> None:
    """2.1.0 has no reason 22, 2.3.1 a word for the cause."""
    play = challenged(version=version)
    play.on(browser.CReqFaulted(at=SOON, fault=FAULT), *results(SOON))
    result = play.record.result
    assert result is not None
    assert (result.trans_status, result.reason) == ("U", reason)
    assert result.challenge_cancel == cancel
    assert (result.erro is not None) == (version == "2.3.1")
    erro = challenge_of(play).erro
    assert erro is not None
    assert json.loads(erro)["errorCode"] == "203"


def test_a_faulty_creq_ends_only_what_has_not_begun() -> None:
    """Attack 1: rubbish under known ids must not end a challenge under way; its Erro goes back."""
    play = asking()
    after, effects = flow.decide(play.record, browser.CReqFaulted(at=LATER, fault=FAULT))
    assert after is play.record
    [answer] = at_once(effects)
    assert isinstance(answer, AnswerErro)


@pytest.mark.parametrize(
    "event",
    [
        entered("right-1", SOON),
        again(1, at=SOON),
        CodeNotSent(at=SOON, message_id="message-1"),
        Proceeded(at=SOON),
        CardLocked(at=SOON),
        browser.Cancelled(at=SOON),
    ],
    ids=lambda event: type(event).__name__,
)
def test_nothing_can_be_done_on_a_page_that_was_never_shown(event: flow.Event) -> None:
    """Only whoever was shown the page has its token; anything else is our mistake."""
    challenged().refuses(event, OutOfTurn)


def test_a_frictionless_answer_is_the_last_word() -> None:
    """A3: and a page for it is refused."""
    play: Play[Authentication] = Play(decide, fresh())
    play.on(AnswerFound(at=NOW, result=ChallengeResult(trans_status="Y"), ares="{}", reasons=()))
    assert play.ends(State.ANSWERED).record.settled_at == NOW
    play.refuses(came(), OutOfTurn)
    play.refuses(delivery.AttemptBegun(at=NOW, attempt=1), OutOfTurn)


def test_an_answer_that_the_areq_forbids_is_our_mistake() -> None:
    """Section 7: the table allows no D where nobody asked for it; C needs something to ask."""
    play: Play[Authentication] = Play(decide, fresh())
    for status in ("D", "S", "C"):
        answer = AnswerFound(
            at=NOW, result=ChallengeResult(trans_status=status), ares="{}", reasons=()
        )
        play.refuses(answer, Misuse)


def test_silence_is_kept() -> None:
    """F4: the sandbox's ACS that gives no answer is deciding for ever."""
    play: Play[Authentication] = Play(decide, fresh())
    assert play.on(Silenced(at=NOW, reasons=())).ends(State.DECIDING).record.settled_at == NOW


def test_a_result_that_finds_no_connection_is_tried_again() -> None:
    """Section 9: once at once, then every ten seconds; the browser is let go meanwhile."""
    play = asking().after(browser.Cancelled(at=LATER), SendRReq, Later, Later)
    lost = delivery.DirectoryUnreachable(at=LATER, attempt=1)
    play.on(lost, SendRReq(attempt=2), ring(delivery.RResTimeRanOut, LATER + RRES))
    again_at = LATER + timedelta(seconds=10)
    play.on(replace(lost, attempt=2), ring(delivery.PauseTimeRanOut, again_at))
    stage = challenge_of(play).browser
    assert stage is not None
    assert stage.state is InBrowser.COMPLETED
    play.ends(State.RESULT_OWED)
    play.after(delivery.PauseTimeRanOut(at=again_at), SendRReq, Later).ends(State.RESULT_OWED)


def test_an_answer_that_breaks_a_rule_is_complained_of() -> None:
    """Section 8: the Directory Server is told, by an effect of its own."""
    play = asking().after(browser.Cancelled(at=LATER), SendRReq, Later, Later)
    fault = ProtocolFault(ErrorCode.MESSAGE_INVALID, message_type=MessageType.RRES)
    play.after(delivery.RResFaulted(at=LATER, fault=fault), Complain)
    play.ends(State.RESULT_UNCONFIRMED)


def test_an_erro_about_the_ares_ends_a_challenge_without_a_result() -> None:
    """The Directory Server would not have the C: whoever comes with a CReq all the same is late."""
    found = message(MessageType.ERRO, fresh().transaction.version, errorCode="203")
    play = challenged().on(ErroReceived(at=SOON, message=found)).ends(State.REVOKED)
    play.after(browser.FirstCReqTimeRanOut(at=FIRST_CREQ)).ends(State.REVOKED)
    assert play.record.result is None


def test_a_record_with_all_that_it_may_hold_comes_back_from_the_database_as_it_was() -> None:
    """Messages, enumerations and moments of the library's records among it."""
    play = challenged(version="2.3.1")
    play.on(browser.CReqFaulted(at=SOON, fault=FAULT), *results(SOON))
    read = decoder_of(Authentication).decode(written(play.record))
    assert read == play.record
    for effect in play.effects:
        inner = effect.effect if isinstance(effect, Later) else effect
        assert decoder_of(type(inner)).decode(written(inner)) == inner


MOMENTS = st.integers(0, 30).map(lambda number: NOW + timedelta(seconds=20 * number))
RRES_MESSAGE = rres(fresh())
ANYTHING = st.one_of(
    st.builds(lambda at: came(at=at), MOMENTS),
    st.builds(entered, st.sampled_from(("right-1", "right-2", "wrong")), MOMENTS),
    st.builds(again, st.integers(0, 5), st.just(2), MOMENTS),
    st.builds(
        CodeNotSent, at=MOMENTS, message_id=st.sampled_from(("message-1", "message-2", "other"))
    ),
    st.builds(Proceeded, at=MOMENTS),
    st.builds(browser.Cancelled, at=MOMENTS),
    st.builds(CardLocked, at=MOMENTS),
    st.builds(browser.CReqFaulted, at=MOMENTS, fault=st.just(FAULT)),
    st.builds(delivery.AttemptBegun, at=MOMENTS, attempt=st.integers(1, 3)),
    st.builds(delivery.RResReceived, at=MOMENTS, message=st.just(RRES_MESSAGE)),
    st.builds(delivery.DirectoryUnreachable, at=MOMENTS, attempt=st.integers(1, 3)),
    st.builds(delivery.RResFaulted, at=MOMENTS, fault=st.just(FAULT)),
    st.builds(
        lambda kind, at: kind(at=at),
        st.sampled_from([kind for kind in TIMERS.values() if "browser" in kind.__module__]),
        MOMENTS,
    ),
    st.builds(delivery.PauseTimeRanOut, at=MOMENTS),
    st.builds(delivery.RResTimeRanOut, at=MOMENTS),
)


@given(st.sampled_from(list(ChallengeKind)), st.lists(ANYTHING, max_size=25))
def test_whatever_happens_there_is_one_result_and_it_never_changes(
    kind: ChallengeKind, events: list[flow.Event]
) -> None:
    """Never two results, in whatever order a network and a person bring their news."""
    question = Question(kind=kind, attempts_left=3, codes_left=3)
    record = challenged(replace(WAITING, question=question)).record
    first_attempts = 0
    for event in events:
        try:
            after, effects = decide(record, event)
        except (OutOfTurn, ProtocolFault):
            continue
        assert after.challenge is not None
        first_attempts += effects.count(SendRReq(attempt=1))
        assert first_attempts == (after.result is not None)
        assert (after.result is not None) == (after.challenge.question.ending is not None)
        if record.result is not None:
            assert after.result == record.result
        if record.state in flow.FINAL:
            assert after.state is record.state
            assert after.settled_at == record.settled_at
        if after.trans_status == "Y":
            assert after.challenge.question.ending is Ending.PASSED
        record = after
