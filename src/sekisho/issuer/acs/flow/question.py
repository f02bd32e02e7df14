"""A question: what the cardholder's answers make of it. Neither browser nor app is known here.

An answer is right or wrong; the last wrong one ends it, whatever ways of asking they were given to; a
page of an earlier turn asks for no second message; nobody gets past a proof by pressing "continue".
What is over ignores everything. What the bank's app says is noted when it comes and counts when the
cardholder comes back: until then an app has nothing that could be answered.
"""

import hmac
from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow.out_of_band import (
    come_back,
    note_answer,
    offer_prompt,
    prompt_again,
    step_up,
)
from sekisho.issuer.acs.flow.putting import Decision, ended, left_behind, next_turn, put
from sekisho.issuer.acs.flow.question_events import (
    EFFECTS,
    EVENTS,
    AnsweredElsewhere,
    AskPrompt,
    BankAway,
    Began,
    CameBack,
    CardLocked,
    CodeEntered,
    CodeNotSent,
    CodeRequested,
    Deed,
    DeliverCode,
    Event,
    MethodChosen,
    NewCode,
    Prepared,
    Proceeded,
    PromptAnswered,
    PromptNotSent,
    PromptRequested,
    Proven,
    Unreadable,
    WithdrawPrompt,
)
from sekisho.issuer.acs.model import (
    ChallengeKind,
    Ending,
    Notice,
    Prompt,
    Question,
)
from sekisho.kernel.errors import OutOfTurn

__all__ = [
    "EFFECTS",
    "EVENTS",
    "AnsweredElsewhere",
    "AskPrompt",
    "BankAway",
    "Began",
    "CameBack",
    "CardLocked",
    "CodeEntered",
    "CodeNotSent",
    "CodeRequested",
    "Deed",
    "DeliverCode",
    "Event",
    "MethodChosen",
    "NewCode",
    "Prepared",
    "Proceeded",
    "PromptAnswered",
    "PromptNotSent",
    "PromptRequested",
    "Proven",
    "Unreadable",
    "WithdrawPrompt",
    "decide",
    "ended",
    "left_behind",
    "was_wrong",
]

ASKS_NOTHING: Final = {
    ChallengeKind.INFORMATION: Ending.PASSED,
    ChallengeKind.PASSES_BY_ITSELF: Ending.PASSED,
    ChallengeKind.FAILS_BY_ITSELF: Ending.WRONG_ANSWERS,
}
"""How a question ends that asks for no proof."""


def decide(question: Question, event: Event) -> Decision:
    """Apply one event; give the question as it now stands and what must be done about it.

    Raises OutOfTurn for what cannot be meant at this moment.
    """
    if question.ending is not None:
        return question, ()
    if isinstance(event, Deed):
        return _answered(_agreed(question, event), event), ()
    if isinstance(event, CodeNotSent | PromptNotSent | PromptAnswered):
        return _told(question, event), ()
    if isinstance(event, CardLocked):
        return ended(question, Ending.LOCKED), left_behind(question)
    return _asked_for(question, event)


def was_wrong(before: Question, after: Question) -> bool:
    """Tell whether what happened between the two was a wrong answer: it counts against the card."""
    return after.attempts_made > before.attempts_made and after.ending is not Ending.PASSED


def _asked_for(
    question: Question,
    event: Began | CodeRequested | PromptRequested | MethodChosen | AnsweredElsewhere,
) -> Decision:
    match event:
        case Began():
            return _begin(question, event)
        case CodeRequested():
            return _send_again(question, event)
        case PromptRequested():
            return prompt_again(question, event)
        case MethodChosen():
            return _ask_otherwise(question, event)
    return step_up(question, event)


def _told(question: Question, event: CodeNotSent | PromptNotSent | PromptAnswered) -> Question:
    match event:
        case CodeNotSent():
            return _offer_again(question, event)
        case PromptNotSent():
            return offer_prompt(question, event)
    return note_answer(question, event)


def _answered(question: Question, event: Deed) -> Question:
    match event:
        case CodeEntered():
            return _judge(question, right=_is_right(question, event))
        case Proven(kind=kind, right=right):
            # The cardholder may have taken another way while the bank was judging.
            return _judge(question, right=right) if kind is question.kind else question
        case Unreadable():
            return replace(question, notice=Notice.NOT_READABLE)
        case BankAway():
            return replace(question, notice=Notice.BANK_AWAY)
        case CameBack():
            return come_back(question, event)
    ending = ASKS_NOTHING.get(question.kind)
    if ending is None:
        raise OutOfTurn(f"a proof is asked for: {question.kind.value}")
    return ended(question, ending)


def _agreed(question: Question, deed: Deed) -> Question:
    """Keep what was ticked beside an answer; the last word counts, and only where it was asked."""
    trusts = question.trusts if deed.trusts is None else deed.trusts
    binds = question.binds if deed.binds is None else deed.binds
    if not question.offers_trust:
        trusts = None
    if not question.offers_binding:
        binds = None
    if (trusts, binds) == (question.trusts, question.binds):
        return question
    return replace(question, trusts=trusts, binds=binds)


def _begin(question: Question, event: Began) -> Decision:
    if question.turn > 0:
        return question, ()
    asked = question if event.kind is None else replace(question, kind=event.kind)
    asked = replace(asked, others=tuple(kind for kind in asked.others if kind is not asked.kind))
    return put(next_turn(asked), event.prepared)


def _is_right(question: Question, event: CodeEntered) -> bool:
    if question.code is None or question.kind is not ChallengeKind.ONE_TIME_CODE:
        raise OutOfTurn("no code is asked for")
    # An old code is a wrong code: whoever guesses must not learn which of the two it was.
    right = hmac.compare_digest(question.code.digest, event.digest)
    fresh = event.at < question.code.good_until
    return right & fresh  # both are looked at: right and wrong take the same steps


def _judge(question: Question, *, right: bool) -> Question:
    counted = replace(
        next_turn(question),
        attempts_left=question.attempts_left - 1,
        attempts_made=question.attempts_made + 1,
    )
    if right:
        return ended(counted, Ending.PASSED)
    if counted.attempts_left == 0:
        return ended(counted, Ending.WRONG_ANSWERS)
    return replace(counted, notice=Notice.WRONG_ANSWER)


def _send_again(question: Question, event: CodeRequested) -> Decision:
    if question.kind is not ChallengeKind.ONE_TIME_CODE:
        raise OutOfTurn("no code is asked for")
    if event.turn != question.turn:
        return question, ()  # a second tab, or a button pressed twice
    if question.codes_left == 0:
        return replace(question, notice=Notice.NO_MORE_CODES), ()
    if question.code is not None and event.at < question.code.again_from:
        return replace(question, notice=Notice.TOO_SOON), ()
    after, effects = put(next_turn(question), event.new_code)
    return replace(after, notice=Notice.CODE_SENT_AGAIN), effects


def _offer_again(question: Question, event: CodeNotSent) -> Question:
    code = question.code
    if code is None or code.message_id != event.message_id:
        return question  # another code is on its way by now
    # It may have arrived all the same (the bank's answer was lost), so it stays good.
    return replace(
        question,
        code=replace(code, again_from=event.at),
        codes_left=max(question.codes_left, 1),
        notice=Notice.NOT_SENT,
    )


def _ask_otherwise(question: Question, event: MethodChosen) -> Decision:
    if event.kind not in question.others:
        raise OutOfTurn(f"not offered: {event.kind.value}")
    if event.turn != question.turn:
        return question, ()
    others = tuple(question.kind if kind is event.kind else kind for kind in question.others)
    asked = replace(
        next_turn(question), kind=event.kind, others=others, prompt=None, choices=None,
        ceremony=None,
    )  # fmt: skip
    back = left_behind(question)
    if isinstance(event.prepared, NewCode) and not _may_send(question, event.at):
        # Going to and fro gets nobody another code: the one that was sent still counts.
        notice = Notice.NO_MORE_CODES if question.codes_left == 0 else None
        return replace(asked, notice=notice), back
    if isinstance(event.prepared, Prompt) and question.prompts_left == 0:
        return replace(asked, notice=Notice.NO_MORE_PROMPTS), back
    after, effects = put(asked, event.prepared)
    return after, (*back, *effects)


def _may_send(question: Question, at: datetime) -> bool:
    soon = question.code is not None and at < question.code.again_from
    return question.codes_left > 0 and not soon
