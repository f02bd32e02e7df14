"""Money and moments in words that a person of the page's language reads at a glance."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from unicodedata import category

from babel.dates import format_datetime
from babel.numbers import get_currency_symbol

from sekisho.adapters.pages.language import Language
from sekisho.kernel.errors import Misuse
from sekisho.kernel.money import Amount

JST: Final = timezone(timedelta(hours=9), "JST")
ZONES: Final[Mapping[str, tzinfo]] = {"Asia/Tokyo": JST, "JST": JST, "UTC": UTC, "GMT": UTC}
"""The two zones of requirement B14, by any of their names; Japan has no summer time."""

ZONE_NAMES: Final[Mapping[Language, Mapping[tzinfo, str]]] = {
    "ja": {JST: "日本時間", UTC: "グリニッジ標準時"},
    "en": {JST: "Japan Standard Time", UTC: "GMT"},
}
_LOCALES: Final[Mapping[Language, str]] = {"ja": "ja_JP", "en": "en"}
_PATTERNS: Final[Mapping[Language, str]] = {
    "ja": "y年M月d日 H:mm",
    "en": "d MMMM y, HH:mm",
}


def money(amount: Amount, language: Language) -> str:
    """Write an amount as the language does, with all its decimals: `￥14,500`, `$145.00`.

    The decimals are those of ISO 4217. CLDR has fewer for some currencies, by custom: it would show
    an amount that is not the one charged.
    """
    symbol = get_currency_symbol(amount.currency, locale=_LOCALES[language])
    whole, point, part = amount.major_text().partition(".")
    # A sign stands close (`$1`), letters and abbreviations do not (`KWD 1`).
    gap = "" if category(symbol[-1]) == "Sc" else "\u00a0"
    return f"{symbol}{gap}{int(whole):,}{point}{part}"


def moment(at: datetime, language: Language, zone: str = "JST") -> str:
    """Write a moment to the minute and say in which time zone: two readers must not differ."""
    if at.tzinfo is None:
        raise Misuse("a moment without a time zone is not a moment")
    place = ZONES.get(zone)
    if place is None:
        raise Misuse(f"{zone!r} is not one of the zones {', '.join(ZONES)}")
    text = format_datetime(at.astimezone(place), _PATTERNS[language], locale=_LOCALES[language])
    name = ZONE_NAMES[language][place]
    return f"{text}（{name}）" if language == "ja" else f"{text} ({name})"
