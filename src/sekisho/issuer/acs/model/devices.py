"""What the bank knows of devices, and of guesses at one-time codes: both by keyed digests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """What the 3DS Method saw of a browser, kept for ten minutes by threeDSServerTransID."""

    id: str
    seen_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    """Empty once the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device on which a challenge for the card was passed."""

    id: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One entered code that was wrong, or of which it is not yet known."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGuard:
    """What must be remembered of a card across transactions: guesses made, devices trusted."""

    id: str
    """Keyed digest of the card number."""
    guesses: tuple[Guess, ...] = ()
    devices: tuple[Device, ...] = ()
    trusted: tuple[str, ...] = ()
    """Requestors that the cardholder put on the trust list, by threeDSRequestorID."""
    bound: tuple[str, ...] = ()
    """Devices that the cardholder bound to the card."""
