"""A question: what the cardholder's answers make of it. Neither browser nor app is known here.

A code is right or wrong; the last wrong one ends it; a page of an earlier turn asks for no second
message; nobody gets past a code by pressing "continue". What is over ignores everything.
"""

import hmac
from dataclasses import replace
from typing import Final

from sekisho.issuer.acs.flow.question_events import (
    EFFECTS,
    EVENTS,
    Began,
    CardLocked,
    CodeEntered,
    CodeNotSent,
    CodeRequested,
    DeliverCode,
    Event,
    NewCode,
    Proceeded,
)
from sekisho.issuer.acs.model import ChallengeKind, Ending, Notice, Question
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import OutOfTurn

__all__ = [
    "EFFECTS",
    "EVENTS",
    "Began",
    "CardLocked",
    "CodeEntered",
    "CodeNotSent",
    "CodeRequested",
    "DeliverCode",
    "Event",
    "NewCode",
    "Proceeded",
    "decide",
    "ended",
]

BY_ITSELF: Final = {
    ChallengeKind.PASSES_BY_ITSELF: Ending.PASSED,
    ChallengeKind.FAILS_BY_ITSELF: Ending.WRONG_ANSWERS,
}


def decide(question: Question, event: Event) -> tuple[Question, tuple[Effect, ...]]:
    """Apply one event; give the question as it now stands and what must be done about it.

    Raises OutOfTurn for what cannot be meant at this moment.
    """
    if question.ending is not None:
        return question, ()
    match event:
        case Began():
            return _begin(question, event)
        case CodeRequested():
            return _send_again(question, event)
    return _answered(question, event), ()


def ended(question: Question, ending: Ending) -> Question:
    """End a question; what ended already stays as it is."""
    if question.ending is not None:
        return question
    return replace(question, ending=ending, code=None, notice=None)


def _answered(
    question: Question, event: CodeEntered | CodeNotSent | Proceeded | CardLocked
) -> Question:
    match event:
        case CodeEntered():
            return _judge(question, event)
        case CodeNotSent():
            return _offer_again(question, event)
        case Proceeded():
            return ended(question, _by_itself(question))
    return ended(question, Ending.LOCKED)


def _begin(question: Question, event: Began) -> tuple[Question, tuple[Effect, ...]]:
    if question.turn > 0:
        return question, ()
    begun = _next_turn(question)
    if event.new_code is None:
        return begun, ()
    return _with_code(begun, event.new_code), (_delivery(event.new_code),)


def _judge(question: Question, event: CodeEntered) -> Question:
    if question.code is None:
        raise OutOfTurn("no code is asked for")
    # An old code is a wrong code: whoever guesses must not learn which of the two it was.
    right = hmac.compare_digest(question.code.digest, event.digest)
    fresh = event.at < question.code.good_until
    counted = replace(
        _next_turn(question),
        attempts_left=question.attempts_left - 1,
        attempts_made=question.attempts_made + 1,
    )
    if right and fresh:
        return ended(counted, Ending.PASSED)
    if counted.attempts_left == 0:
        return ended(counted, Ending.WRONG_ANSWERS)
    return replace(counted, notice=Notice.WRONG_CODE)


def _send_again(question: Question, event: CodeRequested) -> tuple[Question, tuple[Effect, ...]]:
    if question.code is None:
        raise OutOfTurn("no code is asked for")
    if event.turn != question.turn:
        return question, ()  # a second tab, or a button pressed twice
    if question.codes_left == 0:
        return replace(question, notice=Notice.NO_MORE_CODES), ()
    if event.at < question.code.again_from:
        return replace(question, notice=Notice.TOO_SOON), ()
    after = _with_code(_next_turn(question), event.new_code)
    return replace(after, notice=Notice.CODE_SENT_AGAIN), (_delivery(event.new_code),)


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


def _by_itself(question: Question) -> Ending:
    ending = BY_ITSELF.get(question.kind)
    if ending is None:
        raise OutOfTurn("a code is asked for")
    return ending


def _next_turn(question: Question) -> Question:
    return replace(question, turn=question.turn + 1, notice=None)


def _with_code(question: Question, new: NewCode) -> Question:
    return replace(
        question,
        code=new.code,
        last_channel=new.code.channel,
        codes_left=question.codes_left - 1,
    )


def _delivery(new: NewCode) -> DeliverCode:
    return DeliverCode(message_id=new.code.message_id, channel=new.code.channel, sealed=new.sealed)
