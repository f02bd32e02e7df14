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


def agree(
    guard: CardGuard,
    *,
    requestor_id: str,
    trusts: bool | None,
    device_id: str | None,
    binds: bool | None,
    settings: AcsSettings,
) -> tuple[CardGuard, tuple[object, ...]]:
    """Keep what the cardholder agreed to, and take away what was agreed to before and is not any more."""
    trusted = _with(guard.trusted, requestor_id, said=trusts, most=settings.consents)
    bound = (
        guard.bound
        if device_id is None
        else _with(guard.bound, device_id, said=binds, most=settings.consents)
    )
    if (trusted, bound) == (guard.trusted, guard.bound):
        return guard, ()
    return replace(guard, trusted=trusted, bound=bound), ()


def _with(listed: tuple[str, ...], name: str, *, said: bool | None, most: int) -> tuple[str, ...]:
    if said is None:
        return listed
    others = tuple(each for each in listed if each != name)
    return (*others, name)[-most:] if said else others


def forget(profile: DeviceProfile) -> tuple[DeviceProfile, tuple[object, ...]]:
    """Empty a profile whose time is over."""
    return (replace(profile, facts={}) if profile.facts else profile), ()


def _recent(guard: CardGuard, at: datetime, settings: AcsSettings) -> tuple[Guess, ...]:
    since = at - timedelta(seconds=settings.failed_codes_s)
    return tuple(guess for guess in guard.guesses if guess.at > since)
