"""A screen as the cardholder meets it: what it says, what can be typed, chosen and pressed.

Read from a CRes by the table `elements.screens`, so that what the emulator shows is what the protocol
gives a place (protocol facts, section 5.6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.protocol import Message, ProtocolFault, Version
from sekisho.protocol.elements.screens import PARTS, UiType, ui_type
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.sdk.html_form import HtmlForm, read_form


class Deed(Enum):
    """What can be pressed."""

    SUBMIT = "submit"
    RESEND = "resend"
    OTHER = "other"
    """The additional choice of challengeAddLabel."""
    CONTINUE = "continue"
    """Back from an authentication elsewhere, or an information read."""
    OPEN_APP = "open"
    CANCEL = "cancel"


class Consent(Enum):
    """What the cardholder may allow beside the answer."""

    TRUST = "trust"
    """The shop goes on the trust list."""
    BIND = "bind"
    """The device is bound to the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box to type into."""

    label: str
    numeric: bool = False
    masked: bool = False
    characters_most: int = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a list."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to unfold."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen."""

    ui: UiType
    version: Version
    header: str = ""
    text: str = ""
    attention: bool = False
    """A sign of warning stands before the text."""
    further: str = ""
    """challengeAddInfo: what is said to those who come back from the bank's app."""
    label: str = ""
    boxes: tuple[Box, ...] = ()
    choices: tuple[Choice, ...] = ()
    consents: Mapping[Consent, str]
    """What is asked beside, with its words."""
    consents_first: bool = False
    """They stand above the buttons."""
    buttons: Mapping[Deed, str]
    notes: tuple[Note, ...] = ()
    images: tuple[str, ...] = ()
    """Addresses of the bank's and the scheme's sign, as large as there are."""
    form: HtmlForm | None = None


def read_screen(cres: Message) -> Screen:
    """Read the screen of a CRes that is not the last."""
    shown = cres.elements
    ui = ui_type(shown) or UiType.TEXT
    html = cres.text_or_none("acsHTML")
    return Screen(
        ui=ui,
        version=cres.version,
        header=_text(shown, "challengeInfoHeader"),
        text=_text(shown, "challengeInfoText"),
        attention=shown.get("challengeInfoTextIndicator") == "Y",
        further=_text(shown, "challengeAddInfo"),
        label=_text(shown, "challengeInfoLabel"),
        boxes=_boxes(ui, shown),
        choices=_choices(shown),
        consents={
            consent: _text(shown, name) for name, consent in _CONSENTS.items() if name in shown
        },
        consents_first=shown.get("togglePositionInd") == "01",
        buttons=_buttons(shown),
        notes=_notes(shown),
        images=tuple(filter(None, (_image(shown.get(name)) for name in _IMAGES))),
        form=None if html is None else read_form(_document(html)),
    )


def places() -> tuple[str, ...]:
    """Give the elements in the order of a screen held upright."""
    placed = [part for part in PARTS if part.portrait]
    return tuple(part.name for part in sorted(placed, key=lambda part: part.portrait))


_CONSENTS: Final = {
    "trustListInfoText": Consent.TRUST,
    "whitelistingInfoText": Consent.TRUST,
    "deviceBindingInfoText": Consent.BIND,
}
_BUTTONS: Final = {
    "submitAuthenticationLabel": Deed.SUBMIT,
    "oobAppLabel": Deed.OPEN_APP,
    "oobContinueLabel": Deed.CONTINUE,
    "resendInformationLabel": Deed.RESEND,
    "infoContinueLabel": Deed.CONTINUE,
    "challengeAddLabel": Deed.OTHER,
}
_NOTES: Final = (("whyInfoLabel", "whyInfoText"), ("expandInfoLabel", "expandInfoText"))
_IMAGES: Final = ("issuerImage", "psImage")
_NUMERIC: Final = "01"


def _boxes(ui: UiType, shown: Mapping[str, Json]) -> tuple[Box, ...]:
    if ui is not UiType.TEXT:
        return ()
    described = (shown.get("challengeEntryBox"), shown.get("challengeEntryBoxTwo"))
    boxes = tuple(_box(each) for each in described if isinstance(each, dict))
    # Before 2.3.1 a text screen has one box, whose label is the screen's own.
    return boxes or (Box(label=_text(shown, "challengeInfoLabel")),)


def _box(described: Mapping[str, Json]) -> Box:
    most = described.get("challengeDataEntryLengthMax")
    return Box(
        label=_text(described, "challengeDataEntryLabel"),
        numeric=described.get("challengeDataEntryKeyboardType") == _NUMERIC,
        masked=described.get("challengeDataEntryMasking") == "Y",
        characters_most=int(most) if isinstance(most, str) else 45,
    )


def _choices(shown: Mapping[str, Json]) -> tuple[Choice, ...]:
    listed = shown.get("challengeSelectInfo")
    pairs = [pair for pair in listed if isinstance(pair, dict)] if isinstance(listed, list) else []
    return tuple(Choice(code=code, text=str(text)) for pair in pairs for code, text in pair.items())


def _buttons(shown: Mapping[str, Json]) -> dict[Deed, str]:
    found = {deed: _text(shown, name) for name, deed in _BUTTONS.items() if name in shown}
    if "oobAppURL" in shown:
        found.setdefault(Deed.OPEN_APP, "")
    return found


def _notes(shown: Mapping[str, Json]) -> tuple[Note, ...]:
    found = (Note(label=_text(shown, label), text=_text(shown, text)) for label, text in _NOTES)
    return tuple(note for note in found if note.label or note.text)


def _image(described: Json) -> str:
    """Give the address of an image: the finest, or the one that is there for every device."""
    if not isinstance(described, dict):
        return ""
    for name in ("default", "extraHigh", "high", "medium"):
        address = described.get(name)
        if isinstance(address, str):
            return address
    return ""


def _document(html: str) -> str:
    try:
        return from_base64url(html).decode("utf-8", "replace")
    except ProtocolFault:
        return ""  # what is no base64url is a screen without a form


def _text(members: Mapping[str, Json], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""
