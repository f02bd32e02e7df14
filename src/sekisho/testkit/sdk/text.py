"""A screen as lines of text, for a terminal: the emulated SDK's own drawing.

The parts come in the order that the protocol gives a screen held upright. What the ACS wrote is shown
without control characters: a bank's text must not move a terminal's cursor.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sekisho.testkit.sdk.html_form import HtmlForm
from sekisho.testkit.sdk.screen import Consent, Deed, Note, Screen, places

WIDTH: Final = 64
RULE: Final = "─" * WIDTH
GAP: Final = "_" * 12


def screen_text(screen: Screen) -> str:
    """Draw a screen."""
    lines = [RULE, _head(screen), *_body(screen), RULE]
    return "\n".join(lines)


def printable(text: str) -> str:
    """Take out what a terminal would obey instead of showing; line breaks stay."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character)[0] != "C"
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def _head(screen: Screen) -> str:
    return f"UI type {screen.ui.value}{'[ Cancel ]':>{WIDTH - 10}}"


def _body(screen: Screen) -> Iterable[str]:
    if screen.form is not None:
        return _html(screen.form)
    order = sorted(_DRAWN, key=places().index)
    if screen.consents_first:
        raised = [name for name in order if name in _TOGGLES]
        others = [name for name in order if name not in _TOGGLES]
        at = others.index("submitAuthenticationLabel")
        order = [*others[:at], *raised, *others[at:]]
    return [printable(line) for name in order for line in _DRAWN[name](screen)]


def _html(form: HtmlForm) -> Iterable[str]:
    yield from printable(form.text).splitlines()
    for each in form.entries:
        yield printable(f"{each.name}: [{GAP}]")
    for number, each in enumerate(form.choices, 1):
        yield printable(f"  {number}. {each.name}={each.value}")
    buttons = [each for each in form.fields if each.kind == "submit" and each.name]
    for each in buttons:
        yield printable(f"[ {each.name}={each.value} ]")
    if form.opens_app:
        yield "[ :open ] the bank's app"
    for fault in form.faults:
        yield f"! {fault}"


def _images(screen: Screen) -> Iterable[str]:
    return [f"({address})" for address in screen.images]


def _text(screen: Screen) -> Iterable[str]:
    sign = "⚠ " if screen.attention else ""
    lines = [f"{sign}{screen.text}"] if screen.text else []
    return [*lines, *([screen.further] if screen.further else [])]


def _boxes(screen: Screen) -> Iterable[str]:
    for box in screen.boxes:
        kind = "digits" if box.numeric else "text"
        hidden = ", hidden" if box.masked else ""
        yield f"{box.label or 'Entry'}: [{GAP}] ({kind}, {box.characters_most} at most{hidden})"


def _choices(screen: Screen) -> Iterable[str]:
    return [f"  {number}. {each.text}" for number, each in enumerate(screen.choices, 1)]


def _toggle(consent: Consent) -> Callable[[Screen], Iterable[str]]:
    def draw(screen: Screen) -> Iterable[str]:
        words = screen.consents.get(consent)
        return [] if words is None else [f"( ) {words}   [ +{consent.value} ]"]

    return draw


def _button(deed: Deed) -> Callable[[Screen], Iterable[str]]:
    def draw(screen: Screen) -> Iterable[str]:
        label = screen.buttons.get(deed)
        return [] if label is None else [f"[ {label or deed.value} ]{_hint(deed)}"]

    return draw


def _hint(deed: Deed) -> str:
    plain = (Deed.SUBMIT, Deed.CONTINUE)
    return "" if deed in plain else f"   :{deed.value}"


def _notes(screen: Screen) -> Iterable[str]:
    return [f"▸ {note.label}" + (f"   {_word(screen, note)}") for note in screen.notes]


def note_words(screen: Screen) -> Mapping[str, Note]:
    """Give the words with which the notes of a screen are unfolded."""
    return {_word(screen, note): note for note in screen.notes}


def _word(screen: Screen, note: Note) -> str:
    return f":info{screen.notes.index(note) + 1}"


_TOGGLES: Final = ("trustListInfoText", "deviceBindingInfoText")
_DRAWN: Final[Mapping[str, Callable[[Screen], Iterable[str]]]] = {
    "issuerImage": _images,
    "challengeInfoHeader": lambda screen: [screen.header] if screen.header else [],
    "challengeInfoText": _text,
    "challengeInfoLabel": lambda screen: (
        [screen.label] if screen.label and not screen.boxes else []
    ),
    "challengeEntryBox": _boxes,
    "challengeSelectInfo": _choices,
    "submitAuthenticationLabel": _button(Deed.SUBMIT),
    "oobAppLabel": _button(Deed.OPEN_APP),
    "oobContinueLabel": _button(Deed.CONTINUE),
    "resendInformationLabel": _button(Deed.RESEND),
    "challengeAddLabel": _button(Deed.OTHER),
    "trustListInfoText": _toggle(Consent.TRUST),
    "deviceBindingInfoText": _toggle(Consent.BIND),
    "whyInfoLabel": _notes,
}
"""How each part is drawn, by the element that gives it its place. infoContinueLabel is drawn as the
button that goes on."""
