"""What a CReq answered: the cardholder's own deed, read from the elements that the SDK sent.

Built on the table `elements.screens` (protocol facts, sections 5.5 and 5.6). A CReq that does not
answer the screen before it is 203, with the names of all elements concerned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from sekisho.kernel.secret import Secret
from sekisho.protocol.elements.screens import (
    BY_ITSELF,
    PRESSED,
    UiType,
    chosen_codes,
    reply_misfits,
    ui_type,
)
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.recognition import known_ids
from sekisho.protocol.vocabulary import Json, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntered:
    """The cardholder typed into one box, or into two; what was typed does not print."""

    entry: Secret[str] | None
    second: Secret[str] | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cardholder chose from a list: one code, or for multi-select any number, in their order."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NothingEntered:
    """The cardholder went on with an empty field: the ACS asks again, or takes it as a wrong answer."""


@dataclass(frozen=True, slots=True)
class ResendWanted:
    """The cardholder asks for the code once more."""


@dataclass(frozen=True, slots=True)
class AdditionalChosen:
    """The cardholder took the additional choice that challengeAddLabel offered."""


@dataclass(frozen=True, slots=True)
class OobContinued:
    """The cardholder comes back from an authentication elsewhere."""

    automatic: bool
    """The app merely came to the foreground; nobody said that anything was done (since 2.3.1)."""


@dataclass(frozen=True, slots=True)
class OobAppFailed:
    """The SDK could not open the app at oobAppURL (since 2.3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSubmitted:
    """The cardholder sent off the form of an HTML screen."""

    query: Secret[str]
    """As the SDK took it from the form's address."""

    def fields(self) -> dict[str, str]:
        """Read the query; of a field that comes twice the first counts. May hold a password."""
        found: dict[str, str] = {}
        for name, value in parse_qsl(self.query.reveal(), keep_blank_values=True):
            found.setdefault(name, value)
        return found


@dataclass(frozen=True, slots=True)
class InfoContinued:
    """The cardholder has read an information (since 2.3.1)."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The cardholder gave up, or the SDK did for them: challengeCancel says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The first CReq: nothing was shown yet, so nothing is answered."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An answer to a screen that only a Directory Server's rules define; the room reads the CReq."""


Answer: TypeAlias = (
    TextEntered
    | Chosen
    | NothingEntered
    | ResendWanted
    | AdditionalChosen
    | OobContinued
    | OobAppFailed
    | HtmlSubmitted
    | InfoContinued
    | Cancelled
    | Opened
    | Unlisted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One CReq, understood: the answer, and the wishes that stand beside it."""

    answer: Answer
    trusts: bool | None = None
    """The cardholder wants the merchant on the trust list, or not; None: not asked."""
    binds: bool | None = None
    """The cardholder wants the device bound, or not; None: not asked."""
    oob_app_failed: bool = False
    """The app at oobAppURL could not be opened (since 2.3.1)."""


def answer_to(screen: Message | None, creq: Message) -> Answered:
    """Tell what an app's CReq answers to the screen, the last CRes (None: there was none yet).

    Raises ProtocolFault 203 with the names of the elements that do not answer this screen: two
    answers at once, none, one for another kind of screen, a choice that was not offered.
    """
    shown = screen.elements if screen is not None else None
    misfits = reply_misfits(shown, creq.elements, creq.version)
    if misfits:
        raise ProtocolFault(
            ErrorCode.FORMAT_INVALID,
            elements=misfits,
            message_type=creq.type,
            version=creq.version,
            ids=known_ids(creq.elements),
        )
    return Answered(
        answer=_answer(shown, creq),
        trusts=_consent(creq, "trustListDataEntry", "whitelistingDataEntry"),
        binds=_consent(creq, "deviceBindingDataEntry"),
        oob_app_failed="oobAppStatus" in creq,
    )


def spoken(answered: Answered, version: Version) -> dict[str, Json]:
    """Give the elements with which a CReq says this: what `answer_to` reads, the other way round.

    In 2.1.0 nothing entered is nothing said. What a version cannot say it is given no other word
    for: `reply_misfits` names it.
    """
    trust = "trustListDataEntry" if version >= Version.V231 else "whitelistingDataEntry"
    consents = ((trust, answered.trusts), ("deviceBindingDataEntry", answered.binds))
    members: dict[str, Json] = {
        name: "Y" if given else "N" for name, given in consents if given is not None
    }
    if answered.oob_app_failed or answered.answer == OobAppFailed():
        members["oobAppStatus"] = "01"
    return members | _said(answered.answer, version)


def _said(answer: Answer, version: Version) -> dict[str, Json]:
    said: dict[str, Json] = dict(_BUTTONS.get(type(answer), {}))
    match answer:
        case TextEntered(entry=entry, second=second):
            typed = (("challengeDataEntry", entry), ("challengeDataEntryTwo", second))
            said = {name: text.reveal() for name, text in typed if text is not None}
        case Chosen(codes=codes):
            said = {"challengeDataEntry": ",".join(codes)}
        case OobContinued(automatic=automatic):
            pressed = BY_ITSELF if automatic else PRESSED
            said = {"oobContinue": pressed if version >= Version.V231 else True}
        case HtmlSubmitted(query=query):
            said = {"challengeHTMLDataEntry": query.reveal()}
        case Cancelled(reason=reason):
            said = {"challengeCancel": reason}
        case NothingEntered() if version < Version.V220:
            said = {}
    return said


_BUTTONS: Final[Mapping[type, Mapping[str, Json]]] = {
    NothingEntered: {"challengeNoEntry": "Y"},
    ResendWanted: {"resendChallenge": "Y"},
    AdditionalChosen: {"challengeAddCode": "Y"},
    InfoContinued: {"infoContinueIndicator": True},
}


def _answer(shown: Mapping[str, Json] | None, creq: Message) -> Answer:
    cancel = creq.text_or_none("challengeCancel")
    if cancel is not None:
        return Cancelled(cancel)
    if shown is None:
        return Opened()
    ui = ui_type(shown)
    if ui is None:
        return Unlisted()
    if "challengeHTMLDataEntry" in creq:
        return HtmlSubmitted(query=Secret(creq.text("challengeHTMLDataEntry")))
    return _button(creq) or _entry(ui, creq)


def _button(creq: Message) -> Answer | None:
    if "infoContinueIndicator" in creq:
        return InfoContinued()
    if "challengeAddCode" in creq:
        return AdditionalChosen()
    if creq.get("resendChallenge") == "Y":
        return ResendWanted()
    if "oobContinue" in creq:
        return OobContinued(automatic=creq["oobContinue"] == BY_ITSELF)
    return OobAppFailed() if "oobAppStatus" in creq else None


def _entry(ui: UiType, creq: Message) -> Answer:
    entry = creq.text_or_none("challengeDataEntry")
    second = creq.text_or_none("challengeDataEntryTwo")
    if not entry and not second:
        return NothingEntered()
    if ui is UiType.TEXT:
        return TextEntered(entry=_kept(entry), second=_kept(second))
    return Chosen(chosen_codes(ui, entry or ""))


def _kept(text: str | None) -> Secret[str] | None:
    return Secret(text) if text else None


def _consent(creq: Message, *names: str) -> bool | None:
    said = [creq[name] for name in names if name in creq]
    return said[0] == "Y" if said else None
