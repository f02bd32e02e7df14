"""What a decision leaves to be done later, under names that a database can hold.

The library's own effects speak of messages and of its events; kept is only what brings them back:
which wait is over, which attempt at a result is due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sekisho.issuer.acs.flow.apart import EFFECTS as APART_EFFECTS
from sekisho.issuer.acs.flow.challenge import EFFECTS as CHALLENGE_EFFECTS
from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.states import (
    acs_authentication,
    app_challenge_events,
    browser_events,
    decoupled_events,
    result_delivery_events,
    spc_at_acs,
)
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.result_delivery_events import PostRReq
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Tell the authentication that a wait is over; nothing happens if it no longer waits."""

    wait: str
    """Which of the tables' timers: a key of `TIMERS`."""
    until: datetime
    """When the wait was over: what tells a stale timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRReq:
    """Send the RReq; nothing happens if this attempt is over."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Tell the Directory Server what was wrong with its answer."""

    erro: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberDevice:
    """Trust the device for this card from now on: a challenge was passed on it."""

    card_key: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberConsents:
    """Keep what the cardholder agreed to, or would not have any more; None: nothing was said."""

    card_key: str
    requestor_id: str
    trusts: bool | None
    device_id: str | None
    binds: bool | None


EFFECTS: Final = (
    Ring,
    SendRReq,
    Complain,
    RememberDevice,
    RememberConsents,
    *APART_EFFECTS,
    *CHALLENGE_EFFECTS,
)

_MODULES: Final[Mapping[str, tuple[type, ...]]] = {
    "authentication": acs_authentication.EVENTS,
    "browser": browser_events.TIMERS,
    "app": app_challenge_events.TIMERS,
    "confirmation": spc_at_acs.TIMERS,
    "decoupled": decoupled_events.TIMERS,
    "delivery": result_delivery_events.TIMERS,
}
TIMERS: Final[Mapping[str, type[TimeRanOut]]] = {
    f"{part}: {kind.__name__}": kind
    for part, kinds in _MODULES.items()
    for kind in kinds
    if issubclass(kind, TimeRanOut)
}
"""Every timer of the tables that an authentication holds: one name, whichever table has it."""
_NAMES: Final = {kind: name for name, kind in TIMERS.items()}

RING_AFTER: Final = timedelta(seconds=10)
HELD: Final = frozenset(
    {
        result_delivery_events.RResTimeRanOut,
        app_challenge_events.ChoiceTimeRanOut,
        app_challenge_events.ReportTimeRanOut,
        spc_at_acs.VerificationTimeRanOut,
    }
)
"""Waits of somebody who holds a connection meanwhile and says it first: these timers ring that much
later, and only for a dead process. What came too late counts as late either way."""


def kept(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give what of the effects is kept for the outbox; the others are for whoever caused them."""
    found = (_kept(effect) for effect in effects)
    return tuple(effect for effect in found if effect is not None)


def at_once(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give what of the effects is an answer to whoever caused them."""
    return tuple(effect for effect in effects if _kept(effect) is None)


def silence_of(ring: Ring) -> TimeRanOut:
    """Give the event that a timer brings back."""
    return TIMERS[ring.wait](at=ring.until)


def _kept(effect: Effect) -> Effect | None:
    match effect:
        case Later(at=at, effect=Bring(event=TimeRanOut() as silence)):
            margin = RING_AFTER if type(silence) in HELD else timedelta(0)
            return Later(at + margin, Ring(wait=_NAMES[type(silence)], until=silence.at))
        case PostRReq(attempt=attempt):
            return SendRReq(attempt=attempt)
        case PostErro(message=message):
            return Complain(erro=message.encode().decode())
        case Later():
            return effect
    return effect if isinstance(effect, EFFECTS) else None
