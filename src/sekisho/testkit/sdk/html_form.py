"""The form of an HTML screen: what a cardholder could fill in, where it goes, what stands around it.

The emulated SDK has no browser. It shows the text of the page and the fields of its form, as protocol
facts, section 5.6, want an HTML screen to be: one document with nothing from outside, a form with
method GET to `HTTPS://EMV3DS/challenge`. What breaks that is said aloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

ACTION: Final = "HTTPS://EMV3DS/challenge"
OPEN_APP: Final = "HTTPS://EMV3DS/openoobApp"
"""Where a link or a form leads that opens the bank's app (since 2.3.1)."""

_SILENT: Final = frozenset({"head", "style", "script", "title", "template"})
_FETCHING: Final = frozenset({"img", "script", "link", "iframe", "object", "embed", "source"})
_BUTTONS: Final = frozenset({"submit", "button", "image", "reset"})
_BREAKS: Final = frozenset({"p", "div", "br", "h1", "h2", "h3", "li", "label", "form", "dt", "tr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing of a form that has a value."""

    name: str
    kind: str
    """`text`, `hidden`, `radio`, `checkbox`, `submit` …"""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlForm:
    """What an HTML screen comes to without a browser."""

    text: str
    fields: tuple[Field, ...]
    opens_app: bool
    faults: tuple[str, ...]
    """What is wrong with the document."""

    @property
    def entries(self) -> tuple[Field, ...]:
        """The fields that a cardholder types into."""
        fixed = ("hidden", "radio", "checkbox", "submit")
        return tuple(each for each in self.fields if each.kind not in fixed)

    @property
    def choices(self) -> tuple[Field, ...]:
        """The fields that a cardholder chooses among."""
        return tuple(each for each in self.fields if each.kind in ("radio", "checkbox"))

    def query(self, filled: Sequence[tuple[str, str]]) -> str:
        """Give the query with which the form is sent off: hidden fields, then what was filled in."""
        hidden = [(each.name, each.value) for each in self.fields if each.kind == "hidden"]
        fixed = {name for name, _ in hidden}
        return urlencode([*hidden, *(pair for pair in filled if pair[0] not in fixed)])


def read_form(document: str) -> HtmlForm:
    """Read an HTML screen, whatever is in it."""
    reader = _Reader()
    reader.feed(document)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
    return HtmlForm(
        text="\n".join(line for line in lines if line),
        fields=tuple(reader.fields),
        opens_app=reader.opens_app,
        faults=tuple(dict.fromkeys((*reader.faults, *reader.missing()))),
    )


class _Reader(HTMLParser):
    """Walks through a document once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.fields: list[Field] = []
        self.faults: list[str] = []
        self.opens_app = False
        self._forms = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms, fields, and what would be fetched."""
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        if tag in _BREAKS:
            self.text.append("\n")
        if tag in _FETCHING:
            self._look_at_source(tag, given)
        match tag:
            case "form":
                self._look_at_form(given)
            case "input" | "button" | "select" | "textarea":
                self._take_field(tag, given)
            case "a" if given.get("href", "").lower() == OPEN_APP.lower():
                self.opens_app = True

    def handle_endtag(self, tag: str) -> None:
        """Leave what is not read aloud."""
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in _BREAKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep what a person would read."""
        if not self._silent:
            self.text.append(data)

    def missing(self) -> list[str]:
        """Say what a document must have and has not."""
        return [] if self._forms or self.opens_app else ["it has no form"]

    def _look_at_form(self, given: dict[str, str]) -> None:
        action = given.get("action", "")
        if action.lower() == OPEN_APP.lower():
            self.opens_app = True
            return
        self._forms += 1
        if action.lower() != ACTION.lower():
            self.faults.append(f"its form goes elsewhere than {ACTION}")
        if given.get("method", "get").lower() != "get":
            self.faults.append("its form is not sent with GET")

    def _look_at_source(self, tag: str, given: dict[str, str]) -> None:
        source = given.get("src") or given.get("href") or given.get("data") or ""
        if source and not source.startswith("data:"):
            self.faults.append(f"its {tag} is fetched from outside")

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        usual = {"input": "text", "button": "submit"}.get(tag, tag)
        kind = given.get("type", usual).lower()
        name = given.get("name", "")
        if name or kind in _BUTTONS:
            shown = "submit" if kind in _BUTTONS else kind
            self.fields.append(Field(name=name, kind=shown, value=given.get("value", "")))
