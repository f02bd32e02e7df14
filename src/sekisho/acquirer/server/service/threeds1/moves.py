"""How the kept record follows the protocol library's table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.server.model.threeds1 import OldAuthentication, OldResult
from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.states import threeds1_plug_in as table
from sekisho.protocol.states.table import Bring


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOldWait:
    """Tell an authentication of 1.0.2 that the wait for its PARes is over."""

    until: str
    """When it was over, in ISO 8601: what tells a stale timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetOldResult:
    """Let a result go: it was kept long enough."""


EFFECTS: Final = (EndOldWait, ForgetOldResult)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the browser brought, and what was found when it was looked at."""

    event: table.PAResBelieved | table.PAResDisbelieved
    pares_mac: str
    result: OldResult | None = None
    fault: str | None = None


def settle(
    record: OldAuthentication, brought: Brought, *, keep: timedelta
) -> tuple[OldAuthentication, Sequence[Effect]]:
    """Apply what the browser brought; nothing happens once it is over."""
    stage, _ = table.decide(record.stage, brought.event)
    if stage == record.stage:
        return record, ()
    came = stage.state in {table.State.BELIEVED, table.State.DISBELIEVED}
    after = _over(record, stage, brought.event.at)
    if came:
        after = replace(
            after, pares_mac=brought.pares_mac, result=brought.result, fault=brought.fault
        )
    return after, (Later(brought.event.at + keep, ForgetOldResult()),)


def silenced(
    record: OldAuthentication, until: datetime
) -> tuple[OldAuthentication, Sequence[Effect]]:
    """Apply the end of the wait; nothing happens if it is over already."""
    stage, _ = table.decide(record.stage, table.PAResTimeRanOut(at=until))
    return (record, ()) if stage == record.stage else (_over(record, stage, until), ())


def forgotten(record: OldAuthentication) -> tuple[OldAuthentication, Sequence[Effect]]:
    """Take the result out."""
    return (record, ()) if record.result is None else (replace(record, result=None), ())


def kept(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Give what of the table's effects is kept: its timer."""
    return tuple(
        Later(at, EndOldWait(until=silence.at.isoformat()))
        for each in effects
        if isinstance(each, Later)
        for at, bring in ((each.at, each.effect),)
        if isinstance(bring, Bring)
        for silence in (bring.event,)
        if isinstance(silence, table.PAResTimeRanOut)
    )


def _over(record: OldAuthentication, stage: table.PlugIn, at: datetime) -> OldAuthentication:
    return replace(record, stage=stage, pareq=None, settled_at=at)
