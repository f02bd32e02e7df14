"""Validating AReq and ARes of 2.2.0 and 2.3.1, beside pydantic v2 and jsonschema-rs (`rivals`).

Typical is what a shop and an ACS send every day, maximal every element that may stand together.
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
        for kind in (MessageType.AREQ, MessageType.ARES)
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
    maximal = max(specimens(where.read(Reading.STRICT)), key=lambda each: len(each.elements))
    sound = {
        "typical": write_object(typical),
        "maximal": maximal.encode(),
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
    for number in (1, 7):
        data = write_object(_broken(typical, _FAULTS[kind], number))
        for other in others:
            assert other.faults(data) >= number, f"{other.name} misses a fault"
        assert isinstance(refused(data), ProtocolFault)
        title = f"name the faults of {kind.value} {version.value}, {number}"
        names = [(f"{other.name} ({other.unchecked})", other.faults) for other in others]
        yield from _compared(title, data, refused, names)


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
    if where.kind is MessageType.ARES:
        return samples.challenge_ares(version)
    told = read_object(AREQ_BYTES)
    del told["messageVersion"]
    sender, receiver = where.sender, where.receiver
    elements = {**samples.areq(version), **told}
    fitting = build(where.kind, version, elements, sender=sender, receiver=receiver, fit=True)
    return dict(fitting.elements)


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
