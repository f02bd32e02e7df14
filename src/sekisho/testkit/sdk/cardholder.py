"""The cardholder of the emulated SDK: what somebody types, turned into what an SDK does.

A scripted cardholder is a function from a screen to typed words; at a terminal the words come from a
person. Words that begin with a colon press a button or say what happens outside; everything else is the
answer itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.secret import Secret
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answer,
    Answered,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobContinued,
    ResendWanted,
    TextEntered,
)
from sekisho.testkit.sdk.html_form import HtmlForm
from sekisho.testkit.sdk.screen import Consent, Deed, Screen

Script: TypeAlias = Callable[[Screen], str]
"""What a scripted cardholder says to a screen."""

BETWEEN_BOXES: Final = "|"
CONSENT: Final = "+"


class Touch(Enum):
    """What is no answer to a screen, and yet happens to it."""

    CANCEL = ":cancel"
    OPEN_APP = ":open"
    """The bank's app is to be opened."""
    APP_FAILED = ":failed"
    """The bank's app could not be opened."""
    RETURN = ":return"
    """The app came back to the foreground by itself."""
    WAIT = ":wait"
    """Nothing is done until the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to the screen."""

    answered: Answered


Move: TypeAlias = Reply | Touch


class NotUnderstood(SekishoError):
    """The words do not answer this screen; the message says what would."""


def move_of(screen: Screen, words: str) -> Move:
    """Turn typed words into what the SDK does. Raises NotUnderstood."""
    said, consents = _without_consents(screen, words.strip())
    for touch in Touch:
        if said == touch.value:
            _require(screen, _TOUCHED.get(touch), said)
            return touch
    answer = _button(screen, said) or _entry(screen, said)
    plain = Answered(answer=answer)
    if isinstance(answer, ResendWanted | AdditionalChosen):
        return Reply(answered=plain)
    return Reply(
        answered=replace(
            plain,
            trusts=Consent.TRUST in consents if Consent.TRUST in screen.consents else None,
            binds=Consent.BIND in consents if Consent.BIND in screen.consents else None,
        )
    )


def _without_consents(screen: Screen, words: str) -> tuple[str, frozenset[Consent]]:
    """Take `+trust` and `+bind` from the end of the words."""
    given: set[Consent] = set()
    while True:
        rest, _, last = words.rpartition(CONSENT)
        consent = next((each for each in Consent if each.value == last.strip()), None)
        if consent is None or consent not in screen.consents:
            return words, frozenset(given)
        given.add(consent)
        words = rest.rstrip()


_BUTTONS: Final[Mapping[str, tuple[Answer, Deed | None]]] = {
    ":resend": (ResendWanted(), Deed.RESEND),
    ":other": (AdditionalChosen(), Deed.OTHER),
    ":empty": (NothingEntered(), None),
}
_TOUCHED: Final = {Touch.OPEN_APP: Deed.OPEN_APP, Touch.APP_FAILED: Deed.OPEN_APP}


def _button(screen: Screen, said: str) -> Answer | None:
    if said in _BUTTONS:
        answer, deed = _BUTTONS[said]
        _require(screen, deed, said)
        return answer
    if said.startswith(":") and said != ":continue":
        raise NotUnderstood(f"{said} is none of :cancel :open :return :resend :other :continue")
    match screen.ui:
        case UiType.OOB:
            return OobContinued(automatic=False)
        case UiType.INFORMATION:
            return InfoContinued()
        case UiType.HTML_OOB if not said or said == ":continue":
            return HtmlSubmitted(query=Secret(_form_of(screen).query([]) or "continue=1"))
    return None


def _require(screen: Screen, deed: Deed | None, said: str) -> None:
    in_form = deed is Deed.OPEN_APP and screen.form is not None and screen.form.opens_app
    if deed is not None and deed not in screen.buttons and not in_form:
        raise NotUnderstood(f"{said}: this screen has no such button")


def _entry(screen: Screen, said: str) -> Answer:
    match screen.ui:
        case UiType.TEXT:
            return _typed(screen, said)
        case UiType.SINGLE_SELECT | UiType.MULTI_SELECT:
            return _chosen(screen, said)
    return _submitted(_form_of(screen), said)


def _typed(screen: Screen, said: str) -> Answer:
    if len(screen.boxes) == 1:
        return TextEntered(entry=Secret(said), second=None) if said else NothingEntered()
    first, _, second = (part.strip() for part in said.partition(BETWEEN_BOXES))
    if not first and not second:
        return NothingEntered()
    return TextEntered(
        entry=Secret(first) if first else None, second=Secret(second) if second else None
    )


def _chosen(screen: Screen, said: str) -> Answer:
    """Read choices by number or by code."""
    words = [word.strip() for word in said.split(",") if word.strip()]
    if not words:
        return NothingEntered()
    codes = [each.code for each in screen.choices]
    numbered = {str(number): code for number, code in enumerate(codes, 1)}
    chosen = [word if word in codes else numbered.get(word) for word in words]
    known = tuple(code for code in chosen if code is not None)
    if len(known) < len(words) or (screen.ui is UiType.SINGLE_SELECT and len(known) > 1):
        most = "one" if screen.ui is UiType.SINGLE_SELECT else "any, with commas"
        raise NotUnderstood(f"choose {most} of 1 to {len(codes)}")
    return Chosen(known)


def _submitted(form: HtmlForm, said: str) -> Answer:
    """Fill in a form: `name=value&name=value`, numbers of a list, or the one value of the one field."""
    names = {each.name for each in form.fields}
    pairs = [part.partition("=") for part in said.split("&")]
    if said and all(sign and name in names for name, sign, _ in pairs):
        return _query(form, [(name, value) for name, _, value in pairs])
    if len(form.entries) == 1:
        return _query(form, [(form.entries[0].name, said)])
    if not said or said == ":continue":
        return _query(form, [])
    numbers = [word.strip() for word in said.split(",")]
    listed = {str(number): each for number, each in enumerate(form.choices, 1)}
    if all(number in listed for number in numbers):
        chosen = [listed[number] for number in numbers]
        return _query(form, [(each.name, each.value) for each in chosen])
    raise NotUnderstood(f"fill in name=value of {', '.join(sorted(names - {''}))}")


def _query(form: HtmlForm, filled: list[tuple[str, str]]) -> Answer:
    return HtmlSubmitted(query=Secret(form.query(filled) or "submit="))


def _form_of(screen: Screen) -> HtmlForm:
    if screen.form is None:
        raise NotUnderstood("the screen has no form")
    return screen.form
