"""Every way of asking as a conversation: prompts, proofs of the bank, other ways, other devices."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.acs.flow import question as flow
from sekisho.issuer.acs.flow.question import (
    AnsweredElsewhere,
    AskPrompt,
    BankAway,
    Began,
    CameBack,
    CardLocked,
    CodeNotSent,
    MethodChosen,
    Prepared,
    Proceeded,
    PromptAnswered,
    PromptNotSent,
    PromptRequested,
    Proven,
    Unreadable,
    WithdrawPrompt,
    left_behind,
    was_wrong,
)
from sekisho.issuer.acs.flow.ways import NEEDS, OTHERS, offered
from sekisho.issuer.acs.model import (
    GUESSABLE,
    ChallengeKind,
    Choice,
    Choices,
    Ending,
    Notice,
    PasskeyCeremony,
    Prompt,
    Question,
)
from sekisho.kernel.errors import OutOfTurn
from sekisho.testkit.playbook import Play

from .test_question import FRESH, LATER, NOW, SOON, again, code, delivery, ends, entered

K = ChallengeKind
BY_BANK = (K.STATIC_PASSWORD, K.APP_CODE, K.SINGLE_SELECT, K.MULTI_SELECT, K.PASSKEY)
WHOLE = replace(FRESH, prompts_left=2, can_prompt=True)


def prompt(number: int, at: object = SOON) -> Prompt:
    """Make a prompt whose id says which it is."""
    assert at is not None
    return Prompt(
        id=f"trans:{number}", number=f"{number:02d}",
        good_until=SOON + timedelta(minutes=5), again_from=SOON + timedelta(seconds=30),
    )  # fmt: skip


CHOICES = Choices(
    question_id="branch", texts={"ja": "支店", "en": "branch"},
    options=(Choice(code="a", texts={"ja": "あ", "en": "a"}),),
)  # fmt: skip
CEREMONY = PasskeyCeremony(nonce="bm9uY2U", facts=("f",), rp_id="bank", credential_ids=("c",))
PREPARED: dict[ChallengeKind, Prepared] = {
    K.ONE_TIME_CODE: code(1),
    K.OUT_OF_BAND: prompt(1),
    K.SINGLE_SELECT: CHOICES,
    K.MULTI_SELECT: CHOICES,
    K.PASSKEY: CEREMONY,
}


def asking(kind: ChallengeKind, **changes: object) -> Play[Question]:
    """Put a question of a kind."""
    question = replace(WHOLE, kind=kind, **changes)  # type: ignore[arg-type]  # fields by name
    play: Play[Question] = Play(flow.decide, question)
    kinds = {K.ONE_TIME_CODE: (flow.DeliverCode,), K.OUT_OF_BAND: (AskPrompt,)}.get(kind, ())
    return play.after(Began(at=SOON, prepared=PREPARED.get(kind)), *kinds)


def proven(kind: ChallengeKind, *, right: bool) -> Proven:
    """The bank has judged."""
    return Proven(at=LATER, kind=kind, right=right)


@pytest.mark.parametrize("kind", BY_BANK)
def test_what_the_bank_finds_right_passes_and_three_wrong_answers_do_not(
    kind: ChallengeKind,
) -> None:
    """A4, attack 19: password, app code, answers and passkey, three tries each."""
    ends(asking(kind).on(proven(kind, right=True)), Ending.PASSED)
    wrong = proven(kind, right=False)
    play = asking(kind).on(wrong)
    assert (play.record.attempts_left, play.record.notice) == (2, Notice.WRONG_ANSWER)
    play.on(wrong).on(wrong).on(proven(kind, right=True))
    ends(play, Ending.WRONG_ANSWERS)


def test_a_judgement_of_another_way_than_is_asked_now_is_none() -> None:
    """The cardholder took another way while the bank was judging."""
    play = asking(K.STATIC_PASSWORD)
    before = play.record
    assert play.on(proven(K.APP_CODE, right=True)).record is before


@pytest.mark.parametrize("kind", sorted(GUESSABLE, key=lambda kind: kind.name))
def test_what_cannot_be_an_answer_or_cannot_be_judged_costs_no_attempt(
    kind: ChallengeKind,
) -> None:
    """The page says so, and the attempts stay."""
    for event, notice in (
        (Unreadable(at=LATER), Notice.NOT_READABLE),
        (BankAway(at=LATER), Notice.BANK_AWAY),
    ):
        play = asking(kind)
        before = play.record
        assert play.on(event).record == replace(before, notice=notice)


@pytest.mark.parametrize("kind", [kind for kind in K if kind not in flow.ASKS_NOTHING])
def test_nobody_gets_past_a_proof_by_pressing_continue(kind: ChallengeKind) -> None:
    """Its address is known to everybody."""
    asking(kind).refuses(Proceeded(at=LATER), OutOfTurn)


def test_information_passes_when_it_was_read() -> None:
    """F1: UI type 07 and its page in the browser ask for no proof."""
    ends(asking(K.INFORMATION).on(Proceeded(at=LATER)), Ending.PASSED)


@pytest.mark.parametrize(("approved", "ending"), [(True, Ending.PASSED), (False, Ending.DENIED)])
def test_what_the_app_says_counts_when_the_cardholder_is_back(
    approved: bool, ending: Ending
) -> None:
    """F2, attack 22: "not me" is a denial; an app has no screen to end while it waits."""
    play = asking(K.OUT_OF_BAND).on(CameBack(at=LATER, by_itself=True))
    assert play.record.turn == 1
    play.on(PromptAnswered(at=LATER, prompt_id="trans:1", approved=approved))
    ends(play, None)
    # The second answer of one prompt is no answer.
    play.on(PromptAnswered(at=LATER, prompt_id="trans:1", approved=not approved))
    ends(play.on(CameBack(at=LATER, by_itself=True)), ending)
    assert play.record.attempts_made == 1


def test_coming_back_without_an_answer_is_remarked_and_waits_on() -> None:
    """Whoever presses "I have approved" too early learns what is missing."""
    play = asking(K.OUT_OF_BAND).on(CameBack(at=LATER, by_itself=False))
    assert (play.record.notice, play.record.turn) == (Notice.NOT_YET_APPROVED, 2)
    ends(play, None)


def test_another_prompt_takes_the_first_back() -> None:
    """Only the number on the page counts; the app shows one question."""
    play = asking(K.OUT_OF_BAND)
    soon = PromptRequested(at=SOON, turn=1, prompt=prompt(2))
    assert play.on(soon).record.notice is Notice.TOO_SOON
    asked = PromptRequested(at=LATER, turn=1, prompt=prompt(2))
    play.on(asked, WithdrawPrompt(prompt_id="trans:1"), AskPrompt(prompt_id="trans:2"))
    play.on(asked)  # pressed twice
    play.on(PromptAnswered(at=LATER, prompt_id="trans:1", approved=True))
    play.on(CameBack(at=LATER, by_itself=True))
    ends(play, None)
    assert play.on(PromptRequested(at=LATER, turn=2, prompt=prompt(3))).record.notice is (
        Notice.NO_MORE_PROMPTS
    )


def test_a_prompt_that_was_not_sent_can_be_asked_for_at_once() -> None:
    """Like a code."""
    play = asking(K.OUT_OF_BAND).on(PromptNotSent(at=SOON, prompt_id="trans:0"))
    assert play.record.notice is None
    play.on(PromptNotSent(at=SOON, prompt_id="trans:1"))
    assert play.record.notice is Notice.NOT_SENT
    play.after(PromptRequested(at=SOON, turn=1, prompt=prompt(2)), WithdrawPrompt, AskPrompt)


def test_a_bank_that_shows_no_more_prompts_ends_that_way() -> None:
    """Attack 22: another way, where there is one; else pressing on ends the challenge."""
    stopped = PromptNotSent(at=LATER, prompt_id="trans:1", stopped=True)
    play = asking(K.OUT_OF_BAND, others=(K.ONE_TIME_CODE,)).on(stopped)
    assert (play.record.notice, play.record.prompt) == (Notice.NO_MORE_PROMPTS, None)
    play.on(CameBack(at=LATER, by_itself=False))
    ends(play, None)
    alone = asking(K.OUT_OF_BAND).on(stopped).on(CameBack(at=LATER, by_itself=True))
    ends(alone, None)
    ends(alone.on(CameBack(at=LATER, by_itself=False)), Ending.LOCKED)


def test_a_locked_card_takes_its_prompt_back() -> None:
    """Nobody is asked about what is over."""
    ends(
        asking(K.OUT_OF_BAND).on(CardLocked(at=LATER), WithdrawPrompt(prompt_id="trans:1")),
        Ending.LOCKED,
    )


def test_the_cardholder_may_take_another_way_and_back() -> None:
    """B5: the password or the code; attempts are shared, and going to and fro gets no new code."""
    play = asking(K.ONE_TIME_CODE, others=(K.STATIC_PASSWORD,))
    play.on(MethodChosen(at=SOON, turn=1, kind=K.STATIC_PASSWORD))
    assert (play.record.kind, play.record.others) == (K.STATIC_PASSWORD, (K.ONE_TIME_CODE,))
    play.refuses(entered("right-1"), OutOfTurn).refuses(again(2), OutOfTurn)
    play.on(proven(K.STATIC_PASSWORD, right=False))
    play.on(MethodChosen(at=SOON, turn=3, kind=K.ONE_TIME_CODE, prepared=code(2)))
    assert (play.record.attempts_left, play.record.codes_left) == (2, 2)
    ends(play.on(entered("right-1")), Ending.PASSED)


def test_a_way_that_is_not_offered_is_refused_and_an_old_page_changes_nothing() -> None:
    """Its name can be guessed by anybody."""
    play = asking(K.SINGLE_SELECT)
    play.refuses(MethodChosen(at=LATER, turn=1, kind=K.INFORMATION), OutOfTurn)
    play = asking(K.PASSKEY, others=(K.OUT_OF_BAND, K.ONE_TIME_CODE))
    before = play.record
    assert play.on(MethodChosen(at=LATER, turn=9, kind=K.ONE_TIME_CODE)).record is before
    chosen = MethodChosen(at=LATER, turn=1, kind=K.ONE_TIME_CODE, prepared=code(1))
    play.on(chosen, delivery(1))
    assert (play.record.others, play.record.ceremony) == ((K.OUT_OF_BAND, K.PASSKEY), None)


def test_other_ways_do_not_send_more_than_is_allowed() -> None:
    """Attack 22: neither codes nor prompts."""
    spent = asking(K.OUT_OF_BAND, others=(K.ONE_TIME_CODE,), codes_left=0, prompts_left=1)
    spent.on(
        MethodChosen(at=LATER, turn=1, kind=K.ONE_TIME_CODE, prepared=code(1)),
        WithdrawPrompt(prompt_id="trans:1"),
    )
    assert spent.record.notice is Notice.NO_MORE_CODES
    spent.on(MethodChosen(at=LATER, turn=2, kind=K.OUT_OF_BAND, prepared=prompt(2)))
    assert (spent.record.notice, spent.record.prompt) == (Notice.NO_MORE_PROMPTS, None)


@pytest.mark.parametrize("kind", [K.ONE_TIME_CODE, K.STATIC_PASSWORD, K.APP_CODE])
def test_an_answer_from_elsewhere_needs_the_app_to_approve(kind: ChallengeKind) -> None:
    """Attack 21: the code that was passed on is worth nothing any more."""
    play = asking(kind, others=(K.STATIC_PASSWORD,))
    play.on(AnsweredElsewhere(at=LATER, prompt=prompt(1)), AskPrompt(prompt_id="trans:1"))
    question = play.record
    assert (question.kind, question.others, question.code) == (K.OUT_OF_BAND, (), None)
    assert question.notice is Notice.OTHER_DEVICE
    before = play.record
    assert play.on(AnsweredElsewhere(at=LATER, prompt=prompt(2))).record is before


def test_an_answer_from_elsewhere_is_refused_where_nothing_can_approve() -> None:
    """Attack 21: no app, or it was asked too often."""
    asked = AnsweredElsewhere(at=LATER, prompt=prompt(1))
    ends(asking(K.ONE_TIME_CODE, can_prompt=False).on(asked), Ending.OTHER_DEVICE)
    ends(asking(K.ONE_TIME_CODE, prompts_left=0).on(asked), Ending.OTHER_DEVICE)
    ends(asking(K.ONE_TIME_CODE).on(AnsweredElsewhere(at=LATER, prompt=None)), Ending.OTHER_DEVICE)


def test_a_question_may_begin_as_another_kind() -> None:
    """The bank's register of passkeys was away: a code is asked for, and not offered once more."""
    question = replace(WHOLE, kind=K.PASSKEY, others=(K.OUT_OF_BAND, K.ONE_TIME_CODE))
    play: Play[Question] = Play(flow.decide, question)
    play.on(Began(at=SOON, kind=K.ONE_TIME_CODE, prepared=code(1)), delivery(1))
    assert (play.record.kind, play.record.others) == (K.ONE_TIME_CODE, (K.OUT_OF_BAND,))


@pytest.mark.parametrize("offers", [True, False])
def test_agreements_stand_beside_an_answer_and_the_last_word_counts(offers: bool) -> None:
    """F2: trust list and device binding, only where they were asked for."""
    play = asking(K.STATIC_PASSWORD, offers_trust=offers, offers_binding=offers)
    wrong = proven(K.STATIC_PASSWORD, right=False)
    play.on(replace(wrong, trusts=True, binds=True))
    play.on(replace(wrong, trusts=False)).on(proven(K.STATIC_PASSWORD, right=True))
    expected = (False, True) if offers else (None, None)
    assert (play.record.trusts, play.record.binds) == expected


@pytest.mark.parametrize("kind", K)
def test_a_card_is_asked_only_for_what_its_holder_has(kind: ChallengeKind) -> None:
    """Whatever was decided, a card without anything enrolled is asked for a code."""
    found, others = offered(kind, ())
    assert found is (K.ONE_TIME_CODE if kind in NEEDS else kind)
    assert all(other not in NEEDS for other in others)
    found, others = offered(kind, set(NEEDS.values()))
    assert (found, others) == (kind, OTHERS.get(kind, ()))
    _, others = offered(kind, set(NEEDS.values()), passwords=False)
    assert K.STATIC_PASSWORD not in others


def test_an_app_is_not_asked_for_passkeys() -> None:
    """There is no screen for it."""
    every = set(NEEDS.values())
    assert offered(K.PASSKEY, every, in_app=True) == (K.ONE_TIME_CODE, (K.STATIC_PASSWORD,))


MOMENTS = st.integers(0, 30).map(lambda number: NOW + timedelta(seconds=20 * number))
KINDS = st.sampled_from(K)
BOOLS = st.booleans()
IDS = st.sampled_from(["trans:1", "trans:2", "other:1"])
ANYTHING = st.one_of(
    st.builds(lambda at, kind: Began(at=at, prepared=PREPARED.get(kind)), MOMENTS, KINDS),
    st.builds(entered, st.sampled_from(("right-1", "right-2", "wrong")), MOMENTS),
    st.builds(Proven, at=MOMENTS, kind=KINDS, right=BOOLS, trusts=st.none() | BOOLS),
    st.builds(again, st.integers(0, 5), st.just(2), MOMENTS),
    st.builds(
        lambda at, turn: PromptRequested(at=at, turn=turn, prompt=prompt(2)),
        MOMENTS,
        st.integers(0, 5),
    ),
    st.builds(PromptNotSent, at=MOMENTS, prompt_id=IDS, stopped=BOOLS),
    st.builds(PromptAnswered, at=MOMENTS, prompt_id=IDS, approved=BOOLS),
    st.builds(CameBack, at=MOMENTS, by_itself=BOOLS),
    st.builds(
        lambda at, turn, kind: MethodChosen(
            at=at, turn=turn, kind=kind, prepared=PREPARED.get(kind)
        ),
        MOMENTS,
        st.integers(0, 5),
        KINDS,
    ),
    st.builds(AnsweredElsewhere, at=MOMENTS, prompt=st.none() | st.just(prompt(2))),
    st.builds(CodeNotSent, at=MOMENTS, message_id=st.sampled_from(("message-1", "other"))),
    st.builds(Unreadable, at=MOMENTS),
    st.builds(BankAway, at=MOMENTS),
    st.builds(Proceeded, at=MOMENTS),
    st.builds(CardLocked, at=MOMENTS),
)


@given(
    KINDS, st.lists(KINDS.filter(lambda kind: kind not in flow.ASKS_NOTHING), unique=True),
    st.lists(ANYTHING, max_size=30),
)  # fmt: skip
def test_whatever_happens_only_a_proof_passes_and_no_bound_is_broken(
    kind: ChallengeKind, others: list[ChallengeKind], events: list[flow.Event]
) -> None:
    """In whatever order cardholders, browsers and the bank bring their news, in whatever ways."""
    question = replace(WHOLE, kind=kind, others=tuple(others))
    told: set[str] = set()
    sent = 0
    for event in events:
        if isinstance(event, PromptAnswered) and event.approved:
            told.add(event.prompt_id)
        try:
            after, effects = flow.decide(question, event)
        except OutOfTurn:
            continue
        sent += sum(isinstance(effect, AskPrompt) for effect in effects)
        assert after.attempts_left <= question.attempts_left
        assert after.turn >= question.turn
        if question.ending is not None:
            assert after is question
        if after.ending is Ending.PASSED and question.ending is None:
            assert _is_proof(question, event, told)
        assert was_wrong(question, after) <= (
            after.attempts_left < question.attempts_left or after.ending is Ending.DENIED
        )
        if after.ending is not None and after.prompt and after.prompt.approved is None:
            assert left_behind(after)
        question = after
    assert sent <= WHOLE.prompts_left + sum(isinstance(each, PromptNotSent) for each in events)


def _is_proof(question: Question, event: flow.Event, told: set[str]) -> bool:
    match event:
        case flow.CodeEntered(digest=digest):
            return question.code is not None and digest == question.code.digest
        case Proven(kind=kind, right=right):
            return right and kind is question.kind
        case CameBack():
            return question.prompt is not None and question.prompt.id in told
    return question.kind in flow.ASKS_NOTHING
