"""What the gateway's tests share: settings, requests, and a gateway whose world is in memory."""

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sekisho.acquirer.gateway.model import GatewaySettings, MerchantProfile, Payment, RequestSlot
from sekisho.acquirer.gateway.model.payment import (
    AuthenticationRequest,
    AuthenticationResult,
    Authorization,
    Capture,
    CardFacts,
    Kind,
    Merchant,
    PaymentId,
    State,
)
from sekisho.acquirer.gateway.service import GatewayService
from sekisho.acquirer.gateway.store import PAYMENTS, SLOTS
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from sekisho.testkit.payment_peers import PROOF, MemoryBank, MemoryVault, ScriptedServer

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SHOP = "http://shop.localhost:8080"
RETURN = f"{SHOP}/return?order=42&key=a%2Bb"
PAY = "http://pay.localhost:8080"

MERCHANT = MerchantProfile(
    merchant_id="998001234567",
    client_id="shop-1",
    client_secret=Secret("a secret of more than twenty-four letters"),
    name="Hakone Teahouse",
    mcc="5499",
    country="JP",
    acquirer_bin="998001",
    requestor_id="998001MCT998001234567",
    requestor_name="Hakone Teahouse",
    requestor_url="https://shop.example",
    return_origins=(SHOP, "https://shop.example"),
)
OTHER = replace(MERCHANT, merchant_id="998009999999", client_id="shop-2", name="Other shop")
STRICT = replace(MERCHANT, authorize_on=("Y",))
GENEROUS = replace(MERCHANT, authorize_on=("Y", "A", "I", "U"))


def settings(merchant: MerchantProfile = MERCHANT) -> GatewaySettings:
    """The settings of a small gateway."""
    return GatewaySettings(
        public_url=PAY, merchants=(merchant, OTHER), signing_key=Secret(b"0123456789abcdef" * 2)
    )


def payment(**changes: Any) -> Payment:
    """A payment as it is before `begin`, its parts changed as wished."""
    fresh = Payment(
        id=PaymentId("11111111-2222-4333-8444-555555555555"),
        kind=Kind.PAYMENT,
        merchant=Merchant(merchant_id=MERCHANT.merchant_id, name=MERCHANT.name),
        request_id="r-1",
        state=State.PENDING,
        created_at=NOON,
        changed_at=NOON,
        amount=Amount(minor=14500, currency="JPY"),
        capture=Capture.NOW,
        card=CardFacts(token="tok_1", brand=Brand.VISA, last_four="0003"),
        authentication=AuthenticationRequest(
            authentication_id="a-1",
            return_url=RETURN,
            window_size="03",
            elements={},
            authorize_on=MERCHANT.authorize_on,
        ),
    )
    return replace(fresh, **changes)


def result(status: str = "Y", **changes: Any) -> AuthenticationResult:
    """A result of an authentication, sound for its status."""
    proven = status in {"Y", "A"}
    sound = AuthenticationResult(
        trans_status=status,
        at=NOON,
        version="2.2.0",
        challenged=False,
        eci={"Y": "05", "A": "06"}.get(status, "07"),
        authentication_value=PROOF if proven else None,
        ds_trans_id="d-1",
        acs_trans_id="c-1",
    )
    return replace(sound, **changes)


def bank_says(*, approved: bool = True, code: str = "00") -> Authorization:
    """An answer of the bank."""
    return Authorization(
        approved=approved, at=NOON, response_code=code, authentication_value_result="2"
    )


SEED_PAYMENT: dict[str, Any] = {
    "amount": 14500,
    "currency": "USD",
    "paymentMethodType": {
        "card": {
            "accountNumber": "4112344112344113",
            "expiry": {"month": 5, "year": 2040},
            "paymentAuthenticationRequest": {
                "authenticationReturnUrl": "merchantCheckoutPage.com",
                "threeDSRequestorAuthenticationInfo": {
                    "authenticationPurpose": "PAYMENT_TRANSACTION"
                },
                "threeDSPurchaseInfo": {
                    "purchaseDate": "2028-10-31T17:07:14.91Z",
                    "threeDomainSecureTransactionType": "GOODS_SERVICES",
                },
            },
        }
    },
    "accountHolder": {
        "firstName": "John",
        "lastName": "Doe",
        "email": "example@example.com",
        "billingAddress": {
            "line1": "1234 Main Street",
            "city": "New York",
            "postalCode": "10111",
        },
        "phone": {"countryCode": "1", "phoneNumber": "1234567890"},
    },
    "merchant": {"merchantSoftware": {"companyName": "John's Gym", "productName": "Cart"}},
    "browserInfo": {
        "browserAcceptHeader": "application/json",
        "deviceIPAddress": "192.168.1.11",
        "browserLanguage": "en",
        "browserColorDepth": "8",
        "browserScreenHeight": "1",
        "browserScreenWidth": "1",
        "deviceLocalTimeZone": 1,
        "browserUserAgent": "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:47.0) Gecko/20100101 Firefox/47.0",
        "challengeWindowSize": "FULL_SCREEN",
        "javaEnabled": True,
        "javaScriptEnabled": True,
    },
}
"""The orchestrated request of seed 002, letter for letter."""

SEED_PASS_THROUGH: dict[str, Any] = {
    "amount": 14500,
    "currency": "USD",
    "paymentMethodType": {
        "card": {
            "accountNumber": "4110144110144115",
            "expiry": {"month": 5, "year": 2040},
            "authentication": {
                "electronicCommerceIndicator": "05",
                "threeDS": {
                    "authenticationValue": "AABAIcJIo5DIzAgVAkiAAAAAAA=",
                    "authenticationTransactionId": "01ade6ae340005c681c3a1890418",
                    "threeDSProgramProtocol": 2,
                },
            },
        }
    },
    "accountHolder": SEED_PAYMENT["accountHolder"],
    "merchant": SEED_PAYMENT["merchant"],
}
"""The pass-through request of seed 002, letter for letter."""


def asked(ending: str = "0103", *, brand: Brand = Brand.VISA, **card: Any) -> dict[str, Any]:
    """An orchestrated request with a test card; keywords change members of the card object."""
    body = copy.deepcopy(SEED_PAYMENT)
    mine = body["paymentMethodType"]["card"]
    mine["accountNumber"] = sandbox_card(brand, ending).digits
    mine["cvv"] = "123"
    mine["paymentAuthenticationRequest"]["authenticationReturnUrl"] = RETURN
    mine.update(card)
    return body


def straight(ending: str = "0103", **card: Any) -> dict[str, Any]:
    """A request without 3-D Secure."""
    body = asked(ending, **card)
    del body["paymentMethodType"]["card"]["paymentAuthenticationRequest"]
    del body["browserInfo"]
    return body


def verification(ending: str = "0103") -> dict[str, Any]:
    """A request that checks a card with 3-D Secure and takes no money."""
    body = asked(ending)
    del body["amount"]
    card = body["paymentMethodType"]["card"]
    wanted = card.pop("paymentAuthenticationRequest")
    wanted["threeDSRequestorAuthenticationInfo"]["authenticationPurpose"] = "ADD_CARD"
    card["verificationAuthenticationRequest"] = wanted
    return body


def typed_card(ending: str = "0103", brand: Brand = Brand.VISA, code: str = "123") -> Card:
    """A card as its holder types it."""
    return Card(
        pan=sandbox_card(brand, ending),
        expiry=Expiry(year=2040, month=5),
        security_code=Secret(code),
    )


class QuietLog:
    """Keeps what was logged, for a test to look at."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: object) -> None:
        self.lines.append(("error", event, facts))


class World:
    """A gateway and everything around it, in memory."""

    def __init__(self, merchant: MerchantProfile = MERCHANT, seed: str = "gateway") -> None:
        self.merchant = merchant
        self.settings = settings(merchant)
        self.clock = SteppedClock(NOON)
        self.chance = SeededChance(seed)
        self.vault = MemoryVault(self.chance)
        self.server = ScriptedServer(self.chance)
        self.bank = MemoryBank()
        self.log = QuietLog()
        self.outbox = MemoryOutbox(self.perform, self.clock)
        self.payments: MemoryRecords[Payment] = MemoryRecords(PAYMENTS, self.outbox)
        self.slots: MemoryRecords[RequestSlot] = MemoryRecords(SLOTS)
        self.service = self.started()

    def started(self) -> GatewayService:
        """A gateway over these stores: the first, or one after a restart."""
        return GatewayService(
            self.settings,
            payments=self.payments,
            slots=self.slots,
            outbox=self.outbox,
            vault=self.vault,
            server=self.server,
            bank=self.bank,
            clock=self.clock,
            chance=self.chance,
            log=self.log,
        )

    async def perform(self, key: str, effect: object) -> None:
        await self.service.perform(key, effect)

    async def later(self, **delta: float) -> None:
        """Put the clock forward and do what is due."""
        self.clock.advance(timedelta(**delta))
        await self.outbox.run_due()

    async def only(self) -> Payment:
        """The one payment that was made."""
        (payment,) = await self.payments.newest()
        return payment
