"""The element table as pydantic v2 and jsonschema-rs know it: what our own reading is held against.

Each is told of the table what it says best. pydantic has types, presence, lengths, code lists,
expressions and ISO codes, but no condition; jsonschema-rs has the published schema of that place
(`protocol.schemas.schema_at`), conditions included, and reads what msgspec, the quickest decoder
there is, has decoded. Neither looks for a member that stands twice, at the rules across elements or
into message extensions: they are measured so, and once more helped to the rest (`rival_rules`).
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, NotRequired

import jsonschema_rs
import msgspec
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic asks for this one before 3.12

from bench.rival_rules import helped
from sekisho.protocol.checks.expressions import listed_values
from sekisho.protocol.checks.shapes import PATTERNS
from sekisho.protocol.elements import Element, Kind, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.schemas import schema_at
from sekisho.protocol.vocabulary import Component, Json, MessageType

_decode: Final = msgspec.json.Decoder().decode

_Made = Any  # a type made at run time has no name that a type checker could know


class Rival:
    """A reading of messages: what it makes of a sound one, and how many faults it names."""

    def __init__(
        self,
        name: str,
        unchecked: str,
        whole: Callable[[bytes], object],
        read: Callable[[bytes], object],
        faults: Callable[[bytes], int],
    ) -> None:
        self.name: Final = name
        self.unchecked: Final = unchecked
        """What it does not look at by nature and we do."""
        self.whole: Final = whole
        """Gives the message, everything looked at; blanks it refuses."""
        self.read: Final = read
        """Gives the message; raises when it is not sound."""
        self.faults: Final = faults
        """Names every fault; gives their number."""


def pydantic(place: Place, receiver: Component) -> Rival:
    """Make the adapter that reads a message of that place; dictionaries are its quickest model."""
    adapter = _adapter(place)

    def faults(data: bytes) -> int:
        try:
            adapter.validate_json(data)
        except ValidationError as error:
            return len(error.errors(include_url=False))
        return 0

    unchecked = "no conditions, duplicates, rules across elements"
    whole = helped(adapter.validate_json, place, receiver, conditions=True)
    return Rival("pydantic v2", unchecked, whole, adapter.validate_json, faults)


def written_by_pydantic(place: Place) -> Callable[[dict[str, Json]], bytes]:
    """Give what checks the elements of a message by pydantic and writes them as JSON."""
    adapter = _adapter(place)
    return lambda members: adapter.dump_json(adapter.validate_python(members))


def _adapter(place: Place) -> TypeAdapter[Any]:  # the type is made at run time
    rows = elements_of(*place).items()
    return TypeAdapter(
        _dictionary(
            place.form.value,
            {name: (_type(row, place), letter == "R") for name, (row, letter) in rows},
        )
    )


def json_schema(kind: MessageType, place: Place, receiver: Component) -> Rival:
    """Compile the schema of that place, with the quicker expressions where they know them all."""
    schema = schema_at(kind, place, receiver)
    try:
        validator = jsonschema_rs.Draft202012Validator(
            schema, pattern_options=jsonschema_rs.RegexOptions()
        )
    except jsonschema_rs.ValidationError:  # a look-ahead
        validator = jsonschema_rs.Draft202012Validator(schema)
    sound = validator.is_valid

    def read(data: bytes) -> dict[str, Json]:
        members: dict[str, Json] = _decode(data)
        if not sound(members):
            raise ValueError("not valid")
        return members

    def faults(data: bytes) -> int:
        return len([error.message for error in validator.iter_errors(_decode(data))])

    unchecked = "no duplicates, rules across elements"
    whole = helped(read, place, receiver, conditions=False)
    return Rival("jsonschema-rs", unchecked, whole, read, faults)


def _dictionary(name: str, members: Mapping[str, tuple[_Made, bool]]) -> _Made:
    fields = {
        member: kind if required else NotRequired[kind]
        for member, (kind, required) in members.items()
    }
    made = TypedDict(name, fields)  # type: ignore[misc]
    made.__pydantic_config__ = ConfigDict(extra="ignore", strict=True)  # type: ignore[attr-defined]
    return made


def _type(row: Element, place: Place) -> _Made:
    if row.kind is Kind.BOOLEAN:
        return Literal[True] if row.pattern == "true" else bool
    if row.kind is Kind.ARRAY:
        item = _object(row, place) if row.children else _text(row, place)
        return Annotated[
            list[item],  # type: ignore[valid-type]
            Field(min_length=max(row.items[0], 1), max_length=row.items[1]),
        ]
    if row.kind is Kind.PAIRS:
        return Annotated[list[dict[str, str]], Field(min_length=1, max_length=row.items[1])]
    if row.kind is Kind.OBJECT:
        return _object(row, place)
    return _text(row, place) if row.kind is Kind.TEXT else _text(row, place) | dict[str, Any]


def _object(row: Element, place: Place) -> _Made:
    if row.free or not row.children:
        return dict[str, Any]  # anything at all
    return _dictionary(
        row.name,
        {child.name: (_type(child, place), child.letter == "R") for child in row.children},
    )


def _text(row: Element, place: Place) -> _Made:
    listed = listed_values(row, place)
    if listed is not None:
        return Literal[tuple(sorted(listed) or ("",))]
    least, most = row.size
    return Annotated[
        str,
        StringConstraints(min_length=max(least, 1), max_length=most, pattern=_pattern(row)),
    ]


def _pattern(row: Element) -> str | None:
    written = PATTERNS.get(row.shape) if row.pattern is None else row.pattern
    if written is None:
        return None
    # pydantic's regular expressions, Rust's, know no look-ahead: a little less work there.
    return f"^(?:{re.sub(r'[(][?]!(?:[^()]|[(][^()]*[)])*[)]', '', written)})$"
