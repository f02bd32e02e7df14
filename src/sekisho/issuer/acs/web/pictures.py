"""The signs on an app's screens, drawn here: a mountain for the bank, a gate for the network.

Own drawings, so that a sandbox shows no scheme's trademark; PNG, because SDKs must show that. Pure.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

Colour: TypeAlias = tuple[int, int, int]

WIDTH: Final = 96
HEIGHT: Final = 48
"""Pixels of the smallest size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The colours of one look."""

    ground: Colour
    shape: Colour
    accent: Colour


LOOKS: Final = {
    "default": Look(ground=(255, 255, 255), shape=(11, 74, 111), accent=(196, 61, 38)),
    "dark": Look(ground=(21, 21, 21), shape=(159, 211, 242), accent=(240, 138, 93)),
    "monochrome": Look(ground=(255, 255, 255), shape=(0, 0, 0), accent=(0, 0, 0)),
}


PEAK: Final = 0.12
SLOPE: Final = 1.5
SNOW: Final = 0.34
FOOT: Final = 0.92
"""Measures of the mountain, from 0 to 1 of the picture."""
BEAMS: Final = ((0.1, 0.9, 0.12, 0.24), (0.18, 0.82, 0.36, 0.44))
POSTS: Final = ((0.24, 0.32, 0.12, FOOT), (0.68, 0.76, 0.12, FOOT))
"""Left, right, top and bottom of what the gate is made of."""


def _mountain(x: float, y: float, look: Look) -> Colour:
    """A mountain with its top in the accent; x and y from 0 to 1."""
    if not PEAK + SLOPE * abs(x - 0.5) <= y <= FOOT:
        return look.ground
    return look.accent if y < SNOW else look.shape


def _gate(x: float, y: float, look: Look) -> Colour:
    """A gate: two posts under two beams."""
    for boxes, colour in ((BEAMS, look.accent), (POSTS, look.shape)):
        if any(left < x < right and top < y < bottom for left, right, top, bottom in boxes):
            return colour
    return look.ground


SIGNS: Final[dict[str, Callable[[float, float, Look], Colour]]] = {
    "issuer": _mountain,
    "network": _gate,
}


@lru_cache(maxsize=len(SIGNS) * len(LOOKS) * 3)
def picture(sign: str, look: str, scale: int) -> bytes | None:
    """Draw a sign as PNG; None when there is no such sign or look."""
    draw, colours = SIGNS.get(sign), LOOKS.get(look)
    if draw is None or colours is None:
        return None
    width, height = WIDTH * scale, HEIGHT * scale
    rows = (
        b"\0"
        + b"".join(
            bytes(draw((column + 0.5) / width, (row + 0.5) / height, colours))
            for column in range(width)
        )
        for row in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    checked = name + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))
