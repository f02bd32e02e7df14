"""Card brands: the one table of prefixes, lengths, programme identifiers and ECI values.

Sources: requirement C9 (ECI values), protocol.md section 1 (RID and programme) and section 11.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Brand(Enum):
    """A card brand that Sekisho routes; the value is the word used in APIs and databases."""

    VISA = "visa"
    MASTERCARD = "mastercard"
    MAESTRO = "maestro"
    AMEX = "amex"
    JCB = "jcb"
    DINERS = "diners"
    DISCOVER = "discover"
    UNIONPAY = "unionpay"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFacts:
    """What the road of a purchase must know of one brand."""

    name: str
    """As cardholders know it."""
    api_code: str
    """`cardType` of the payment API: two letters."""
    api_name: str
    """`cardTypeName` of the payment API."""
    programme: str
    """The brand's name for 3-D Secure."""
    directory_server_id: str
    """RID: the identifier of the brand's Directory Server."""
    eci_full: str
    eci_attempt: str
    eci_none: str
    lengths: tuple[int, ...]
    """Digits a card number may have."""
    security_code_digits: int
    prefixes: tuple[tuple[int, int], ...]
    """Inclusive ranges over the first digits, all numbers of one pair equally long."""


BRANDS: Final[dict[Brand, BrandFacts]] = {
    Brand.VISA: BrandFacts(
        name="Visa", api_code="VI", api_name="VISA", programme="Visa Secure",
        directory_server_id="A000000003", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(13, 16, 19), security_code_digits=3, prefixes=((4, 4),),
    ),
    Brand.MASTERCARD: BrandFacts(
        name="Mastercard", api_code="MC", api_name="MASTERCARD", programme="Identity Check",
        directory_server_id="A000000004", eci_full="02", eci_attempt="01", eci_none="00",
        lengths=(16,), security_code_digits=3, prefixes=((51, 55), (2221, 2720)),
    ),
    Brand.MAESTRO: BrandFacts(
        name="Maestro", api_code="IM", api_name="INTERNATIONAL_MAESTRO", programme="Identity Check",
        directory_server_id="A000000004", eci_full="02", eci_attempt="01", eci_none="00",
        lengths=(13, 14, 15, 16, 17, 18, 19), security_code_digits=3,
        prefixes=((5018, 5018), (5020, 5020), (5038, 5038), (5893, 5893), (6304, 6304),
                  (6759, 6759), (6761, 6763)),
    ),
    Brand.AMEX: BrandFacts(
        name="American Express", api_code="AX", api_name="AMERICAN_EXPRESS", programme="SafeKey",
        directory_server_id="A000000025", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(15,), security_code_digits=4, prefixes=((34, 34), (37, 37)),
    ),
    Brand.JCB: BrandFacts(
        name="JCB", api_code="JC", api_name="JCB", programme="J/Secure",
        directory_server_id="A000000065", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(16, 17, 18, 19), security_code_digits=3, prefixes=((3528, 3589),),
    ),
    Brand.DINERS: BrandFacts(
        name="Diners Club", api_code="DC", api_name="DINERS_CLUB", programme="ProtectBuy",
        directory_server_id="A000000152", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(14, 15, 16, 17, 18, 19), security_code_digits=3,
        prefixes=((300, 305), (3095, 3095), (36, 36), (38, 39)),
    ),
    Brand.DISCOVER: BrandFacts(
        name="Discover", api_code="DI", api_name="DISCOVER", programme="ProtectBuy",
        directory_server_id="A000000152", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(16, 17, 18, 19), security_code_digits=3,
        prefixes=((6011, 6011), (644, 649), (65, 65)),
    ),
    Brand.UNIONPAY: BrandFacts(
        name="UnionPay", api_code="CC", api_name="CHINA_UNION_PAY", programme="UnionPay 3DS",
        directory_server_id="A000000333", eci_full="05", eci_attempt="06", eci_none="07",
        lengths=(16, 17, 18, 19), security_code_digits=3, prefixes=((62, 62), (81, 81)),
    ),
}  # fmt: skip


def brand_of(digits: str) -> Brand | None:
    """Tell the brand of a card number (or of its first eight digits) by prefix; None: not ours."""
    best: tuple[int, Brand] | None = None
    for brand, facts in BRANDS.items():
        for low, high in facts.prefixes:
            width = len(str(low))
            head = digits[:width]
            if len(head) == width and low <= int(head) <= high and (not best or width > best[0]):
                best = (width, brand)
    return best[1] if best else None
