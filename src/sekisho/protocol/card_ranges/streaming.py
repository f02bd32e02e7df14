"""JSON too large to be held: the items of one array, one after the other, whatever the bytes.

Memory is bounded by the largest item; what is inflated is counted, so that a few kilobytes cannot
become gigabytes.
"""

import json
import re
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import Final, Never

from sekisho.kernel.errors import TheyErred

PIECE_BYTES: Final = 64 * 1024
"""What is worked on at once, at the least: many tiny chunks would cost a new start each."""

ITEM_CHARACTERS_MAX: Final = 1024 * 1024
"""Five thousand ranges in one item take 300,000."""


class BadStream(TheyErred):
    """The bytes are not what they should be, or too many."""


def plain(chunks: Iterable[bytes], *, bytes_max: int) -> Iterator[bytes]:
    """Give what the chunks hold, inflated where they are gzip, in pieces; raises BadStream."""
    chunks = _counted(chunks, bytes_max)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(_GZIP):
            break
    together = _after(head, chunks)
    return _counted(_inflated(together) if head.startswith(_GZIP) else together, bytes_max)


def items(chunks: Iterable[bytes], *, member: str) -> Iterator[str]:
    """Give the text of each item of a JSON array, which may also be a member of a JSON object.

    Of an object, all other members are read over. Raises BadStream for everything else.
    """
    cursor = _Cursor(_texts(chunks))
    match cursor.peek():
        case "[":
            yield from _array(cursor)
        case "{":
            yield from _member(cursor, member)
        case _:
            raise BadStream("neither an array nor an object")
    if cursor.peek():
        raise BadStream("something follows the end")


_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
"""zlib's way to say: with the header and the checksum of gzip."""


def _counted(chunks: Iterable[bytes], bytes_max: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > bytes_max:
            raise BadStream(f"more than {bytes_max} bytes")
        yield chunk


def _after(head: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate gzip, of one member or several, never more than a piece at once."""
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP_WINDOW)
                yield inflater.decompress(rest, PIECE_BYTES)
                rest = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error as error:
        raise BadStream("the compressed data are damaged") from error
    # What is inflated and not yet given out has the checksum still before it.
    if not inflater.eof:
        raise BadStream("the compressed data end too early")


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """Read UTF-8, and give it in pieces of some size."""
    decoder = getincrementaldecoder("utf-8")()
    gathered: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            gathered.append(chunk)
            size += len(chunk)
            if size >= PIECE_BYTES:
                yield decoder.decode(b"".join(gathered))
                gathered, size = [], 0
        yield decoder.decode(b"".join(gathered), final=True)
    except UnicodeDecodeError as error:
        raise BadStream("not UTF-8") from error


class _Cursor:
    """A place in a text of which only the part around it is held."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """Give the next sign that is not blank, without passing it; empty at the end."""
        while True:
            found = _sign(self._text, self._at)
            if found:
                self._at = found.start()
                return found.group()
            self._at = len(self._text)
            if not self._fill():
                return ""

    def take(self, sign: str) -> bool:
        """Pass a sign if it comes next."""
        there = self.peek() == sign
        self._at += there
        return there

    def value(self) -> str:
        """Pass a JSON value; give its text."""
        self.peek()
        end = self._end()
        # A number at the very end of what is held might go on.
        while not 0 <= end < len(self._text):
            if len(self._text) - self._at > ITEM_CHARACTERS_MAX or not self._fill():
                break
            end = self._end()
        if not 0 <= end - self._at <= ITEM_CHARACTERS_MAX:
            raise BadStream("not JSON, or one item is too long")
        text, self._at = self._text[self._at : end], end
        return text

    def _end(self) -> int:
        """Tell where the value ends that begins here; a place before everything when it is open."""
        try:
            return _scan(self._text, self._at)[1]
        except ValueError:
            return _OPEN
        except RecursionError as error:
            raise BadStream("nested too deep") from error

    def _fill(self) -> bool:
        """Hold twice as much as before: what is long is then scanned a few times, not often."""
        pieces = [self._text[self._at :]]
        wanted = 2 * len(pieces[0])
        held = len(pieces[0])
        for piece in self._texts:
            pieces.append(piece)
            held += len(piece)
            if held > wanted:
                break
        self._text, self._at = "".join(pieces), 0
        return len(pieces) > 1


_OPEN: Final = -1


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


_scan: Final = json.JSONDecoder(parse_constant=_no_constant).raw_decode
_sign: Final = re.compile(r"[^ \t\n\r]").search


def _array(cursor: _Cursor) -> Iterator[str]:
    cursor.take("[")
    if cursor.take("]"):
        return
    while True:
        yield cursor.value()
        if cursor.take("]"):
            return
        if not cursor.take(","):
            raise BadStream("an array without commas")


def _member(cursor: _Cursor, member: str) -> Iterator[str]:
    cursor.take("{")
    found = False
    while True:
        name = json.loads(cursor.value())
        if not isinstance(name, str) or not cursor.take(":"):
            raise BadStream("an object without names")
        if name != member:
            cursor.value()
        elif found or cursor.peek() != "[":
            raise BadStream(f"{member} is not there once, as an array")
        else:
            found = True
            yield from _array(cursor)
        if cursor.take("}"):
            break
        if not cursor.take(","):
            raise BadStream("an object without commas")
    if not found:
        raise BadStream(f"no {member}")
