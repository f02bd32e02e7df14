"""How a prompt of the bank's app ends: approved, denied, lapsed or withdrawn, and never twice.

What does not fit the table stands below it: the number on the shop's side must be typed to approve,
and whoever cannot name it in three tries is not the one who is shopping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Final, TypeAlias

from sekisho.issuer.members.model import Prompt, PromptAnswer, PromptState
from sekisho.kernel.effects import Effect, Later

State: TypeAlias = PromptState


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The cardholder pressed a button of the app."""

    at: datetime
    answer: PromptAnswer
    number: str | None = None
    """What was typed as the number on the shop's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The timer of a prompt rang."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The ACS needs no answer any more."""

    at: datetime


Event: TypeAlias = Answered | TimeUp | Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAnswer:
    """Tell the ACS what the cardholder said, until it has heard."""

    prompt_id: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsePrompt:
    """Take a prompt back that nobody answered."""

    prompt_id: str


START: Final = State.WAITING
FINAL: Final = frozenset({State.APPROVED, State.DENIED, State.LAPSED, State.WITHDRAWN})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.WAITING, Answered): State.APPROVED,  # or DENIED, or still WAITING: see below
    (State.WAITING, TimeUp): State.LAPSED,
    (State.WAITING, Withdrawn): State.WITHDRAWN,
}


def timer(prompt: Prompt) -> Later:
    """Ask for the end of the wait."""
    return Later(prompt.expires_at, LapsePrompt(prompt_id=prompt.prompt_id))


def decide(prompt: Prompt, event: Event) -> tuple[Prompt, tuple[Effect, ...]]:
    """Apply one event; a prompt that was answered, has lapsed or was withdrawn stays so."""
    if prompt.state in FINAL:
        return prompt, ()
    if isinstance(event, TimeUp) and event.at < prompt.expires_at:
        return prompt, (timer(prompt),)
    if isinstance(event, Answered) and event.at >= prompt.expires_at:
        event = TimeUp(at=event.at)  # the clock counts, not how soon the timer arrives
    state = NEXT[prompt.state, type(event)]
    if isinstance(event, Answered):
        return _take(prompt, event)
    return replace(prompt, state=state, answered_at=event.at), ()


def _take(prompt: Prompt, event: Answered) -> tuple[Prompt, tuple[Effect, ...]]:
    approves = event.answer is PromptAnswer.APPROVE
    if approves and not _matches(prompt.number, event.number):
        left = prompt.tries_left - 1
        if left > 0:
            return replace(prompt, tries_left=left), ()
        prompt, approves = replace(prompt, tries_left=0), False
    state = State.APPROVED if approves else State.DENIED
    told = TellAnswer(prompt_id=prompt.prompt_id, approved=approves)
    return replace(prompt, state=state, answered_at=event.at), (told,)


def _matches(number: str | None, typed: str | None) -> bool:
    return number is None or compare_digest(number.encode(), (typed or "").strip().encode())
