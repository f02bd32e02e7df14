"""Questions that the bank's app asks: what comes back from it, and how often it may ask."""

from dataclasses import replace

from sekisho.issuer.acs.flow.putting import Decision, ended, left_behind, next_turn, put
from sekisho.issuer.acs.flow.question_events import (
    AnsweredElsewhere,
    CameBack,
    PromptAnswered,
    PromptNotSent,
    PromptRequested,
)
from sekisho.issuer.acs.model import ChallengeKind, Ending, Notice, Question
from sekisho.kernel.errors import OutOfTurn


def come_back(question: Question, event: CameBack) -> Question:
    """End the question by what the app said, once the cardholder is back."""
    prompt = question.prompt
    if question.kind is not ChallengeKind.OUT_OF_BAND:
        raise OutOfTurn("the bank's app was not asked")
    if prompt is None and question.prompts_left == 0 and not question.others:
        # The bank stopped asking, and there is no other way (attack 22).
        return question if event.by_itself else ended(question, Ending.LOCKED)
    if prompt is None or prompt.approved is None:
        if event.by_itself:
            return question  # the page looks every few seconds: that is nothing to remark
        return replace(next_turn(question), notice=Notice.NOT_YET_APPROVED)
    counted = replace(next_turn(question), attempts_made=question.attempts_made + 1)
    return ended(counted, Ending.PASSED if prompt.approved else Ending.DENIED)


def prompt_again(question: Question, event: PromptRequested) -> Decision:
    """Have the app ask once more."""
    if question.kind is not ChallengeKind.OUT_OF_BAND:
        raise OutOfTurn("the bank's app was not asked")
    current = question.prompt
    if event.turn != question.turn or (current is not None and current.approved is not None):
        return question, ()
    if question.prompts_left == 0:
        return replace(question, notice=Notice.NO_MORE_PROMPTS), ()
    if current is not None and event.at < current.again_from:
        return replace(question, notice=Notice.TOO_SOON), ()
    after, effects = put(next_turn(question), event.prompt)
    return (
        replace(after, notice=Notice.PROMPT_SENT_AGAIN),
        (*left_behind(question), *effects),
    )


def offer_prompt(question: Question, event: PromptNotSent) -> Question:
    """Offer another prompt, where one did not get through; none where the bank shows no more."""
    prompt = question.prompt
    if prompt is None or prompt.id != event.prompt_id or prompt.approved is not None:
        return question
    if not event.stopped:
        return replace(
            question,
            prompt=replace(prompt, again_from=event.at),
            prompts_left=max(question.prompts_left, 1),
            notice=Notice.NOT_SENT,
        )
    return replace(question, prompt=None, prompts_left=0, notice=Notice.NO_MORE_PROMPTS)


def note_answer(question: Question, event: PromptAnswered) -> Question:
    """Note what the cardholder said in the app; it counts when they come back."""
    prompt = question.prompt
    if prompt is None or prompt.id != event.prompt_id or prompt.approved is not None:
        return question  # an answer to a prompt that was taken back, or told twice
    return replace(question, prompt=replace(prompt, approved=event.approved))


def step_up(question: Question, event: AnsweredElsewhere) -> Decision:
    """Take no answer from elsewhere: the bank's app, on the cardholder's phone, must approve."""
    if question.kind is ChallengeKind.OUT_OF_BAND:
        return question, ()
    if event.prompt is None or not question.can_prompt or question.prompts_left == 0:
        return ended(question, Ending.OTHER_DEVICE), ()
    asked = replace(
        next_turn(question), kind=ChallengeKind.OUT_OF_BAND, others=(), code=None, choices=None,
        ceremony=None, notice=Notice.OTHER_DEVICE,
    )  # fmt: skip
    return put(asked, event.prompt)
