"""What a value of the element table looks like, as JSON Schema: types, lengths, lists, patterns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sekisho.protocol.checks.shapes import PATTERNS, iso_codes
from sekisho.protocol.elements import Condition, Element, Kind, Shape
from sekisho.protocol.elements.condition import All, InMessage, Worded
from sekisho.protocol.places import Place
from sekisho.protocol.schemas.addresses import IP_ADDRESS
from sekisho.protocol.schemas.ecma import ecma_pattern
from sekisho.protocol.schemas.saying import (
    Schema,
    View,
    all_of,
    negated,
    said,
    there,
)
from sekisho.protocol.vocabulary import Component, Json, Reading

ISO_NAMES: Final[Mapping[Shape, str]] = {Shape.COUNTRY: "iso-3166-1", Shape.CURRENCY: "iso-4217"}
"""Where the shared lists of ISO codes stand in `$defs`."""

DS_CODES: Final = "ds-codes"
"""Where the Directory Server's own values stand in `$defs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One row as it stands in its object: what demands it, what allows it."""

    row: Element
    required: bool
    needed: Condition | None = None
    allowed: Condition | None = None


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes the schemas of one place and remembers which shared lists they refer to."""

    place: Place
    receiver: Component | None
    shared: dict[str, Json] = field(default_factory=dict)

    def object_schema(self, members: Iterable[Member], *, at_top: bool) -> dict[str, Json]:
        """Give what an object of these members must be; their own forms are not included."""
        listed = list(members)
        rows = {member.row.name: member.row for member in listed}
        view = View(
            place=self.place, receiver=self.receiver, rows=rows, at_top=at_top, unseen=False
        )
        rules: list[Json] = [*_presence_rules(listed, view)]
        if at_top:
            rules += [*_rules_from_the_top(view)]
        schema: dict[str, Json] = {"type": "object"}
        demanded = all_of(there(member.row.name, view) for member in listed if member.required)
        if isinstance(demanded, dict):
            schema["required"] = demanded["required"]
            rules += [{"properties": demanded["properties"]}] if "properties" in demanded else []
        return schema | ({"allOf": rules} if rules else {})

    def value(self, row: Element) -> dict[str, Json]:
        """Give what the value of an element must be, with what people are told of it."""
        told = {"title": row.title} if row.title else {}
        return {**told, **self._described(row), **self._value(row)}

    def _value(self, row: Element) -> dict[str, Json]:
        if row.kind is Kind.BOOLEAN:
            return {"const": True} if row.pattern == "true" else {"type": "boolean"}
        if row.kind in (Kind.ARRAY, Kind.PAIRS):
            items = self._pair(row) if row.kind is Kind.PAIRS else self._item(row)
            return {"type": "array", **_bounds("Items", row.items), "uniqueItems": True, **items}
        if row.kind is Kind.TEXT:
            return self._text(row)
        if row.kind is Kind.ANY:
            return {"anyOf": [self._text(row), {"type": "object", "minProperties": 1}]}
        return self._whole_object(row)

    def _item(self, row: Element) -> dict[str, Json]:
        return {"items": self._inside(row) if row.children else self._text(row)}

    def _pair(self, row: Element) -> dict[str, Json]:
        text = self._text(row)
        names: dict[str, Json] = {key: rule for key, rule in text.items() if key != "type"}
        one: dict[str, Json] = {"minProperties": 1, "maxProperties": 1}
        return {
            "items": {"type": "object", **one, "propertyNames": names, "additionalProperties": text}
        }

    def _whole_object(self, row: Element) -> dict[str, Json]:
        inside = self._inside(row)
        # A lenient reading passes `{}` where nothing in it is required, unless it is demanded.
        empty = self.place.reading is Reading.LENIENT and all(
            child.letter != "R" for child in row.children
        )
        return inside if empty else {**inside, "minProperties": 1}

    def _inside(self, row: Element) -> dict[str, Json]:
        if row.free or not row.children:
            return {"type": "object"}
        members = [
            Member(row=child, required=child.letter == "R", needed=_seen_here(child.child_needed))
            for child in row.children
        ]
        schema = self.object_schema(members, at_top=False)
        inner: Json = {child.name: self.value(child) for child in row.children}
        rules = {"allOf": schema.pop("allOf")} if "allOf" in schema else {}
        return {**schema, "properties": inner, **rules}

    def _text(self, row: Element) -> dict[str, Json]:
        if row.codes:
            return self._codes(row)
        if row.pattern is None and row.shape in ISO_NAMES:
            name = ISO_NAMES[row.shape]
            self.shared[name] = {"enum": [*sorted(iso_codes(row) or ())]}
            return {"$ref": f"#/$defs/{name}"}
        least, most = row.size
        schema: dict[str, Json] = {"type": "string", **_bounds("Length", (max(least, 1), most))}
        expression = IP_ADDRESS if row.shape is Shape.IP else PATTERNS.get(row.shape)
        expression = row.pattern or expression
        return schema if expression is None else {**schema, "pattern": ecma_pattern(expression)}

    def _codes(self, row: Element) -> dict[str, Json]:
        listed: list[Json] = [*sorted(row.codes_for(self.place.form, self.place.version))]
        own: dict[str, Json] = {"enum": listed} if listed else {"not": {}}
        if not row.ds_codes:
            return own
        self.shared[DS_CODES] = {
            "description": "80 to 99 are the Directory Server's to define.",
            "enum": [str(code) for code in range(80, 100)],
        }
        return {"anyOf": [own, {"$ref": f"#/$defs/{DS_CODES}"}]}

    def _described(self, row: Element) -> dict[str, Json]:
        known = row.codes_for(self.place.form, self.place.version)
        meanings = "; ".join(f"{code} {says}" for code, says in row.codes.items() if code in known)
        words = " ".join(part for part in (meanings and f"{meanings}.", row.note) if part)
        return {"description": words} if words else {}


def _bounds(what: str, bounds: tuple[int, int | None]) -> dict[str, Json]:
    least, most = bounds
    return {f"min{what}": max(least, 1), **({} if most is None else {f"max{what}": most})}


def _presence_rules(members: list[Member], view: View) -> Iterator[Json]:
    """Say which members a condition demands or forbids, one rule for all that share it."""
    rules: dict[str, tuple[Schema, list[str], list[str]]] = {}
    for member in members:
        for condition, part in ((member.needed, 1), (member.allowed, 2)):
            if condition is None:
                continue
            # What may be allowed for all that is known must not be refused.
            schema = said(condition, replace(view, unseen=part == 2))  # noqa: PLR2004 - the third of three
            rule = rules.setdefault(repr(schema), (schema, [], []))
            names = rule[1] if part == 1 else rule[2]
            names.append(member.row.name)
    for schema, demanded, forbidden in rules.values():
        yield from _rule(
            schema,
            all_of(there(name, view) for name in demanded),
            otherwise={"properties": dict.fromkeys(forbidden, False)} if forbidden else True,
        )


def _rule(condition: Schema, then: Schema, *, otherwise: Schema) -> Iterator[dict[str, Json]]:
    """Say a rule, unless there is nothing to be said."""
    if isinstance(condition, bool):
        left = then if condition else otherwise
        if isinstance(left, dict):
            yield left
    elif then is True:
        yield {"if": negated(condition), "then": otherwise}
    else:
        yield {"if": condition, "then": then, **({} if otherwise is True else {"else": otherwise})}


def _seen_here(condition: Condition | None) -> Condition | None:
    """Leave conditions that look at the whole message to the top, where they can be said."""
    return None if condition is not None and _looks_up(condition) else condition


def _looks_up(condition: Condition) -> bool:
    return any(isinstance(part, InMessage) for part in _parts(condition))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    """Give what must hold together, whatever words people are told instead."""
    bare = condition.of if isinstance(condition, Worded) else condition
    return bare.of if isinstance(bare, All) else (bare,)


def _rules_from_the_top(view: View) -> Iterator[Json]:
    """Say of children what the whole message decides."""
    for row in view.rows.values():
        for child in row.children:
            if child.child_needed is None or not _looks_up(child.child_needed):
                continue
            parts = _parts(child.child_needed)
            above = all_of(said(part, view) for part in parts if isinstance(part, InMessage))
            inside = replace(view, rows={each.name: each for each in row.children}, at_top=False)
            here = all_of(said(part, inside) for part in parts if not isinstance(part, InMessage))
            for demand in _rule(here, there(child.name, inside), otherwise=True):
                form: Json = {"items": demand} if row.kind is Kind.ARRAY else demand
                yield from _rule(above, {"properties": {row.name: form}}, otherwise=True)
