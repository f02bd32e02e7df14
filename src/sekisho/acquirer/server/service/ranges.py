"""The card range cache: asked of the Directory Server at start and daily, kept across restarts.

Any fault leaves the cache as it was; a good PRes replaces it whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.server.flow import Complain
from sekisho.acquirer.server.model import CardRange, RangeBook, RangeFacts, ServerSettings
from sekisho.acquirer.server.service.ports import Directory
from sekisho.acquirer.server.service.refusals import erro
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    parse,
)
from sekisho.protocol.card_ranges import BadRanges, RangeIndex
from sekisho.protocol.selection import versions_between
from sekisho.protocol.vocabulary import Json

BOOK: Final = "directory"
"""Key of the one range book: this 3DS Server has one Directory Server."""

UNREACHABLE_AGAIN_S: Final = (1, 2, 5, 15, 60)
"""Seconds before the next try when there was no connection; the last one for ever after."""

REFUSED_AGAIN_S: Final = 60
"""The least to wait after a refusal, whatever the settings say: asking at once is asking for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRanges:
    """Ask the Directory Server for its card ranges."""

    tries: int = 0
    """How often in a row there was no connection."""


class Refused(TheyErred):
    """The Directory Server answered our PReq with an Erro."""


class RangeCache:
    """Looks card numbers up in memory; keeps what it knows in the store."""

    def __init__(
        self,
        settings: ServerSettings,
        books: Store[RangeBook],
        outbox: Outbox,
        directory: Directory,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._settings = settings
        self._books = books
        self._outbox = outbox
        self._directory = directory
        self._clock = clock
        self._chance = chance
        self._log = log
        self._index: RangeIndex[CardRange] | None = None

    def lookup(self, pan_digits: str) -> RangeFacts | None:
        """Give the facts of the card's range; None when the card takes no part.

        Raises Unreachable while no card range was ever fetched.
        """
        if self._index is None:
            raise Unreachable("no card range was fetched yet")
        found = self._index.find(pan_digits)
        if found is None:
            return None
        return RangeFacts(
            versions=found.versions,
            ds_versions=found.ds_versions,
            three_ds_method_url=found.three_ds_method_url,
            acs_info_ind=found.acs_info_ind,
        )

    async def start(self) -> None:
        """Take up what was known before the restart, then ask for news unless just asked."""
        now = self._clock.now()
        try:
            book = await self._books.get(BOOK)
        except NotThere:
            await self._begin(now)
        else:
            if book.loaded_at is not None:
                self._take(book.ranges)
            again = timedelta(seconds=self._settings.ranges_again_s)
            if book.loaded_at is None or now - book.loaded_at >= again:
                await self._books.advance(
                    BOOK, lambda book: (replace(book, due_at=now), (RefreshRanges(),))
                )
        await self._outbox.flush(BOOK)

    async def refresh(self, effect: RefreshRanges) -> None:
        """Ask the Directory Server, if it is time; take over a good answer, whole."""
        book = await self._books.get(BOOK)
        if self._clock.now() < book.due_at:
            return  # an older timer: a newer one is set
        try:
            answer = await self._ask()
            ranges = _read(answer)
            self._take(ranges)
        except Unreachable as error:
            await self._keep_fault(str(error), self._unreachable_s(effect.tries), effect.tries + 1)
        except ProtocolFault as fault:
            again_s = max(self._settings.ranges_again_s, REFUSED_AGAIN_S)
            await self._keep_fault(str(fault), again_s, 0, complaint=erro(fault).decode())
        except Refused as error:
            again_s = max(self._settings.ranges_again_s, REFUSED_AGAIN_S)
            await self._keep_fault(str(error), again_s, 0)
        else:
            await self._keep(ranges, answer)

    def _take(self, ranges: Sequence[CardRange]) -> None:
        """Swap the index: whoever looks up sees the old ranges or the new ones, never a mixture."""
        try:
            self._index = RangeIndex(ranges, bounds=lambda row: (row.start, row.end))
        except BadRanges as error:
            raise _fault_of_pres(ErrorCode.RANGES_OVERLAP) from error

    async def _begin(self, now: datetime) -> None:
        try:
            await self._books.add(RangeBook(id=BOOK, due_at=now), (RefreshRanges(),))
        except Conflict:
            self._log.info("another process has begun the card range book")

    async def _ask(self) -> Message:
        preq = build(
            MessageType.PREQ,
            Version.V220,
            {
                "threeDSServerRefNumber": self._settings.reference_number,
                "threeDSServerOperatorID": self._settings.operator_id,
                "threeDSServerTransID": self._chance.uuid(),
            },
            sender=Component.SERVER,
        )
        reply = await self._directory.send(preq.encode(), read_s=self._settings.preq_read_s)
        answer = parse(reply, receiver=Component.SERVER, version=Version.V220, request=preq)
        if answer.type is not MessageType.PRES:
            raise Refused(
                f"the Directory Server refused: {answer.get('errorCode')} "
                f"{answer.get('errorDetail')}"
            )
        return answer

    async def _keep(self, ranges: tuple[CardRange, ...], answer: Message) -> None:
        now = self._clock.now()
        due = now + timedelta(seconds=self._settings.ranges_every_s)
        serial = answer.get("serialNum")

        def loaded(book: RangeBook) -> tuple[RangeBook, Sequence[Effect]]:
            return replace(
                book,
                ranges=ranges,
                serial=serial if isinstance(serial, str) else None,
                loaded_at=now,
                due_at=due,
                last_fault=None,
            ), (Later(due, RefreshRanges()),)

        await self._books.advance(BOOK, loaded)
        self._log.info("card ranges loaded", ranges=len(ranges), serial=serial)

    async def _keep_fault(
        self, fault: str, again_s: int, tries: int, *, complaint: str = ""
    ) -> None:
        due = self._clock.now() + timedelta(seconds=again_s)
        complaints = (Complain(erro=complaint),) if complaint else ()

        def failed(book: RangeBook) -> tuple[RangeBook, Sequence[Effect]]:
            return replace(book, due_at=due, last_fault=fault), (
                *complaints,
                Later(due, RefreshRanges(tries=tries)),
            )

        await self._books.advance(BOOK, failed)
        self._log.warning("card ranges not loaded", fault=fault, again_s=again_s)

    @staticmethod
    def _unreachable_s(tries: int) -> int:
        return UNREACHABLE_AGAIN_S[min(tries, len(UNREACHABLE_AGAIN_S) - 1)]


def _read(answer: Message) -> tuple[CardRange, ...]:
    """Read the rows of a PRes that answers a PReq without serial number: all there are."""
    rows = answer.get("cardRangeData")
    if not isinstance(rows, list) or not rows:
        # We asked for everything: taking nothing for an answer would end all business.
        raise _fault_of_pres(ErrorCode.ELEMENT_MISSING)
    ds = (answer["dsStartProtocolVersion"], answer["dsEndProtocolVersion"])
    return tuple(_row(row, ds) for row in rows if isinstance(row, dict))


def _fault_of_pres(code: ErrorCode) -> ProtocolFault:
    return ProtocolFault(
        code,
        elements=("cardRangeData",),
        message_type=MessageType.PRES,
        version=Version.V220.value,
    )


def _row(row: dict[str, Json], ds: tuple[Json, Json]) -> CardRange:
    """Read one row; its own DS versions, where it has them, override those of the message."""
    method = row.get("threeDSMethodURL")
    info = row.get("acsInfoInd")
    ds_first = row.get("dsStartProtocolVersion") or ds[0]
    ds_last = row.get("dsEndProtocolVersion") or ds[1]
    return CardRange(
        start=str(row["startRange"]),
        end=str(row["endRange"]),
        versions=_between(row["acsStartProtocolVersion"], row["acsEndProtocolVersion"]),
        ds_versions=_between(ds_first, ds_last),
        three_ds_method_url=method if isinstance(method, str) else None,
        acs_info_ind=tuple(str(item) for item in info) if isinstance(info, list) else (),
    )


def _between(first: Json, last: Json) -> tuple[str, ...]:
    return tuple(version.value for version in versions_between(str(first), str(last)))
