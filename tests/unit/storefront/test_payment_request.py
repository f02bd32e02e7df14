"""What the shop sends is what the payment API takes: read back with the gateway's own reader."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from sekisho.acquirer.gateway.model.order import read_order
from sekisho.acquirer.gateway.model.payment import Capture, Kind
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.acquirer.storefront.model import Attempt, Checkout, Delivery, State
from sekisho.acquirer.storefront.service import payment_request
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

from .purchases import BUYER, NOON, SETTINGS, TOKYO, checkout

MERCHANT = MerchantProfile(
    merchant_id="998001234567",
    client_id="shop",
    client_secret=Secret("x" * 32),
    name="Toge Chaya",
    mcc="5399",
    country="JP",
    acquirer_bin="400001",
    requestor_id="shop",
    requestor_name="Toge Chaya",
    requestor_url="http://shop.localhost:8080",
    return_origins=("http://shop.localhost:8080",),
)


def paying(**changes: object) -> tuple[Checkout, Attempt]:
    """A checkout with its attempt."""
    done = replace(checkout(State.PAYING), **changes)  # type: ignore[arg-type]  # real fields
    assert done.current is not None
    return done, done.current


def test_the_gateway_finds_no_flaw_in_it() -> None:
    """C2: every field by its name, every required one there."""
    done, attempt = paying()
    order = read_order(
        payment_request(done, attempt, SETTINGS),
        kind=Kind.PAYMENT,
        merchant=MERCHANT,
        today=NOON.date(),
    )
    assert order.amount == done.amount
    assert order.capture is Capture.MANUAL
    assert order.card == attempt.card.token
    assert order.wanted is not None
    assert order.wanted.window_size == "02"
    elements = order.wanted.elements
    assert elements["purchaseDate"] == "20261123030000"
    assert elements["purchaseAmount"] == "14500"
    assert elements["email"] == "taro@example.com"
    assert elements["cardholderName"] == "TARO YAMADA"
    assert elements["billAddrState"] == "13"
    assert elements["billAddrCountry"] == "392"
    assert elements["addrMatch"] == "Y"
    assert elements["browserTZ"] == "-540"
    assert elements["mobilePhone"] if "mobilePhone" in elements else elements["homePhone"]


def test_a_gift_goes_to_another_address() -> None:
    """B9: the issuer is told that delivery and billing differ."""
    done, attempt = paying(
        delivery=Delivery(
            given_name="花子", family_name="佐藤", address=replace(TOKYO, line1="9-9 Odawara")
        )
    )
    body = payment_request(done, attempt, SETTINGS)
    order = read_order(body, kind=Kind.PAYMENT, merchant=MERCHANT, today=NOON.date())
    assert order.wanted is not None
    assert order.wanted.elements["addrMatch"] == "N"
    assert order.wanted.elements["merchantRiskIndicator"]["shipIndicator"] == "03"  # type: ignore[index]  # an object
    assert order.wanted.elements["shipAddrLine1"] == "9-9 Odawara"


def test_an_address_abroad_may_have_no_state_and_two_lines() -> None:
    """What was not given is not sent."""
    abroad = replace(TOKYO, country="FR", state=None, line2="3e étage")
    done, attempt = paying(buyer=replace(BUYER, address=abroad))
    body = payment_request(done, attempt, SETTINGS)
    address = body["accountHolder"]["billingAddress"]  # type: ignore[index,call-overload]  # an object
    assert address["countryCode"] == "FRA"
    assert address["line2"] == "3e étage"
    assert "state" not in address


def test_the_return_address_names_the_attempt_and_its_key() -> None:
    """No cookie comes along with a post from another site: the query must say who it is."""
    done, attempt = paying()
    body = payment_request(done, attempt, SETTINGS)
    wanted = body["paymentMethodType"]["card"]["paymentAuthenticationRequest"]  # type: ignore[index,call-overload]  # objects
    address = urlsplit(wanted["authenticationReturnUrl"])
    assert address.path == f"/checkout/{done.number}/return"
    assert parse_qs(address.query) == {
        "attempt": [attempt.id],
        "key": [attempt.return_key],
        "lang": ["ja"],
    }


def test_the_same_attempt_gives_the_same_request() -> None:
    """A repeated request must be the same to the last octet."""
    done, attempt = paying()
    assert payment_request(done, attempt, SETTINGS) == payment_request(done, attempt, SETTINGS)


def test_a_checkout_without_a_buyer_asks_for_nothing() -> None:
    """That would be a bug of ours."""
    done, attempt = paying(buyer=None)
    with pytest.raises(Misuse):
        payment_request(done, attempt, SETTINGS)
