"""What one row of the table of 1.0.2 says; the rows themselves stand in `records`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sekisho.protocol.checks.shapes import PATTERNS
from sekisho.protocol.elements import Shape


class Confidence(Enum):
    """How sure the source is: the documents of the schemes are not public."""

    MEDIUM = "medium"
    """A public excerpt of the DTD, real messages, lists of gateways."""
    LOW = "low"
    """Knowledge of practitioners only."""


class Format(Enum):
    """What a text looks like; the value is how the reference page says it."""

    TEXT = "text without control characters"
    ASCII = "printable ASCII"
    TOKEN = "printable ASCII without space, quote and number sign"
    DIGITS = "digits"
    TWENTY_BYTES = "base64 of 20 bytes"
    DATE = "YYYYMMDD"
    MOMENT = "YYYYMMDD HH:MM:SS, GMT"
    MONTH = "YYMM"
    MASKED_PAN = "digits, all but the last four zero"
    URL = "URL (https; http to loopback only)"
    WEB_URL = "URL (https or http)"
    VERSION = "x.y.z"
    XML = "well-formed XML"


EXPRESSIONS: Final[Mapping[Format, str]] = {
    Format.TEXT: r"[^\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+",
    Format.ASCII: r"[\x20-\x7e]+",
    Format.TOKEN: r"[!$-&(-~]+",
    Format.DIGITS: r"[0-9]+",
    # The 27th character carries four bits: the other two are zero.
    Format.TWENTY_BYTES: r"[A-Za-z0-9+/]{26}[AEIMQUYcgkosw048]=",
    Format.DATE: PATTERNS[Shape.DATE],
    Format.MOMENT: rf"{PATTERNS[Shape.DATE]} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
    Format.MONTH: r"[0-9]{2}(?:0[1-9]|1[0-2])",
    Format.MASKED_PAN: r"0+[0-9]{4}",
    Format.URL: PATTERNS[Shape.URL],
    Format.WEB_URL: r"https?://[^\x00-\x20\x7f\"<>\\^`{|}\s]+",
    Format.VERSION: r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}",
    Format.XML: r"(?s).*",  # the reader looks into it
}
"""One anchored expression for each format."""

_COMPILED: Final = {each: re.compile(text) for each, text in EXPRESSIONS.items()}


class Shown(Enum):
    """How much of a value people may see."""

    PLAIN = "as it is"
    MERCHANT = "as it is, even if it has the digits of a card number"
    CARD = "last four digits"
    SHORTENED = "first four characters"
    HIDDEN = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on another element of the same message."""

    path: str
    """From the message element on, as `TX/status`."""
    values: tuple[str, ...]
    codes: Mapping[str, str]
    """All values that the other element may have: with none of them, nothing is decided."""
    negated: bool = False

    @property
    def text(self) -> str:
        """Say it in words."""
        verb = "is not" if self.negated else "is"
        return f"{self.path.replace('/', '.')} {verb} {' or '.join(self.values)}"

    def decide(self, found: str | None) -> bool | None:
        """Tell whether it holds for the text at the path; None: that one must be mended first."""
        if found not in self.codes:
            return None
        return (found in self.values) is not self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element or attribute; presence and number follow from the type of the record's field."""

    name: str
    """As written in XML; empty: all that is inside the record's own element."""
    title: str
    format: Format = Format.TEXT
    size: tuple[int, int] = (1, 2048)
    """Least and most characters."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Allowed values and what they mean."""
    attribute: bool = False
    needed: Condition | None = None
    """When it must be there (error 3)."""
    allowed: Condition | None = None
    """When it may be there (otherwise error 5)."""
    shown: Shown = Shown.PLAIN
    confidence: Confidence = Confidence.MEDIUM
    """Of the element and its format."""
    size_confidence: Confidence = Confidence.LOW

    def fits(self, text: str) -> bool:
        """Tell whether a text is a value of this element."""
        if self.codes:
            return text in self.codes
        least, most = self.size
        return least <= len(text) <= most and _COMPILED[self.format].fullmatch(text) is not None

    @property
    def rule(self) -> str:
        """Say what a value must look like."""
        if self.codes:
            return f"one of {', '.join(self.codes)}"
        least, most = self.size
        counted = f"{most}" if least == most else f"{least} to {most}"
        return f"{self.format.value}, {counted} character{'s' if most > 1 else ''}"
