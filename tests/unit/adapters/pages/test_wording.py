"""Amounts and moments as a person of the page's language reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.pages.language import (
    LANGUAGES,
    Language,
    choose_language,
    preferred,
    switched,
)
from sekisho.adapters.pages.wording import moment, money
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.errors import Misuse
from sekisho.kernel.money import MINOR_MAX, Amount

AT = datetime(2026, 11, 5, 15, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "japanese", "english"),
    [
        (14500, "JPY", "￥14,500", "¥14,500"),
        (14500, "USD", "$145.00", "$145.00"),
        (0, "JPY", "￥0", "¥0"),
        (1500, "KWD", "KWD\xa01.500", "KWD\xa01.500"),
        (14500, "EUR", "€145.00", "€145.00"),
    ],
)
def test_money_has_the_currencys_own_decimals(
    minor: int, currency: str, japanese: str, english: str
) -> None:
    """Yen without, dollars with two, dinars with three."""
    amount = Amount(minor=minor, currency=currency)
    assert money(amount, "ja") == japanese
    assert money(amount, "en") == english


@given(st.integers(0, MINOR_MAX), st.sampled_from(sorted(CURRENCIES)), st.sampled_from(LANGUAGES))
def test_no_digit_of_an_amount_is_lost(minor: int, currency: str, language: Language) -> None:
    """What is shown is what is charged, in every currency there is."""
    amount = Amount(minor=minor, currency=currency)
    shown = money(amount, language)
    assert int("".join(letter for letter in shown if letter.isdigit())) == minor
    assert shown.replace(",", "").endswith(amount.major_text())


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        ("JST", "ja", "2026年11月6日 0:03（日本時間）"),
        ("JST", "en", "6 November 2026, 00:03 (Japan Standard Time)"),
        ("GMT", "ja", "2026年11月5日 15:03（グリニッジ標準時）"),
        ("GMT", "en", "5 November 2026, 15:03 (GMT)"),
        ("Asia/Tokyo", "en", "6 November 2026, 00:03 (Japan Standard Time)"),
        ("UTC", "en", "5 November 2026, 15:03 (GMT)"),
    ],
)
def test_a_moment_says_its_time_zone(zone: str, language: Language, words: str) -> None:
    """A purchase at midnight is on two days at once (B14)."""
    assert moment(AT, language, zone) == words
    assert moment(AT.astimezone(timezone(timedelta(hours=-5))), language, zone) == words


def test_a_moment_without_a_zone_is_misuse() -> None:
    """Nobody knows when it was."""
    with pytest.raises(Misuse):
        moment(AT.replace(tzinfo=None), "ja")
    with pytest.raises(Misuse):
        moment(AT, "ja", "Mars")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.3,en;q=0.2", "ja"),
        ("en;q=0,ja;q=0.1", "ja"),
        ("JA-jp", "ja"),
        ("fr, de", None),
        ("*", None),
        ("", None),
        ("ja;q=x", None),
        ("ja;q=,en", "en"),
    ],
)
def test_accept_language_is_read_by_its_weights(accepted: str, language: str | None) -> None:
    """RFC 9110 section 12.5.4; a broken entry does not count."""
    assert preferred(accepted) == language


@given(
    st.none() | st.text(max_size=10),
    st.none() | st.text(max_size=10),
    st.none() | st.text("ja-en;q=0.9, *", max_size=60) | st.text(max_size=60),
)
def test_whatever_the_browser_says_the_page_has_a_language(
    asked: str | None, cookie: str | None, accepted: str | None
) -> None:
    """Headers are anybody's to write."""
    assert choose_language(asked=asked, cookie=cookie, accepted=accepted) in LANGUAGES


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5))
def test_switching_keeps_everything_else(pairs: list[tuple[str, str]]) -> None:
    """In its order, repeated names included, and switching twice changes nothing more."""
    from urllib.parse import parse_qsl, urlencode  # noqa: PLC0415 - only here

    once = switched(urlencode(pairs), "ja")
    kept = [pair for pair in pairs if pair[0] != "lang"]
    assert parse_qsl(once, keep_blank_values=True) == [*kept, ("lang", "ja")]
    assert switched(once, "ja") == once
