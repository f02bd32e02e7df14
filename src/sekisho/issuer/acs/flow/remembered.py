"""What is remembered of a card across transactions: guesses at codes, and devices to trust.

A guess is counted before it is judged and taken back when it was right, so that a hundred
transactions guessing side by side have no more guesses than one (attack 19).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sekisho.issuer.acs.model import AcsSettings, CardGuard, Device, DeviceProfile, Guess
from sekisho.kernel.errors import OutOfTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetProfile:
    """Empty a device profile: its ten minutes are over."""


class Locked(OutOfTurn):
    """Too many codes were wrong on this card lately: no further one is judged."""


def failed_codes(guard: CardGuard, *, at: datetime, settings: AcsSettings) -> int:
    """Count the wrong codes that still weigh on the card."""
    return len(_recent(guard, at, settings))


def count_guess(
    guard: CardGuard, *, id: str, at: datetime, settings: AcsSettings
) -> tuple[CardGuard, tuple[object, ...]]:
    """Count a guess about to be judged. Raises Locked when the card has had its share."""
    recent = _recent(guard, at, settings)
    if len(recent) >= settings.failed_codes:
        raise Locked("too many wrong codes on this card")
    return replace(guard, guesses=(*recent, Guess(id=id, at=at))), ()


def forgive_guess(guard: CardGuard, *, id: str) -> tuple[CardGuard, tuple[object, ...]]:
    """Take back a guess that was right, or that was never judged."""
    kept = tuple(guess for guess in guard.guesses if guess.id != id)
    return (guard if len(kept) == len(guard.guesses) else replace(guard, guesses=kept)), ()


def knows(guard: CardGuard, device_id: str | None) -> bool:
    """Tell whether a challenge for the card was passed on this device before."""
    return device_id is not None and any(device.id == device_id for device in guard.devices)


def trusts(guard: CardGuard, requestor_id: str) -> bool:
    """Tell whether the cardholder has put a requestor on the trust list."""
    return requestor_id in guard.trusted


def binds(guard: CardGuard, device_id: str | None) -> bool:
    """Tell whether the cardholder has bound a device to the card."""
    return device_id is not None and device_id in guard.bound


def remember(
    guard: CardGuard, *, device_id: str, at: datetime, settings: AcsSettings
) -> tuple[CardGuard, tuple[object, ...]]:
    """Trust a device; the one unseen for longest gives way when there are too many."""
    others = tuple(device for device in guard.devices if device.id != device_id)
    seen = Device(id=device_id, last_at=at)
    return replace(guard, devices=(*others, seen)[-settings.devices :]), ()


def forget(profile: DeviceProfile) -> tuple[DeviceProfile, tuple[object, ...]]:
    """Empty a profile whose time is over."""
    return (replace(profile, facts={}) if profile.facts else profile), ()


def _recent(guard: CardGuard, at: datetime, settings: AcsSettings) -> tuple[Guess, ...]:
    since = at - timedelta(seconds=settings.failed_codes_s)
    return tuple(guess for guess in guard.guesses if guess.at > since)
