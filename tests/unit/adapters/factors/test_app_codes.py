"""App codes against RFC 6238, and what a code of yesterday is worth."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.factors import TotpCodes
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

SECRET = Secret(b"12345678901234567890")
"""Of RFC 6238, appendix B."""
VECTORS = [
    (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"),
    (1_234_567_890, "005924"), (2_000_000_000, "279037"), (20_000_000_000, "353130"),
]  # fmt: skip
"""RFC 6238, appendix B: seconds, and the last six of the eight digits."""
AT = datetime.fromtimestamp(1_111_111_111, UTC)
STEP = 1_111_111_111 // 30
CODE = "050471"
CODES = TotpCodes()


def step(typed: str, *, at: datetime = AT, last: int | None = None) -> int | None:
    """Check a code."""
    return CODES.step_of(SECRET, typed, at=at, last_step=last)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """Every app computes the same."""
    assert step(code, at=datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(steps: int, good: bool) -> None:
    """Thirty seconds either way, and no more."""
    at = AT - timedelta(seconds=30 * steps)
    assert (step(CODE, at=at) == STEP) is good


def test_without_drift_only_the_step_itself_counts() -> None:
    """For who wants it strict."""
    strict = TotpCodes(drift_steps=0)
    for seconds, good in ((-30, False), (0, True), (30, False)):
        at = AT + timedelta(seconds=seconds)
        assert (strict.step_of(SECRET, CODE, at=at, last_step=None) == STEP) is good


@pytest.mark.parametrize(
    ("last", "good"), [(None, True), (STEP - 1, True), (STEP, False), (STEP + 1, False)]
)
def test_a_code_is_good_once(last: int | None, good: bool) -> None:
    """Looked over a shoulder it is worth nothing, nor is one from before the last that was used."""
    assert (step(CODE, last=last) == STEP) is good


@pytest.mark.parametrize(
    "typed", ["", "05047", "0504711", "050472", " 50471", "０５０４７１", "05047a", "\u0660" * 6]
)
def test_what_is_no_code_proves_nothing(typed: str) -> None:
    """Six plain digits, and the right ones."""
    assert step(typed) is None


@given(typed=st.text(max_size=8), seconds=st.integers(0, 2**33), last=st.none() | st.integers(0))
def test_whatever_is_typed_proves_a_later_step_or_nothing(
    typed: str, seconds: int, last: int | None
) -> None:
    """An answer for every text and moment."""
    found = step(typed, at=datetime.fromtimestamp(seconds, UTC), last=last)
    assert found is None or (abs(found - seconds // 30) <= 1 and (last is None or found > last))


def test_another_secret_has_other_codes() -> None:
    """The code is the cardholder's own."""
    other = CODES.step_of(Secret(b"09876543210987654321"), CODE, at=AT, last_step=None)
    assert other is None


def test_an_app_is_enrolled_by_an_address_that_does_not_print() -> None:
    """It holds the secret: shown to one cardholder once."""
    address = CODES.enrolment(SECRET, account="•••• 0072", issuer="Sekisho Bank")
    assert address.reveal().startswith("otpauth://totp/Sekisho%20Bank:")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address.reveal()
    assert "GEZD" not in repr(address)


def test_our_mistakes_are_named() -> None:
    """A short secret is guessed, a wide window is guessed into, a naive moment is any hour."""
    with pytest.raises(Misuse, match="20 octets"):
        CODES.step_of(Secret(b"short"), CODE, at=AT, last_step=None)
    with pytest.raises(Misuse, match="time zone"):
        CODES.step_of(SECRET, CODE, at=AT.replace(tzinfo=None), last_step=None)
    for steps in (-1, 11):
        with pytest.raises(Misuse, match="0 to 10"):
            TotpCodes(drift_steps=steps)
    TotpCodes(drift_steps=10)
