"""JSON Schemas (2020-12) of the messages, written from the element table and from nothing else.

`schema` gives one for a message and version, `schema_at` one for a single place of the table. They
say types, lengths, lists, expressions, who must be there, and every condition that the message alone
can decide; `$comment` names what they leave out. What `parse` accepts, a schema accepts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.places import Place
from sekisho.protocol.schemas.columns import ANY, Column, column, columns, name_of
from sekisho.protocol.schemas.limits import unsaid
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Json,
    MessageType,
    Reading,
    Version,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of every schema here."""


def kinds(version: Version) -> tuple[MessageType, ...]:
    """List the messages that a version knows."""
    listed = BY_NAME["messageType"].codes_for(None, version)
    return tuple(kind for kind in MessageType if kind.value in listed)


def identifier(
    kind: MessageType, version: Version, column_name: str = "", reading: Reading = Reading.STRICT
) -> str:
    """Give the `$id` of a schema, or the reference to one column in it."""
    last = "" if reading is Reading.STRICT else f":{reading.value}"
    anchor = f"#{column_name}" if column_name else ""
    return f"urn:sekisho:emv3ds:{version.value}:{kind.value}{last}{anchor}"


def schema(
    kind: MessageType, version: Version, reading: Reading = Reading.STRICT
) -> dict[str, Json]:
    """Give the schema of a message, whatever its channel and category.

    Each column of the table stands in `$defs` under a name that is also its anchor, so that who
    knows the column can refer to it: `urn:sekisho:emv3ds:2.3.1:ARes#app-payment`. An AReq says its
    column itself and is held to that one; any other message must fit one of them.
    Raises Misuse for a message that the version does not know.
    """
    found = columns(kind, version, reading)
    title = f"{kind.value} of EMV 3-D Secure {version.value}"
    head = _head(identifier(kind, version, reading=reading), title, found.values(), None)
    shared = _definitions(found)
    if ANY in found:
        return {**head, **found[ANY].schema, "$defs": shared}
    bodies: dict[str, dict[str, Json]] = {}
    named: dict[str, Json] = {}
    for name, each in found.items():
        like = next((other for other, known in bodies.items() if known == each.schema), None)
        bodies[name] = {"$ref": f"#/$defs/{like}"} if like else dict(each.schema)
        named[name] = {"$anchor": name, "title": f"{title}: {name}", **bodies[name]}
    apart_from_others = [name for name, body in bodies.items() if "$ref" not in body]
    choice: dict[str, Json] = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in apart_from_others]}
    if kind is MessageType.AREQ:
        choice = _by_what_it_says(found)
    return {**head, "type": "object", **choice, "$defs": {**named, **shared}}


def schema_at(
    kind: MessageType, place: Place, receiver: Component | None = None
) -> dict[str, Json]:
    """Give the schema of a message at one place of the table, for one receiver where that matters.

    The receiver decides conditions such as "on the way to the ACS"; without one they are left out.
    """
    only = column(kind, place, receiver)
    name = name_of(place)
    title = f"{kind.value} of EMV 3-D Secure {place.version.value}: {name}"
    at = f"{identifier(kind, place.version, reading=place.reading)}:{name}"
    if receiver is not None:
        at += f":{receiver.name.lower()}"
    return {**_head(at, title, [only], receiver), **only.schema, "$defs": {**only.definitions}}


def _head(
    at: str, title: str, found: Iterable[Column], receiver: Component | None
) -> dict[str, Json]:
    left_out = unsaid([each.place for each in found], receiver)
    return {
        "$schema": DIALECT,
        "$id": at,
        "title": title,
        "$comment": f"Not said here: {'; '.join(left_out)}.",
    }


def _definitions(found: Mapping[str, Column]) -> dict[str, Json]:
    """Share the forms of elements: under one name they look alike in every column."""
    forms = {name: form for each in found.values() for name, form in each.definitions.items()}
    return dict(sorted(forms.items()))


def _by_what_it_says(found: Mapping[str, Column]) -> dict[str, Json]:
    """Hold an AReq to the column of its deviceChannel and messageCategory."""
    rules: list[Json] = []
    for channel in Channel:
        for category in Category:
            names = [
                name
                for name, each in found.items()
                if (each.place.channel, each.place.category) == (channel, category)
            ]
            said: Json = {"const": Category.PAYMENT.value}
            told: Json = {
                "properties": {
                    "deviceChannel": {"const": channel.value},
                    "messageCategory": said if category is Category.PAYMENT else {"not": said},
                }
            }
            rules.append({"if": told, "then": {"$ref": f"#/$defs/{names[0]}"} if names else False})
    channels: list[Json] = [channel.value for channel in Channel]
    return {
        "required": ["deviceChannel", "messageCategory"],
        "properties": {"deviceChannel": {"enum": channels}},
        "allOf": rules,
    }
