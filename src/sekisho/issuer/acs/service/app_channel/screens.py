"""The native screens of an app challenge, from the question and the purchase. Pure.

Protocol facts, section 5.6: which element a kind of screen has is the library's table
(`protocol.elements.screens`); what stands in it is decided here. Amount, shop and card are never cut;
what gives way when a text is too long is the cardholder's own message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.model import ChallengeKind, MessageChannel, Purchase, Question
from sekisho.issuer.acs.service.app_channel.rendering import HTML, Rendering
from sekisho.issuer.acs.service.app_channel.wording import (
    Say,
    notice_words,
    words,
)
from sekisho.issuer.acs.service.codes import CODE_DIGITS, amount_text
from sekisho.protocol import Version
from sekisho.protocol.elements.screens import UiType, parts_of
from sekisho.protocol.vocabulary import Json

TEXT_MOST: Final = 350
LABEL_MOST: Final = 45
NOTE_MOST: Final = 256
"""Characters, by the element table."""

ASKS_AGAIN: Final = frozenset(
    {"WRONG_ANSWER", "WRONG_CODE", "NOT_READABLE", "NOT_SENT", "BANK_AWAY"}
)
"""Notices that stand beside a sign of warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that a screen is made from."""

    question: Question
    purchase: Purchase
    language: str
    version: Version
    rendering: Rendering
    made_at_text: str
    """When the purchase was made, with its time zone (B14)."""
    images: Mapping[str, Json]
    """issuerImage and psImage."""
    ways: tuple[ChallengeKind, ...] = ()
    """What the cardholder may take instead, and this device can show."""
    oob_app_url: str | None = None
    """The bank's app, where the device can open it."""

    def says(self, say: Say, **facts: str) -> str:
        """Say something in the cardholder's language."""
        return words(say, self.language, **facts)


def native_screen(asked: Asked) -> dict[str, Json]:
    """Give the elements of a native screen, as far as its kind and version have a place for them."""
    shown: dict[str, Json] = {
        "acsUiType": asked.rendering.ui.value,
        "challengeInfoHeader": asked.says(Say.HEADER),
        "challengeInfoText": text_of(asked),
        "challengeInfoTextIndicator": "Y" if notice_of(asked) and _warns(asked.question) else None,
        **_asked(asked),
        **_consents(asked),
        **_notes(asked),
        **asked.images,
    }
    if asked.ways:
        shown["challengeAddLabel"] = asked.says(Say.ANOTHER_WAY)
    placed = parts_of(asked.rendering.ui, asked.version)
    return {
        name: value
        for name, value in shown.items()
        if value is not None and (name in placed or name == "acsUiType")
    }


def text_of(asked: Asked) -> str:
    """Say what happened, what is confirmed, what to do, and what the cardholder once wrote (B4)."""
    instruction = instruction_of(asked)
    lines = [notice_of(asked), purchase_words(asked), instruction]
    message = asked.purchase.personal_message
    whole = "\n".join(line for line in lines if line)
    if message:
        own = asked.says(Say.MESSAGE, message=message)
        room = TEXT_MOST - len(whole) - 1
        whole = f"{whole}\n{_cut(own, room)}" if room > 1 else whole
    return _cut(whole, TEXT_MOST)


def notice_of(asked: Asked) -> str:
    """Say what happened since the last screen."""
    question = asked.question
    if question.notice is None:
        return ""
    said = notice_words(question.notice.name, asked.language)
    if question.notice.name in ("WRONG_ANSWER", "WRONG_CODE"):
        left = asked.says(Say.TRIES_LEFT, left=str(question.attempts_left))
        said = f"{said} {left}".strip()
    return said


def purchase_words(asked: Asked) -> str:
    """Say who is paid how much, with which card."""
    purchase = asked.purchase
    shop = purchase.merchant_name or asked.says(Say.UNNAMED_SHOP)
    if purchase.amount is None:
        return asked.says(Say.ADDS_CARD, shop=shop, card=purchase.masked_number)
    amount = amount_text(purchase.amount, asked.language)
    return asked.says(Say.PAYS, amount=amount, shop=shop, card=purchase.masked_number)


def instruction_of(asked: Asked) -> str:
    """Say what the cardholder must do."""
    question, purchase = asked.question, asked.purchase
    match question.kind:
        case ChallengeKind.ONE_TIME_CODE if question.last_channel is MessageChannel.EMAIL:
            return asked.says(Say.BY_EMAIL, email=purchase.email_masked)
        case ChallengeKind.ONE_TIME_CODE:
            return asked.says(Say.BY_SMS, phone=purchase.phone_masked)
        case ChallengeKind.OUT_OF_BAND:
            number = question.prompt.number if question.prompt else None
            matched = asked.says(Say.NUMBER, number=number) if number else ""
            return f"{asked.says(Say.OPEN_APP_WANTED)} {matched}".strip()
        case ChallengeKind.SINGLE_SELECT | ChallengeKind.MULTI_SELECT:
            return question_words(asked)
    said = _INSTRUCTIONS.get(question.kind)
    return "" if said is None else asked.says(said)


def question_words(asked: Asked) -> str:
    """Give the words of a knowledge question."""
    choices = asked.question.choices
    return "" if choices is None else _in(choices.texts, asked.language)


def options_of(asked: Asked) -> tuple[tuple[str, str], ...]:
    """Give code and words of everything that can be chosen."""
    choices = asked.question.choices
    if choices is None:
        return ()
    return tuple((each.code, _in(each.texts, asked.language)) for each in choices.options)


def submit_words(asked: Asked) -> str:
    """Name the button that goes on."""
    typed = asked.rendering.ui in (UiType.TEXT, UiType.SINGLE_SELECT, UiType.MULTI_SELECT)
    in_html = asked.rendering.interface == HTML
    return asked.says(Say.CONFIRM if typed or in_html else Say.CONTINUE)


_INSTRUCTIONS: Final = {
    ChallengeKind.STATIC_PASSWORD: Say.PASSWORD_WANTED,
    ChallengeKind.APP_CODE: Say.APP_CODE_WANTED,
    ChallengeKind.INFORMATION: Say.INFORMED,
    ChallengeKind.PASSES_BY_ITSELF: Say.PASSES,
    ChallengeKind.FAILS_BY_ITSELF: Say.FAILS,
}


def _warns(question: Question) -> bool:
    return question.notice is not None and question.notice.name in ASKS_AGAIN


def _asked(asked: Asked) -> dict[str, Json]:
    """Give what is typed, chosen or pressed."""
    match asked.rendering.ui:
        case UiType.TEXT:
            return _text(asked)
        case UiType.SINGLE_SELECT | UiType.MULTI_SELECT:
            return _list(asked)
        case UiType.OOB:
            return _away(asked)
    return {"infoContinueLabel": asked.says(Say.CONTINUE)}


def _text(asked: Asked) -> dict[str, Json]:
    label = asked.says(label_of(asked.question.kind))
    again = asked.question.kind is ChallengeKind.ONE_TIME_CODE and asked.question.codes_left > 0
    return {
        "challengeInfoLabel": label,
        "challengeEntryBox": _box(asked.question, label),
        "submitAuthenticationLabel": submit_words(asked),
        "resendInformationLabel": asked.says(Say.SEND_AGAIN) if again else None,
    }


def label_of(kind: ChallengeKind) -> Say:
    """Name the box."""
    return Say.PASSWORD if kind is ChallengeKind.STATIC_PASSWORD else Say.CODE


def _box(question: Question, label: str) -> dict[str, Json]:
    """Describe the box (since 2.3.1): which keyboard, what may be filled in by the device."""
    box: dict[str, Json] = {"challengeDataEntryLabel": label}
    if question.kind is ChallengeKind.STATIC_PASSWORD:
        hidden: dict[str, Json] = {
            "challengeDataEntryMasking": "Y",
            "challengeDataEntryToggle": "Y",
            "challengeDataEntryAutofill": "Y",
            "challengeDataEntryAutofillType": "02",
        }
        return box | hidden
    box |= {
        "challengeDataEntryKeyboardType": "01",
        "challengeDataEntryLengthMax": f"{CODE_DIGITS:02d}",
    }
    if question.kind is ChallengeKind.ONE_TIME_CODE:
        box |= {"challengeDataEntryAutofill": "Y", "challengeDataEntryAutofillType": "01"}
    return box


def _list(asked: Asked) -> dict[str, Json]:
    several = asked.rendering.ui is UiType.MULTI_SELECT
    label = asked.says(Say.CHOOSE_ALL if several else Say.CHOOSE_ONE)
    listed: list[Json] = [{code: _cut(text, LABEL_MOST)} for code, text in options_of(asked)]
    return {
        "challengeInfoLabel": label,
        "challengeSelectInfo": listed,
        "submitAuthenticationLabel": asked.says(Say.CONFIRM),
    }


def _away(asked: Asked) -> dict[str, Json]:
    shown: dict[str, Json] = {"oobContinueLabel": asked.says(Say.CONTINUE)}
    wanted = asked.question.kind is ChallengeKind.OUT_OF_BAND
    if wanted and asked.oob_app_url is not None and asked.version >= Version.V231:
        shown |= {"oobAppURL": asked.oob_app_url, "oobAppLabel": asked.says(Say.OPEN_APP)}
    return shown


def _consents(asked: Asked) -> dict[str, Json]:
    """Ask what may be asked beside; the toggles are off until the cardholder turns them on."""
    shown: dict[str, Json] = {}
    if asked.question.offers_trust:
        shown |= dict.fromkeys(("trustListInfoText", "whitelistingInfoText"), asked.says(Say.TRUST))
    if asked.question.offers_binding:
        shown["deviceBindingInfoText"] = asked.says(Say.BIND)
    return shown


def _notes(asked: Asked) -> dict[str, Json]:
    details = asked.says(Say.HELP_TEXT, when=asked.made_at_text, bank=asked.purchase.bank_name)
    return {
        "whyInfoLabel": asked.says(Say.WHY),
        "whyInfoText": asked.says(Say.BECAUSE),
        "expandInfoLabel": asked.says(Say.HELP),
        "expandInfoText": _cut(details, NOTE_MOST),
    }


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"
