"""The authentication request (AReq) that a payment becomes at the 3DS Server."""

from collections.abc import Mapping
from typing import Final

from sekisho.acquirer.gateway.model.payment import Kind, Payment, Preparation
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.kernel.cards import Expiry, Pan
from sekisho.kernel.countries import COUNTRIES
from sekisho.protocol import Channel, Json, MessageType, Version
from sekisho.protocol.fitting import fitted
from sekisho.protocol.places import place_of
from sekisho.protocol.vocabulary import Reading

BROWSER_CHANNEL: Final = "02"
CATEGORIES: Final = {Kind.PAYMENT: "01", Kind.VERIFICATION: "02"}
OLDEST_VERSION: Final = "2.1.0"
NEWEST_VERSION: Final = Version.V231.value
SERIES: Final[Mapping[str, str]] = {"amountInd": "01", "frequencyInd": "02"}
"""recurringInd: equal payments; of their times the payment API says only how far apart they are."""
BY_US: Final = "01"
"""acquirerCountryCodeSource: the 3DS Server's side, as opposed to the Directory Server."""
NO_CHALLENGE: Final = "02"
SINCE_2_2: Final = frozenset({"05", "06", "07", "08", "09"})
"""Challenge preferences that 2.1.0 does not know; it hears `no challenge requested`."""
NEEDS_SCRIPT: Final = (
    "browserJavaEnabled",
    "browserColorDepth",
    "browserScreenHeight",
    "browserScreenWidth",
    "browserTZ",
)
"""Elements that 2.2.0 allows of a browser with JavaScript only."""
AMOUNT_PURPOSES: Final = frozenset({"02", "03"})
"""Purposes for which a non-payment authentication, too, says an amount."""


def authentication_request(
    payment: Payment,
    merchant: MerchantProfile,
    *,
    pan: Pan,
    expiry: Expiry,
    notification_url: str,
) -> dict[str, Json]:
    """Build the elements that the 3DS Server needs of us; it adds its own.

    The card number comes in from the vault for this one message and is kept nowhere.
    """
    wanted, prepared = payment.authentication, payment.preparation
    if wanted is None or prepared is None:
        raise ValueError("only a prepared payment can be authenticated")
    elements: dict[str, Json] = {
        "messageType": "AReq",
        "messageVersion": prepared.version,
        "messageCategory": CATEGORIES[payment.kind],
        "deviceChannel": BROWSER_CHANNEL,
        "threeDSServerTransID": prepared.server_trans_id,
        "threeDSCompInd": _completion(prepared),
        "threeDSRequestorID": merchant.requestor_id,
        "threeDSRequestorName": merchant.requestor_name,
        "threeDSRequestorURL": merchant.site_of(wanted.return_url),
        "acctNumber": pan.digits,
        "cardExpiryDate": expiry.yymm,
        "acquirerBIN": merchant.acquirer_bin,
        "acquirerMerchantID": merchant.merchant_id,
        "mcc": merchant.mcc,
        "merchantCountryCode": COUNTRIES[merchant.country].number,
        "merchantName": merchant.name,
        "notificationURL": notification_url,
    }
    stated: dict[str, Json] = {name: value if not isinstance(value, dict) else dict(value)
              for name, value in wanted.elements.items()}  # fmt: skip
    purpose = stated.get("threeDSRequestorAuthenticationInd")
    if payment.kind is Kind.PAYMENT or purpose in AMOUNT_PURPOSES:
        elements |= _purchase(payment)
    else:
        for name in ("purchaseAmount", "purchaseDate"):
            stated.pop(name, None)
    if payment.kind is Kind.VERIFICATION:
        stated.pop("transType", None)
    elements.update(stated)
    return _fitted(elements, prepared.version)


def _completion(prepared: Preparation) -> str:
    if prepared.method_url is None:
        return "U"
    return "Y" if prepared.method_done else "N"


def _purchase(payment: Payment) -> dict[str, Json]:
    unit = payment.amount.unit
    return {
        "purchaseAmount": str(payment.amount.minor),
        "purchaseCurrency": unit.number,
        "purchaseExponent": str(unit.exponent),
        "purchaseDate": payment.created_at.strftime("%Y%m%d%H%M%S"),
    }


def _fitted(elements: Mapping[str, Json], version: str) -> dict[str, Json]:
    """Leave out what the message version does not allow under these circumstances."""
    allowed = dict(elements)
    if version == NEWEST_VERSION:
        allowed = _of_the_newest(allowed)
    if version == OLDEST_VERSION:
        allowed.pop("browserJavascriptEnabled", None)
        if allowed.get("threeDSRequestorChallengeInd") in SINCE_2_2:
            allowed["threeDSRequestorChallengeInd"] = NO_CHALLENGE
    elif allowed.get("browserJavascriptEnabled") is False:
        for name in NEEDS_SCRIPT:
            allowed.pop(name, None)
    return allowed


def _of_the_newest(elements: Mapping[str, Json]) -> dict[str, Json]:
    """Say what 2.3.1 wants besides, and every element in the shape that it has there."""
    said = dict(elements)
    said.setdefault("acquirerCountryCode", said.get("merchantCountryCode"))
    said["acquirerCountryCodeSource"] = BY_US
    said.setdefault("acceptLanguage", [said.get("browserLanguage")])
    if "recurringFrequency" in said:
        said["recurringInd"] = dict(SERIES)
    place = place_of(
        said,
        MessageType.AREQ,
        Version.V231,
        channel=Channel.BROWSER,
        category=None,
        reading=Reading.STRICT,
    )
    return fitted(said, place)
