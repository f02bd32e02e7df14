"""No card number, code or key reaches a log line; what a log is for survives."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sekisho.adapters.scrubbing import HIDDEN, TEXT_MAX, scrub, scrub_text
from sekisho.adapters.sensitive_names import is_sensitive
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan, luhn_sum
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card

CARD = sandbox_card(Brand.JCB, "0072").digits


def _card_numbers() -> st.SearchStrategy[str]:
    """Any brand, any length it allows, check digit set."""

    @st.composite
    def made(draw: st.DrawFn) -> str:
        facts = BRANDS[draw(st.sampled_from(list(Brand)))]
        low, high = draw(st.sampled_from(facts.prefixes))
        head = str(draw(st.integers(low, high)))
        length = draw(st.sampled_from(facts.lengths))
        free = length - len(head) - 1
        body = head + draw(st.text("0123456789", min_size=free, max_size=free))
        return body + str(-luhn_sum(body + "0") % 10)

    return made()


SECRETS = st.text(
    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=12, max_size=24
).map("Q{}".format)
NAMES = st.sampled_from(
    [
        "securityCode", "security_code", "cvv", "CVV2", "password", "client_secret", "clientSecret",
        "authorization", "Authorization", "apikey", "APIKey", "x-api-key", "authenticationValue",
        "otp", "creq", "challengeDataEntry", "access_token", "privateKey", "acctNumber",
        "cardNumber", "userPassword", "Set-Cookie",
    ]
)  # fmt: skip
GAPS = st.sampled_from(["", " ", "-", "  ", "\u00a0", "\u2011", "+", "%20"])
WORDS = st.text(st.characters(exclude_categories=["Nd", "No", "Nl", "Lu"]), max_size=12)


@st.composite
def _spaced(draw: st.DrawFn) -> tuple[str, str]:
    """A card number, and the same with something between its digits, as people write it."""
    digits = draw(_card_numbers())
    gap = draw(GAPS)
    every = draw(st.integers(1, 6))
    return digits, gap.join(digits[at : at + every] for at in range(0, len(digits), every))


@st.composite
def _holding(draw: st.DrawFn, leaf: Any) -> object:
    """Some structure with the leaf somewhere in it."""
    value = leaf
    for shape in draw(st.lists(st.sampled_from(["list", "tuple", "dict", "key", "json", "bytes",
                                                "error", "set"]), max_size=4)):  # fmt: skip
        value = _wrapped(value, shape, draw(WORDS))
    return value


def _wrapped(value: object, shape: str, word: str) -> object:  # noqa: PLR0911 - one a shape
    match shape:
        case "list":
            return [word, value]
        case "tuple":
            return (value, word, 1)
        case "dict":
            return {"note": value, "other": word}
        case "key":
            return {str(value): word}
        case "json":
            return json.dumps({"body": value}, default=str)
        case "bytes":
            return str(value).encode("utf-8", "backslashreplace")
        case "error":
            return ValueError(f"cannot take {value}")
        case _:
            return frozenset({str(value), word})


def _written(value: object, name: str = "fact") -> str:
    return msgspec.json.encode(scrub(value, name=name)).decode()


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


@given(_spaced(), st.data(), WORDS, WORDS)
def test_no_card_number_survives_in_any_structure(
    card: tuple[str, str], data: st.DataObject, before: str, after: str
) -> None:
    """Whatever it hides in and however it is spaced, the digits are gone (D1, PCI DSS 3)."""
    digits, spaced = card
    value = data.draw(_holding(f"{before}{spaced}{after}"))
    line = _written(value)
    assert spaced not in line
    assert digits not in _digits(line)


@given(_card_numbers())
def test_a_card_number_that_is_a_whole_number_is_masked(digits: str) -> None:
    """A parser that makes a number of it opens no door."""
    assert digits not in _written({"n": int(digits)})


@given(SECRETS, NAMES, st.data())
def test_nothing_under_a_sensitive_name_survives(
    secret: str, name: str, data: st.DataObject
) -> None:
    """The name decides, whatever the value and however deep it stands."""
    inner = data.draw(
        st.sampled_from([secret, secret.encode(), [secret], {"value": secret}, Secret(secret)])
    )
    value = data.draw(_holding({name: inner}))
    assume(secret in str(value) or secret in repr(value) or isinstance(inner, Secret))
    assert secret not in _written(value)


@given(SECRETS, NAMES, st.sampled_from(["{}={}", "{}: {}", '"{}": "{}"', "'{}': '{}'", "{}='{}'"]))
def test_no_secret_survives_beside_its_name_in_a_text(secret: str, name: str, form: str) -> None:
    """Error messages quote what they could not read."""
    assert secret not in scrub_text(f"bad input {form.format(name, secret)}, try again")


def test_a_card_number_in_an_address_is_masked() -> None:
    """A quotation mark in a query is %22, and its digits must not shield the number's."""
    query = f"?q=%22acctNumber%22%3A%22{CARD}%22"
    assert CARD not in scrub_text(query)


@given(SECRETS)
def test_secret_and_pan_objects_are_never_opened(secret: str) -> None:
    """They refuse to print; the log does not look inside either."""

    @dataclass(frozen=True)
    class Holder:
        inner: object

    line = _written([Holder(Secret(secret)), Secret(secret.encode()), Holder(Pan(CARD))])
    assert secret not in line
    assert CARD not in line


@given(st.uuids())
def test_uuids_survive(identifier: uuid.UUID) -> None:
    """Transaction ids are what a log is searched by; one in ten thousand looks like a card."""
    text = f"transaction {identifier} ended"
    assert scrub_text(text) == text
    assert scrub(str(identifier)) == str(identifier)


def test_a_uuid_of_digits_alone_survives() -> None:
    """Its last two groups are sixteen digits, and Luhn-valid."""
    text = f"4a5b6c7d-1234-4{CARD[:3]}-{CARD[:4]}-{CARD[4:]}"
    assert scrub_text(text) == text


@given(st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-12-31")))
def test_moments_survive(at: datetime) -> None:
    """ISO 8601, and the compact form of EMV's purchaseDate, of which one in ten is Luhn-valid."""
    aware = at.replace(tzinfo=UTC)
    assert scrub(aware) == aware.isoformat()
    for text in (aware.isoformat(), f"{at:%Y%m%d%H%M%S}", f"{at:%Y-%m-%d %H:%M:%S}"):
        assert scrub_text(text) == text


@given(st.integers(1_000_000_000, 1_999_999_999), st.integers(0, 999_999))
def test_times_since_1970_survive_as_numbers(seconds: int, micros: int) -> None:
    """Columns hold microseconds; an outbox line that says when must stay readable."""
    for value in (seconds, seconds * 1000 + micros % 1000, seconds * 1_000_000 + micros):
        assert scrub(value) == value


@given(st.integers(0, 999_999_999_999))
def test_amounts_survive(minor: int) -> None:
    """Twelve digits at most: shorter than any card number."""
    amount = Amount(minor=minor, currency="JPY")
    assert scrub(amount) == {"minor": minor, "currency": "JPY"}
    assert scrub_text(str(amount)) == str(amount)


@given(st.text("0123456789", min_size=20, max_size=40))
def test_longer_ids_survive(digits: str) -> None:
    """A run of twenty digits or more is no card number."""
    assert scrub_text(f"id {digits}.") == f"id {digits}."


@pytest.mark.parametrize(
    "name",
    ["authorization_id", "securityCodeResult", "footprint", "keyboard", "panel", "opinion", "otp_id",
     "token_type", "attempts_left", "company", "eci", "authenticationValueResult"],
)  # fmt: skip
def test_names_that_only_sound_alike_are_not_sensitive(name: str) -> None:
    """Over-masking makes a log that nobody can use."""
    assert not is_sensitive(name)
    assert scrub("MATCH", name=name) == "MATCH"


def test_a_card_number_and_an_expiry_with_a_space_between_are_told_apart() -> None:
    """Track-like texts: the date that follows must not hide the number."""
    assert scrub_text(f"{CARD} 1229 123") == "<card 0072> 1229 123"


def test_full_width_digits_are_digits() -> None:
    """A Japanese keyboard writes them when the input method is on."""
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in CARD)
    assert scrub_text(f"番号は{wide}です") == "番号は<card 0072>です"


def test_headers_as_pairs_lose_their_secrets() -> None:
    """ASGI and multidict show headers as pairs of octets."""
    headers = [(b"authorization", b"Bearer abcdefghijkl"), (b"accept", b"text/html")]
    assert scrub(headers) == [["authorization", HIDDEN], ["accept", "text/html"]]


def test_credentials_in_a_sentence_are_hidden() -> None:
    """Libraries quote headers without their names."""
    assert scrub_text("sent Bearer abc.def-ghi to peer") == f"sent Bearer {HIDDEN} to peer"


def test_a_structure_that_holds_itself_ends() -> None:
    """A log line must never be the thing that loops."""
    loop: dict[str, object] = {}
    loop["self"] = loop
    assert "…" in _written(loop)


def test_a_value_that_cannot_print_does_not_stop_the_log() -> None:
    """The fault is named and the line goes on."""

    class Sulking:
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert scrub(Sulking()) == "<Sulking: RuntimeError>"


def test_a_long_text_is_cut_without_leaving_half_a_card_number() -> None:
    """Fifteen of sixteen digits are as good as all of them."""
    text = "x" * (TEXT_MAX - 15) + CARD
    shown = scrub(text)
    assert isinstance(shown, str)
    assert len(shown) <= TEXT_MAX + 1
    assert not _digits(shown)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
        max_leaves=20,
    )
)
def test_whatever_comes_in_plain_json_comes_out(value: object) -> None:
    """Lone surrogates, numbers beyond 64 bits, nan: the line is written."""
    msgspec.json.encode(scrub(value))
