"""Acquirer, merchant and sellers. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements import when
from sekisho.protocol.elements.element import STATE, Element, Kind, Shape
from sekisho.protocol.vocabulary import Form, Version

ELEMENTS: Final = (
    Element(
        name="acquirerBIN",
        title="Acquirer BIN",
        shape=Shape.DIGITS,
        size=(1, 11),
        where={Form.AREQ: "RO RO RO"},
    ),
    Element(
        name="acquirerMerchantID",
        title="Acquirer Merchant ID",
        size=(1, 35),
        where={Form.AREQ: "RO RO RO"},
    ),
    Element(
        name="acquirerCountryCode",
        title="Acquirer Country Code",
        shape=Shape.COUNTRY,
        size=(3, 3),
        since=Version.V231,
        where={Form.AREQ: "RR RR RR"},
    ),
    Element(
        name="acquirerCountryCodeSource",
        title="Acquirer Country Code Source",
        size=(2, 2),
        codes={"01": "3DS Server", "02": "DS"},
        ds_codes=True,
        since=Version.V231,
        where={Form.AREQ: "RR RR RR"},
    ),
    Element(
        name="mcc",
        title="Merchant Category Code",
        shape=Shape.DIGITS,
        size=(4, 4),
        where={Form.AREQ: "RO RO RO"},
    ),
    Element(
        name="merchantCountryCode",
        title="Merchant Country Code",
        shape=Shape.COUNTRY,
        size=(3, 3),
        where={Form.AREQ: "RO RO RO"},
    ),
    Element(
        name="merchantName",
        title="Merchant Name",
        size=(1, 40),
        where={Form.AREQ: "RO RO RO"},
    ),
    Element(
        name="merchantRiskIndicator",
        title="Merchant Risk Indicator",
        kind=Kind.OBJECT,
        where={Form.AREQ: "OO OO OO"},
        children=(
            Element(
                name="deliveryEmailAddress",
                shape=Shape.EMAIL,
                size=(1, 254),
            ),
            Element(
                name="deliveryTimeframe",
                size=(2, 2),
                codes={
                    "01": "electronic delivery",
                    "02": "same day shipping",
                    "03": "overnight shipping",
                    "04": "two-day or more shipping",
                },
            ),
            Element(
                name="giftCardAmount",
                shape=Shape.DIGITS,
                size=(1, 15),
            ),
            Element(
                name="giftCardCount",
                shape=Shape.DIGITS,
                size=(2, 2),
            ),
            Element(
                name="giftCardCurr",
                shape=Shape.CURRENCY,
                size=(3, 3),
            ),
            Element(
                name="preOrderDate",
                shape=Shape.DATE,
                size=(8, 8),
            ),
            Element(
                name="preOrderPurchaseInd",
                size=(2, 2),
                codes={"01": "merchandise available", "02": "future availability"},
            ),
            Element(
                name="reorderItemsInd",
                size=(2, 2),
                codes={"01": "first time ordered", "02": "reordered"},
            ),
            Element(
                name="shipIndicator",
                size=(2, 2),
                codes={
                    "01": "ship to billing address",
                    "02": "ship to another verified address on file",
                    "03": "ship to address different from billing",
                    "04": "ship to store / pick-up at local store",
                    "05": "digital goods",
                    "06": "travel and event tickets, not shipped",
                    "07": "other",
                    "08": "pick-up and go delivery",
                    "09": "locker delivery",
                },
                codes_since={"08": Version.V231, "09": Version.V231},
            ),
            Element(
                name="transChar",
                kind=Kind.ARRAY,
                size=(2, 2),
                items=(1, 2),
                codes={"01": "cryptocurrency transaction", "02": "NFT transaction"},
                since=Version.V231,
            ),
        ),
    ),
    Element(
        name="multiTransaction",
        title="Multi-Transaction",
        kind=Kind.OBJECT,
        since=Version.V231,
        where={Form.AREQ: "OO OO OO"},
        children=(
            Element(
                name="avNumberUse",
                pattern=r"[0-9]{1,2}",
                size=(1, 2),
                since=Version.V231,
                letter="C",
            ),
            Element(
                name="avValidityTime",
                pattern=r"[0-9]{1,3}",
                size=(1, 3),
                since=Version.V231,
                letter="C",
            ),
            Element(
                name="merchantList",
                kind=Kind.ARRAY,
                items=(1, 50),
                since=Version.V231,
                letter="R",
                children=(
                    Element(
                        name="merchantNameListed",
                        size=(1, 40),
                        since=Version.V231,
                        letter="R",
                    ),
                    Element(
                        name="acquirerMerchantIdListed",
                        size=(1, 15),
                        since=Version.V231,
                    ),
                    Element(
                        name="merchantAmount",
                        shape=Shape.DIGITS,
                        size=(1, 48),
                        since=Version.V231,
                    ),
                    Element(
                        name="merchantCurrency",
                        shape=Shape.CURRENCY,
                        size=(3, 3),
                        since=Version.V231,
                        letter="C",
                        child_needed=when.there("merchantAmount"),
                    ),
                    Element(
                        name="merchantExponent",
                        pattern=r"[0-9]",
                        size=(1, 1),
                        since=Version.V231,
                        letter="C",
                        child_needed=when.there("merchantAmount"),
                    ),
                    Element(
                        name="sellerId",
                        size=(1, 50),
                        since=Version.V231,
                    ),
                ),
            ),
        ),
    ),
    Element(
        name="sellerInfo",
        title="Seller Information",
        kind=Kind.ARRAY,
        items=(1, 50),
        since=Version.V231,
        where={Form.AREQ: "OO OO OO"},
        children=(
            Element(
                name="sellerName",
                size=(1, 100),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="sellerId",
                size=(1, 50),
                since=Version.V231,
                letter="C",
                child_needed=when.SELLERS_LISTED,
            ),
            Element(
                name="sellerBusinessName",
                size=(1, 100),
                since=Version.V231,
            ),
            Element(
                name="sellerAccDate",
                shape=Shape.DATE,
                size=(8, 8),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrLine1",
                size=(1, 50),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrLine2",
                size=(1, 50),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrLine3",
                size=(1, 50),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrCity",
                size=(1, 50),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrState",
                pattern=STATE,
                size=(1, 3),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrPostCode",
                size=(1, 16),
                since=Version.V231,
            ),
            Element(
                name="sellerAddrCountry",
                shape=Shape.COUNTRY,
                size=(3, 3),
                since=Version.V231,
            ),
            Element(
                name="sellerEmail",
                shape=Shape.EMAIL,
                size=(1, 254),
                since=Version.V231,
            ),
            Element(
                name="sellerPhone",
                kind=Kind.OBJECT,
                since=Version.V231,
                children=(
                    Element(
                        name="cc",
                        shape=Shape.DIGITS,
                        size=(1, 3),
                        since=Version.V231,
                        letter="R",
                    ),
                    Element(
                        name="subscriber",
                        shape=Shape.DIGITS,
                        size=(1, 15),
                        since=Version.V231,
                        letter="R",
                    ),
                ),
            ),
        ),
    ),
    Element(
        name="taxId",
        title="Tax ID",
        size=(1, 45),
        since=Version.V231,
        where={Form.AREQ: "CC CC CC"},
    ),
)
