"""Says a broken rule in words: what was expected, and what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import check_value
from sekisho.protocol.codec import write_object
from sekisho.protocol.elements import Element, Kind, Scene
from sekisho.protocol.explanation.masking import masked, shown
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Json

Rows = Mapping[str, tuple[Element, str]]

FOUND_CHARACTERS_MAX: Final = 160


class Words(NamedTuple):
    """One broken rule."""

    expected: str
    found: str


def words(code: ErrorCode, path: str, rows: Rows, scene: Scene) -> Words:
    """Word what the walk over the table noted of the element at a path."""
    top, letter = rows[path.partition(".")[0]]
    row, holders = _reached(top, path, scene)
    if code is ErrorCode.ELEMENT_MISSING:
        return Words(_why_needed(row, letter, scene, child=row is not top), _missed(row, holders))
    allowed = row.allowed.get(scene.form) if row is top and letter == "C" else None
    if allowed is not None and not allowed.holds(scene) and _is_there(scene.members, row.name):
        return Words(f"there only if {allowed.text}", _quoted(row.name, scene.members[row.name]))
    for holder in holders:
        if _is_there(holder, row.name):
            findings = Findings()
            inside = scene if row is top else replace(scene, members=holder)
            check_value(row, holder[row.name], path, inside, findings)
            if path in findings.everything().get(code, ()):
                return Words(described(row, code, scene), _quoted(row.name, holder[row.name]))
    return Words("left out when it has no value", _missed(row, holders))


def found_in(members: Mapping[str, Json], paths: tuple[str, ...]) -> str:
    """Quote the values that a rule across elements has looked at."""
    quoted = []
    for path in paths:
        holder: Json = dict(members)
        for name in path.split("."):
            holder = holder.get(name) if isinstance(holder, dict) else None
        quoted.append(f"{path} {_quoted(path.rpartition('.')[2], holder)}")
    return ", ".join(quoted)


def described(row: Element, code: ErrorCode, scene: Scene) -> str:
    """Describe what the table wants at an element."""
    if code is ErrorCode.DUPLICATE:
        return "no item twice"
    if code is ErrorCode.ISO_CODE_INVALID:
        return f"a code that the protocol takes from {row.shape.value}"
    return _form(row, scene)


def _form(row: Element, scene: Scene) -> str:
    if row.kind is Kind.BOOLEAN:
        return "true" if row.pattern == "true" else "true or false, without quotation marks"
    if row.kind is Kind.ARRAY:
        item = "an object" if row.children else _text(row, scene)
        return f"an array of {_range(row.items)}, each {item}{_json_most(row)}"
    if row.kind is Kind.PAIRS:
        return f"an array of {_range(row.items)} objects with one pair of texts each"
    if row.kind is Kind.OBJECT:
        return f"an object{_json_most(row)}"
    return f"{'an object, or ' if row.kind is Kind.ANY else ''}{_text(row, scene)}"


def _reached(top: Element, path: str, scene: Scene) -> tuple[Element, list[Mapping[str, Json]]]:
    """Follow a path into the objects that hold its last element."""
    row, holders = top, [scene.members]
    for name in path.split(".")[1:]:
        holders = [inner for holder in holders for inner in _objects(holder.get(row.name))]
        row = next(child for child in row.children if child.name == name)
    return row, holders


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _why_needed(row: Element, letter: str, scene: Scene, *, child: bool) -> str:
    if child:
        condition = row.child_needed if row.letter != "R" else None
    else:
        condition = row.needed.get(scene.form) if letter == "C" else None
    return "required" if condition is None else f"required if {condition.text}"


def _missed(row: Element, holders: list[Mapping[str, Json]]) -> str:
    lacking = next(holder for holder in holders if not _is_there(holder, row.name))
    return _quoted(row.name, lacking[row.name]) if row.name in lacking else "absent"


def _is_there(members: Mapping[str, Json], name: str) -> bool:
    value = members.get(name)
    return value is not None and value not in ("", [], {})


def _text(row: Element, scene: Scene) -> str:
    if row.codes:
        codes = ", ".join(sorted(row.codes_for(scene.form, scene.version)))
        return f"one of {codes}{', or 80 to 99' if row.ds_codes else ''}"
    pattern = f" that matches {row.pattern}" if row.pattern is not None else ""
    return f"{row.shape.value}{pattern}, {_range(row.size)} characters"


def _range(bounds: tuple[int, int | None]) -> str:
    least, most = bounds
    if most is None:
        return f"{least} or more"
    return f"{most}" if least == most else f"{least} to {most}"


def _json_most(row: Element) -> str:
    return "" if row.json_most is None else f", at most {row.json_most} characters of JSON"


def _quoted(name: str, value: Json) -> str:
    """Write a value as JSON, safe to show, with its length where that may be the point."""
    if value is None:
        return "null"
    safe = shown(name, value)
    text = write_object({"": safe}).decode()[4:-1]
    if len(text) > FOUND_CHARACTERS_MAX:
        text = f"{text[:FOUND_CHARACTERS_MAX]}…"
    if isinstance(value, str) and safe == value and value:
        return f"{text} ({len(value)} characters)"
    return masked(text)
