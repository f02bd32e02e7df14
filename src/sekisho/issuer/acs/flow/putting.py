"""Puts a question to the cardholder: the next turn, and what its kind needs to be asked."""

from dataclasses import replace
from typing import TypeAlias

from sekisho.issuer.acs.flow.question_events import (
    AskPrompt,
    DeliverCode,
    NewCode,
    Prepared,
    WithdrawPrompt,
)
from sekisho.issuer.acs.model import Choices, Ending, PasskeyCeremony, Prompt, Question
from sekisho.kernel.effects import Effect

Decision: TypeAlias = tuple[Question, tuple[Effect, ...]]


def ended(question: Question, ending: Ending) -> Question:
    """End a question; what ended already stays as it is."""
    if question.ending is not None:
        return question
    return replace(question, ending=ending, code=None, ceremony=None, notice=None)


def left_behind(question: Question) -> tuple[Effect, ...]:
    """Give what is to be taken back when a question ends, or is asked otherwise."""
    prompt = question.prompt
    if prompt is None or prompt.approved is not None:
        return ()
    return (WithdrawPrompt(prompt_id=prompt.id),)


def next_turn(question: Question) -> Question:
    """Begin another turn: what an earlier page says does not count any more."""
    return replace(question, turn=question.turn + 1, notice=None)


def put(question: Question, prepared: Prepared) -> Decision:
    """Put a question with what its kind needs."""
    match prepared:
        case NewCode():
            return _with_code(question, prepared), (_delivery(prepared),)
        case Prompt():
            return _with_prompt(question, prepared), (AskPrompt(prompt_id=prepared.id),)
        case Choices():
            return replace(question, choices=prepared), ()
        case PasskeyCeremony():
            return replace(question, ceremony=prepared), ()
    return question, ()


def _with_code(question: Question, new: NewCode) -> Question:
    return replace(
        question,
        code=new.code,
        last_channel=new.code.channel,
        codes_left=question.codes_left - 1,
    )


def _with_prompt(question: Question, prompt: Prompt) -> Question:
    return replace(question, prompt=prompt, prompts_left=question.prompts_left - 1)


def _delivery(new: NewCode) -> DeliverCode:
    return DeliverCode(message_id=new.code.message_id, channel=new.code.channel, sealed=new.sealed)
