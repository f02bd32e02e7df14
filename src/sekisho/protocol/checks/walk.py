"""The thorough reading: walks the element table over a message and gathers every fault."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.shapes import iso_codes, recogniser
from sekisho.protocol.codec import json_characters
from sekisho.protocol.elements import Element, Kind, Scene
from sekisho.protocol.elements.scene import looking_at
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Json, Reading, Version


def walk(rows: Mapping[str, tuple[Element, str]], scene: Scene, findings: Findings) -> None:
    """Hold every element of the message, present or missed, against its row of the table."""
    for name, (row, letter) in rows.items():
        conditional = letter == "C"
        if not _is_there(scene.members, name):
            needed = row.needed.get(scene.form) if conditional else None
            if letter == "R" or (needed is not None and needed.holds(scene)):
                findings.note(ErrorCode.ELEMENT_MISSING, name)
            elif name in scene.members and not _tolerably_empty(row, scene):
                findings.note(ErrorCode.FORMAT_INVALID, name)
            continue
        allowed = row.allowed.get(scene.form) if conditional else None
        if allowed is not None and not allowed.holds(scene):
            findings.note(ErrorCode.FORMAT_INVALID, name)
        else:
            check_value(row, scene.members[name], name, scene, findings)


def check_value(row: Element, value: Json, path: str, scene: Scene, findings: Findings) -> None:
    """Check the form of one value that is there; `path` is the name to report."""
    if row.kind is Kind.TEXT:
        _check_text(row, value, path, scene, findings)
    elif row.kind is Kind.BOOLEAN:
        if not isinstance(value, bool) or (row.pattern == "true" and not value):
            findings.note(ErrorCode.FORMAT_INVALID, path)
    elif row.kind in (Kind.ARRAY, Kind.PAIRS):
        _check_array(row, value, path, scene, findings)
    elif row.kind is Kind.ANY and isinstance(value, str):
        _check_text(row, value, path, scene, findings)
    else:
        _check_object(row, value, path, scene, findings)


def repeats(items: Sequence[object]) -> bool:
    """Tell whether an item occurs twice.

    A long list is looked through once, by how its items are written: comparing each with each would
    take a PRes of 200,000 items hours.
    """
    if len(items) <= _FEW:
        return any(item in items[:at] for at, item in enumerate(items))
    return len({_written(item) for item in items}) < len(items)


_FEW: Final = 16
_written: Final = msgspec.json.Encoder(order="sorted").encode


def code_fault(row: Element, value: str, scene: Scene) -> ErrorCode | None:
    """Tell what is wrong with a value of a closed list; None: it is listed, or the DS's own."""
    if row.allows_code(value, scene.form, scene.version):
        return None
    if scene.scheme is not None and scene.scheme.knows(row.name, value):
        return None
    two_digits = len(value) == 2 and value.isascii() and value.isdigit()  # noqa: PLR2004 - codes have two
    if not (row.ds_codes and two_digits):
        return ErrorCode.FORMAT_INVALID
    if value >= "80":
        return None
    return reserved_value(scene.version)


def reserved_value(version: Version) -> ErrorCode:
    """Give the code for a value that is reserved: 207 since 2.3.1, before that 203."""
    return ErrorCode.RESERVED_VALUE if version >= Version.V231 else ErrorCode.FORMAT_INVALID


def _check_text(row: Element, value: Json, path: str, scene: Scene, findings: Findings) -> None:
    least, most = row.size
    if not isinstance(value, str) or len(value) < least or (most is not None and len(value) > most):
        findings.note(ErrorCode.FORMAT_INVALID, path)
        return
    if row.codes:
        fault = code_fault(row, value, scene)
        if fault is not None:
            findings.note(fault, path)
        return
    well_formed = recogniser(row)
    if well_formed is not None and not well_formed(value):
        findings.note(ErrorCode.FORMAT_INVALID, path)
        return
    listed = iso_codes(row)
    if listed is not None and value not in listed:
        findings.note(ErrorCode.ISO_CODE_INVALID, path)


def _check_array(row: Element, value: Json, path: str, scene: Scene, findings: Findings) -> None:
    least, most = row.items
    if (
        not isinstance(value, list)
        or len(value) < least
        or (most is not None and len(value) > most)
        or _too_long(row, value)
    ):
        findings.note(ErrorCode.FORMAT_INVALID, path)
        return
    if repeats(value):
        findings.note(ErrorCode.DUPLICATE, path)
    for item in value:
        if row.children:
            _check_object(row, item, path, scene, findings)
        elif row.kind is Kind.PAIRS:
            _check_pair(row, item, path, scene, findings)
        else:
            _check_text(row, item, path, scene, findings)


def _check_object(row: Element, value: Json, path: str, scene: Scene, findings: Findings) -> None:
    if not isinstance(value, dict) or (row.kind is not Kind.ARRAY and _too_long(row, value)):
        findings.note(ErrorCode.FORMAT_INVALID, path)
        return
    inside = looking_at(scene, value)
    for child in row.children:
        name = f"{path}.{child.name}"
        if _is_there(value, child.name):
            check_value(child, value[child.name], name, inside, findings)
        elif child.letter == "R" or (
            child.child_needed is not None and child.child_needed.holds(inside)
        ):
            findings.note(ErrorCode.ELEMENT_MISSING, name)
        elif child.name in value and not _tolerably_empty(child, inside):
            findings.note(ErrorCode.FORMAT_INVALID, name)


def _check_pair(row: Element, item: Json, path: str, scene: Scene, findings: Findings) -> None:
    if not isinstance(item, dict) or len(item) != 1:
        findings.note(ErrorCode.FORMAT_INVALID, path)
        return
    for part in (*item.keys(), *item.values()):
        _check_text(row, part, path, scene, findings)


def _too_long(row: Element, value: Json) -> bool:
    return row.json_most is not None and json_characters(value) > row.json_most


def _is_there(members: Mapping[str, Json], name: str) -> bool:
    """Absent, null and empty are alike for the question whether an element is present."""
    value = members.get(name)
    if isinstance(value, str):
        return value != ""
    return value is not None and value not in ([], {})


def _tolerably_empty(row: Element, scene: Scene) -> bool:
    """Tell whether `{}` may pass: common in production for an object without required children."""
    return (
        scene.reading is Reading.LENIENT
        and row.kind is Kind.OBJECT
        and scene.members.get(row.name) == {}
        and all(child.letter != "R" for child in row.children)
    )
