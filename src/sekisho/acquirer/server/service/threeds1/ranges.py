"""The card range cache of 1.0.2: asked for once a day, kept across restarts.

It only spares questions: while it is not there, or is in doubt, every card is asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.server.model.threeds1 import OldRangeBook, PlugInSettings
from sekisho.acquirer.server.service.threeds1.ports import Around
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Conflict, Unreachable
from sekisho.protocol.card_ranges import BadRanges
from sekisho.protocol.threeds1 import (
    ErrorCode,
    IReqCode,
    Message,
    ThreeDS1Fault,
    build,
    encode,
    parse_as,
)
from sekisho.protocol.threeds1.range_cache import RangeCache, updated
from sekisho.protocol.threeds1.records import CRReq, CRRes, RequestingMerchant
from sekisho.protocol.threeds1.safe_xml import RANGES_LIMITS

BOOK: Final = "directory"
"""Key of the one book of ranges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshOldRanges:
    """Ask the Directory Server for the card ranges of 1.0.2."""


class OldRanges:
    """Looks card numbers up in memory; keeps what it knows in the store."""

    def __init__(self, settings: PlugInSettings, around: Around) -> None:
        self._settings = settings
        self._around = around
        self._cache: RangeCache | None = None

    def may_hold(self, digits: str) -> bool:
        """Tell whether a VEReq about a card is worth its while."""
        return self._cache is None or self._cache.holds(digits)

    async def start(self) -> None:
        """Take up what was known before the restart, then ask for news if it is time."""
        now = self._around.clock.now()
        fresh = OldRangeBook(id=BOOK, due_at=now)
        try:
            await self._around.books.add(fresh, (RefreshOldRanges(),))
        except Conflict:
            self._take_up(await self._around.books.get(BOOK))
        await self._around.outbox.flush(BOOK)

    async def refresh(self) -> None:
        """Ask, if it is time; a good answer takes the place of what is known, any other changes nothing."""
        book, now = await self._around.books.get(BOOK), self._around.clock.now()
        if now < book.due_at:
            return  # an older timer: a newer one is set
        try:
            crres = await self._ask(book)
            if _serial_refused(crres, book):
                await self._keep(replace(book, serial_number=None), again_s=0)
                return
            cache = _after(crres, book)
        except (Unreachable, ThreeDS1Fault) as error:
            self._around.log.warning("card ranges of 1.0.2 not loaded", reason=str(error))
            # What does not fit what is known puts that in doubt: next time all is asked for.
            serial = book.serial_number if isinstance(error, Unreachable) else None
            await self._keep(replace(book, serial_number=serial), self._settings.ranges_again_s)
            return
        after = replace(book, ranges=cache.ranges, serial_number=cache.serial_number, loaded_at=now)
        await self._keep(after, self._settings.ranges_every_s)
        self._cache = cache
        self._around.log.info("card ranges of 1.0.2 loaded", ranges=len(cache.ranges))

    async def _ask(self, book: OldRangeBook) -> Message[CRRes]:
        settings = self._settings
        merchant = RequestingMerchant(
            acq_bin=settings.acq_bin, mer_id=settings.mer_id, password=settings.password
        )
        crreq = CRReq(merchant=merchant, serial_number=book.serial_number)
        reply = await self._around.directory.send(
            encode(build(self._around.chance.uuid(), crreq)), read_s=settings.crreq_read_s
        )
        return parse_as(CRRes, reply, limits=RANGES_LIMITS)

    async def _keep(self, book: OldRangeBook, again_s: int) -> None:
        due = self._around.clock.now() + timedelta(seconds=again_s)

        def kept(_: OldRangeBook) -> tuple[OldRangeBook, Sequence[Effect]]:
            return replace(book, due_at=due), (_timer(due),)

        await self._around.books.advance(BOOK, kept)

    def _take_up(self, book: OldRangeBook) -> None:
        if book.loaded_at is None:
            return
        try:
            self._cache = RangeCache(ranges=book.ranges, serial_number=book.serial_number)
        except BadRanges as error:
            self._around.log.warning("kept card ranges of 1.0.2 are lost", reason=str(error))


def _serial_refused(crres: Message[CRRes], book: OldRangeBook) -> bool:
    i_req = crres.body.i_req
    unknown = i_req is not None and i_req.i_req_code is IReqCode.SERIAL_NUMBER_INVALID
    return unknown and book.serial_number is not None


def _after(crres: Message[CRRes], book: OldRangeBook) -> RangeCache:
    """Give the ranges after an answer; raises ThreeDS1Fault for one that tells of none.

    An IReq must not leave an empty cache behind: no card would be asked about any more.
    """
    if crres.body.i_req is not None:
        raise ThreeDS1Fault(ErrorCode.FORMAT_INVALID, elements=("IReq",), reason="we were refused")
    before = RangeCache(ranges=book.ranges, serial_number=book.serial_number)
    return updated(before, crres, whole=book.serial_number is None)


def _timer(due: datetime) -> Later:
    return Later(due, RefreshOldRanges())
