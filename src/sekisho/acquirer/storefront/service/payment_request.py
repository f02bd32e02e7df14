"""The request for a payment, in the words of the payment API (seed 002).

Made of the kept records alone, so that a repeated request is the same to the last octet and the
gateway recognizes it by its request id.
"""

from typing import Final
from urllib.parse import urlencode

from sekisho.acquirer.storefront.model import (
    Address,
    Attempt,
    Browser,
    Buyer,
    CardChosen,
    Checkout,
    Delivery,
    StorefrontSettings,
)
from sekisho.kernel.countries import COUNTRIES
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Json

RETURN_PATH: Final = "/checkout/{number}/return"


def payment_request(
    checkout: Checkout, attempt: Attempt, settings: StorefrontSettings
) -> dict[str, Json]:
    """Write what the gateway is asked for one attempt."""
    buyer, delivery = checkout.buyer, checkout.delivery
    if buyer is None or delivery is None:
        raise Misuse("a checkout that is being paid has a buyer and a delivery")
    return {
        "amount": checkout.amount.minor,
        "currency": checkout.currency,
        # The shop asks for its money when it sends the goods.
        "captureMethod": "MANUAL",
        "merchant": {
            "merchantSoftware": {
                "companyName": settings.name_en,
                "productName": "Sekisho storefront",
            }
        },
        "paymentMethodType": {
            "card": {
                **_card(attempt.card),
                "paymentAuthenticationRequest": _authentication(
                    checkout, attempt, buyer, delivery, settings
                ),
            }
        },
        "accountHolder": _account_holder(attempt.card, buyer),
        "shipTo": _ship_to(delivery),
        "browserInfo": _browser(attempt.browser),
    }


def return_url(checkout: Checkout, attempt: Attempt, settings: StorefrontSettings) -> str:
    """Where the gateway sends the browser back; no cookie comes along, so the query says who."""
    query = urlencode({"attempt": attempt.id, "key": attempt.return_key, "lang": attempt.language})
    return f"{settings.origin}{RETURN_PATH.format(number=checkout.number)}?{query}"


def _card(card: CardChosen) -> dict[str, Json]:
    return {
        "accountNumber": card.token,
        "accountNumberType": "SAFETECH_TOKEN",
        "expiry": {"month": card.expiry_month, "year": card.expiry_year},
    }


def _authentication(
    checkout: Checkout,
    attempt: Attempt,
    buyer: Buyer,
    delivery: Delivery,
    settings: StorefrontSettings,
) -> dict[str, Json]:
    same_address = delivery.address == buyer.address
    same_name = (delivery.given_name, delivery.family_name) == (
        buyer.given_name,
        buyer.family_name,
    )
    moment = attempt.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "authenticationReturnUrl": return_url(checkout, attempt, settings),
        "threeDSRequestorAuthenticationInfo": {
            "authenticationPurpose": "PAYMENT_TRANSACTION",
            "requestorAuthenticationMethod": "NONE",
            "threeDSAuthenticationTimestamp": moment,
        },
        "threeDSPurchaseInfo": {
            "purchaseDate": moment,
            "threeDomainSecureTransactionType": "GOODS_SERVICES",
            "authenticationAmount": checkout.amount.minor,
        },
        "threeDSAccountAdditionalInfo": {
            # Everybody buys as a guest: there is no account whose age could be told.
            "consumerAccountCreateLength": "NO_ACCOUNT",
            "consumerAccountShipNameIdenticalIndicator": same_name,
            "consumerAccountAddressIdenticalIndicator": same_address,
        },
        "threeDSPurchaseRisk": {
            "shipmentType": "CARDHOLDER_ADDRESS" if same_address else "NOT_ON_FILE",
            "deliveryTimeframe": "TWO_OR_MORE",
            "productAvailabilityCode": "AVAILABLE",
        },
    }


def _account_holder(card: CardChosen, buyer: Buyer) -> dict[str, Json]:
    return {
        "firstName": card.holder_given_name,
        "lastName": card.holder_family_name,
        "email": buyer.email,
        "phone": {"countryCode": buyer.phone_country, "phoneNumber": buyer.phone},
        "billingAddress": _address(buyer.address),
    }


def _ship_to(delivery: Delivery) -> dict[str, Json]:
    return {
        "firstName": delivery.given_name,
        "lastName": delivery.family_name,
        **_address(delivery.address),
    }


def _address(address: Address) -> dict[str, Json]:
    written: dict[str, Json] = {
        "line1": address.line1,
        "city": address.city,
        "postalCode": address.postal_code,
        "countryCode": COUNTRIES[address.country].alpha_3,
    }
    if address.line2:
        written["line2"] = address.line2
    if address.state:
        written["state"] = address.state
    return written


def _browser(browser: Browser) -> dict[str, Json]:
    return {
        "browserAcceptHeader": browser.accept_header,
        "deviceIPAddress": browser.ip_address,
        "browserLanguage": browser.language,
        "browserColorDepth": browser.color_depth,
        "browserScreenHeight": browser.screen_height,
        "browserScreenWidth": browser.screen_width,
        "deviceLocalTimeZone": browser.time_zone_minutes,
        "browserUserAgent": browser.user_agent,
        "challengeWindowSize": browser.challenge_window,
        "javaEnabled": browser.java_enabled,
        "javaScriptEnabled": True,
    }
