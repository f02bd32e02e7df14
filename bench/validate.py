"""Validating and building messages of 2.2.0 and 2.3.1, beside pydantic v2 and jsonschema-rs (`rivals`).

Typical is what a shop and an ACS send every day, maximal the same with every element that may stand
beside it, each as long as it may be. AReq and ARes are measured in all ways; RReq and CReq are read.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from bench import rivals
from bench.areq import AREQ_BYTES
from bench.figures import Figure, best_us
from sekisho.protocol import (
    Category,
    Channel,
    Json,
    MessageType,
    ProtocolFault,
    Reading,
    Version,
    build,
    parse,
)
from sekisho.protocol.codec import read_object, write_object
from sekisho.testkit import samples
from sekisho.testkit.messages import Stage, specimens, stage

_LOOPS: Final = 30
_FAULTS: Final[dict[MessageType, dict[str, Json]]] = {
    MessageType.AREQ: {
        "mcc": None,
        "merchantName": None,
        "email": "",
        "acctInfo": {"chAccAgeInd": "9"},
        "purchaseDate": "2026-11-23",
        "browserIP": "x y",
        "addrMatch": "?",
    },
    MessageType.ARES: {
        "acsReferenceNumber": None,
        "dsReferenceNumber": None,
        "acsTransID": "none",
        "acsOperatorID": "",
        "acsURL": "here",
        "acsChallengeMandated": "?",
        "transStatus": "?",
    },
}
"""What to break, in that order; None: leave it out."""


def run() -> list[Figure]:
    """Measure sound messages, a spaced one, and such with one fault and with seven."""
    return [
        figure
        for kind in (MessageType.AREQ, MessageType.ARES, MessageType.RREQ, MessageType.CREQ)
        for version in (Version.V220, Version.V231)
        for figure in _figures(kind, version)
    ]


def _figures(kind: MessageType, version: Version) -> Iterator[Figure]:
    where = stage(kind, version, Channel.BROWSER, Category.PAYMENT).read(Reading.LENIENT)
    others = [
        rivals.pydantic(where.place, where.receiver),
        rivals.json_schema(kind, where.place, where.receiver),
    ]
    typical = _typical(where)
    sound = {
        "typical": write_object(typical),
        "maximal": write_object(_maximal(where, typical)),
        "with blanks": json.dumps(typical).encode(),
    }
    read, refused = _reader(where), _refused(where)
    for name, data in sound.items():
        title = f"validate {kind.value} {version.value}, {name} ({len(data)} bytes)"
        reads = [(f"{other.name} ({other.unchecked})", other.read) for other in others]
        if name != "with blanks":
            reads += [(f"{other.name}, helped to the rest", other.whole) for other in others]
        for _, their in reads:
            their(data)  # raises where it does not accept what we do
        yield from _compared(title, data, read, reads)
    if kind not in _FAULTS:
        return
    yield from _built(where, typical)
    for number in (1, 7):
        data = write_object(_broken(typical, _FAULTS[kind], number))
        for other in others:
            assert other.faults(data) >= number, f"{other.name} misses a fault"
        assert isinstance(refused(data), ProtocolFault)
        title = f"name the faults of {kind.value} {version.value}, {number}"
        names = [(f"{other.name} ({other.unchecked})", other.faults) for other in others]
        yield from _compared(title, data, refused, names)


def _built(where: Stage, members: dict[str, Json]) -> Iterator[Figure]:
    """Make a message of its elements and write it, which the others do unchecked for the most part."""

    def ours(_: bytes) -> object:
        return where.read(Reading.STRICT).built(members).encode()

    pydantic = rivals.written_by_pydantic(where.place)
    kind, place = where.kind, where.place
    title = f"build {kind.value} {place.version.value}, typical ({len(members)} elements)"
    theirs = [("pydantic v2 (no conditions, rules across elements)", lambda _: pydantic(members))]
    yield from _compared(title, b"", ours, theirs)


def _compared(
    title: str,
    data: bytes,
    ours: Callable[[bytes], object],
    theirs: Sequence[tuple[str, Callable[[bytes], object]]],
) -> Iterator[Figure]:
    us, *times = best_us(
        [partial(each, data) for each in (ours, *(call for _, call in theirs))],
        loops=_LOOPS,
    )
    for (other, _), time in zip(theirs, times, strict=True):
        yield Figure(
            name=f"{title}, beside {other}", value=us, unit="us",
            against=f"{time:.1f} us", ratio=us / time,
        )  # fmt: skip


def _typical(where: Stage) -> dict[str, Json]:
    version = where.place.version
    if where.kind is not MessageType.AREQ:
        return _SAMPLES[where.kind](version)
    told = read_object(AREQ_BYTES)
    del told["messageVersion"]
    sender, receiver = where.sender, where.receiver
    elements = {**samples.areq(version), **told}
    fitting = build(where.kind, version, elements, sender=sender, receiver=receiver, fit=True)
    return dict(fitting.elements)


_SAMPLES: Final[dict[MessageType, Callable[[Version], dict[str, Json]]]] = {
    MessageType.ARES: samples.challenge_ares,
    MessageType.RREQ: samples.rreq,
    MessageType.CREQ: samples.creq,
}


def _maximal(where: Stage, typical: dict[str, Json]) -> dict[str, Json]:
    """Give the typical message the longest form of every element that may stand in it."""
    read = _refused(where)
    offered: dict[str, list[Json]] = {}
    for message in specimens(where.read(Reading.STRICT)):
        for name, value in message.elements.items():
            offered.setdefault(name, []).append(value)
    members = dict(typical)
    for name, values in offered.items():
        for value in sorted(values, key=_octets, reverse=True):
            wider = {**members, name: value}
            if _octets(value) <= _octets(members.get(name)):
                break
            if not isinstance(read(write_object(wider)), ProtocolFault):
                members = wider
                break
    return members


def _octets(value: Json) -> int:
    return 0 if value is None else len(write_object({"": value}))


def _broken(members: dict[str, Json], faults: dict[str, Json], number: int) -> dict[str, Json]:
    chosen = dict([*faults.items()][:number])
    return {name: value for name, value in {**members, **chosen}.items() if value is not None}


def _reader(where: Stage) -> Callable[[bytes], object]:
    place = where.place

    def read(data: bytes) -> object:
        return parse(data, receiver=where.receiver, channel=place.channel, category=place.category)

    return read


def _refused(where: Stage) -> Callable[[bytes], object]:
    read = _reader(where)

    def refused(data: bytes) -> object:
        try:
            return read(data)
        except ProtocolFault as fault:
            return fault

    return refused
