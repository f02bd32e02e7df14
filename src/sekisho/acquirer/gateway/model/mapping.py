"""The one table from the payment API's members to EMV 3DS data elements. A table of data.

It drives what is read and checked in a request, what is sent to the 3DS Server, and the pages of
documentation. A path that begins with `@` continues the authentication request object:
`paymentMethodType.card.paymentAuthenticationRequest` for payments,
`…verificationAuthenticationRequest` for verifications.

Marks (requirement C2): `*` required for 3-D Secure; `**` required unless a market or regional
mandate forbids sending it, which the merchant's profile then says.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.acquirer.gateway.model.rules import (
    Code,
    Count,
    Digits,
    Moment,
    Rule,
    Text,
    YesNo,
    color_depth,
    country,
    currency,
    email,
    flag,
    ip_address,
    language,
    subdivision,
    time_zone,
    transaction_id,
    web_address,
)

DATE: Final = Moment("%Y%m%d")
MINUTE: Final = Moment("%Y%m%d%H%M")
SECOND: Final = Moment("%Y%m%d%H%M%S")


class Mark(Enum):
    """Whether 3-D Secure needs a member; the value is the mark that the documentation prints."""

    REQUIRED = "*"
    EXPECTED = "**"
    OPTIONAL = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a request and what becomes of it."""

    path: str
    element: str
    """Data element, dotted where nested; empty: used by the gateway, not sent to the 3DS Server."""
    rule: Rule
    mark: Mark = Mark.OPTIONAL
    aliases: tuple[str, ...] = ()
    """Other places where clients of this API are known to put it."""


CHALLENGE_TYPES: Final = {
    "NO_PREFERENCE": "01",
    "NO_CHALLENGE": "02",
    "CHALLENGE_REQUESTED": "03",
    "CHALLENGE_MANDATE": "04",
    "NO_CHALLENGE_TRA": "05",
    "NO_CHALLENGE_DATA": "06",
    "NO_CHALLENGE_DA": "07",
    "NO_CHALLENGE_TRUSTED": "08",
}
REQUESTOR_METHODS: Final = {
    "NONE": "01",
    "REQUESTOR_CRED": "02",
    "FEDERATED_ID": "03",
    "ISSUER_CRED": "04",
    "FIDO": "06",
}
PURPOSES: Final = {
    "PAYMENT_TRANSACTION": "01",
    "RECURRING_TRANSACTION": "02",
    "INSTALLMENT_TRANSACTION": "03",
    "ADD_CARD": "04",
    "MAINTAIN_CARD": "05",
    "CARDHOLDER_VERIFICATION": "06",
    "BILLING_AGREEMENT": "07",
}
TRANSACTION_TYPES: Final = {
    "GOODS_SERVICES": "01",
    "CHECK": "03",
    "ACCOUNT_FUNDING": "10",
    "QUASI_CASH": "11",
    "PREPAID": "28",
}
ACCOUNT_TYPES: Final = {"NOT_APPLICABLE": "01", "CREDIT": "02", "DEBIT": "03", "JCB_PREPAID": "80"}
PRIOR_METHODS: Final = {
    "FRICTIONLESS": "01",
    "CHALLENGED": "02",
    "AVS_VERIFIED": "03",
    "OTHER": "04",
}
WINDOW_SIZES: Final = {
    "250_400": "01",
    "390_400": "02",
    "500_600": "03",
    "600_400": "04",
    "FULL_SCREEN": "05",
}
SHIPMENTS: Final = {
    "CARDHOLDER_ADDRESS": "01",
    "ADDRESS_ON_FILE": "02",
    "NOT_ON_FILE": "03",
    "SHIP_TO_STORE": "04",
    "DIGITAL_GOODS": "05",
    "TICKETS": "06",
    "OTHER": "07",
}
DELIVERIES: Final = {"ELECTRONIC": "01", "SAME_DAY": "02", "OVERNIGHT": "03", "TWO_OR_MORE": "04"}
AVAILABILITIES: Final = {"AVAILABLE": "01", "FUTURE": "02"}
ACCOUNT_AGES: Final = {
    "NO_ACCOUNT": "01",
    "NEW_ACCOUNT": "02",
    "LESS_THAN_THIRTY": "03",
    "BETWEEN_THIRTY_AND_SIXTY": "04",
    "GREATER_THAN_SIXTY": "05",
}
CHANGE_AGES: Final = {
    "CURRENT_TXN": "01",
    "LESS_THAN_THIRTY": "02",
    "BETWEEN_THIRTY_AND_SIXTY": "03",
    "GREATER_THAN_SIXTY": "04",
}
PASSWORD_AGES: Final = {
    "NO_CHANGE": "01",
    "CURRENT_TXN_CHANGE": "02",
    "LESS_THAN_THIRTY": "03",
    "BETWEEN_THIRTY_AND_SIXTY": "04",
    "GREATER_THAN_SIXTY": "05",
}
ADDRESS_AGES: Final = {
    "CURRENT_TXN_CHANGE": "01",
    "LESS_THAN_THIRTY": "02",
    "BETWEEN_THIRTY_AND_SIXTY": "03",
    "GREATER_THAN_SIXTY": "04",
}
CARD_AGES: Final = {
    "NO_ACCOUNT": "01",
    "CURRENT_TXN_CHANGE": "02",
    "LESS_THAN_THIRTY": "03",
    "BETWEEN_THIRTY_AND_SIXTY": "04",
    "GREATER_THAN_SIXTY": "05",
}
AUTHENTICATION_TYPES: Final = {"DEFAULT": "", "AUTHENTICATION": ""}
"""`EXEMPTION` is refused: exemptions are not orchestrated."""

_AUTHENTICATION: Final = "@.threeDSRequestorAuthenticationInfo."
_PURCHASE: Final = "@.threeDSPurchaseInfo."
_ACCOUNT: Final = "@.threeDSAccountAdditionalInfo."
_PRIOR: Final = "@.threeDSRequestorPriorAuthenticationInfo."
_RISK: Final = "@.threeDSPurchaseRisk."
_BILLING: Final = "accountHolder.billingAddress."
_LEVEL: Final = "threeDSRequestorAuthenticationInfo."
_BEFORE: Final = "threeDSRequestorPriorAuthenticationInfo."
_RISKS: Final = "merchantRiskIndicator."

FIELDS: Final[tuple[Field, ...]] = (
    Field("@.authenticationReturnUrl", "", web_address, Mark.REQUIRED),
    Field("@.authenticationSupportUrl", "threeDSRequestorURL", web_address),
    Field("@.accountType", "acctType", Code(ACCOUNT_TYPES)),
    Field("@.authenticationType", "", Code(AUTHENTICATION_TYPES)),
    Field(_AUTHENTICATION + "threeDSAuthenticationTimestamp", _LEVEL + "threeDSReqAuthTimestamp", MINUTE),
    Field(_AUTHENTICATION + "threeDSAuthenticationData", _LEVEL + "threeDSReqAuthData", Text(most=2048)),
    Field(_AUTHENTICATION + "threeDSChallengeType", "threeDSRequestorChallengeInd", Code(CHALLENGE_TYPES)),
    Field(_AUTHENTICATION + "requestorAuthenticationMethod", _LEVEL + "threeDSReqAuthMethod", Code(REQUESTOR_METHODS)),
    Field(_AUTHENTICATION + "authenticationPurpose", "threeDSRequestorAuthenticationInd", Code(PURPOSES), Mark.REQUIRED),
    Field(_PURCHASE + "purchaseDate", "purchaseDate", SECOND, Mark.REQUIRED),
    Field(_PURCHASE + "recurringAuthorizationDayCount", "recurringFrequency", Count(most=9999)),
    Field(_PURCHASE + "threeDomainSecureTransactionType", "transType", Code(TRANSACTION_TYPES), Mark.REQUIRED),
    Field(_PURCHASE + "consumerInstallmentAuthorizationCount", "purchaseInstalData", Count(most=999, least=2)),
    Field(_PURCHASE + "recurringAuthorizationExpirationDate", "recurringExpiry", DATE),
    Field(_PURCHASE + "authenticationAmount", "purchaseAmount", Digits(most=12)),
    Field(_ACCOUNT + "consumerAccountCreateLength", "acctInfo.chAccAgeInd", Code(ACCOUNT_AGES)),
    Field(_ACCOUNT + "consumerAccountCreateTimestamp", "acctInfo.chAccDate", DATE,
          aliases=("accountHolder.consumerIdCreationDate",)),
    Field(_ACCOUNT + "consumerAccountUpdateLength", "acctInfo.chAccChangeInd", Code(CHANGE_AGES)),
    Field(_ACCOUNT + "consumerAccountUpdateTimestamp", "acctInfo.chAccChange", DATE),
    Field(_ACCOUNT + "consumerAccountPasswordUpdateTimestamp", "acctInfo.chAccPwChange", DATE),
    Field(_ACCOUNT + "consumerAccountPasswordChangeLength", "acctInfo.chAccPwChangeInd", Code(PASSWORD_AGES)),
    Field(_ACCOUNT + "consumerAccountShippingAddressLength", "acctInfo.shipAddressUsageInd", Code(ADDRESS_AGES)),
    Field(_ACCOUNT + "consumerAccountFirstShippingDate", "acctInfo.shipAddressUsage", DATE),
    Field(_ACCOUNT + "twentyFourHoursTransactionCount", "acctInfo.txnActivityDay", Count(most=999)),
    Field(_ACCOUNT + "previousYearTransactionCount", "acctInfo.txnActivityYear", Count(most=999)),
    Field(_ACCOUNT + "consumerAccount24HoursAddCardCount", "acctInfo.provisionAttemptsDay", Count(most=999)),
    Field(_ACCOUNT + "sixMonthTransactionCount", "acctInfo.nbPurchaseAccount", Count(most=9999)),
    Field(_ACCOUNT + "consumerAccountSuspiciousActivityIndicator", "acctInfo.suspiciousAccActivity",
          YesNo(yes="02", no="01")),
    Field(_ACCOUNT + "consumerAccountShipNameIdenticalIndicator", "acctInfo.shipNameIndicator",
          YesNo(yes="01", no="02")),
    Field(_ACCOUNT + "consumerPaymentAccountLength", "acctInfo.paymentAccInd", Code(CARD_AGES)),
    Field(_ACCOUNT + "consumerPaymentAccountEnrollmentDate", "acctInfo.paymentAccAge", DATE),
    Field(_ACCOUNT + "consumerAccountAddressIdenticalIndicator", "addrMatch", YesNo(yes="Y", no="N")),
    Field(_PRIOR + "priorAcsTransactionId", _BEFORE + "threeDSReqPriorRef", transaction_id),
    Field(_PRIOR + "authenticationMethod", _BEFORE + "threeDSReqPriorAuthMethod", Code(PRIOR_METHODS)),
    Field(_PRIOR + "authenticationTimestamp", _BEFORE + "threeDSReqPriorAuthTimestamp", MINUTE),
    Field(_RISK + "shipmentType", _RISKS + "shipIndicator", Code(SHIPMENTS)),
    Field(_RISK + "deliveryTimeframe", _RISKS + "deliveryTimeframe", Code(DELIVERIES)),
    Field(_RISK + "orderEmailAddress", _RISKS + "deliveryEmailAddress", email),
    Field(_RISK + "productRepurchaseIndicator", _RISKS + "reorderItemsInd", YesNo(yes="02", no="01")),
    Field(_RISK + "productAvailabilityCode", _RISKS + "preOrderPurchaseInd", Code(AVAILABILITIES)),
    Field(_RISK + "preOrderDate", _RISKS + "preOrderDate", DATE),
    Field(_RISK + "purchasedPrepaidCardTotalAmount", _RISKS + "giftCardAmount", Digits(most=12)),
    Field(_RISK + "purchasedPrepaidCardCount", _RISKS + "giftCardCount", Count(most=99, width=2)),
    Field(_RISK + "prepaidCardCurrency", _RISKS + "giftCardCurr", currency),
    Field("accountHolder.referenceId", "acctID", Text(most=64)),
    Field("accountHolder.firstName", "", Text(most=45, cut=True), Mark.EXPECTED),
    Field("accountHolder.lastName", "", Text(most=45, cut=True), Mark.EXPECTED),
    Field("accountHolder.email", "email", email, Mark.EXPECTED),
    Field("accountHolder.phone.countryCode", "homePhone.cc", Digits(most=3), Mark.EXPECTED,
          aliases=(_BILLING + "phone.countryCode",)),
    Field("accountHolder.phone.phoneNumber", "homePhone.subscriber", Digits(most=15), Mark.EXPECTED,
          aliases=(_BILLING + "phone.phoneNumber",)),
    Field("accountHolder.mobile.countryCode", "mobilePhone.cc", Digits(most=3)),
    Field("accountHolder.mobile.phoneNumber", "mobilePhone.subscriber", Digits(most=15)),
    Field(_BILLING + "line1", "billAddrLine1", Text(most=50), Mark.EXPECTED),
    Field(_BILLING + "line2", "billAddrLine2", Text(most=50)),
    Field(_BILLING + "city", "billAddrCity", Text(most=50), Mark.EXPECTED),
    Field(_BILLING + "postalCode", "billAddrPostCode", Text(most=16), Mark.EXPECTED),
    Field(_BILLING + "state", "billAddrState", subdivision),
    Field(_BILLING + "countryCode", "billAddrCountry", country, aliases=("accountHolder.countryCode",)),
    Field("browserInfo.browserAcceptHeader", "browserAcceptHeader", Text(most=2048, cut=True), Mark.REQUIRED),
    Field("browserInfo.deviceIPAddress", "browserIP", ip_address, Mark.REQUIRED),
    Field("browserInfo.browserLanguage", "browserLanguage", language, Mark.REQUIRED),
    Field("browserInfo.browserColorDepth", "browserColorDepth", color_depth, Mark.REQUIRED),
    Field("browserInfo.browserScreenHeight", "browserScreenHeight", Digits(most=6), Mark.REQUIRED),
    Field("browserInfo.browserScreenWidth", "browserScreenWidth", Digits(most=6), Mark.REQUIRED),
    Field("browserInfo.deviceLocalTimeZone", "browserTZ", time_zone, Mark.REQUIRED),
    Field("browserInfo.browserUserAgent", "browserUserAgent", Text(most=2048, cut=True), Mark.REQUIRED),
    Field("browserInfo.challengeWindowSize", "", Code(WINDOW_SIZES), Mark.REQUIRED),
    Field("browserInfo.javaEnabled", "browserJavaEnabled", flag, Mark.REQUIRED),
    Field("browserInfo.javaScriptEnabled", "browserJavascriptEnabled", flag, Mark.REQUIRED),
    Field("shipTo.firstName", "", Text(most=45, cut=True)),
    Field("shipTo.lastName", "", Text(most=45, cut=True)),
    Field("shipTo.line1", "shipAddrLine1", Text(most=50), aliases=("shipTo.shippingAddress.line1",)),
    Field("shipTo.line2", "shipAddrLine2", Text(most=50), aliases=("shipTo.shippingAddress.line2",)),
    Field("shipTo.city", "shipAddrCity", Text(most=50), aliases=("shipTo.shippingAddress.city",)),
    Field("shipTo.postalCode", "shipAddrPostCode", Text(most=16), aliases=("shipTo.shippingAddress.postalCode",)),
    Field("shipTo.state", "shipAddrState", subdivision, aliases=("shipTo.shippingAddress.state",)),
    Field("shipTo.countryCode", "shipAddrCountry", country, aliases=("shipTo.shippingAddress.countryCode",)),
)  # fmt: skip


def full_path(path: str, request_object: str) -> str:
    """Write a path of the table out, `@` standing for the authentication request object."""
    return path.replace("@", f"paymentMethodType.card.{request_object}", 1)
