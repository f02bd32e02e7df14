"""Something that is looked at again and again, beside a room's work."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sekisho.adapters.clock import WakingClock
from sekisho.kernel.log import Log


async def repeatedly(
    look: Callable[[], Awaitable[None]], *, wait: timedelta, clock: WakingClock, log: Log
) -> None:
    """Look for as long as the room is up; a look that fails is told and made again."""
    while True:
        await clock.sleep_until(clock.now() + wait)
        try:
            await look()
        except Exception as error:  # noqa: BLE001 - a database that is away for a moment comes back
            log.warning("could not look", error=type(error).__name__)
