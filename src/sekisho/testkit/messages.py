"""Sound messages of every kind, drawn from the element table. Needs hypothesis (the `dev` extra).

`messages(...)` is a strategy of messages that satisfy every rule; break one rule of such a message
and exactly one error must follow.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from hypothesis import strategies as st

from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    Reading,
    Version,
    build,
)
from sekisho.protocol.elements import Element, Kind, Scene, Shape, elements_of
from sekisho.protocol.places import Place, place_of
from sekisho.protocol.vocabulary import Form

ROADS: Final[Mapping[MessageType, tuple[Component, Component]]] = {
    MessageType.AREQ: (Component.SERVER, Component.DIRECTORY),
    MessageType.ARES: (Component.ACS, Component.DIRECTORY),
    MessageType.CREQ: (Component.SDK, Component.ACS),
    MessageType.CRES: (Component.ACS, Component.SDK),
    MessageType.RREQ: (Component.ACS, Component.DIRECTORY),
    MessageType.RRES: (Component.DIRECTORY, Component.ACS),
    MessageType.PREQ: (Component.SERVER, Component.DIRECTORY),
    MessageType.PRES: (Component.DIRECTORY, Component.SERVER),
    MessageType.ERRO: (Component.DIRECTORY, Component.SERVER),
    MessageType.OREQ: (Component.DIRECTORY, Component.ACS),
    MessageType.ORES: (Component.ACS, Component.DIRECTORY),
}
"""Who sends a message to whom, on one of its ways."""

_LONGEST: Final = 40
"""Texts are drawn no longer than this where the table allows more: rules do not depend on it."""


@st.composite
def messages(
    draw: st.DrawFn,
    kind: MessageType,
    version: Version,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
) -> Message:
    """Draw a sound message, as its first sender makes it."""
    sender, receiver = ROADS[kind]
    known: dict[str, Json] = {"messageType": kind.value, "messageVersion": version.value}
    if kind is MessageType.AREQ:
        known |= {"deviceChannel": channel.value, "messageCategory": category.value}
    elif kind is MessageType.RREQ:
        known["messageCategory"] = category.value
    elif kind is MessageType.CRES and channel is Channel.APP:
        known["challengeCompletionInd"] = draw(st.sampled_from("YN"))
    place = place_of(
        known, kind, version, channel=channel, category=category, reading=Reading.STRICT
    )
    members = _settled(draw, _drawn(draw, place, known), place, receiver)
    return build(kind, version, members, sender=sender, channel=channel, category=category)


def values(row: Element, place: Place) -> st.SearchStrategy[Json]:
    """Give a strategy of well-formed values for one row of the table."""
    if row.kind is Kind.BOOLEAN:
        return st.booleans().map(lambda drawn: drawn or row.pattern == "true")
    if row.kind is Kind.ARRAY:
        return _lists(row, place)
    if row.kind is Kind.PAIRS:
        text = st.text(_CHARACTERS, min_size=1, max_size=4)
        pairs = st.lists(st.tuples(text, text), min_size=1, max_size=3, unique=True)
        return pairs.map(lambda drawn: [{code: words} for code, words in drawn])
    if row.kind is Kind.OBJECT:
        return _objects(row, place)
    return _texts(row, place)


def _drawn(draw: st.DrawFn, place: Place, known: Mapping[str, Json]) -> dict[str, Json]:
    """Draw what is required and, as chance has it, some of the rest."""
    members: dict[str, Json] = dict(known)
    for name, (row, letter) in elements_of(*place).items():
        if name not in known and (letter == "R" or draw(st.integers(0, 3)) == 0):
            members[name] = draw(values(row, place))
    return members


def _settled(
    draw: st.DrawFn, members: dict[str, Json], place: Place, receiver: Component
) -> dict[str, Json]:
    """Add what the conditions demand and leave out what they forbid, until nothing changes."""
    rows = elements_of(*place)
    for _ in range(len(rows)):
        before = dict(members)
        for adjust in _ADJUSTMENTS:
            adjust(members, place)
        for name, (row, letter) in rows.items():
            if letter != "C":
                continue
            scene = Scene(members, members, *place[:4], receiver, None, place.reading)
            allowed, needed = row.allowed.get(place.form), row.needed.get(place.form)
            if name in members and allowed is not None and not allowed.holds(scene):
                del members[name]
            elif name not in members and needed is not None and needed.holds(scene):
                members[name] = draw(values(row, place))
        if members == before:
            return members
    raise AssertionError("the conditions of the table chase each other")


def _lists(row: Element, place: Place) -> st.SearchStrategy[Json]:
    least, most = max(row.items[0], 1), row.items[1] or 3
    item = _objects(row, place) if row.children else _texts(row, place)
    return st.lists(item, min_size=least, max_size=max(least, min(most, 3)), unique_by=str)


@st.composite
def _objects(draw: st.DrawFn, row: Element, place: Place) -> Json:
    if row.free or not row.children:
        return dict(draw(st.dictionaries(_WORDS, _WORDS, min_size=1, max_size=3)))
    inside: dict[str, Json] = {}
    for child in row.children:
        if child.letter == "R" or child.child_needed is not None or draw(st.booleans()):
            inside[child.name] = draw(values(child, place))
    if not inside:
        inside[row.children[0].name] = draw(values(row.children[0], place))
    return inside


def _texts(row: Element, place: Place) -> st.SearchStrategy[Json]:
    if row.codes:
        return st.sampled_from(sorted(row.codes_for(place.form, place.version)))
    if row.pattern is not None:
        return st.from_regex(re.compile(row.pattern, re.ASCII), fullmatch=True).filter(
            lambda text: _fits(row, text)
        )
    least = max(row.size[0], 1)
    most = max(least, min(row.size[1] or _LONGEST, _LONGEST))
    alphabet = _ALPHABETS.get(row.shape)
    if alphabet is not None:
        return st.text(alphabet, min_size=least, max_size=most)
    return _SHAPES[row.shape].filter(lambda text: _fits(row, text))


def _fits(row: Element, text: str) -> bool:
    least, most = row.size
    return least <= len(text) and (most is None or len(text) <= most)


def _rendering(members: dict[str, Json], _place: Place) -> None:
    rendering = members.get("acsRenderingType")
    if isinstance(rendering, dict) and rendering.get("acsUiTemplate") in ("05", "06"):
        rendering["acsInterface"] = "02"


def _amounts(members: dict[str, Json], _place: Place) -> None:
    for of in ("purchase", "recurring"):
        currency = members.get(f"{of}Currency")
        if isinstance(currency, str) and f"{of}Exponent" in members:
            members[f"{of}Exponent"] = str(CURRENCIES_BY_NUMBER[currency].exponent)


def _statuses(members: dict[str, Json], place: Place) -> None:
    if place.form is Form.AREQ:
        for name in ("whiteListStatus", "trustListStatus"):
            if name in members:
                members[name] = "Y"
    if place.channel is Channel.THREE_RI and members.get("transStatus") == "C":
        members["transStatus"] = "Y"


def _timeouts(members: dict[str, Json], place: Place) -> None:
    if place.form is Form.RREQ and members.get("transStatusReason") == "14":
        members["challengeCancel"] = "04"


def _actions(members: dict[str, Json], place: Place) -> None:
    if place.form is Form.CREQ and place.channel is Channel.APP:
        for name in ("challengeNoEntry", "challengeAddCode", "resendChallenge", "challengeCancel"):
            members.pop(name, None)


def _extensions(members: dict[str, Json], _place: Place) -> None:
    extensions = members.get("messageExtension")
    if isinstance(extensions, list):
        by_id = {str(each["id"]): each for each in extensions if isinstance(each, dict)}
        for each in by_id.values():
            each["criticalityIndicator"] = False
        members["messageExtension"] = list(by_id.values())


_ADJUSTMENTS: Final[tuple[Callable[[dict[str, Json], Place], None], ...]] = (
    _rendering,
    _amounts,
    _statuses,
    _timeouts,
    _actions,
    _extensions,
)
"""What rules across several elements ask of a drawn message."""

_CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
_WORDS: Final = st.text("abcdefghij", min_size=1, max_size=10)
_BASE64URL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ALPHABETS: Final[dict[Shape, st.SearchStrategy[str]]] = {
    Shape.TEXT: _CHARACTERS,
    Shape.ASCII: st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    Shape.DIGITS: st.sampled_from("0123456789"),
    Shape.BASE64URL: st.sampled_from(_BASE64URL),
}
_HOSTS: Final = st.sampled_from(
    ("https://acs.example", "https://shop.example:8443", "http://bank.localhost:8080")
)
_SHAPES: Final[dict[Shape, st.SearchStrategy[str]]] = {
    Shape.UUID: st.uuids().map(str),
    Shape.URL: st.builds("{}/{}".format, _HOSTS, _WORDS),
    Shape.APP_URL: st.builds("{}/{}".format, _HOSTS, _WORDS),
    Shape.IMAGE: st.builds("{}/{}.png".format, _HOSTS, _WORDS),
    Shape.ORIGIN: _HOSTS,
    Shape.DATE: st.datetimes().map("{:%Y%m%d}".format).map(lambda text: text.zfill(8)),
    Shape.MINUTE: st.datetimes().map("{:%Y%m%d%H%M}".format).map(lambda text: text.zfill(12)),
    Shape.MOMENT: st.datetimes().map("{:%Y%m%d%H%M%S}".format).map(lambda text: text.zfill(14)),
    Shape.COUNTRY: st.sampled_from(sorted(COUNTRIES_BY_NUMBER)),
    Shape.CURRENCY: st.sampled_from(sorted(CURRENCIES_BY_NUMBER)),
    Shape.EMAIL: st.builds("{}@{}.example".format, _WORDS, _WORDS),
    Shape.IP: st.ip_addresses().map(str),
    Shape.LANGUAGE: st.sampled_from(("ja", "en-GB", "zh-Hant", "sr-Latn-RS")),
    Shape.VERSION: st.sampled_from(("2.1.0", "2.2.0", "2.3.1")),
}
