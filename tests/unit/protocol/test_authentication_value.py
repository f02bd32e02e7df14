"""Authentication values prove one purchase and nothing else."""

import base64
import hashlib
import hmac
from typing import Final, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol.authentication_value import CHARACTERS, make, octets_of, verify
from sekisho.testkit.samples import DS_ID, SDK_ID


class Key:
    """HMAC-SHA-256 under a key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mac(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, hashlib.sha256)


class Facts(TypedDict):
    acct_number: str
    ds_trans_id: str
    amount_minor: int
    currency_number: str
    acquirer_merchant_id: str


FACTS: Final[Facts] = {
    "acct_number": "4111111100000003",
    "ds_trans_id": DS_ID,
    "amount_minor": 14500,
    "currency_number": "392",
    "acquirer_merchant_id": "merchant-1",
}
KEY: Final = Key(b"k" * 32)
VALUE: Final = make(KEY, **FACTS, attempt=False, unpredictable=b"\1\2\3\4")


@given(st.binary(min_size=4, max_size=4), st.booleans(), st.integers(0, 255))
def test_a_value_tells_what_it_was_made_for(
    unpredictable: bytes, attempt: bool, key_indicator: int
) -> None:
    """A3, D10: full or attempt, in 28 characters."""
    value = make(
        KEY, **FACTS, attempt=attempt, unpredictable=unpredictable, key_indicator=key_indicator
    )
    assert len(value) == CHARACTERS
    expected = "attempt" if attempt else "full"
    assert verify(KEY, value, **FACTS, key_indicator=key_indicator) == expected
    assert verify(KEY, value, **FACTS, key_indicator=key_indicator ^ 1) is None


@pytest.mark.parametrize(
    "other",
    [
        {"acct_number": "4111111100000011"},
        {"ds_trans_id": SDK_ID},
        {"amount_minor": 14501},
        {"currency_number": "840"},
        {"acquirer_merchant_id": "merchant-2"},
        {"currency_number": "39", "acquirer_merchant_id": "2merchant-1"},
    ],
)
def test_a_value_proves_nothing_about_another_purchase(other: dict[str, object]) -> None:
    """A5, C11: not for another card, transaction, amount, currency or merchant."""
    elsewhere: Facts = {**FACTS, **other}  # type: ignore[typeddict-item]  # one fact exchanged
    assert verify(KEY, VALUE, **elsewhere) is None


def test_a_value_of_another_key_proves_nothing() -> None:
    """A5: only who shares the key can make one."""
    assert verify(Key(b"j" * 32), VALUE, **FACTS) is None


@given(st.integers(0, 159))
def test_a_value_with_one_bit_turned_proves_nothing(bit: int) -> None:
    """A5: attempt cannot be made full, nor anything else out of it."""
    octets = octets_of(VALUE)
    assert octets is not None
    turned = (int.from_bytes(octets, "big") ^ (1 << bit)).to_bytes(20, "big")
    assert verify(KEY, base64.b64encode(turned).decode(), **FACTS) is None


@given(st.text(max_size=40) | st.text("ABCDabcd0189+/=", min_size=28, max_size=28))
def test_no_text_breaks_the_verification(text: str) -> None:
    """A5: whatever is passed through as a value, it proves something or nothing."""
    assert verify(KEY, text, **FACTS) is None


def test_upper_and_lower_case_of_an_id_are_one() -> None:
    """UUIDs are compared without regard to case; two rooms may write them differently."""
    shouted: Facts = {**FACTS, "ds_trans_id": DS_ID.upper()}
    assert verify(KEY, VALUE, **shouted) == "full"


def test_one_value_has_one_text() -> None:
    """Unused bits of the last character are zero, so that nobody doubles a value."""
    assert octets_of("MTIzNDU2Nzg5MDA5ODc2NTQzMjE=") is not None
    assert octets_of("MTIzNDU2Nzg5MDA5ODc2NTQzMjF=") is None
    assert octets_of("MTIzNDU2Nzg5MDA5ODc2NTQzMjE") is None
    assert octets_of("é" * 28) is None
    assert octets_of("MTIzNDU2Nzg5MDA5ODc2NTQzM===") is None


def test_the_unpredictable_number_has_four_octets() -> None:
    """Anything else is a bug of ours."""
    with pytest.raises(Misuse):
        make(KEY, **FACTS, attempt=False, unpredictable=b"")
