"""Who sends which message to whom, and who reads a captured one when nobody says."""

from collections.abc import Mapping
from typing import Final

from sekisho.protocol.places import place_of
from sekisho.protocol.vocabulary import (
    Channel,
    Component,
    Json,
    MessageType,
    Reading,
    Version,
)

_C, _S, _D, _A = Component
ROADS: Final[Mapping[MessageType, tuple[tuple[Component, Component], ...]]] = {
    MessageType.AREQ: ((_S, _D), (_D, _A)),
    MessageType.ARES: ((_A, _D), (_D, _S)),
    MessageType.CREQ: ((_C, _A), (_S, _A)),
    MessageType.CRES: ((_A, _C), (_A, _S)),
    MessageType.RREQ: ((_A, _D), (_D, _S)),
    MessageType.RRES: ((_S, _D), (_D, _A)),
    MessageType.PREQ: ((_S, _D),),
    MessageType.PRES: ((_D, _S),),
    MessageType.ERRO: (),
    MessageType.OREQ: ((_D, _S), (_D, _A)),
    MessageType.ORES: ((_S, _D), (_A, _D)),
}
"""Each way of each message; an Erro goes every way."""


def reader_of(
    kind: MessageType, members: Mapping[str, Json], sender: Component | None
) -> Component | None:
    """Tell who reads a message; None when more than one may, and it does not say itself."""
    if sender is None and kind is MessageType.AREQ:
        # What the Directory Server adds on the way tells the second half of the road.
        return _A if "dsURL" in members or "dsReferenceNumber" in members else _D
    if kind is MessageType.CRES:
        return _C if channel_in(members) is Channel.APP else _S
    readers = {reader for start, reader in ROADS[kind] if sender in (None, start)}
    return readers.pop() if len(readers) == 1 else None


def channel_in(members: Mapping[str, Json]) -> Channel:
    """Tell the channel that a message says or shows."""
    return place_of(
        members,
        MessageType.AREQ,
        Version.V220,
        channel=None,
        category=None,
        reading=Reading.STRICT,
    ).channel
