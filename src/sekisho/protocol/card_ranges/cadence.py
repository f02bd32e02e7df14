"""When which PReq may be sent: pure arithmetic on what went before (protocol facts, section 9).

The 3DS Server asks `earliest` before it sends and `latest` to know when it must; the Directory
Server lets `check_cadence` refuse who comes too soon.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from sekisho.protocol.card_ranges.refusals import fault_in
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Version


class Load(Enum):
    """What a PReq asks for."""

    FULL = "full"
    """Everything: it has no serial number, or asks for the file."""
    PARTIAL = "partial"
    """What has changed since a serial number."""


class Outcome(Enum):
    """How an exchange of PReq and PRes ended."""

    LOADED = "loaded"
    """With a PRes that was taken over."""
    FAULTY = "faulty"
    """With an Erro, sent or received, or with silence."""
    UNCONNECTED = "unconnected"
    """Without a connection."""


DAY: Final = timedelta(hours=24)
"""Every 3DS Server asks at least this often."""
FULL_EVERY: Final = timedelta(hours=12)
ASK_EVERY: Final = timedelta(hours=1)
CONNECT_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    """What is remembered of the exchanges with one peer."""

    ended_at: datetime | None = None
    """When the last one ended that reached the peer."""
    faulty: bool = False
    """Whether that one ended with a fault."""
    full_at: datetime | None = None
    """When everything was loaded last."""
    loaded_at: datetime | None = None
    """When anything was loaded last."""
    unconnected_at: datetime | None = None
    """When the last attempt failed that reached nobody, if none has succeeded since."""

    def after(self, load: Load, outcome: Outcome, at: datetime) -> "Exchanges":
        """Give what is remembered after one more, which ended at that time.

        The end counts, not the start: the peer's clock runs from the arrival of our PReq, and must
        never find us too early.
        """
        if outcome is Outcome.UNCONNECTED:
            return replace(self, unconnected_at=at)
        loaded = outcome is Outcome.LOADED
        return Exchanges(
            ended_at=at,
            faulty=not loaded,
            full_at=at if loaded and load is Load.FULL else self.full_at,
            loaded_at=at if loaded else self.loaded_at,
        )


def load_of(preq: Message) -> Load:
    """Tell what a PReq asks for."""
    whole = "serialNum" not in preq or "cardRangeDataDownloadInd" in preq
    return Load.FULL if whole else Load.PARTIAL


def earliest(exchanges: Exchanges, load: Load, version: Version) -> datetime | None:
    """Give the first moment at which a PReq may be sent; None when it may be at any time.

    A full load after a fault is due to the fault, not to curiosity: it waits an hour, not twelve.
    """
    waits = []
    if exchanges.unconnected_at is not None:
        waits.append(exchanges.unconnected_at + CONNECT_EVERY)
    if exchanges.ended_at is not None:
        waits.append(exchanges.ended_at + ASK_EVERY)
    if (
        version >= Version.V231
        and load is Load.FULL
        and not exchanges.faulty
        and exchanges.full_at is not None
    ):
        waits.append(exchanges.full_at + FULL_EVERY)
    return max(waits, default=None)


def latest(exchanges: Exchanges) -> datetime | None:
    """Give the moment by which the next PReq must be sent; None when nothing was ever loaded."""
    return None if exchanges.loaded_at is None else exchanges.loaded_at + DAY


def check_cadence(exchanges: Exchanges, preq: Message, *, at: datetime) -> None:
    """Raise 103 when a PReq comes before its time."""
    allowed = earliest(exchanges, load_of(preq), preq.version)
    if allowed is not None and at < allowed:
        allowed = allowed.astimezone(UTC)
        raise fault_in(
            preq,
            ErrorCode.TOO_MANY_MESSAGES,
            detail=f"The next PReq is taken from {allowed:%Y-%m-%dT%H:%M:%SZ} on.",
        )
