"""Checks a message against the element table: quickly when it is sound, thoroughly when not."""

from collections.abc import Collection, Mapping

from sekisho.protocol.checks.cross import RULES, TRANSACTION_IDS
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.shapes import well_formed
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.elements import Element, Kind, Scene, elements_of
from sekisho.protocol.vocabulary import Json


def findings_of(scene: Scene, *, understood: Collection[str] = ()) -> Findings:
    """Look for every fault of a message."""
    findings = Findings()
    rows = elements_of(scene.form, scene.version, scene.channel, scene.category)
    walk(rows, scene, findings)
    for rule in RULES[scene.form]:
        rule(scene, findings)
    if "messageExtension" in rows and "messageExtension" in scene.members:
        check_extensions(scene.members["messageExtension"], understood, findings)
    return findings


def known_elements(scene: Scene) -> dict[str, Json]:
    """Give the elements that the table allows in the message, unknown members left out."""
    rows = elements_of(scene.form, scene.version, scene.channel, scene.category)
    return {
        name: _known(rows[name][0], value) for name, value in scene.members.items() if name in rows
    }


def _known(row: Element, value: Json) -> Json:
    if row.free or not row.children or row.kind is Kind.TEXT:
        return value
    if isinstance(value, list):
        return [_known_inside(row.children, item) for item in value]
    return _known_inside(row.children, value)


def _known_inside(children: tuple[Element, ...], value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    rows: Mapping[str, Element] = {child.name: child for child in children}
    return {name: _known(rows[name], item) for name, item in value.items() if name in rows}


__all__ = ["TRANSACTION_IDS", "Findings", "findings_of", "known_elements", "well_formed"]
