"""The card range cache: asked of the Directory Server at start and daily, kept across restarts.

Any fault leaves the cache as it was, and the next PReq asks for everything; a good answer, whole or
changes, becomes a new set that takes the place of the old one at once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.acquirer.server.flow import Complain
from sekisho.acquirer.server.model import (
    DirectoryServer,
    RangeBook,
    RangeFacts,
    ServerSettings,
    VersionFacts,
)
from sekisho.acquirer.server.service.kept_ranges import KeptRanges
from sekisho.acquirer.server.service.ports import RangeSource
from sekisho.acquirer.server.service.refusals import erro
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol import (
    Component,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    parse,
)
from sekisho.protocol.card_range_updates import updated
from sekisho.protocol.card_ranges import BadRanges, KnownRanges
from sekisho.protocol.card_ranges.cadence import Load, Outcome, earliest, load_of
from sekisho.protocol.card_ranges.whole_file import read_file
from sekisho.protocol.vocabulary import Json

LOOK_AGAIN: Final = timedelta(seconds=5)
"""How often it is looked whether another process has fetched newer card ranges."""

UNREACHABLE_AGAIN_S: Final = (1, 2, 5, 15, 60)
"""Seconds before the next try when there was no connection; the last one for ever after."""

REFUSED_AGAIN_S: Final = 60
"""The least to wait after a refusal, whatever the settings say: asking at once is asking for ever."""

CHUNK: Final = 64 * 1024


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
        of: DirectoryServer,
        books: Store[RangeBook],
        kept: KeptRanges,
        outbox: Outbox,
        *,
        road: RangeSource,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._settings = settings
        self._of = of
        self._version = Version(of.preq_version)
        self._books = books
        self._kept = kept
        self._outbox = outbox
        self._directory = road
        self._clock = clock
        self._chance = chance
        self._log = log
        self._known: KnownRanges | None = None
        self._known_since: datetime | None = None
        self._looked_at: datetime | None = None
        self._reading: asyncio.Future[None] | None = None

    def lookup(self, pan_digits: str) -> RangeFacts | None:
        """Give the facts of the card's range; None when the card takes no part.

        Raises Unreachable while no card range was ever fetched.
        """
        if self._known is None:
            raise Unreachable("no card range was fetched yet")
        found = self._known.find(pan_digits)
        if found is None:
            return None
        return RangeFacts(
            acs=tuple(
                VersionFacts(
                    version=each.version.value,
                    three_ds_method_url=each.method_url,
                    acs_info_ind=each.info,
                )
                for each in sorted(found.acs, key=lambda each: each.version)
            ),
            ds_versions=tuple(version.value for version in found.ds_versions),
        )

    async def start(self) -> None:
        """Take up what was known before the restart, then ask for news unless just asked."""
        now = self._clock.now()
        try:
            book = await self._books.get(self._of.name)
        except NotThere:
            await self._begin(now)
        else:
            await self._take_up(book)
            again = timedelta(seconds=self._of.ranges_again_s)
            if self._known is None or book.loaded_at is None or now - book.loaded_at >= again:
                await self._books.advance(
                    self._of.name, lambda book: (replace(book, due_at=now), (RefreshRanges(),))
                )
        await self._outbox.flush(self._of.name)

    async def catch_up(self) -> None:
        """Take over what another process has fetched: looked for now and then, read beside the traffic."""
        now = self._clock.now()
        if self._looked_at is not None and now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        with suppress(NotThere):
            book = await self._books.get(self._of.name)
            if self._known is None:
                await self._take_up(book)
            elif book.loaded_at != self._known_since and not self._is_reading:
                self._reading = asyncio.ensure_future(self._take_up(book))

    @property
    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def refresh(self, tries: int) -> None:
        """Ask the Directory Server, if it is time; take over a good answer, whole."""
        book = await self._books.get(self._of.name)
        if self._clock.now() < book.due_at:
            return  # an older timer: a newer one is set
        await self._take_up(book)
        preq = self._preq(book)
        load = load_of(preq)
        try:
            known = await self._ask(preq)
        except Unreachable as error:
            await self._keep_fault(
                str(error),
                self._unreachable_s(tries),
                load,
                Outcome.UNCONNECTED,
                tries=tries + 1,
            )
        except (ProtocolFault, Refused) as fault:
            told = erro(fault) if isinstance(fault, ProtocolFault) else b""
            again_s = max(self._of.ranges_again_s, REFUSED_AGAIN_S)
            await self._keep_fault(
                str(fault), again_s, load, Outcome.FAULTY, complaint=told.decode()
            )
        else:
            await self._keep(known, load)

    async def _take_up(self, book: RangeBook) -> None:
        """Read what is kept, unless it is what we know."""
        if not book.pieces or book.loaded_at == self._known_since:
            return
        try:
            self._known = await self._kept.read(book)
            self._known_since = book.loaded_at
        except (BadRanges, NotThere) as error:
            self._log.warning("kept card ranges are lost", reason=str(error))

    async def _begin(self, now: datetime) -> None:
        try:
            await self._books.add(RangeBook(id=self._of.name, due_at=now), (RefreshRanges(),))
        except Conflict:
            self._log.info("another process has begun the card range book")

    def _preq(self, book: RangeBook) -> Message:
        """Ask for what has changed; for everything when nothing is known, or after any fault."""
        serial = None if self._known is None or book.last_fault else self._known.serial
        elements: dict[str, Json] = {
            "threeDSServerRefNumber": self._settings.reference_number,
            "threeDSServerOperatorID": self._of.operator_id or self._settings.operator_id,
            "threeDSServerTransID": self._chance.uuid(),
        }
        if serial is not None:
            elements["serialNum"] = serial
        elif self._version >= Version.V231:
            elements["cardRangeDataDownloadInd"] = "Y"
        return build(MessageType.PREQ, self._version, elements, sender=Component.SERVER)

    async def _ask(self, preq: Message) -> KnownRanges:
        """Give the ranges as they are after the answer. Raises ProtocolFault, Refused, Unreachable."""
        young = preq.version >= Version.V231
        reply = await self._directory.send(
            preq.encode(),
            read_s=self._settings.preq_read_s,
            request_id=preq.text("threeDSServerTransID") if young else None,
        )
        answer = await asyncio.to_thread(_pres, reply, preq)
        if "cardRangeDataFileURL" in answer:
            octets = await self._directory.fetch(answer.text("cardRangeDataFileURL"))
            chunks = (octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK))
            return await asyncio.to_thread(read_file, chunks, answer)
        whole = load_of(preq) is Load.FULL
        before = self._known or KnownRanges()
        return await asyncio.to_thread(updated, before, answer, whole=whole)

    async def _keep(self, known: KnownRanges, load: Load) -> None:
        book = await self._books.get(self._of.name)
        slot = 1 - book.slot
        pieces = await self._kept.write(known, book=book.id, slot=slot)
        now = self._clock.now()
        exchanges = book.exchanges.after(load, Outcome.LOADED, now)
        due = now + timedelta(seconds=self._of.ranges_every_s)

        def loaded(book: RangeBook) -> tuple[RangeBook, Sequence[Effect]]:
            return replace(
                book,
                slot=slot,
                pieces=pieces,
                count=len(known),
                loaded_at=now,
                due_at=due,
                last_fault=None,
                exchanges=exchanges,
            ), (Later(due, RefreshRanges()),)

        await self._books.advance(self._of.name, loaded)
        # Whoever looks up sees the old ranges or the new ones, never a mixture.
        self._known, self._known_since = known, now
        self._log.info("card ranges loaded", ranges=len(known), serial=known.serial)

    async def _keep_fault(
        self,
        fault: str,
        again_s: int,
        load: Load,
        outcome: Outcome,
        *,
        tries: int = 0,
        complaint: str = "",
    ) -> None:
        now = self._clock.now()
        complaints = (Complain(to=self._of.name, erro=complaint),) if complaint else ()

        def failed(book: RangeBook) -> tuple[RangeBook, Sequence[Effect]]:
            exchanges = book.exchanges.after(load, outcome, now)
            due = now + timedelta(seconds=again_s)
            if outcome is Outcome.FAULTY and self._of.ranges_again_s:
                due = max(due, earliest(exchanges, Load.FULL, self._version) or due)
            # What is known stays in doubt until all of it was asked for again; silence says nothing.
            doubt = fault if outcome is Outcome.FAULTY else book.last_fault
            return replace(book, due_at=due, last_fault=doubt, exchanges=exchanges), (
                *complaints,
                Later(due, RefreshRanges(tries=tries)),
            )

        await self._books.advance(self._of.name, failed)
        self._log.warning("card ranges not loaded", fault=fault, again_s=again_s)

    @staticmethod
    def _unreachable_s(tries: int) -> int:
        return UNREACHABLE_AGAIN_S[min(tries, len(UNREACHABLE_AGAIN_S) - 1)]


def _pres(reply: bytes, preq: Message) -> Message:
    """Read the answer to a PReq; raises ProtocolFault, and Refused when it is an Erro."""
    answer = parse(reply, receiver=Component.SERVER, version=preq.version, request=preq)
    if answer.type is not MessageType.PRES:
        raise Refused(
            f"the Directory Server refused: {answer.get('errorCode')} {answer.get('errorDetail')}"
        )
    return answer
