"""PReq: the card ranges, told to the 3DS Servers that registered, not more often than agreed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sekisho.interoperability.directory.model import DirectorySettings, RangeBook, RangeUpdates
from sekisho.interoperability.directory.service.keeping import RangeShelf
from sekisho.interoperability.directory.service.refusals import about
from sekisho.interoperability.directory.service.register import Register
from sekisho.interoperability.directory.service.telling import TooMany, told
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.store import Store
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    Version,
    build,
)
from sekisho.protocol.card_ranges import KnownRanges
from sekisho.protocol.card_ranges.cadence import Exchanges, Outcome, check_cadence, load_of
from sekisho.protocol.card_ranges.whole_file import write_file
from sekisho.protocol.vocabulary import Json

WRITTEN_MAX: Final = 16
"""How many written answers are kept: three versions, from the last few serial numbers."""
FIRST_IN_FIRST_OUT: Final = "01"


class RangeDesk:
    """Serves 3DS Servers that fill their card range cache."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        updates: Store[RangeUpdates],
        shelf: RangeShelf,
        *,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._register = register
        self._updates = updates
        self._shelf = shelf
        self._clock = clock
        self._chance = chance
        self._written: dict[tuple[str | None, str, Version], bytes] = {}
        self._file: tuple[str, bytes] = ("", b"")
        self._writing = asyncio.Lock()

    async def receive(self, peer: str | None, preq: Message) -> bytes:
        """Answer a PReq with a PRes. Raises ProtocolFault for a refused one."""
        member = self._register.server(peer, preq)
        book = self._register.book
        old = await self._before(preq, book)
        await self._count(member.id, preq)
        if preq.version >= Version.V231 and "cardRangeDataDownloadInd" in preq:
            return self._answer(preq, {"cardRangeDataFileURL": self._file_url(book)}).encode()
        ranges = await self._ranges(preq, book, old)
        head = self._answer(preq, {"serialNum": book.serial}).encode()
        return head[:-1] + ranges + b"}"

    async def file(self, peer: str | None, name: str) -> bytes | None:
        """Give the file of all card ranges, gzip, to a member; None when there is no such file."""
        book = self._register.book
        if name != _file_name(book) or not self._register.is_server(peer):
            return None
        async with self._writing:
            if self._file[0] != name:
                octets = await asyncio.to_thread(
                    lambda: b"".join(write_file(book.known, compressed=True))
                )
                self._file = (name, octets)
        return self._file[1]

    async def _before(self, preq: Message, book: RangeBook) -> KnownRanges:
        """Give what the member knows; 307 when that is too long ago, or was never told."""
        serial = preq.text_or_none("serialNum")
        if serial is None:
            return KnownRanges()
        if serial == book.serial:
            return book.known
        head = await self._shelf.head()
        editions = () if head is None else head.editions
        edition = next((each for each in editions if each.serial == serial), None)
        if edition is None:
            raise about(preq, ErrorCode.SERIAL_NUMBER_INVALID, "serialNum")
        return (await self._shelf.read(edition)).known

    async def _ranges(self, preq: Message, book: RangeBook, old: KnownRanges) -> bytes:
        key = (old.serial, book.serial, preq.version)
        async with self._writing:
            if key not in self._written:
                try:
                    written = await asyncio.to_thread(
                        told, old, book.known, preq.version, ds=self._settings.versions
                    )
                except TooMany as error:
                    raise about(
                        preq,
                        ErrorCode.PERMANENT_FAILURE,
                        "There are more card ranges than a PRes can list: ask for the file.",
                    ) from error
                while len(self._written) >= WRITTEN_MAX:
                    del self._written[next(iter(self._written))]
                self._written[key] = written
            return self._written[key]

    async def _count(self, member: str, preq: Message) -> None:
        """Count one more update of a member; raises ProtocolFault before its time."""
        now, load = self._clock.now(), load_of(preq)

        def counted(updates: RangeUpdates) -> tuple[RangeUpdates, Sequence[Effect]]:
            if self._settings.preq_cadence:
                check_cadence(updates.exchanges, preq, at=now)
            exchanges = updates.exchanges.after(load, Outcome.LOADED, now)
            return replace(updates, last_at=now, count=updates.count + 1, exchanges=exchanges), ()

        first = Exchanges().after(load, Outcome.LOADED, now)
        try:
            await self._updates.advance(member, counted)
        except NotThere:
            try:
                await self._updates.add(
                    RangeUpdates(member=member, last_at=now, count=1, exchanges=first)
                )
            except Conflict:
                await self._updates.advance(member, counted)

    def _answer(self, preq: Message, elements: dict[str, Json]) -> Message:
        versions = self._settings.versions
        spoken: dict[str, Json] = {
            "dsStartProtocolVersion": versions[0],
            "dsEndProtocolVersion": versions[-1],
        }
        if preq.version >= Version.V231:
            spoken = {"dsProtocolVersions": [*versions], "readOrder": FIRST_IN_FIRST_OUT}
        return build(
            MessageType.PRES,
            preq.version,
            {
                "threeDSServerTransID": preq["threeDSServerTransID"],
                "dsTransID": self._chance.uuid(),
                **elements,
                **spoken,
            },
            sender=Component.DIRECTORY,
        )

    def _file_url(self, book: RangeBook) -> str:
        return f"{self._settings.url.rpartition('/')[0]}/ranges/{_file_name(book)}"


def _file_name(book: RangeBook) -> str:
    return f"{book.serial}.json.gz"
