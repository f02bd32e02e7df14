"""The columns of the element table that a message can stand in, as schemas with a name each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.elements import BY_NAME, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.schemas.forms import Member, Writer
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Form,
    Json,
    MessageType,
    Reading,
    Version,
)

ANY: Final = "any"
"""The name of the one column of a message that channel and category do not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table for one kind of message, written as a schema."""

    place: Place
    definitions: Mapping[str, Json]
    """What its elements look like, and the lists that they share."""
    schema: Mapping[str, Json]
    """Which elements there are, and which must or may be there."""


def columns(kind: MessageType, version: Version, reading: Reading) -> dict[str, Column]:
    """Give the columns that differ for such a message, by name.

    A name is a channel, with the category where that matters; the last CRes of an app stands apart.
    Misuse for a message that the version does not know.
    """
    if kind.value not in BY_NAME["messageType"].codes_for(None, version):
        raise Misuse(f"{version.value} knows no {kind.value}")
    whole = {place: column(kind, place, None) for place in _places(kind, version, reading)}
    if _alike([*whole.values()]):
        return {ANY: next(iter(whole.values()))}
    groups = [[*group] for _, group in groupby(whole.values(), lambda each: screen(each.place))]
    if all(_alike(group) for group in groups):
        return {screen(group[0].place): group[0] for group in groups}
    return {name_of(place): each for place, each in whole.items()}


def screen(place: Place) -> str:
    """Name a column by its channel, and the last CRes of an app as what it is."""
    last = place.form is Form.FINAL_CRES and place.channel is Channel.APP
    return _CHANNEL_NAMES[place.channel] + ("-last" if last else "")


def name_of(place: Place) -> str:
    """Name a column by channel and category."""
    return f"{screen(place)}-{_CATEGORY_NAMES[place.category]}"


@cache
def column(kind: MessageType, place: Place, receiver: Component | None) -> Column:
    """Write one column."""
    writer = Writer(place=place, receiver=receiver)
    members = [
        Member(
            row=row,
            required=letter == "R",
            needed=row.needed.get(place.form) if letter == "C" else None,
            allowed=row.allowed.get(place.form) if letter == "C" else None,
        )
        for row, letter in elements_of(*place).values()
    ]
    told = _told_by_itself(kind, place)
    definitions = {
        member.row.name: writer.value(member.row)
        for member in members
        if member.row.name not in told
    }
    schema = writer.object_schema(members, at_top=True)
    rules = {"allOf": schema.pop("allOf")} if "allOf" in schema else {}
    properties: Json = {
        member.row.name: told.get(member.row.name, {"$ref": f"#/$defs/{member.row.name}"})
        for member in members
    }
    return Column(
        place=place,
        definitions={**definitions, **writer.shared},
        schema={**schema, "properties": properties, **rules},
    )


def _told_by_itself(kind: MessageType, place: Place) -> dict[str, dict[str, Json]]:
    """Give the elements by which a message says that it stands in this column."""
    rows = elements_of(*place)
    told: dict[str, dict[str, Json]] = {"messageType": {"const": kind.value}}
    if kind is not MessageType.ERRO:  # an Erro is read whatever its version says
        told["messageVersion"] = {"const": place.version.value}
    if "deviceChannel" in rows:
        told["deviceChannel"] = {"const": place.channel.value}
    if "messageCategory" in rows:
        # The Directory Server's own categories are read as non-payment.
        others: list[Json] = [Category.NON_PAYMENT.value, *map(str, range(80, 100))]
        payment = place.category is Category.PAYMENT
        told["messageCategory"] = {"const": place.category.value} if payment else {"enum": others}
    if "challengeCompletionInd" in rows:
        told["challengeCompletionInd"] = {"const": "Y" if place.form is Form.FINAL_CRES else "N"}
    return told


def _places(kind: MessageType, version: Version, reading: Reading) -> Iterator[Place]:
    forms = [Form(kind.value)] + ([Form.FINAL_CRES] if kind is MessageType.CRES else [])
    for channel in Channel:
        for form in forms:
            for category in Category:
                place = Place(form, version, channel, category, reading)
                younger = version is Version.V210 and channel is Channel.THREE_RI
                if elements_of(*place) and not (
                    # 2.1.0 knows 3RI for non-payment only, which no letter of the table says.
                    younger and category is Category.PAYMENT and kind is MessageType.AREQ
                ):
                    yield place


def _alike(group: list[Column]) -> bool:
    first = group[0]
    return all(
        (each.schema, each.definitions) == (first.schema, first.definitions) for each in group
    )


_CHANNEL_NAMES: Final = {
    Channel.APP: "app",
    Channel.BROWSER: "browser",
    Channel.THREE_RI: "three-ri",
}
_CATEGORY_NAMES: Final = {Category.PAYMENT: "payment", Category.NON_PAYMENT: "non-payment"}
