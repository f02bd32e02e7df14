"""What one row of the element table says, and how a row looks in one version of the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypedDict

from sekisho.protocol.elements.condition import Condition
from sekisho.protocol.vocabulary import Category, Channel, Form, Reading, Version


class Kind(Enum):
    """The JSON type of an element."""

    TEXT = "string"
    BOOLEAN = "boolean"
    OBJECT = "object"
    ARRAY = "array"
    ANY = "string or object"
    PAIRS = "array of objects with one pair each"


class Shape(Enum):
    """What a text looks like; `checks.shapes` says how each is recognised."""

    TEXT = "text"
    ASCII = "printable ASCII"
    DIGITS = "digits"
    UUID = "UUID"
    URL = "URL (https; http to loopback only)"
    APP_URL = "URL of an app"
    IMAGE = "URL (https) or data URL of an image"
    ORIGIN = "https origin"
    DATE = "YYYYMMDD"
    MINUTE = "YYYYMMDDHHMM, UTC"
    MOMENT = "YYYYMMDDHHMMSS, UTC"
    COUNTRY = "ISO 3166-1 numeric"
    CURRENCY = "ISO 4217 numeric"
    EMAIL = "e-mail address"
    IP = "IPv4 or IPv6 address"
    LANGUAGE = "IETF BCP 47 language tag"
    VERSION = "x.y.z"
    BASE64URL = "base64url"

    __hash__ = object.__hash__  # each is one object; an enumeration hashes its name every time


STATE: Final = "[A-Za-z0-9]{1,3}"
"""A subdivision of ISO 3166-2 without its country: the form only, see docs/choices.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One data element, or one child of an object or of the objects in an array."""

    name: str
    title: str = ""
    kind: Kind = Kind.TEXT
    shape: Shape = Shape.TEXT
    size: tuple[int, int | None] = (1, None)
    """Least and most characters of the text, or of each text of an array."""
    items: tuple[int, int | None] = (1, None)
    """Least and most items of an array."""
    json_most: int | None = None
    """Most characters of an object or array when written as JSON."""
    pattern: str | None = None
    """A regular expression (digits as [0-9]) where the shape says too little."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Allowed values and what they mean."""
    codes_since: Mapping[str, Version] = field(default_factory=dict)
    """The codes that are younger than 2.1.0."""
    codes_in: Mapping[Form, Mapping[Version, str]] = field(default_factory=dict)
    """Where one message allows fewer codes than the list has: they follow one another."""
    ds_codes: bool = False
    """80 to 99 are the Directory Server's to define; other two digits are reserved for EMVCo."""
    children: tuple["Element", ...] = ()
    since: Version = Version.V210
    until: Version | None = None
    where: Mapping[Form, str] = field(default_factory=dict)
    """Inclusion: one letter, or app, browser, 3RI with a letter each for payment, non-payment."""
    letter: str = "O"
    """A child's inclusion in its parent."""
    needed: Mapping[Form, Condition] = field(default_factory=dict)
    """Where inclusion is C: when it must be there (201)."""
    allowed: Mapping[Form, Condition] = field(default_factory=dict)
    """Where inclusion is C: when it may be there (otherwise 203)."""
    child_needed: Condition | None = None
    """The same for a child; the condition's members are those of the parent."""
    free: bool = False
    """Nobody's business but the sender's: content is not looked into."""
    changed: Mapping[Version, "Changes"] = field(default_factory=dict)
    """What differs in a version from the newest form, which the row itself describes."""
    read: Mapping[Reading, Mapping[Version, "Changes"]] = field(default_factory=dict)
    """Where sources disagree: what differs further in a strict or in a lenient reading."""
    note: str = ""

    def exists_in(self, version: Version) -> bool:
        """Tell whether that version knows the element at all."""
        return self.since <= version and (self.until is None or version <= self.until)

    def inclusion(self, form: Form, channel: Channel, category: Category) -> str:
        """Give R, C, O or N for a place in a message."""
        letters = self.where.get(form)
        if letters is None:
            return "N"
        if len(letters) == 1:
            return letters
        return letters.split()[_CHANNELS.index(channel)][_CATEGORIES.index(category)]

    def codes_for(self, form: Form | None, version: Version) -> frozenset[str]:
        """Give the listed codes that this message may carry in this version."""
        fewer = self.codes_in.get(form) if form else None
        if fewer is not None:
            return frozenset(fewer[version])
        return frozenset(
            code for code in self.codes if self.codes_since.get(code, Version.V210) <= version
        )

    def allows_code(self, value: str, form: Form, version: Version) -> bool:
        """Tell whether a value is one of these, without listing them all."""
        fewer = self.codes_in.get(form)
        if fewer is not None:
            return value in frozenset(fewer[version])
        return value in self.codes and self.codes_since.get(value, Version.V210) <= version

    def in_version(self, version: Version, reading: Reading | None = None) -> "Element":
        """Give the row as that version has it, its children likewise.

        Without a reading: as the table of the sources has it.
        """
        there = replace(self, changed={}, **self.changed.get(version, Changes()))
        if reading is not None and reading in self.read:
            there = replace(there, **self.read[reading].get(version, Changes()))
        return replace(
            there,
            children=tuple(
                child.in_version(version, reading)
                for child in there.children
                if child.exists_in(version)
            ),
        )


class Changes(TypedDict, total=False):
    """What a row of the table may have otherwise in one version."""

    kind: Kind
    shape: Shape
    size: tuple[int, int | None]
    items: tuple[int, int | None]
    json_most: int | None
    pattern: str | None
    codes: Mapping[str, str]
    children: tuple[Element, ...]
    where: Mapping[Form, str]


_CHANNELS: Final = (Channel.APP, Channel.BROWSER, Channel.THREE_RI)
_CATEGORIES: Final = (Category.PAYMENT, Category.NON_PAYMENT)
