"""What a card scheme adds to the protocol: its own codes (80 to 99), demands and ECIs. A table of data.

The protocol leaves much "to the Directory Server's rules". Give one of these to `parse` or `build`
and they are held too; without one, 80 to 99 pass and nothing beyond the protocol is demanded. From
protocol facts, sections 2.4, 7, 10 and 11. The schemes' own documents are not public: what a scheme
has changed since, or only tells its members, is added with `dataclasses.replace` and `with_codes`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sekisho.kernel.brands import Brand
from sekisho.protocol.elements import when
from sekisho.protocol.elements.condition import ALWAYS, All, At, Condition, Inside
from sekisho.protocol.vocabulary import Channel, Form

_Codes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """An element that the scheme requires where the protocol leaves it open (201)."""

    element: str
    form: Form = Form.AREQ
    when: Condition = ALWAYS
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeRules:
    """The rules of one card scheme, as its Directory Server and who speaks with it hold them."""

    name: str
    directory_server_id: str
    """The RID that an SDK knows the Directory Server by."""
    codes: _Codes = field(default_factory=dict)
    """By element: the codes that only this scheme has, and what they mean. Any other of 80 to 99 is
    error 203, since 2.3.1 error 207."""
    demands: tuple[Demand, ...] = ()
    eci: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By transStatus of a payment: the ECIs that may come with it; for Y and A one must come."""
    non_payment_eci: frozenset[str] = frozenset()
    """The ECIs of a non-payment; empty: whatever the form allows."""
    never_status: frozenset[str] = frozenset()
    """Values of transStatus that the scheme does not use."""
    informed_by: frozenset[str] = frozenset()
    """Values of threeDSRequestorChallengeInd, beside 05, 06 and 07, that transStatus I may answer."""
    market_country: bool = False
    """Country 900, which is no country of ISO 3166-1, stands for a market."""
    requestor_id: str | None = None
    """An expression for the whole of threeDSRequestorID."""
    answers: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    """By a messageCategory of the scheme's own: what the ARes must say; None: not at all."""

    def knows(self, element: str, code: str) -> bool:
        """Tell whether the scheme defines a code of an element (the name of a child by itself)."""
        return code in self.codes.get(element, ())

    def with_codes(self, element: str, codes: Mapping[str, str]) -> "SchemeRules":
        """Give the rules with more codes of one element, each with its meaning."""
        return replace(
            self, codes={**self.codes, element: {**self.codes.get(element, {}), **codes}}
        )

    def names(self, requestor: str) -> bool:
        """Tell whether a threeDSRequestorID has the scheme's form."""
        return self.requestor_id is None or re.fullmatch(self.requestor_id, requestor) is not None


_EXPIRY: Final = Demand(element="cardExpiryDate", why="the scheme identifies a card by both")
_DELIVERED: Final = Inside(
    "merchantRiskIndicator", when.valued("shipIndicator", "01", "02", "03", "04")
)
_PAID_LATER: Final = All(
    (At("3RI", channels=frozenset({Channel.THREE_RI})), when.PAYMENT),
)


def _eci(
    full: str, attempt: str, none: str, **others: tuple[str, ...]
) -> dict[str, frozenset[str]]:
    """Give the ECIs of a scheme: authenticated, attempted, neither; then what differs."""
    usual = {"Y": (full,), "A": (attempt,), "N": (none,), "U": (none,), "R": (none,), "I": (none,)}
    return {status: frozenset(codes) for status, codes in {**usual, **others}.items()}


VISA: Final = SchemeRules(
    name="Visa Secure",
    directory_server_id="A000000003",
    codes={
        "threeDSRequestorChallengeInd": {
            "81": "data only (2.2.0)",
            "82": "secure corporate payment",
            "83": "transaction risk analysis (2.1.0)",
        },
        "transStatusReason": {
            "80": "error connecting to the ACS",
            "81": "ACS timed out",
            "82": "invalid response from the ACS",
            "83": "system error in the ACS",
            "84": "internal error while generating the CAVV",
            "85": "merchant not eligible for the programme",
            "86": "protocol version not supported by the ACS",
            "87": "transaction excluded from attempts processing",
            "88": "requested programme not supported by the ACS",
            "89": "CAVV present although N (2.1.0, secure corporate)",
        },
        "acsInfoInd": {
            "80": "transaction risk analysis",
            "81": "data only",
            "82": "delegated authentication",
        },
    },
    demands=(_EXPIRY, Demand(element="acquirerBIN", why="non-payment too")),
    eci=_eci("05", "06", "07"),
    informed_by=frozenset({"10", "11", "81", "82", "83"}),
)

MASTERCARD: Final = SchemeRules(
    name="Mastercard Identity Check",
    directory_server_id="A000000004",
    codes={
        "messageCategory": {"80": "Identity Check Insights: data only, no authentication"},
        "transStatusReason": {
            "80": "Identity Check Insights",
            "81": "challenge exemption accepted (2.1.0)",
            "82": "challenge mandate could not be performed",
            "83": "the Directory Server dropped the ACS's reason",
            "84": "not processed by Smart Authentication, because cancelled",
            "87": "3RI not routed to stand-in",
            "88": "prior authentication data not found",
        },
        "acsInfoInd": {
            "80": "Smart Authentication, stand-in",
            "81": "Smart Authentication, direct",
            "84": "payment authentication",
            "85": "non-payment authentication",
            "86": "app channel",
            "87": "browser channel",
            "88": "challenges in the app channel",
            "89": "challenges in the browser channel",
            **{str(code): "Identity Check Express" for code in range(90, 95)},
        },
        "authenticationType": {
            "83": "defined by the Directory Server",
            "92": "defined by the Directory Server",
        },
    },
    demands=(
        _EXPIRY,
        Demand(
            element="threeDSRequestorPriorAuthenticationInfo",
            when=_PAID_LATER,
            why="a payment without the cardholder rests on an earlier authentication",
        ),
    ),
    eci=_eci("02", "01", "00", Y=("02", "07"), I=("06",)),
    non_payment_eci=frozenset({"N2", "N0", "04"}),
    answers={
        "80": {
            "transStatus": "U",
            "transStatusReason": "80",
            "eci": "04",
            "authenticationValue": None,
        }
    },
)

AMEX: Final = SchemeRules(
    name="American Express SafeKey",
    directory_server_id="A000000025",
    codes={
        "threeDSRequestorAuthenticationInd": {
            "80": "payment with rewards",
            "81": "token identification and verification",
            "82": "token identification and verification",
            "83": "non-payment with an authentication value",
            "84": "non-payment with an authentication value",
        },
        "transStatusReason": {
            "80": "card or token not eligible",
            "81": "protocol version not supported by the ACS",
        },
        "authenticationType": {"80": "defined by the Directory Server"},
    },
    demands=tuple(
        Demand(element=name, when=_DELIVERED, why="goods are delivered (shipIndicator)")
        for name in ("shipAddrCity", "shipAddrCountry", "shipAddrLine1", "shipAddrPostCode")
    ),
    eci=_eci("05", "06", "07"),
    never_status=frozenset({"I"}),
)

JCB: Final = SchemeRules(
    name="J/Secure",
    directory_server_id="A000000065",
    eci=_eci("05", "06", "07"),
    market_country=True,
    requestor_id=r"[0-9]{8}MCT.{1,15}",
)

DISCOVER: Final = SchemeRules(
    name="ProtectBuy",
    directory_server_id="A000000152",
    demands=(_EXPIRY,),
    eci=_eci("05", "06", "07"),
)

UNIONPAY: Final = SchemeRules(
    name="UnionPay 3DS", directory_server_id="A000000333", eci=_eci("05", "06", "07")
)

CARTES_BANCAIRES: Final = SchemeRules(
    name="FAST'R by CB",
    directory_server_id="A000000042",
    codes={
        "threeDSRequestorChallengeInd": {"90": "scoring only, no challenge"},
        "shipIndicator": {
            "80": "pick-up and go delivery (before 2.3.1)",
            "81": "locker delivery (before 2.3.1)",
        },
    },
    demands=(
        Demand(
            element="browserIP",
            when=At("browser", channels=frozenset({Channel.BROWSER})),
            why="no mandate keeps it back",
        ),
    ),
    eci=_eci("05", "06", "07", Y=("05", "02"), A=("06", "01"))
    | dict.fromkeys("NURI", frozenset({"07", "00"})),
    informed_by=frozenset({"90"}),
    market_country=True,
    requestor_id=r"[0-9]{14}",
)

SCHEMES: Final[Mapping[str, SchemeRules]] = {
    rules.directory_server_id: rules
    for rules in (VISA, MASTERCARD, AMEX, JCB, DISCOVER, UNIONPAY, CARTES_BANCAIRES)
}
"""By the RID of the Directory Server."""

OF_BRAND: Final[Mapping[Brand, SchemeRules]] = {
    Brand.VISA: VISA,
    Brand.MASTERCARD: MASTERCARD,
    Brand.MAESTRO: MASTERCARD,
    Brand.AMEX: AMEX,
    Brand.JCB: JCB,
    Brand.DINERS: DISCOVER,
    Brand.DISCOVER: DISCOVER,
    Brand.UNIONPAY: UNIONPAY,
}
"""By the brand of a card. A card of Cartes Bancaires bears another brand as well: ask by RID."""
