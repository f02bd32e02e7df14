"""How a message to a cardholder ends: it can be read for a day, then its text is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.members.model import Message, MessageState
from sekisho.kernel.effects import Effect, Later

State: TypeAlias = MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The timer of a message rang."""

    at: datetime


Event: TypeAlias = TimeUp


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMessage:
    """Erase the text of a message whose time is up."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail:
    """Hand a message that goes by e-mail to the mail server, until it takes it or its time is up."""

    message_id: str


START: Final = State.DELIVERED
FINAL: Final = frozenset({State.ERASED})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.DELIVERED, TimeUp): State.ERASED,
}


def timer(message: Message) -> Later:
    """Ask for the erasure when the message's time is up."""
    return Later(message.expires_at, EraseMessage(message_id=message.message_id))


def decide(message: Message, event: Event) -> tuple[Message, tuple[Effect, ...]]:
    """Erase the text, unless the timer rang early; an erased message stays erased."""
    if message.state in FINAL:
        return message, ()
    if event.at < message.expires_at:
        return message, (timer(message),)
    return replace(message, state=NEXT[message.state, TimeUp], sealed_text=None), ()
