"""Checks a message against the element table: quickly when it is sound, thoroughly when not."""

from collections.abc import Collection, Mapping

import msgspec

from sekisho.protocol.checks.clock import check_clock
from sekisho.protocol.checks.compiled import quick_reading
from sekisho.protocol.checks.cross import RULES, TRANSACTION_IDS
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.reader import Reader
from sekisho.protocol.checks.scheme import check_scheme
from sekisho.protocol.checks.shapes import well_formed
from sekisho.protocol.checks.typed import typed_reading
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.elements import Element, Scene, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json


def read_at_once(data: bytes, place: Place, reader: Reader) -> dict[str, Json] | None:
    """Read a message that seems to stand at a place, and check it; None: look closer.

    What comes back is sound, carries no member twice and none that the table does not know, and
    says itself that it stands there, as far as messages say that.
    """
    record = typed_reading(place).decoded(data)
    if record is None:
        return None
    members: dict[str, Json] = msgspec.to_builtins(record)
    sound = quick_reading(place).sound(record, members, len(data), reader)
    return members if sound else None


def inspect(
    members: Mapping[str, Json], place: Place, reader: Reader
) -> tuple[Findings, Mapping[str, Json]]:
    """Look for every fault of a message; give them, and the elements that the table knows.

    A sound message takes the quick reading; anything else is walked, so that all its faults are
    named.
    """
    quick = quick_reading(place)
    known = typed_reading(place).converted(members) if quick.foreign.isdisjoint(members) else None
    if known is not None and quick.sound(known, members, RANGES_BYTES_MAX, reader):
        return Findings(), msgspec.to_builtins(known)
    findings = walked(reader.scene(members, place), understood=reader.understood)
    return findings, {} if findings else _known_members(place, members)


def walked(scene: Scene, *, understood: Collection[str] = ()) -> Findings:
    """Walk the table over a message, whatever the quick reading would say."""
    place = Place(scene.form, scene.version, scene.channel, scene.category, scene.reading)
    findings = Findings()
    walk(elements_of(*place), scene, findings)
    for rule in RULES[scene.form]:
        rule(scene, findings)
    if "messageExtension" in scene.members:
        check_extensions(scene.members["messageExtension"], understood, findings, scene)
    if scene.scheme is not None:
        check_scheme(scene.scheme, scene, findings)
    if scene.now is not None:
        check_clock(scene.now, scene, findings)
    return findings


def _known_members(place: Place, members: Mapping[str, Json]) -> dict[str, Json]:
    """Give what the table knows, in its order, as the quick reading does."""
    rows = elements_of(*place)
    return {name: _known(row, members[name]) for name, (row, _) in rows.items() if name in members}


def _known(row: Element, value: Json) -> Json:
    if not row.children:
        return value
    if isinstance(value, list):
        return [_known(row, item) for item in value]
    if not isinstance(value, dict):
        return value  # the text of a JWS, whose payload the children describe
    return {
        child.name: _known(child, value[child.name])
        for child in row.children
        if child.name in value
    }


__all__ = [
    "TRANSACTION_IDS",
    "Findings",
    "Reader",
    "inspect",
    "read_at_once",
    "typed_reading",
    "walked",
    "well_formed",
]
