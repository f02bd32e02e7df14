"""JSON as the protocol wants it: one object, UTF-8, no member twice, nothing that is not JSON.

Raises ProtocolFault and nothing else, whatever the bytes.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from sekisho.protocol.faults import NOT_A_MESSAGE, ErrorCode, ProtocolFault
from sekisho.protocol.vocabulary import Json

MESSAGE_BYTES_MAX: Final = 64 * 1024
"""Larger than any honest message but three; small enough that a dishonest one costs nothing."""

APP_MESSAGE_BYTES_MAX: Final = 512 * 1024
"""An AReq may carry 64,000 characters of device data, a CRes 300,000 of HTML."""

RANGES_BYTES_MAX: Final = 64 * 1024 * 1024
"""A PRes may list 200,000 items of card ranges."""

DEPTH_MAX: Final = 32
"""Our deepest element lies six levels down; extensions may go further, an attacker not at will."""

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def read_object(data: bytes, *, limit: int = MESSAGE_BYTES_MAX) -> dict[str, Json]:
    """Read one JSON object, refusing what JSON parsers usually forgive.

    Raises 101 when it is not one (NaN, lone surrogates, too large, too deep included) and 204, with
    the member's name, when a member occurs twice.
    """
    if len(data) > limit:
        raise not_a_message()
    try:
        value = _decode(data)
        # A message that is written back letter for letter has no member twice. Compact senders pass
        # here; for everybody else the slower reading below looks at every member.
        if not (isinstance(value, dict) and _encode(value) == data):
            value = _read_member_by_member(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # RecursionError: a few kilobytes of "[" nest deeper than any parser can follow.
        raise not_a_message() from error
    if not isinstance(value, dict) or (may_be_too_deep(data) and too_deep(value)):
        raise not_a_message()
    return value


def write_object(members: Mapping[str, Json]) -> bytes:
    """Write a JSON object, compact, in UTF-8."""
    return _encode(members)


def json_characters(value: Json) -> int:
    """Count the characters of a value when written as compact JSON."""
    return len(_encode(value).decode())


def too_deep(value: dict[str, Json] | list[Json], levels: int = DEPTH_MAX) -> bool:
    """Tell whether an object or array holds others more levels deep than an honest one does."""
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def not_a_message() -> ProtocolFault:
    """Make the fault for bytes that are no message at all."""
    return ProtocolFault(ErrorCode.MESSAGE_INVALID, detail=NOT_A_MESSAGE)


def may_be_too_deep(data: bytes) -> bool:
    """Count brackets, which is quicker than to look: most messages have too few to be deep."""
    return data.count(b"{") + data.count(b"[") >= DEPTH_MAX


def _read_member_by_member(data: bytes) -> Json:
    """Read what `_decode` has found to be JSON once more, for the sake of repeated members."""
    value: Json = json.loads(data, object_pairs_hook=_without_repeats)
    return value


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = [name for name, count in counts.items() if count > 1]
        raise ProtocolFault(ErrorCode.DUPLICATE, elements=repeated)
    return members


def _inside(outer: dict[str, Json] | list[Json]) -> list[dict[str, Json] | list[Json]]:
    """Give the objects and arrays that another one holds directly."""
    items = outer.values() if isinstance(outer, dict) else outer
    return [item for item in items if isinstance(item, dict | list)]
