"""Authentication values prove one purchase and nothing else."""

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import Final, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol import authentication_value
from sekisho.protocol.authentication_value import (
    CHARACTERS,
    LAYOUTS,
    PLAIN,
    STATUSES,
    KeyRing,
    Layout,
    Proof,
    issue,
    make,
    octets_of,
    prove,
    verify,
)
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


BOUND: Final = authentication_value.Facts(**FACTS)
OLD: Final = KeyRing(keys={7: Key(b"o" * 32)}, current=7)
BOTH: Final = KeyRing(keys={7: Key(b"o" * 32), 8: Key(b"n" * 32)}, current=8)
NEW: Final = KeyRing(keys={8: Key(b"n" * 32)}, current=8)


def issued(keys: KeyRing, proof: Proof = Proof.FRICTIONLESS, layout: Layout = PLAIN) -> str:
    return issue(keys, proof, BOUND, layout=layout, unpredictable=b"\1\2\3\4")


@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize("proof", Proof)
@given(unpredictable=st.binary(min_size=4, max_size=4), indicator=st.integers(0, 255))
def test_every_brand_s_value_tells_what_it_proves(
    brand: Brand, proof: Proof, unpredictable: bytes, indicator: int
) -> None:
    """D10: full, attempt, or nothing, in 28 characters, for this purchase alone."""
    keys = KeyRing(keys={indicator: KEY}, current=indicator)
    layout = LAYOUTS[brand]
    value = issue(keys, proof, BOUND, layout=layout, unpredictable=unpredictable)
    assert len(value) == CHARACTERS
    assert prove(keys, value, BOUND, layout=layout) == STATUSES[proof]
    elsewhere = replace(BOUND, amount_minor=1)
    assert prove(keys, value, elsewhere, layout=layout) is None


def test_what_a_proof_is_worth() -> None:
    """D10: shared data prove no authentication, however genuine the value is."""
    assert [STATUSES[proof] for proof in Proof] == ["full", "full", "attempt", "full", None]
    assert set(STATUSES) == set(Proof)


@pytest.mark.parametrize("brand", [Brand.MASTERCARD, Brand.MAESTRO])
def test_mastercard_s_values_begin_with_letters(brand: Brand) -> None:
    """D10: kA and its kind; who reads only those learns the same as who verifies."""
    values = [issued(OLD, proof, LAYOUTS[brand]) for proof in Proof]
    assert [value[:2] for value in values] == ["kA", "kB", "kE", "kO", "kN"]
    octets = octets_of(values[0])
    assert octets is not None
    assert octets[:7] == b"\x90\x01\x07\1\2\3\4"


def test_the_plain_layout_is_written_as_it_is_described() -> None:
    """D10: version and proof, key indicator, unpredictable number, code of fourteen octets."""
    heads = [octets for proof in Proof if (octets := octets_of(issued(OLD, proof)))]
    assert [octets[:6].hex() for octets in heads] == [
        f"1{proof}0701020304" for proof in (1, 3, 2, 4, 5)
    ]
    assert set(LAYOUTS) == set(Brand)


def test_a_value_of_one_brand_s_layout_is_none_of_another_s() -> None:
    """A5: under the same key, too."""
    assert prove(OLD, issued(OLD, layout=LAYOUTS[Brand.MASTERCARD]), BOUND, layout=PLAIN) is None
    assert prove(OLD, issued(OLD), BOUND, layout=LAYOUTS[Brand.MASTERCARD]) is None


def test_keys_change_without_losing_a_value() -> None:
    """D10: added, made current, taken out; the indicator in the value finds the key."""
    before, after = issued(OLD), issued(BOTH)
    assert prove(BOTH, before, BOUND, layout=PLAIN) == "full"
    assert prove(BOTH, after, BOUND, layout=PLAIN) == prove(NEW, after, BOUND, layout=PLAIN)
    assert prove(NEW, after, BOUND, layout=PLAIN) == "full"
    assert prove(NEW, before, BOUND, layout=PLAIN) is None
    assert prove(OLD, after, BOUND, layout=PLAIN) is None


def test_a_value_cannot_choose_another_key() -> None:
    """A5: the indicator is under the code, as everything else is."""
    octets = octets_of(issued(BOTH))
    assert octets is not None
    renamed = base64.b64encode(octets[:1] + b"\7" + octets[2:]).decode()
    assert prove(BOTH, renamed, BOUND, layout=PLAIN) is None
    same = KeyRing(keys={7: KEY, 8: KEY}, current=8)
    octets = octets_of(issued(same))
    assert octets is not None
    renamed = base64.b64encode(octets[:1] + b"\7" + octets[2:]).decode()
    assert prove(same, renamed, BOUND, layout=PLAIN) is None


def test_a_genuine_code_under_an_unknown_key_or_proof_proves_nothing() -> None:
    """A5: even if somebody could make the code."""
    for head in (b"\x11\x09", b"\x16\x08", b"\x21\x08", b"\x01\x08"):
        start = head + bytes(4)
        code = NEW.keys[8].mac(start + BOUND.octets())[:14]
        value = base64.b64encode(start + code).decode()
        assert prove(NEW, value, BOUND, layout=PLAIN) is None


@pytest.mark.parametrize("brand", [Brand.VISA, Brand.MASTERCARD])
@given(
    value=st.text(max_size=40)
    | st.text("kABabc019+/", min_size=27, max_size=27).map(lambda text: text + "=")
    | st.sampled_from(["A" * 4000, "A" * 4001, "=" * 28, "\ud800" * 28]),
    merchant=st.text(st.characters(), max_size=5) | st.just("m" * 70_000) | st.just("\ud800"),
)
def test_no_value_and_no_facts_break_the_proving(brand: Brand, value: str, merchant: str) -> None:
    """A5: 2.3.1 lets other Directory Servers send up to 4000 characters; ours prove, others not."""
    facts = replace(BOUND, acquirer_merchant_id=merchant)
    assert prove(BOTH, value, facts, layout=LAYOUTS[brand]) is None


@pytest.mark.parametrize(("keys", "current"), [({}, 1), ({1: KEY}, 2), ({-1: KEY}, -1)])
def test_a_ring_without_its_current_key_is_our_mistake(keys: dict[int, Key], current: int) -> None:
    """D10: found out at the start."""
    with pytest.raises(Misuse):
        KeyRing(keys=keys, current=current)


def test_a_key_indicator_is_one_octet() -> None:
    """D10: 0 and 255 are, 256 is not."""
    assert KeyRing(keys={0: KEY, 255: KEY}, current=255).current == 255
    with pytest.raises(Misuse):
        KeyRing(keys={0: KEY, 256: KEY}, current=0)
