"""What an operator does: enrols members and card ranges, and removes them."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import msgspec

from sekisho.interoperability.directory.model import (
    DirectorySettings,
    Participant,
    RangeBook,
    Role,
)
from sekisho.interoperability.directory.model.ranges import Row
from sekisho.interoperability.directory.service.imports import (
    FORGOTTEN_AFTER,
    RangeImport,
    ReadLine,
    Report,
)
from sekisho.interoperability.directory.service.keeping import RangeShelf
from sekisho.interoperability.directory.service.register import Register, seeded
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol.card_ranges.spans import checked_digits


class Enrolment:
    """Changes the register: in the store first, then in memory."""

    def __init__(
        self,
        settings: DirectorySettings,
        register: Register,
        participants: Store[Participant],
        shelf: RangeShelf,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._register = register
        self._participants = participants
        self._shelf = shelf
        self._clock = clock
        self._chance = chance
        self._log = log
        self._seed = hashlib.sha256(msgspec.json.encode(settings.ranges)).hexdigest()
        self._seeded = seeded(settings)
        self._changing = asyncio.Lock()
        self._import: RangeImport | None = None

    async def start(self) -> None:
        """Take up what is kept. What the settings name counts as they name it.

        The settings' card ranges are taken over when they have changed, unless an operator has
        changed the ranges since: then those are the operator's business.
        """
        own = {each.id for each in self._seeded.participants}
        for each in await self._all_kept():
            if each.by_settings and each.active and each.id not in own:
                await self._keep_member(replace(each, active=False))
            else:
                self._register.put(each)
        for each in self._seeded.participants:
            await self._keep_member(each)
        head = await self._shelf.head()
        if head is None or not (head.by_operator or head.seed == self._seed):
            await self._swap(self._seeded.book, by_operator=False)
        else:
            self._register.book = await self._shelf.read(head.editions[0])

    async def refresh(self) -> None:
        """Take up what other processes on the same store have changed; costs nothing if nothing is."""
        async with self._changing:
            await self._take_up()

    async def _take_up(self) -> None:
        known = {each.id: each for each in self._register.participants}
        for each in await self._all_kept():
            if known.get(each.id) != each:
                self._register.put(each)
        head = await self._shelf.head()
        if head is not None and head.editions[0].serial != self._register.book.serial:
            self._register.book = await self._shelf.read(head.editions[0])
            self._log.info("card ranges changed elsewhere", serial=self._register.book.serial)

    def members(self, role: Role | None = None) -> tuple[Participant, ...]:
        """List the members, those of one role or all."""
        return tuple(
            each
            for each in self._register.participants
            if each.active and role in {None, each.role}
        )

    async def put_member(self, participant: Participant) -> bool:
        """Enrol a member, or change one; tell whether it is new.

        Raises Conflict when a certificate is another member's, or the name another role's.
        """
        async with self._changing:
            await self._take_up()
            known = self._register.get(participant.id)
            if known is not None and known.role is not participant.role:
                raise Conflict(f"{participant.id} is enrolled as {known.role.value}")
            for name in participant.certificate_names:
                holder = self._register.holder(participant.role, name)
                if holder is not None and holder.id != participant.id:
                    raise Conflict(f"the certificate {name} is that of {holder.id}")
            await self._keep_member(participant)
            self._log.info("member enrolled", member=participant.id, role=participant.role.value)
            return known is None

    async def remove_member(self, name: str) -> None:
        """End a membership at once. Raises NotThere, and Conflict while card ranges lead there."""
        async with self._changing:
            await self._take_up()
            known = self._register.get(name)
            if known is None:
                raise NotThere(f"no member is called {name}")
            if known.role is Role.ACS and name in self._register.book.acss():
                raise Conflict(f"card ranges still lead to {name}: remove or move them first")
            await self._keep_member(replace(known, active=False))
            self._log.info("member removed", member=name)

    def ranges(self, *, after: str | None, limit: int) -> list[Row]:
        """List card ranges that begin after a number (all of its length and longer), in order."""
        key = (len(after), after) if after else (0, "")
        rows = (row for row in self._register.book.rows() if (len(row[0]), row[0]) > key)
        return list(islice(rows, limit))

    def count(self) -> int:
        """Say how many card ranges there are."""
        return len(self._register.book.known)

    def serial(self) -> str:
        """Give the serial number that holds."""
        return self._register.book.serial

    async def add_range(self, row: Row) -> str:
        """Enrol a card range; give the new serial number. Raises BadRanges when it overlaps."""
        checked_digits(row[0], row[1])
        return await self._change(lambda rows: iter([*rows, row]))

    async def remove_range(self, start: str, end: str) -> str:
        """Take a card range out; give the new serial number. Raises NotThere."""

        def without(rows: Iterator[Row]) -> Iterator[Row]:
            found = False
            for row in rows:
                if row[:2] == (start, end):
                    found = True
                else:
                    yield row
            if not found:
                raise NotThere(f"no card range goes from {start} to {end}")

        return await self._change(without)

    def begin_import(self, by: str) -> str:
        """Begin to import a file; give the import's name. Raises Conflict while another runs."""
        now = self._clock.now()
        running = self._import
        if running is not None and now - running.touched_at < FORGOTTEN_AFTER:
            raise Conflict("another import is running")
        self._import = RangeImport(self._chance.uuid(), by, at=now)
        return self._import.name

    async def import_part(self, name: str, number: int, part: bytes, read: ReadLine) -> Report:
        """Take a part of the file. Raises NotThere for an import that is not running."""
        return await self._running(name).take(number, part, read, at=self._clock.now())

    async def finish_import(self, name: str) -> tuple[Report, str]:
        """Let the file take the place of all card ranges; give the report and the new serial number.

        Raises ImportRefused, and then nothing has changed.
        """
        running = self._running(name)
        try:
            book = await running.finish()
            await self._swap(book, by_operator=True)
        finally:
            self._import = None
        self._log.info("card ranges imported", ranges=running.report.ranges, by=running.by)
        return running.report, book.serial

    def end_import(self, name: str) -> None:
        """Forget an import. Raises NotThere."""
        self._running(name)
        self._import = None

    def _running(self, name: str) -> RangeImport:
        if self._import is None or self._import.name != name:
            raise NotThere("no such import is running: begin again")
        return self._import

    async def _change(self, change: Callable[[Iterator[Row]], Iterator[Row]]) -> str:
        async with self._changing:
            await self._take_up()  # a change must not undo that of another process
            rows = self._register.book.rows()
            book = await asyncio.to_thread(lambda: RangeBook.of(change(rows)))
            await self._keep_book(book, by_operator=True)
            return book.serial

    async def _swap(self, book: RangeBook, *, by_operator: bool) -> None:
        async with self._changing:
            await self._keep_book(book, by_operator=by_operator)

    async def _keep_book(self, book: RangeBook, *, by_operator: bool) -> None:
        await self._shelf.keep(book, seed=self._seed, by_operator=by_operator, at=self._clock.now())
        self._register.book = book

    async def _keep_member(self, participant: Participant) -> None:
        try:
            await self._participants.add(participant)
        except Conflict:
            await self._participants.advance(participant.id, lambda _: (participant, ()))
        self._register.put(participant)

    async def _all_kept(self) -> list[Participant]:
        kept: list[Participant] = []
        before: int | None = None
        while page := await self._participants.newest(limit=500, before=before):
            kept += page
            before = await self._participants.place(page[-1].id)
        return kept
