"""The merchant plug-in: a genuine PARes must also be the answer to our PAReq."""

import base64
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1 import (
    EchoDiffers,
    ErrorCode,
    Message,
    MessageName,
    check_pares,
    error_for,
    parse,
)
from sekisho.protocol.threeds1.merchant_plug_in import (
    SPA_BRANDS,
    differences,
    masked_pan,
    moment_text,
    new_xid,
)
from sekisho.protocol.threeds1.records import PARes, Transaction
from sekisho.protocol.threeds1.vocabulary import CavvAlgorithm, Status
from sekisho.testkit.chance import SeededChance
from tests.unit.protocol.threeds1.material import CAVV, NOW, PAN, PAREQ, PARES, REAL

CARD = Pan(PAN)
BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 - hypothesis adds the time zone


def different(pares: Message[PARes], brand: Brand = Brand.VISA) -> tuple[str, ...]:
    return tuple(differences(pares, PAREQ, pan=CARD, brand=brand))


def with_tx(status: Status, eci: str | None = None, algorithm: str | None = None) -> Message[PARes]:
    cavv = CAVV if eci else None
    tx = Transaction(
        time="20260102 03:05:06", status=status, cavv=cavv, eci=eci,
        cavv_algorithm=CavvAlgorithm(algorithm) if algorithm else None,
    )  # fmt: skip
    return replace(PARES, body=replace(PARES.body, tx=tx))


def test_the_answer_to_our_question_is_taken() -> None:
    """Section 12.3."""
    assert different(PARES) == ()
    check_pares(PARES, PAREQ, pan=CARD, brand=Brand.VISA)


BODY = PARES.body
ECHOES = {
    "Message.id": replace(PARES, id="m2"),
    "Merchant.acqBIN": replace(
        PARES, body=replace(BODY, merchant=replace(BODY.merchant, acq_bin="411112"))
    ),
    "Merchant.merID": replace(
        PARES, body=replace(BODY, merchant=replace(BODY.merchant, mer_id="MER124"))
    ),
    **{
        f"Purchase.{name}": replace(
            PARES, body=replace(BODY, purchase=replace(BODY.purchase, **change))
        )
        for name, change in {
            "xid": {"xid": CAVV},
            "date": {"date": "20260102 03:04:06"},
            "purchAmount": {"purch_amount": "01000"},
            "currency": {"currency": "840"},
            "exponent": {"exponent": "2"},
        }.items()
    },
    "pan": replace(PARES, body=replace(BODY, pan="0000000000000003")),
    "TX.eci": with_tx(Status.AUTHENTICATED, "06", "2"),
    "TX.cavvAlgorithm": with_tx(Status.AUTHENTICATED, "05", "3"),
}


@pytest.mark.parametrize(("name", "pares"), ECHOES.items(), ids=ECHOES)
def test_each_element_that_differs_is_named(name: str, pares: Message[PARes]) -> None:
    """F6: a genuine PARes of another purchase, merchant, card or amount is refused for just that."""
    assert different(pares) == (name,)
    with pytest.raises(EchoDiffers) as caught:
        check_pares(pares, PAREQ, pan=CARD, brand=Brand.VISA)
    fault = caught.value
    assert fault.elements == (name,)
    assert fault.error_code is ErrorCode.FORMAT_INVALID
    assert (fault.message_id, fault.message_name) == (pares.id, MessageName.PARES)
    assert error_for(fault).body.error_detail == name


def test_everything_that_differs_is_named_at_once() -> None:
    """Whoever looks for the cause sees the whole of it."""
    real = parse(REAL["xml"].encode())[0]
    assert isinstance(real.body, PARes)
    other = Message(id=real.id, body=real.body)
    assert different(other) == (
        "Message.id", "Merchant.acqBIN", "Merchant.merID", "Purchase.xid", "Purchase.date",
        "Purchase.purchAmount", "Purchase.currency", "Purchase.exponent", "pan",
    )  # fmt: skip


def test_the_last_four_digits_are_what_is_known_of_the_card() -> None:
    """The zeros before them may be of another number."""
    shorter = replace(PARES, body=replace(BODY, pan="0000000000002"[-13:]))
    assert shorter.body.pan != BODY.pan
    assert different(replace(PARES, body=replace(BODY, pan="00000000000002"))) == ()


@pytest.mark.parametrize("brand", Brand)
def test_the_eci_is_the_brands_own(brand: Brand) -> None:
    """Section 12.3: 05, 06 with most brands, 02, 01 with Mastercard; and the CAVV is made its way."""
    facts = BRANDS[brand]
    algorithm = "3" if brand in SPA_BRANDS else "2"
    assert different(with_tx(Status.AUTHENTICATED, facts.eci_full, algorithm), brand) == ()
    assert different(with_tx(Status.ATTEMPTED, facts.eci_attempt, algorithm), brand) == ()
    for status, eci in (
        (Status.AUTHENTICATED, facts.eci_attempt),
        (Status.ATTEMPTED, facts.eci_full),
        (Status.AUTHENTICATED, facts.eci_none),
        (Status.ATTEMPTED, facts.eci_none),
        (Status.FAILED, facts.eci_full),
    ):
        assert different(with_tx(status, eci, algorithm), brand) == ("TX.eci",)
    other = "0" if brand in SPA_BRANDS else "3"
    assert different(with_tx(Status.ATTEMPTED, facts.eci_attempt, other), brand) == (
        "TX.cavvAlgorithm",
    )


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNABLE])
def test_what_proves_nothing_has_nothing_to_compare(status: Status) -> None:
    """N and U carry no eci: the rest must match all the same."""
    assert different(with_tx(status)) == ()
    assert different(replace(with_tx(status), id="m2")) == ("Message.id",)


def test_mastercards_way_is_mastercards() -> None:
    """Section 12.3."""
    assert {Brand.MASTERCARD, Brand.MAESTRO} == SPA_BRANDS


def test_an_xid_is_twenty_bytes_of_chance() -> None:
    """Section 12.3: what must not be guessed comes from outside."""
    chance = SeededChance(1)
    first, second = new_xid(chance), new_xid(chance)
    assert first != second
    for xid in (first, second):
        assert len(xid) == 28
        assert len(base64.b64decode(xid, validate=True)) == 20


@pytest.mark.parametrize(
    ("pan", "masked"),
    [
        ("4000000000000002", "0000000000000002"),
        ("4222222222222", "0000000002222"),
        ("6304000000000000000", "0000000000000000000"),
    ],
)
def test_a_masked_pan_keeps_its_length_and_last_four(pan: str, masked: str) -> None:
    """Section 12.2."""
    assert masked_pan(Pan(pan)) == masked


@given(st.datetimes(min_value=BEGINNING, timezones=st.just(timezone(timedelta(hours=9)))))
def test_moments_are_written_in_gmt(at: datetime) -> None:
    """Section 12.2: the form that the table takes."""
    text = moment_text(at)
    utc = at.astimezone(UTC)
    assert text == (
        f"{utc.year:04d}{utc.month:02d}{utc.day:02d} "
        f"{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}"
    )


def test_a_moment_has_a_time_zone() -> None:
    """Otherwise it would be several."""
    assert moment_text(NOW) == "20261123 12:00:00"
    with pytest.raises(Misuse, match=r"^a moment without a time zone$"):
        moment_text(NOW.replace(tzinfo=None))


def test_a_moment_is_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 12.2: GMT, wherever the clock hangs."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment_text(NOW) == "20261123 12:00:00"
    finally:
        monkeypatch.undo()
        time.tzset()
