"""The table from the payment API's members to EMV 3DS data elements."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.gateway.model.authentication_request import authentication_request
from sekisho.acquirer.gateway.model.mapping import FIELDS, Mark, full_path
from sekisho.acquirer.gateway.model.order import Order, read_order
from sekisho.acquirer.gateway.model.payment import (
    AuthenticationRequest,
    Kind,
    Payment,
    Preparation,
)
from sekisho.acquirer.gateway.model.refusals import Refused
from sekisho.acquirer.gateway.model.rules import Bad, origin_of
from sekisho.acquirer.gateway.model.settings import ANY_ORIGIN
from sekisho.adapters.pages import Csp
from sekisho.kernel.cards import Card
from sekisho.protocol import Component, Message, parse
from sekisho.protocol.codec import write_object
from tests.unit.gateway.scenes import (
    MERCHANT,
    NOON,
    SHOP,
    asked,
    payment,
    verification,
)

WANTED = "paymentAuthenticationRequest"


def full() -> dict[str, Any]:
    """A request with every member that seed 002 lists."""
    body = asked()
    card = body["paymentMethodType"]["card"]
    day = "2026-10-01T00:00:00Z"
    card[WANTED] |= {
        "authenticationSupportUrl": "https://shop.example/help",
        "accountType": "CREDIT",
        "authenticationType": "DEFAULT",
        "threeDSRequestorAuthenticationInfo": {
            "threeDSAuthenticationTimestamp": "2026-11-23T12:00:00+09:00",
            "threeDSAuthenticationData": "session 42",
            "threeDSChallengeType": "CHALLENGE_REQUESTED",
            "requestorAuthenticationMethod": "REQUESTOR_CRED",
            "authenticationPurpose": "INSTALLMENT_TRANSACTION",
        },
        "threeDSPurchaseInfo": {
            "purchaseDate": "2026-11-23T12:00:00+09:00",
            "recurringAuthorizationDayCount": 30,
            "threeDomainSecureTransactionType": "GOODS_SERVICES",
            "consumerInstallmentAuthorizationCount": "3",
            "recurringAuthorizationExpirationDate": "2027-11-23",
            "authenticationAmount": 14500,
        },
        "threeDSAccountAdditionalInfo": {
            "consumerAccountCreateLength": "GREATER_THAN_SIXTY",
            "consumerAccountCreateTimestamp": day,
            "consumerAccountUpdateLength": "CURRENT_TXN",
            "consumerAccountUpdateTimestamp": day,
            "consumerAccountPasswordUpdateTimestamp": day,
            "consumerAccountPasswordChangeLength": "NO_CHANGE",
            "consumerAccountShippingAddressLength": "LESS_THAN_THIRTY",
            "consumerAccountFirstShippingDate": day,
            "twentyFourHoursTransactionCount": 1,
            "previousYearTransactionCount": 1200,
            "consumerAccount24HoursAddCardCount": 0,
            "sixMonthTransactionCount": "7",
            "consumerAccountSuspiciousActivityIndicator": False,
            "consumerAccountShipNameIdenticalIndicator": True,
            "consumerPaymentAccountLength": "NO_ACCOUNT",
            "consumerPaymentAccountEnrollmentDate": day,
            "consumerAccountAddressIdenticalIndicator": "true",
        },
        "threeDSRequestorPriorAuthenticationInfo": {
            "priorAcsTransactionId": "d7c1ee99-9478-44a6-b1f2-391e29c6b340",
            "authenticationMethod": "FRICTIONLESS",
            "authenticationTimestamp": day,
        },
        "threeDSPurchaseRisk": {
            "shipmentType": "CARDHOLDER_ADDRESS",
            "deliveryTimeframe": "TWO_OR_MORE",
            "orderEmailAddress": "gift@example.com",
            "productRepurchaseIndicator": True,
            "productAvailabilityCode": "AVAILABLE",
            "preOrderDate": "2026-12-24",
            "purchasedPrepaidCardTotalAmount": 12345,
            "purchasedPrepaidCardCount": 2,
            "prepaidCardCurrency": "USD",
        },
    }
    body["accountHolder"] |= {"referenceId": "customer-9", "consumerIdCreationDate": "2020-01-01"}
    body["accountHolder"]["billingAddress"] |= {
        "line2": "Apartment 3",
        "state": "NY",
        "countryCode": "USA",
    }
    body["shipTo"] = {
        "firstName": "Jane",
        "lastName": "Doe",
        "line1": "1-2-3 Hakone",
        "line2": "Room 4",
        "city": "Odawara",
        "postalCode": "250-0000",
        "state": "JP-14",
        "countryCode": "JP",
    }
    return body


def read(body: dict[str, Any], kind: Kind = Kind.PAYMENT) -> Order:
    """Read a request as the intake does."""
    return read_order(body, kind=kind, merchant=MERCHANT, today=NOON.date())


def areq_of(
    body: dict[str, Any], version: str = "2.2.0", kind: Kind = Kind.PAYMENT
) -> dict[str, Any]:
    """The elements that a request becomes."""
    order = read(body, kind)
    assert order.wanted is not None
    assert isinstance(order.card, Card)
    record: Payment = payment(
        kind=kind,
        amount=order.amount,
        authentication=AuthenticationRequest(
            authentication_id="a",
            return_url=order.wanted.return_url,
            window_size=order.wanted.window_size,
            elements=order.wanted.elements,
            authorize_on=("Y",),
        ),
        preparation=Preparation(
            server_trans_id="8a880dc0-d2d2-4067-bcb1-b08d1690b26e", version=version
        ),
    )
    return authentication_request(
        record,
        MERCHANT,
        pan=order.card.pan,
        expiry=order.card.expiry,
        notification_url="http://pay.localhost:8080/3ds/1/challenge",
    )


def accepted(elements: dict[str, Any]) -> Message:
    """Hold an AReq against the element table, strictly, as the directory would."""
    whole = elements | {
        "threeDSServerRefNumber": "3DS_LOA_SER_TEST_020200_00001",
        "threeDSServerURL": "https://server.example/3ds",
    }
    return parse(write_object(whole), receiver=Component.DIRECTORY)


def flaws_of(body: dict[str, Any], kind: Kind = Kind.PAYMENT) -> dict[str, str]:
    """The members that a request is refused for, and why."""
    with pytest.raises(Refused) as refusal:
        read(body, kind)
    return {flaw.entity: flaw.message for flaw in refusal.value.flaws}


def put(body: dict[str, Any], path: str, value: object) -> None:
    """Set a member by its dotted path, making the objects on the way."""
    *outer, last = path.split(".")
    here = body
    for name in outer:
        here = here.setdefault(name, {})
    here[last] = value


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
def test_a_request_with_every_member_is_a_sound_areq(version: str) -> None:
    """C2: what the table says must satisfy the protocol's own table, in every version we speak."""
    areq = accepted(areq_of(full(), version))
    assert areq["purchaseAmount"] == "14500"
    assert areq["purchaseCurrency"] == "840"
    assert areq["purchaseExponent"] == "2"
    assert areq["purchaseDate"] == "20261123030000"
    assert areq["acquirerMerchantID"] == MERCHANT.merchant_id


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
def test_the_seeds_own_request_is_a_sound_areq(version: str) -> None:
    """C2: the least that a merchant sends."""
    assert accepted(areq_of(asked(), version))["threeDSCompInd"] == "U"


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
def test_a_verification_is_a_sound_non_payment_areq(version: str) -> None:
    """C1: adding a card, without an amount."""
    areq = accepted(areq_of(verification(), version, Kind.VERIFICATION))
    assert areq["messageCategory"] == "02"
    assert "purchaseAmount" not in areq.elements


@pytest.mark.parametrize("purpose", ["RECURRING_TRANSACTION", "INSTALLMENT_TRANSACTION"])
def test_a_verification_for_later_payments_is_a_sound_areq(purpose: str) -> None:
    """A subscription that starts with 0 yen: NPA with the amount and rhythm to come."""
    body = verification()
    wanted = body["paymentMethodType"]["card"]["verificationAuthenticationRequest"]
    wanted["threeDSRequestorAuthenticationInfo"]["authenticationPurpose"] = purpose
    wanted["threeDSPurchaseInfo"] |= {
        "authenticationAmount": 980,
        "recurringAuthorizationDayCount": 30,
        "recurringAuthorizationExpirationDate": "2027-11-23",
        "consumerInstallmentAuthorizationCount": 3,
    }
    areq = accepted(areq_of(body, kind=Kind.VERIFICATION))
    assert areq["purchaseAmount"] == "980"
    assert areq["recurringFrequency"] == "30"


@pytest.mark.parametrize(
    ("purpose", "absent"),
    [
        ("RECURRING_TRANSACTION", "recurringAuthorizationDayCount"),
        ("RECURRING_TRANSACTION", "recurringAuthorizationExpirationDate"),
        ("INSTALLMENT_TRANSACTION", "consumerInstallmentAuthorizationCount"),
    ],
)
def test_a_purpose_brings_its_own_required_members(purpose: str, absent: str) -> None:
    """EMV 3DS asks for them there, and refuses them elsewhere."""
    body = full()
    card = body["paymentMethodType"]["card"]
    card[WANTED]["threeDSRequestorAuthenticationInfo"]["authenticationPurpose"] = purpose
    del card[WANTED]["threeDSPurchaseInfo"][absent]
    assert f"paymentMethodType.card.{WANTED}.threeDSPurchaseInfo.{absent}" in flaws_of(body)


def test_a_browser_without_scripts_is_a_sound_areq() -> None:
    """What only a script could tell is neither required nor sent."""
    body = asked()
    body["browserInfo"] = {
        "browserAcceptHeader": "text/html",
        "deviceIPAddress": "2001:db8::1",
        "browserLanguage": "ja",
        "browserUserAgent": "Lynx",
        "challengeWindowSize": "390_400",
        "javaScriptEnabled": False,
    }
    areq = accepted(areq_of(body))
    assert areq["browserJavascriptEnabled"] is False
    assert "browserTZ" not in areq.elements


EXPECTED = {
    "threeDSRequestorURL": "https://shop.example/help",
    "acctType": "02",
    "threeDSRequestorChallengeInd": "03",
    "threeDSRequestorAuthenticationInd": "03",
    "threeDSRequestorAuthenticationInfo": {
        "threeDSReqAuthTimestamp": "202611230300",
        "threeDSReqAuthData": "session 42",
        "threeDSReqAuthMethod": "02",
    },
    "recurringFrequency": "30",
    "recurringExpiry": "20271123",
    "purchaseInstalData": "3",
    "transType": "01",
    "acctInfo": {
        "chAccAgeInd": "05",
        "chAccDate": "20261001",
        "chAccChangeInd": "01",
        "chAccChange": "20261001",
        "chAccPwChange": "20261001",
        "chAccPwChangeInd": "01",
        "shipAddressUsageInd": "02",
        "shipAddressUsage": "20261001",
        "txnActivityDay": "1",
        "txnActivityYear": "999",
        "provisionAttemptsDay": "0",
        "nbPurchaseAccount": "7",
        "suspiciousAccActivity": "01",
        "shipNameIndicator": "01",
        "paymentAccInd": "01",
        "paymentAccAge": "20261001",
    },
    "addrMatch": "Y",
    "threeDSRequestorPriorAuthenticationInfo": {
        "threeDSReqPriorRef": "d7c1ee99-9478-44a6-b1f2-391e29c6b340",
        "threeDSReqPriorAuthMethod": "01",
        "threeDSReqPriorAuthTimestamp": "202610010000",
    },
    "merchantRiskIndicator": {
        "shipIndicator": "01",
        "deliveryTimeframe": "04",
        "deliveryEmailAddress": "gift@example.com",
        "reorderItemsInd": "02",
        "preOrderPurchaseInd": "01",
        "preOrderDate": "20261224",
        "giftCardAmount": "123",
        "giftCardCount": "02",
        "giftCardCurr": "840",
    },
    "acctID": "customer-9",
    "cardholderName": "John Doe",
    "email": "example@example.com",
    "homePhone": {"cc": "1", "subscriber": "1234567890"},
    "billAddrLine1": "1234 Main Street",
    "billAddrLine2": "Apartment 3",
    "billAddrCity": "New York",
    "billAddrPostCode": "10111",
    "billAddrState": "NY",
    "billAddrCountry": "840",
    "shipAddrLine1": "1-2-3 Hakone",
    "shipAddrLine2": "Room 4",
    "shipAddrCity": "Odawara",
    "shipAddrPostCode": "250-0000",
    "shipAddrState": "14",
    "shipAddrCountry": "392",
    "browserAcceptHeader": "application/json",
    "browserIP": "192.168.1.11",
    "browserLanguage": "en",
    "browserColorDepth": "8",
    "browserScreenHeight": "1",
    "browserScreenWidth": "1",
    "browserTZ": "1",
    "browserJavaEnabled": True,
    "browserJavascriptEnabled": True,
}


@pytest.mark.parametrize("element", EXPECTED)
def test_each_member_becomes_its_element(element: str) -> None:
    """C2: member by member, with the translation of every code."""
    assert areq_of(full())[element] == EXPECTED[element]


def test_every_member_of_the_table_is_in_the_full_request() -> None:
    """So that the tests above leave no row of the table out."""
    body = full()

    def there(path: str) -> bool:
        here: Any = body
        for name in path.split("."):
            here = here.get(name) if isinstance(here, dict) else None
        return here is not None

    absent = {field.path for field in FIELDS if not there(full_path(field.path, WANTED))}
    assert absent == {"accountHolder.mobile.countryCode", "accountHolder.mobile.phoneNumber"}


@pytest.mark.parametrize(
    "field", [field for field in FIELDS if field.mark is not Mark.OPTIONAL], ids=lambda f: f.path
)
def test_each_marked_member_is_required_by_name(field: Any) -> None:
    """C2: `*` and `**`; the refusal names the member by its whole path."""
    body = full()
    path = full_path(field.path, WANTED)
    *outer, last = path.split(".")
    here = body
    for name in outer:
        here = here[name]
    del here[last]
    if last == "authenticationReturnUrl":
        assert read(body).wanted is None, "without it there is no orchestration (C1)"
        return
    assert path in flaws_of(body)


def test_personal_data_is_neither_required_nor_sent_where_a_mandate_forbids_it() -> None:
    """C2: the meaning of `**`."""
    silent = replace(MERCHANT, personal_data_forbidden=True)
    order = read_order(full(), kind=Kind.PAYMENT, merchant=silent, today=NOON.date())
    assert order.wanted is not None
    for element in ("email", "homePhone", "cardholderName", "billAddrLine1", "billAddrCity"):
        assert element not in order.wanted.elements


BAD = {
    "@.authenticationReturnUrl": ["merchantCheckoutPage.com", "javascript:alert(1)", 7],
    "@.accountType": ["SAVINGS"],
    "@.authenticationType": ["EXEMPTION", "OTHER"],
    "@.threeDSRequestorAuthenticationInfo.authenticationPurpose": ["FUN", 1, True],
    "@.threeDSRequestorAuthenticationInfo.threeDSChallengeType": ["PLEASE"],
    "@.threeDSPurchaseInfo.purchaseDate": ["yesterday", "2026-13-01", {}, []],
    "@.threeDSPurchaseInfo.authenticationAmount": [1, "x", -1],
    "@.threeDSAccountAdditionalInfo.sixMonthTransactionCount": [-1, 1.5, "many"],
    "@.threeDSAccountAdditionalInfo.consumerAccountSuspiciousActivityIndicator": ["maybe", 1],
    "@.threeDSPurchaseRisk.orderEmailAddress": ["nobody", "a@b"],
    "@.threeDSPurchaseRisk.prepaidCardCurrency": ["XXX", 840],
    "accountHolder.email": ["x", "a b@example.com"],
    "accountHolder.phone.countryCode": ["+81", "1234"],
    "accountHolder.phone.phoneNumber": ["call me", "1" * 16],
    "accountHolder.billingAddress.line1": ["x" * 51, "a\x00b"],
    "accountHolder.billingAddress.countryCode": ["ZZ", "Japan"],
    "accountHolder.billingAddress.state": ["New York State"],
    "browserInfo.deviceIPAddress": ["300.1.1.1", "fe80::1%eth0"],
    "browserInfo.browserColorDepth": [0, "deep"],
    "browserInfo.deviceLocalTimeZone": [100000, "UTC"],
    "browserInfo.challengeWindowSize": ["800_600", "05"],
    "browserInfo.javaEnabled": ["yes"],
    "browserInfo.browserLanguage": ["日本語"],
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in BAD.items() for value in values]
)
def test_a_bad_member_is_refused_by_name(path: str, value: object) -> None:
    """C2; and the refusal never repeats what was sent."""
    body = full()
    whole = full_path(path, WANTED)
    put(body, whole, value)
    flaws = flaws_of(body)
    assert any(entity.startswith(whole) or whole.startswith(entity) for entity in flaws)
    if isinstance(value, str) and len(value) > 4:
        assert value not in json.dumps(flaws)


def test_every_flaw_is_named_at_once() -> None:
    """A merchant mends a request once, not member by member."""
    body = asked()
    body["accountHolder"]["email"] = "x"
    body["browserInfo"]["deviceIPAddress"] = "x"
    del body["browserInfo"]["javaEnabled"]
    body["currency"] = "XYZ"
    assert set(flaws_of(body)) == {
        "accountHolder.email",
        "browserInfo.deviceIPAddress",
        "browserInfo.javaEnabled",
        "currency",
    }


def test_a_return_address_elsewhere_is_refused() -> None:
    """Attack 13: the browser goes only where the merchant said it may."""
    for address in ("https://evil.example/return", f"{'https://shop.example'}.evil.example/"):
        body = asked()
        put(body, f"paymentMethodType.card.{WANTED}.authenticationReturnUrl", address)
        assert flaws_of(body) == {
            f"paymentMethodType.card.{WANTED}.authenticationReturnUrl": (
                "its origin is not one of this merchant's"
            )
        }


@pytest.mark.parametrize(
    "address",
    ["https://anywhere.example/return", "http://localhost:9001/", "http://127.0.0.1:9001/back"],
)
def test_a_sandbox_merchant_may_return_anywhere_safe(address: str) -> None:
    """F4: a foreign client's own address is taken, https or on this machine."""
    anywhere = replace(MERCHANT, return_origins=(ANY_ORIGIN,))
    body = asked()
    put(body, f"paymentMethodType.card.{WANTED}.authenticationReturnUrl", address)
    order = read_order(body, kind=Kind.PAYMENT, merchant=anywhere, today=NOON.date())
    assert order.wanted is not None
    assert order.wanted.return_url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "https://*/",
        "https://*.example/",
        "https://shop.example;script-src/",
        "https://shop.example,evil.example/",
        "https://shop.example'self'/",
        "https://shop.example:80:80/",
        "https://user@shop.example/",
        "https:/shop.example",
        "https://.example/",
        "https://shop.example%3b/",
        "https://店.example/",
        "http://[::1]:9001/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
    ],
)
def test_anywhere_does_not_mean_anything(address: str) -> None:
    """Attack 13: even a sandbox sends nobody to an address that a policy cannot name."""
    anywhere = replace(MERCHANT, return_origins=(ANY_ORIGIN,))
    body = asked()
    put(body, f"paymentMethodType.card.{WANTED}.authenticationReturnUrl", address)
    with pytest.raises(Refused) as refused:
        read_order(body, kind=Kind.PAYMENT, merchant=anywhere, today=NOON.date())
    (flaw,) = refused.value.flaws
    assert flaw.entity.endswith(".authenticationReturnUrl")


@given(st.text(max_size=30), st.text(max_size=12))
def test_no_origin_opens_a_policy(host: str, rest: str) -> None:
    """Attack 14: whatever the address, its origin is one source of a policy or is refused."""
    for scheme in ("https", "http"):
        try:
            origin = origin_of(f"{scheme}://{host}/{rest}")
        except Bad:
            continue
        assert Csp(frame_ancestors=(origin,)).frame_ancestors == (origin,)
        assert "*" not in origin


def test_the_issuer_hears_of_the_site_that_the_buyer_is_on() -> None:
    """C4, attack 16: the issuer's challenge may be framed by that site, and by no other."""
    assert MERCHANT.site_of("https://shop.example/return") == MERCHANT.requestor_url
    assert MERCHANT.site_of(f"{SHOP}/return") == SHOP


def test_lenient_writers_are_understood() -> None:
    """Trap 2: numbers as texts, texts as numbers, dates as timestamps, flags as words."""
    body = asked(cvv=123)
    body["paymentMethodType"]["card"]["expiry"] = {"month": "05", "year": "2040"}
    body["accountHolder"]["phone"] = {"countryCode": 81, "phoneNumber": 312345678}
    body["browserInfo"] |= {
        "browserColorDepth": 30,
        "browserScreenHeight": 1080,
        "browserScreenWidth": 1920,
        "deviceLocalTimeZone": "-540",
        "javaEnabled": "false",
        "browserLanguage": "zh-Hant-TW",
    }
    areq = areq_of(body)
    assert areq["browserColorDepth"] == "24"
    assert areq["browserTZ"] == "-540"
    assert areq["browserJavaEnabled"] is False
    assert areq["browserLanguage"] == "zh-Hant"
    assert areq["homePhone"] == {"cc": "81", "subscriber": "312345678"}
    accepted(areq)


def test_a_japanese_name_is_left_out_not_mangled() -> None:
    """EMV 3DS 2.2 allows printable ASCII in cardholderName only."""
    body = asked()
    body["accountHolder"] |= {"firstName": "花子", "lastName": "山田"}
    areq = areq_of(body)
    assert "cardholderName" not in areq
    accepted(areq)


def test_empty_members_count_as_absent() -> None:
    """Merchants' templates send empty texts for what they do not know."""
    body = asked()
    put(body, f"paymentMethodType.card.{WANTED}.threeDSPurchaseRisk.orderEmailAddress", "")
    put(
        body,
        f"paymentMethodType.card.{WANTED}.threeDSPurchaseInfo.recurringAuthorizationDayCount",
        0,
    )
    accepted(areq_of(body))


NASTY: list[Any] = [
    "abc", "x" * 60, "0", "-1", "00", "12345", "true", True, False, 0, 1, -5, 10**14, 1.0, 2.5,
    "2026-11-23", "2026-11-23T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-14:00", "日本", "é",
    "a\tb", " a ", "https://shop.example/", "https://shop.example/é", "https://shop.example/a b",
    "https://[::1]/", "http://localhost", "\u2028", "a@b.co", "A", "ZZZ", "en-", [], {}, {"a": 1},
    [1], None, "", "  ", "١٢٣", "²", "1\n", "+81", "JP-", "-", "1e3", "0x1", "\ufffd",
]  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = [full_path(field.path, WANTED) for field in FIELDS] + [
    "amount", "currency", "captureMethod", "merchant", "paymentMethodType",
    "paymentMethodType.card", "paymentMethodType.card.accountNumber",
    "paymentMethodType.card.accountNumberType", "paymentMethodType.card.expiry",
    "paymentMethodType.card.cvv", "accountHolder", "browserInfo", "shipTo",
    f"paymentMethodType.card.{WANTED}", f"paymentMethodType.card.{WANTED}.threeDSPurchaseInfo",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_nasty_value_gets_past_us_to_the_directory(path: str) -> None:
    """Each member in turn: refused by name here, or a sound AReq in every version."""
    for value in NASTY:
        body = full()
        put(body, path, value)
        try:
            order = read(body)
        except Refused:
            continue
        if order.wanted is not None:
            for version in ("2.1.0", "2.2.0", "2.3.1"):
                accepted(areq_of(body, version))


@given(st.lists(st.tuples(st.sampled_from(PATHS), JSON), min_size=1, max_size=4))
def test_whatever_is_sent_is_read_or_refused_and_a_read_request_is_a_sound_areq(
    changes: list[tuple[str, object]],
) -> None:
    """The fuzz sentence of this parser: an order whose AReq the directory accepts, or Refused."""
    body = copy.deepcopy(full())
    for path, value in changes:
        try:
            put(body, path, value)
        except (AttributeError, TypeError):
            continue
    try:
        order = read(body)
    except Refused:
        return
    if order.wanted is not None:
        accepted(areq_of(body))


@given(JSON)
def test_no_json_is_anything_but_an_order_or_a_refusal(body: object) -> None:
    """Even where nothing looks like a payment."""
    if isinstance(body, dict):
        with pytest.raises(Refused):
            read(body)


def test_the_table_lists_every_member_of_the_seed() -> None:
    """C2: no member of seed 002 is forgotten; the list is the seed's own."""
    listed = (Path(__file__).parent / "seed_002_members.txt").read_text().split()
    known = {field.path.replace("@", "…") for field in FIELDS}
    aliases = {alias for field in FIELDS for alias in field.aliases}
    assert set(listed) <= known | aliases
