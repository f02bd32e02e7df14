"""How an authorization moves: decided once, reversed at most once, never approved after that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.members.model import Answer, Authorization, AuthorizationState
from sekisho.kernel.effects import Effect

State: TypeAlias = AuthorizationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The account was charged; the merchant gets the money."""

    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The bank says no."""

    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalAsked:
    """The merchant's side wants it undone, whether or not it learned the answer."""

    at: datetime
    reason: str


Event: TypeAlias = Approved | Declined | ReversalAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Undo the charge of this authorization on its account, and let none come later."""

    authorization_id: str


START: Final = State.RECEIVED
FINAL: Final = frozenset({State.DECLINED, State.REVERSED})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.RECEIVED, Approved): State.APPROVED,
    (State.RECEIVED, Declined): State.DECLINED,
    (State.RECEIVED, ReversalAsked): State.REVERSED,
    (State.APPROVED, Approved): State.APPROVED,  # two callers raced: the first answer stands
    (State.APPROVED, Declined): State.APPROVED,  # likewise
    (State.APPROVED, ReversalAsked): State.REVERSED,
}


def decide(authorization: Authorization, event: Event) -> tuple[Authorization, tuple[Effect, ...]]:
    """Apply one event; return the authorization as it now stands and what must be done about it.

    A finished authorization changes no more. Whatever ends without approval closes its place in
    the account: a charge that was made before a crash, or is still on its way, must not stay.
    """
    if authorization.state in FINAL:
        late = isinstance(event, Approved)
        return authorization, _give_back(authorization) if late else ()
    state = NEXT[authorization.state, type(event)]
    if state is authorization.state:
        return authorization, ()
    if isinstance(event, Approved):
        return replace(authorization, state=state, answer=event.answer, decided_at=event.at), ()
    if isinstance(event, Declined):
        after = replace(
            authorization, state=state, answer=event.answer, decided_at=event.at, captured=False
        )
    else:
        after = replace(
            authorization,
            state=state,
            reversed_at=event.at,
            reversal_reason=event.reason,
            captured=False,
        )
    return after, _give_back(after)


def tombstone(authorization_id: str, asked: ReversalAsked) -> Authorization:
    """Make the record that keeps an authorization from being approved after its reversal."""
    return Authorization(
        authorization_id=authorization_id,
        state=State.REVERSED,
        received_at=asked.at,
        reversed_at=asked.at,
        reversal_reason=asked.reason,
    )


def _give_back(authorization: Authorization) -> tuple[Effect, ...]:
    """Close the authorization's place in its account, if it has an account at all."""
    if authorization.account is None:
        return ()
    return (GiveBack(authorization_id=authorization.authorization_id),)
