"""The checkout page's form, read field by field; each fault says what to do."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sekisho.acquirer.storefront.model import (
    Address,
    Buyer,
    CardChosen,
    Delivery,
    StorefrontSettings,
)
from sekisho.acquirer.storefront.model.places import PREFECTURES
from sekisho.acquirer.storefront.service import Details
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import luhn_holds

TEXT_CHARACTERS_MAX: Final = 50
"""Of a name or a line of an address in EMV 3DS."""
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
EMAIL_CHARACTERS_MAX: Final = 254
PHONE: Final = re.compile(r"[0-9]{5,15}")
CALLING_CODE: Final = re.compile(r"[0-9]{1,3}")
POSTAL_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{1,14}[0-9A-Za-z]")
JAPANESE_POSTAL_CODE: Final = re.compile(r"([0-9]{3})-?([0-9]{4})")
SUBDIVISION: Final = re.compile(r"[0-9A-Za-z]{1,3}")
TOKEN: Final = re.compile(r"[A-Za-z0-9_.~-]{8,100}")
LATIN: Final = re.compile(r"[ -~]+")
FIELDS: Final = (
    "family_name", "given_name", "email", "phone_country", "phone",
    "country", "postal_code", "state", "city", "line1", "line2",
    "elsewhere", "to_family_name", "to_given_name", "to_country", "to_postal_code", "to_state",
    "to_city", "to_line1", "to_line2", "holder_name",
)  # fmt: skip
"""What the page shows again after a fault. The card's token is not among them: it is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of a form: details, or the faults by field; never both."""

    details: Details | None
    faults: Mapping[str, str]
    """Code of the fault by field; the page has the words."""


@dataclass(slots=True)
class _Fields:
    values: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, *, most: int = TEXT_CHARACTERS_MAX) -> str:
        value = " ".join(self.values.get(name, "").split())
        if not value:
            self.faults[name] = "missing"
        elif len(value) > most:
            self.faults[name] = "too_long"
        elif not value.isprintable() or _is_card_number(value):
            self.faults[name] = "unreadable"
        return value

    def optional(self, name: str) -> str | None:
        return self.text(name) if self.values.get(name, "").strip() else None

    def matching(self, name: str, pattern: re.Pattern[str], fault: str, *, most: int) -> str:
        value = self.text(name, most=most)
        if name not in self.faults and not pattern.fullmatch(value):
            self.faults[name] = fault
        return value


def read_details(values: Mapping[str, str], settings: StorefrontSettings) -> Reading:
    """Read the whole form and collect everything that is wrong with it."""
    fields = _Fields({name: _narrow(name, value) for name, value in values.items()})
    buyer = _buyer(fields, settings)
    if fields.values.get("elsewhere"):
        delivery = Delivery(
            family_name=fields.text("to_family_name"),
            given_name=fields.text("to_given_name"),
            address=_address(fields, settings, "to_"),
        )
    else:
        delivery = Delivery(
            given_name=buyer.given_name, family_name=buyer.family_name, address=buyer.address
        )
    card = _card(fields, buyer)
    if fields.faults or card is None:
        return Reading(details=None, faults=fields.faults)
    return Reading(details=Details(buyer=buyer, delivery=delivery, card=card), faults={})


def _narrow(name: str, value: str) -> str:
    """Full-width digits and Latin letters, as Japanese keyboards type them, become plain ones."""
    if name in {"email", "phone", "phone_country", "postal_code", "to_postal_code", "holder_name"}:
        return unicodedata.normalize("NFKC", value).replace("ー", "-").replace("−", "-")
    return value


def _buyer(fields: _Fields, settings: StorefrontSettings) -> Buyer:
    phone = re.sub(r"[\s().-]", "", fields.values.get("phone", ""))
    calling = fields.values.get("phone_country", "").strip().lstrip("+")
    reduced = _Fields({"phone": phone.removeprefix("0"), "phone_country": calling}, fields.faults)
    return Buyer(
        family_name=fields.text("family_name"),
        given_name=fields.text("given_name"),
        email=fields.matching("email", EMAIL, "email", most=EMAIL_CHARACTERS_MAX),
        phone_country=reduced.matching("phone_country", CALLING_CODE, "phone_country", most=3),
        phone=reduced.matching("phone", PHONE, "phone", most=15),
        address=_address(fields, settings, ""),
    )


def _address(fields: _Fields, settings: StorefrontSettings, prefix: str) -> Address:
    country = fields.values.get(f"{prefix}country", "")
    if country not in settings.countries:
        fields.faults[f"{prefix}country"] = "missing"
    return Address(
        country=country,
        postal_code=_postal_code(fields, f"{prefix}postal_code", country),
        state=_state(fields, f"{prefix}state", country),
        city=fields.text(f"{prefix}city"),
        line1=fields.text(f"{prefix}line1"),
        line2=fields.optional(f"{prefix}line2"),
    )


def _postal_code(fields: _Fields, name: str, country: str) -> str:
    value = fields.matching(name, POSTAL_CODE, "postal_code", most=16)
    if country == "JP" and name not in fields.faults:
        japanese = JAPANESE_POSTAL_CODE.fullmatch(value)
        if japanese:
            return "-".join(japanese.groups())
        fields.faults[name] = "postal_code"
    return value


def _state(fields: _Fields, name: str, country: str) -> str | None:
    """A prefecture in Japan, where every address has one; elsewhere a code, if there is one."""
    value = fields.values.get(name, "").strip().upper()
    if country == "JP":
        if value not in _prefecture_codes():
            fields.faults[name] = "missing"
        return value
    if value and not SUBDIVISION.fullmatch(value):
        fields.faults[name] = "state"
    return value or None


def _prefecture_codes() -> Iterable[str]:
    return (code for code, _, _ in PREFECTURES)


def _card(fields: _Fields, buyer: Buyer) -> CardChosen | None:
    holder = _holder(fields, buyer)
    token = fields.values.get("token", "")
    brand = fields.values.get("brand", "")
    last_four = fields.values.get("lastFour", "")
    month, year = (fields.values.get(name, "") for name in ("expiryMonth", "expiryYear"))
    whole = (
        TOKEN.fullmatch(token)
        and not _is_card_number(token)
        and brand in {known.value for known in Brand}
        and re.fullmatch(r"[0-9]{4}", last_four)
        and re.fullmatch(r"0?[1-9]|1[0-2]", month)
        and re.fullmatch(r"20[0-9]{2}", year)
    )
    if not whole:
        fields.faults["card"] = "card"
        return None
    return CardChosen(
        token=token,
        brand=brand,
        last_four=last_four,
        expiry_month=int(month),
        expiry_year=int(year),
        holder_given_name=holder[0],
        holder_family_name=holder[1],
    )


def _holder(fields: _Fields, buyer: Buyer) -> tuple[str, str]:
    """The name on the card: the buyer's when it can stand there, else the one that was given.

    Cards bear Latin letters, and EMV 3DS takes no others.
    """
    name = fields.optional("holder_name")
    if name is None:
        if not LATIN.fullmatch(buyer.given_name + buyer.family_name):
            fields.faults.setdefault("holder_name", "holder_name")
        return buyer.given_name, buyer.family_name
    given, _, family = name.upper().partition(" ")
    if not (LATIN.fullmatch(name) and family):
        fields.faults["holder_name"] = "holder_name"
    return given, family


def _is_card_number(text: str) -> bool:
    """Tell whether somebody typed a card number where none belongs: the shop must not keep it."""
    digits = re.sub(r"[\s-]", "", text)
    return bool(re.fullmatch(r"[0-9]{13,19}", digits)) and luhn_holds(digits)
