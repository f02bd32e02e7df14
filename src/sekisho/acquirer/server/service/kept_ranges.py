"""Known ranges as they lie in the store: two places that take turns, so that a crash spoils neither."""

import asyncio
import zlib
from typing import Final

from sekisho.acquirer.server.model import RangeBook, RangePiece
from sekisho.kernel.errors import Conflict
from sekisho.kernel.store import Store
from sekisho.protocol.card_ranges import BadRanges, KnownRanges
from sekisho.protocol.card_ranges.stored import from_bytes, to_bytes

PIECE_OCTETS: Final = 256 * 1024


class KeptRanges:
    """Writes ranges into the free place and reads them from the one that the book names."""

    def __init__(self, pieces: Store[RangePiece]) -> None:
        self._pieces = pieces

    async def write(self, known: KnownRanges, *, book: str, slot: int) -> int:
        """Write a book's ranges into a place; give the number of pieces."""
        whole = await asyncio.to_thread(lambda: zlib.compress(to_bytes(known), level=1))
        parts = [whole[at : at + PIECE_OCTETS] for at in range(0, len(whole), PIECE_OCTETS)]
        for number, octets in enumerate(parts):
            await self._put(RangePiece(id=_place(book, slot, number), octets=octets))
        return len(parts)

    async def read(self, book: RangeBook) -> KnownRanges:
        """Read the ranges that the book names. Raises BadRanges when they are not whole."""
        parts = [
            (await self._pieces.get(_place(book.id, book.slot, number))).octets
            for number in range(book.pieces)
        ]
        return await asyncio.to_thread(_read, b"".join(parts))

    async def _put(self, piece: RangePiece) -> None:
        try:
            await self._pieces.add(piece)
        except Conflict:
            await self._pieces.advance(piece.id, lambda _: (piece, ()))


def _place(book: str, slot: int, number: int) -> str:
    return f"{book}/{slot}/{number}"


def _read(octets: bytes) -> KnownRanges:
    try:
        return from_bytes(zlib.decompress(octets))
    except zlib.error as error:
        raise BadRanges("these kept card ranges cannot be read") from error
