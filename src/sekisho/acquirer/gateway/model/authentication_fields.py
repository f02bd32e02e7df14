"""The members of an authentication request, read by the mapping table and held against each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.acquirer.gateway.model.mapping import FIELDS, full_path
from sekisho.acquirer.gateway.model.members import Members, check_containers, read_fields
from sekisho.acquirer.gateway.model.payment import Element, Kind
from sekisho.acquirer.gateway.model.refusals import missing, not_offered
from sekisho.acquirer.gateway.model.rules import Read
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.money import Amount

RECURRING = "02"
INSTALMENT = "03"
OBJECTS = (
    "threeDSRequestorAuthenticationInfo",
    "threeDSPurchaseInfo",
    "threeDSAccountAdditionalInfo",
    "threeDSRequestorPriorAuthenticationInfo",
    "threeDSPurchaseRisk",
)
_INFO = "threeDSPurchaseInfo"
_NEEDED = {
    "recurringFrequency": (f"{_INFO}.recurringAuthorizationDayCount", (RECURRING, INSTALMENT)),
    "recurringExpiry": (f"{_INFO}.recurringAuthorizationExpirationDate", (RECURRING, INSTALMENT)),
    "purchaseInstalData": (f"{_INFO}.consumerInstallmentAuthorizationCount", (INSTALMENT,)),
}
"""Elements that belong to some purposes only: there they are required, elsewhere not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAuthentication:
    """What a merchant asks of 3-D Secure, in the words of EMV 3DS."""

    return_url: str
    window_size: str
    elements: Mapping[str, Element]


def read_wanted(
    members: Members,
    request_object: str,
    merchant: MerchantProfile,
    amount: Amount | None,
    kind: Kind,
) -> WantedAuthentication:
    """Read the authentication request; what is wrong with it is noted in `members`."""
    place = f"paymentMethodType.card.{request_object}"
    check_containers(members, (f"{place}.{name}" for name in OBJECTS))
    if members.find(f"{place}.authenticationType") == "EXEMPTION":
        members.flaws.append(
            not_offered(f"{place}.authenticationType", "exemptions are not orchestrated")
        )
    found = read_fields(
        members, request_object, personal_data_forbidden=merchant.personal_data_forbidden
    )
    return_url = str(found.get("@.authenticationReturnUrl", ""))
    if return_url and not merchant.may_return_to(return_url):
        members.note(f"{place}.authenticationReturnUrl", "its origin is not one of this merchant's")
    flat = {
        field.element: found[field.path]
        for field in FIELDS
        if field.element and field.path in found
    }
    _check_purpose(members, place, flat)
    _check_amounts(members, place, flat, amount, kind)
    _check_places(members, flat, request_object)
    flat |= _names(found)
    return WantedAuthentication(
        return_url=return_url,
        window_size=str(found.get("browserInfo.challengeWindowSize", "")),
        elements=_nested(flat),
    )


def _check_purpose(members: Members, place: str, flat: dict[str, Read]) -> None:
    purpose = flat.get("threeDSRequestorAuthenticationInd")
    for element, (path, purposes) in _NEEDED.items():
        if purpose not in purposes:
            flat.pop(element, None)
        elif flat.get(element, "0") == "0":
            members.flaws.append(missing(f"{place}.{path}"))


def _check_amounts(
    members: Members, place: str, flat: dict[str, Read], amount: Amount | None, kind: Kind
) -> None:
    asked = flat.get("purchaseAmount")
    if asked is not None and kind is Kind.PAYMENT and amount and int(asked) != amount.minor:
        # An authentication for one sum must not pay for another.
        members.note(f"{place}.{_INFO}.authenticationAmount", "must equal amount")
    gift = flat.get("merchantRiskIndicator.giftCardAmount")
    if gift is None:
        return
    number = flat.get("merchantRiskIndicator.giftCardCurr")
    if number is None:
        members.flaws.append(missing(f"{place}.threeDSPurchaseRisk.prepaidCardCurrency"))
        return
    # EMV 3DS wants whole major units here, the payment API gives minor ones.
    exponent = CURRENCIES_BY_NUMBER[str(number)].exponent
    flat["merchantRiskIndicator.giftCardAmount"] = str(int(gift) // 10**exponent)


def _check_places(members: Members, flat: dict[str, Read], request_object: str) -> None:
    for state, country, entity in (
        ("billAddrState", "billAddrCountry", "accountHolder.billingAddress.countryCode"),
        ("shipAddrState", "shipAddrCountry", "shipTo.countryCode"),
    ):
        if state in flat and country not in flat:
            members.flaws.append(missing(full_path(entity, request_object)))
    for phone, entity in (("homePhone", "phone"), ("mobilePhone", "mobile")):
        halves = {
            "countryCode": f"{phone}.cc" in flat,
            "phoneNumber": f"{phone}.subscriber" in flat,
        }
        if sum(halves.values()) == 1:
            absent = next(name for name, there in halves.items() if not there)
            flaw = missing(f"accountHolder.{entity}.{absent}")
            if flaw not in members.flaws:
                members.flaws.append(flaw)


def _names(found: Mapping[str, Read]) -> dict[str, Read]:
    """Make the elements that come from names: the cardholder's, and whether delivery is to them."""
    holder = _full_name(found, "accountHolder")
    ship_to = _full_name(found, "shipTo")
    elements: dict[str, Read] = {}
    # EMV 3DS 2.1 and 2.2 allow printable ASCII only: a Japanese name is left out, not mangled.
    if len(holder) > 1 and holder.isascii() and holder.isprintable():
        elements["cardholderName"] = holder[:45].strip()
    stated = "@.threeDSAccountAdditionalInfo.consumerAccountShipNameIdenticalIndicator" in found
    if holder and ship_to and not stated:
        same = holder.casefold() == ship_to.casefold()
        elements["acctInfo.shipNameIndicator"] = "01" if same else "02"
    return elements


def _full_name(found: Mapping[str, Read], whose: str) -> str:
    names = (found.get(f"{whose}.firstName"), found.get(f"{whose}.lastName"))
    return " ".join(str(name).strip() for name in names if name is not None)


def _nested(flat: Mapping[str, Read]) -> dict[str, Element]:
    elements: dict[str, Element] = {}
    for path, value in flat.items():
        kept = value if isinstance(value, bool) else str(value)
        outer, _, inner = path.partition(".")
        if not inner:
            elements[outer] = kept
            continue
        group = elements.setdefault(outer, {})
        if isinstance(group, dict):
            group[inner] = kept
    return elements
