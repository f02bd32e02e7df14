"""How values may be shown: card numbers by their last four digits, secrets not at all.

An explanation is pasted into tickets and chats. What it shows must be as harmless as a log line.
"""

import re
from itertools import islice
from typing import Final

from sekisho.kernel.cards import (
    PAN_DIGITS_MAX,
    PAN_DIGITS_MIN,
    is_merchant_number,
    luhn_holds,
)
from sekisho.protocol.checks import well_formed
from sekisho.protocol.elements import Shape
from sekisho.protocol.vocabulary import Json

HIDDEN_NAMES: Final = frozenset(
    {
        "cardSecurityCode",
        "challengeDataEntry",
        "challengeDataEntryTwo",
        "challengeHTMLDataEntry",
        "threeDSReqAuthData",
        "threeDSReqPriorAuthData",
    }
)
"""What a cardholder typed, or what proves who they are."""

SHORTENED_NAMES: Final = frozenset({"authenticationValue"})
"""Enough is shown to tell two apart, not enough to use one."""

CARD_NAMES: Final = frozenset({"acctNumber"})

MERCHANT_NAMES: Final = frozenset({"acquirerMerchantID"})
"""Who sells: a number there may look like a card's and be none."""

CHARACTERS_SHOWN: Final = 2048
"""Of a value: device data and HTML pages are longer."""

ITEMS_SHOWN: Final = 100
"""Of a list or an object: a PRes may have hundreds of thousands, and nobody reads them here."""


def shown(name: str, value: Json) -> Json:
    """Give what may be shown of a value that stands under a name, objects and arrays likewise."""
    if name in HIDDEN_NAMES and value is not None:
        return _hidden(value) if isinstance(value, str) else "<hidden>"
    if isinstance(value, dict):
        return {masked(key): shown(key, item) for key, item in islice(value.items(), ITEMS_SHOWN)}
    if isinstance(value, list):
        items = [shown(name, item) for item in value[:ITEMS_SHOWN]]
        more = len(value) - ITEMS_SHOWN
        return [*items, f"… {more} more items"] if more > 0 else items
    if value is None or isinstance(value, bool):
        return value
    text = value if isinstance(value, str) else repr(value)
    safe = _shown_text(name, text)
    return value if safe == text else safe


def masked(text: str) -> str:
    """Mask card numbers inside a text, and end a text that is very long."""
    if well_formed(Shape.UUID, text) or (text[:2] == "20" and well_formed(Shape.MOMENT, text)):
        return text  # long digits that are no card number, whatever their check digit
    # Masked first, and well beyond the cut, which must not make half a card number of a whole one.
    looked_at = text[: CHARACTERS_SHOWN + _CARD_CHARACTERS_MAX]
    safe = _DIGITS.sub(_masked_run, _ESCAPED.sub(_masked_run, looked_at))
    if len(looked_at) < len(text) or len(safe) > CHARACTERS_SHOWN:
        return f"{safe[:CHARACTERS_SHOWN]}… ({len(text)} characters)"
    return safe


def _shown_text(name: str, text: str) -> str:
    if name in SHORTENED_NAMES:
        telling = f"{text[:4]}… ({len(text)} characters)"
        return telling if len(text) > _TELLING else _hidden(text)
    if name in MERCHANT_NAMES and is_merchant_number(text):
        return text
    return _card(text) if name in CARD_NAMES else masked(text)


def _hidden(text: str) -> str:
    return f"<hidden, {len(text)} characters>"


_TELLING: Final = 12
"""Characters of a value whose first four tell little about the rest."""

_ESCAPED: Final = re.compile(r"(?:(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))\d{13,19}(?!\d)")
"""As in `%22acctNumber%22%3A%22…`: the 22 of the quotation mark is no part of the number."""

_CARD_CHARACTERS_MAX: Final = 4096
"""Of a card number in groups, and of what else may stand in one run with it."""

_DIGITS: Final = re.compile(rf"\d(?:[\s+\-_.\u2010-\u2015]{{0,3}}\d){{{PAN_DIGITS_MIN - 1},}}")


def _masked_run(run: re.Match[str]) -> str:
    """Mask a run of grouped digits if any of its whole groups together are a card number."""
    groups = [_ascii(group) for group in re.findall(r"\d+", run[0])]
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > PAN_DIGITS_MAX:
                break
            if len(digits) >= PAN_DIGITS_MIN and luhn_holds(digits):
                return f"<card {digits[-4:]}>"
    return run[0]


def _card(text: str) -> str:
    """Show what stands where a card number belongs, which may be none."""
    digits = text if text.isascii() and text.isdigit() else ""
    if not PAN_DIGITS_MIN <= len(digits) <= PAN_DIGITS_MAX:
        return f"<hidden, {len(text)} characters, no card number>"
    return f"<card {digits[-4:]}>"


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
