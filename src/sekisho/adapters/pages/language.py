"""Which language a page speaks: what the person chose, then what the browser prefers."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import parse_qsl, urlencode

Language: TypeAlias = Literal["ja", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
FALLBACK: Final[Language] = "en"

COOKIE: Final = "lang"
QUERY_PARTS_MAX: Final = 100
PARAMETER: Final = "lang"
NAMES: Final[Mapping[Language, str]] = {"ja": "日本語", "en": "English"}
"""Each in its own words: whoever needs the switch may not read the page."""

PREFERENCES_MAX: Final = 20
"""Entries of `Accept-Language` that are looked at; browsers send a handful."""


def choose_language(*, asked: str | None, cookie: str | None, accepted: str | None) -> Language:
    """Choose by the `lang` parameter, then the `lang` cookie, then `Accept-Language`, else English.

    Whatever the texts, the answer is one of our languages.
    """
    return known(asked) or known(cookie) or preferred(accepted or "") or FALLBACK


def known(text: str | None) -> Language | None:
    """Give the language if it is one of ours."""
    return next((language for language in LANGUAGES if language == text), None)


def preferred(accepted: str) -> Language | None:
    """Read `Accept-Language` (RFC 9110 section 12.5.4); the first of equals wins."""
    best: tuple[float, Language] | None = None
    for entry in accepted.split(",")[:PREFERENCES_MAX]:
        tag, _, parameter = entry.strip().partition(";")
        language = known(tag.strip().lower().partition("-")[0])
        quality = _quality(parameter)
        if language and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def switched(query: str, language: Language) -> str:
    """Give the query of the same page in another language, everything else kept in its order.

    A query of more parts than any page of ours reads is dropped: it must not break the page.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_PARTS_MAX)
    except ValueError:
        pairs = []
    kept = [pair for pair in pairs if pair[0] != PARAMETER]
    return urlencode([*kept, (PARAMETER, language)])


def _quality(parameter: str) -> float:
    name, _, text = parameter.strip().partition("=")
    if not name:
        return 1.0
    if name.strip() != "q" or not text.replace(".", "", 1).isdigit() or not text.isascii():
        return 0.0
    return min(float(text), 1.0)
