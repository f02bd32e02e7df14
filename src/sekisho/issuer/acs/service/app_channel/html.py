"""HTML screens of an app challenge: one document with nothing from outside, a form the SDK catches. Pure.

Protocol facts, section 5.6: method GET to `HTTPS://EMV3DS/challenge`, the query comes back as
challengeHTMLDataEntry, at most 256 characters; Cancel stays in the SDK's header. A link to
`HTTPS://EMV3DS/openoobApp` opens the bank's app (since 2.3.1).
"""

from html import escape
from typing import Final
from urllib.parse import parse_qsl

from sekisho.issuer.acs.model import ChallengeKind
from sekisho.issuer.acs.service.app_channel.screens import (
    Asked,
    instruction_of,
    label_of,
    notice_of,
    options_of,
    purchase_words,
    submit_words,
)
from sekisho.issuer.acs.service.app_channel.wording import Say
from sekisho.kernel.secret import Secret
from sekisho.protocol import Version
from sekisho.protocol.elements.screens import parts_of
from sekisho.protocol.forms import base64url
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answer,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobContinued,
    ResendWanted,
    TextEntered,
)
from sekisho.protocol.vocabulary import Json

ACTION: Final = "HTTPS://EMV3DS/challenge"
OPEN_APP: Final = "HTTPS://EMV3DS/openoobApp"

ENTRY: Final = "entry"
CHOICE: Final = "choice"
PRESSED: Final = "press"
"""Names of fields: short, because the whole query may have 256 characters."""
RESEND: Final = "again"
OTHER: Final = "other"
GO_ON: Final = "go"
"""Values of `press`."""

TYPED: Final = frozenset(
    {ChallengeKind.ONE_TIME_CODE, ChallengeKind.STATIC_PASSWORD, ChallengeKind.APP_CODE}
)
LISTED: Final = frozenset({ChallengeKind.SINGLE_SELECT, ChallengeKind.MULTI_SELECT})

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:1rem;color:#1b1b1b;background:#fff}"
    "h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0;white-space:pre-line}"
    "label{display:block;margin:.75rem 0 .25rem}fieldset{border:0;margin:.75rem 0;padding:0}"
    "input[type=text],input[type=password]{font:inherit;width:100%;box-sizing:border-box;"
    "padding:.6rem;border:1px solid #595959;border-radius:.25rem}"
    "button{font:inherit;width:100%;min-height:44px;margin:.5rem 0;border:1px solid #0b4a6f;"
    "border-radius:.25rem;background:#fff;color:#0b4a6f}button.first{background:#0b4a6f;color:#fff}"
    ".notice{border-left:4px solid #a3260f;padding-left:.75rem}"
    "@media(prefers-color-scheme:dark){body{background:#151515;color:#f1f1f1}"
    "button{background:#151515;color:#9fd3f2;border-color:#9fd3f2}"
    "button.first{background:#9fd3f2;color:#0a2230}}"
)


def html_screen(asked: Asked) -> dict[str, Json]:
    """Give the elements of an HTML screen."""
    shown: dict[str, Json] = {
        "acsUiType": asked.rendering.ui.value,
        "acsHTML": base64url(document(asked).encode()),
    }
    if asked.question.offers_trust:
        # In 2.2.0 the toggle is the SDK's own, whatever the screen.
        shown["whitelistingInfoText"] = asked.says(Say.TRUST)
    placed = parts_of(asked.rendering.ui, asked.version)
    return {name: value for name, value in shown.items() if name in placed or name == "acsUiType"}


def document(asked: Asked) -> str:
    """Write the document."""
    title = asked.says(Say.HEADER)
    message = asked.purchase.personal_message
    said = [
        _paragraph(notice_of(asked), kind="notice"),
        _paragraph(purchase_words(asked)),
        _paragraph(instruction_of(asked)),
        _paragraph(asked.says(Say.MESSAGE, message=message) if message else ""),
    ]
    return (
        f'<!DOCTYPE html><html lang="{asked.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(said)}"
        f'<form action="{ACTION}" method="get">{_fields(asked)}{_buttons(asked)}</form>'
        f"{_open_app(asked)}</main></body></html>"
    )


def answer_in(asked_kind: ChallengeKind, submitted: HtmlSubmitted) -> Answer:
    """Read what a form brought as the answer that a native screen would have given."""
    fields = submitted.fields()
    pressed = fields.get(PRESSED)
    if pressed == RESEND:
        return ResendWanted()
    if pressed == OTHER:
        return AdditionalChosen()
    if asked_kind in LISTED:
        codes = _choices(submitted)
        return Chosen(codes) if codes else NothingEntered()
    if asked_kind in TYPED:
        typed = fields.get(ENTRY, "").strip()
        return TextEntered(entry=Secret(typed), second=None) if typed else NothingEntered()
    if asked_kind is ChallengeKind.OUT_OF_BAND:
        return OobContinued(automatic=False)
    return InfoContinued()


def _choices(submitted: HtmlSubmitted) -> tuple[str, ...]:
    """Give all choices that were ticked; a form says each under the same name."""
    pairs = parse_qsl(submitted.query.reveal(), keep_blank_values=True)
    return tuple(dict.fromkeys(value for name, value in pairs if name == CHOICE and value))


def _fields(asked: Asked) -> str:
    kind = asked.question.kind
    if kind in LISTED:
        return _options(asked)
    if kind not in TYPED:
        return ""
    label = escape(asked.says(label_of(kind)))
    if kind is ChallengeKind.STATIC_PASSWORD:
        how = 'type="password" autocomplete="current-password" maxlength="45"'
    else:
        how = 'type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12"'
    return f'<label for="{ENTRY}">{label}</label><input id="{ENTRY}" name="{ENTRY}" {how}>'


def _options(asked: Asked) -> str:
    several = asked.question.kind is ChallengeKind.MULTI_SELECT
    legend = asked.says(Say.CHOOSE_ALL if several else Say.CHOOSE_ONE)
    kind = "checkbox" if several else "radio"
    options = "".join(
        f'<label><input type="{kind}" name="{CHOICE}" value="{escape(code)}"> {escape(text)}</label>'
        for code, text in options_of(asked)
    )
    return f"<fieldset><legend>{escape(legend)}</legend>{options}</fieldset>"


def _buttons(asked: Asked) -> str:
    buttons = [_button(GO_ON, submit_words(asked), first=True)]
    kind = asked.question.kind
    if kind is ChallengeKind.ONE_TIME_CODE and asked.question.codes_left:
        buttons.append(_button(RESEND, asked.says(Say.SEND_AGAIN)))
    if asked.ways:
        buttons.append(_button(OTHER, asked.says(Say.ANOTHER_WAY)))
    return "".join(buttons)


def _button(value: str, label: str, *, first: bool = False) -> str:
    look = ' class="first"' if first else ""
    return f'<button name="{PRESSED}" value="{value}"{look}>{escape(label)}</button>'


def _open_app(asked: Asked) -> str:
    away = asked.question.kind is ChallengeKind.OUT_OF_BAND and asked.oob_app_url is not None
    if not away or asked.version < Version.V231:
        return ""
    return f'<p><a href="{OPEN_APP}">{escape(asked.says(Say.OPEN_APP))}</a></p>'


def _paragraph(text: str, *, kind: str = "") -> str:
    look = f' class="{kind}" role="alert"' if kind else ""
    return f"<p{look}>{escape(text)}</p>" if text else ""
