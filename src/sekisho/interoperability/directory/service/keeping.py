"""How sets of card ranges are kept: in pieces, a few at a time, made valid by one last change."""

import asyncio
from datetime import datetime
from typing import Final

from sekisho.interoperability.directory.model import Edition, RangeBook, RangeHead, RangePiece
from sekisho.interoperability.directory.model.ranges import pack, piece_id, unpack
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.store import Store

HEAD: Final = "ranges"
"""Key of the one record that says which set holds."""


class RangeShelf:
    """Keeps the newest sets of card ranges. A crash at any moment leaves the set before."""

    def __init__(
        self, heads: Store[RangeHead], pieces: Store[RangePiece], *, serials_kept: int
    ) -> None:
        self._heads = heads
        self._pieces = pieces
        self._kept = serials_kept

    async def head(self) -> RangeHead | None:
        """Give what is kept; None when nothing is."""
        try:
            return await self._heads.get(HEAD)
        except NotThere:
            return None

    async def read(self, edition: Edition) -> RangeBook:
        """Read a set. Raises BadRanges when it is not whole."""
        octets = [
            (await self._pieces.get(piece_id(edition.slot, number))).octets
            for number in range(edition.pieces)
        ]
        return await asyncio.to_thread(unpack, tuple(octets))

    async def keep(
        self, book: RangeBook, *, seed: str, by_operator: bool, at: datetime
    ) -> RangeHead:
        """Keep a set and make it the newest. Raises Conflict when another process was first."""
        before = await self.head()
        editions = () if before is None else before.editions
        free = min(set(range(self._kept + 1)) - {each.slot for each in editions})
        pieces = await asyncio.to_thread(pack, book)
        for number, octets in enumerate(pieces):
            await self._put(RangePiece(id=piece_id(free, number), octets=octets))
        edition = Edition(
            serial=book.serial, slot=free, pieces=len(pieces), count=len(book.known), kept_at=at
        )
        # A set that comes back is one set: its older edition would be its own past.
        others = tuple(each for each in editions if each.serial != edition.serial)
        after = RangeHead(
            id=HEAD,
            seed=seed,
            by_operator=by_operator,
            editions=(edition, *others)[: self._kept],
        )
        if before is None:
            await self._heads.add(after)
            return after
        return await self._heads.advance(HEAD, lambda now: (_following(before, now, after), ()))

    async def _put(self, piece: RangePiece) -> None:
        try:
            await self._pieces.add(piece)
        except Conflict:
            await self._pieces.advance(piece.id, lambda _: (piece, ()))


def _following(before: RangeHead, now: RangeHead, after: RangeHead) -> RangeHead:
    if now != before:
        raise Conflict("another process changed the card ranges")
    return after
