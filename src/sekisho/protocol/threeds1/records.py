"""The messages of 3-D Secure 1.0.2 as records; a table of data: all else is derived from it.

Each field carries the row of its element (protocol facts, section 12.2). Its type says the rest:
`| None` is optional, a tuple may be repeated, a record has elements of its own, and the order of
fields is the order in which they are written. Lengths and sequence are of low confidence.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Final, TypeAlias

from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1.element import Condition, Confidence, Element, Format, Shown
from sekisho.protocol.threeds1.vocabulary import (
    ACTION_MEANINGS,
    CAVV_ALGORITHM_MEANINGS,
    CRITICAL_MEANINGS,
    DEVICE_MEANINGS,
    ENROLLED_MEANINGS,
    ERROR_MEANINGS,
    IREQ_MEANINGS,
    STATUS_MEANINGS,
    VERSION,
    CavvAlgorithm,
    DeviceCategory,
    Enrolled,
    ErrorCode,
    IReqCode,
    MessageName,
    RangeAction,
    Status,
)

ENROLLED_YES: Final = Condition(path="CH/enrolled", values=("Y",), codes=ENROLLED_MEANINGS)
NOT_ENROLLED: Final = replace(ENROLLED_YES, negated=True)
PROVEN: Final = Condition(path="TX/status", values=("Y", "A"), codes=STATUS_MEANINGS)
UNPROVEN: Final = replace(PROVEN, negated=True)

_VERSION: Final = Element(
    name="version", title="Version of the protocol", format=Format.VERSION, size=(5, 8)
)
_XID: Final = Element(
    name="xid", title="Transaction identifier: 20 random bytes", format=Format.TWENTY_BYTES,
    size=(28, 28), size_confidence=Confidence.MEDIUM,
)  # fmt: skip
_MOMENT: Final = Element(
    name="date", title="When the purchase was made", format=Format.MOMENT, size=(17, 17),
    size_confidence=Confidence.MEDIUM,
)  # fmt: skip
_PURCH_AMOUNT: Final = Element(
    name="purchAmount", title="Amount in minor units", format=Format.DIGITS, size=(1, 12)
)
_CURRENCY: Final = Element(
    name="currency", title="Currency: ISO 4217 numeric", format=Format.DIGITS, size=(3, 3)
)
_EXPONENT: Final = Element(
    name="exponent", title="Digits after the decimal point", format=Format.DIGITS, size=(1, 1)
)
_ACQ_BIN: Final = Element(name="acqBIN", title="Acquirer", format=Format.DIGITS, size=(1, 11))
_MER_ID: Final = Element(
    name="merID", title="Merchant, as the acquirer knows it", format=Format.ASCII, size=(1, 24),
    shown=Shown.MERCHANT,
)  # fmt: skip
_ACCT_ID: Final = Element(
    name="acctID", title="The ACS's name for the card: never its number", format=Format.ASCII,
    size=(1, 28), shown=Shown.HIDDEN,
)  # fmt: skip

_VENDOR_CODE: Final = Element(
    name="vendorCode", title="The sender's own code", size=(1, 256), confidence=Confidence.LOW
)


class Record:
    """What every record shares: it shows its name and none of its values."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Extension(Record):
    """Something that the table does not know; who does not know a critical one refuses (error 4)."""

    id: Annotated[
        str,
        Element(name="id", title="Name of the extension", format=Format.ASCII, size=(1, 64),
                attribute=True, confidence=Confidence.LOW),
    ]  # fmt: skip
    critical: Annotated[
        bool,
        Element(name="critical", title="Whether it must be understood",
                codes=CRITICAL_MEANINGS, attribute=True),
    ]  # fmt: skip
    content: Annotated[
        str,
        Element(name="", title="What the extension says", format=Format.XML, size=(0, 4096),
                shown=Shown.HIDDEN),
    ] = ""  # fmt: skip


_EXTENSION: Final = Element(name="Extension", title="Extension")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IReq(Record):
    """Why a request that is well-formed could not be used."""

    i_req_code: Annotated[IReqCode, Element(name="iReqCode", title="Reason", codes=IREQ_MEANINGS)]
    i_req_detail: Annotated[
        str | None, Element(name="iReqDetail", title="Which elements, or more words")
    ] = None
    vendor_code: Annotated[str | None, _VENDOR_CODE] = None


_IREQ: Final = Element(name="IReq", title="Why the request could not be used")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RequestingMerchant(Record):
    """Who asks the Directory Server."""

    acq_bin: Annotated[str, _ACQ_BIN]
    mer_id: Annotated[str, _MER_ID]
    password: Annotated[
        Secret[str] | None,
        Element(name="password", title="The merchant's password", format=Format.ASCII, size=(1, 8),
                shown=Shown.HIDDEN),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Browser(Record):
    """What the cardholder sits at."""

    device_category: Annotated[
        DeviceCategory | None,
        Element(name="deviceCategory", title="Kind of device", codes=DEVICE_MEANINGS),
    ] = None
    accept: Annotated[
        str | None,
        Element(
            name="accept", title="Header Accept", format=Format.ASCII, confidence=Confidence.LOW
        ),
    ] = None
    user_agent: Annotated[
        str | None,
        Element(
            name="userAgent",
            title="Header User-Agent",
            format=Format.ASCII,
            confidence=Confidence.LOW,
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VEReq(Record):
    """The MPI asks the Directory Server, and that the ACS, whether a card is enrolled."""

    version: Annotated[str, _VERSION] = VERSION
    pan: Annotated[
        Secret[str],
        Element(name="pan", title="Card number", format=Format.DIGITS, size=(13, 19),
                shown=Shown.CARD, size_confidence=Confidence.MEDIUM),
    ]  # fmt: skip
    merchant: Annotated[RequestingMerchant, Element(name="Merchant", title="Merchant")]
    browser: Annotated[Browser | None, Element(name="Browser", title="Browser")] = None
    extensions: Annotated[tuple[Extension, ...], _EXTENSION] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Enrolment(Record):
    """`CH` of a VERes: the answer itself."""

    enrolled: Annotated[
        Enrolled, Element(name="enrolled", title="Whether enrolled", codes=ENROLLED_MEANINGS)
    ]
    acct_id: Annotated[
        str | None,
        replace(_ACCT_ID, needed=ENROLLED_YES, allowed=ENROLLED_YES),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VERes(Record):
    """The answer to a VEReq; for an enrolled card with the address of its ACS."""

    version: Annotated[str, _VERSION] = VERSION
    ch: Annotated[Enrolment, Element(name="CH", title="Cardholder")]
    url: Annotated[
        str | None,
        Element(name="url", title="Where the browser takes the PAReq", format=Format.URL,
                needed=ENROLLED_YES, allowed=ENROLLED_YES),
    ] = None  # fmt: skip
    protocols: Annotated[
        tuple[str, ...],
        Element(name="protocol", title="Protocols of the ACS",
                codes={"ThreeDSecure": "3-D Secure"}, needed=ENROLLED_YES, allowed=ENROLLED_YES),
    ] = ()  # fmt: skip
    i_req: Annotated[IReq | None, replace(_IREQ, allowed=NOT_ENROLLED)] = None
    extensions: Annotated[tuple[Extension, ...], _EXTENSION] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ShownMerchant(Record):
    """`Merchant` of a PAReq: what the cardholder is shown of the merchant."""

    acq_bin: Annotated[str, _ACQ_BIN]
    mer_id: Annotated[str, _MER_ID]
    name: Annotated[str, Element(name="name", title="Name", size=(1, 25))]
    country: Annotated[
        str,
        Element(name="country", title="Country: ISO 3166-1 numeric", format=Format.DIGITS,
                size=(3, 3)),
    ]  # fmt: skip
    url: Annotated[str, Element(name="url", title="The shop's address", format=Format.WEB_URL)]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Recur(Record):
    """A purchase that repeats itself."""

    frequency: Annotated[
        str, Element(name="frequency", title="Days between", format=Format.DIGITS, size=(1, 4))
    ]
    end_recur: Annotated[
        str, Element(name="endRecur", title="Until when", format=Format.DATE, size=(8, 8))
    ]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ShownPurchase(Record):
    """`Purchase` of a PAReq: what is bought."""

    xid: Annotated[str, _XID]
    date: Annotated[str, _MOMENT]
    amount: Annotated[
        str, Element(name="amount", title="Amount as the cardholder reads it", size=(1, 20))
    ]
    purch_amount: Annotated[str, _PURCH_AMOUNT]
    currency: Annotated[str, _CURRENCY]
    exponent: Annotated[str, _EXPONENT]
    desc: Annotated[str | None, Element(name="desc", title="What is bought", size=(1, 125))] = None
    recur: Annotated[Recur | None, Element(name="Recur", title="Recurring purchase")] = None
    install: Annotated[
        str | None,
        Element(name="install", title="Number of instalments", format=Format.DIGITS, size=(1, 3)),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AskedCardholder(Record):
    """`CH` of a PAReq: whose card it is."""

    acct_id: Annotated[str, _ACCT_ID]
    expiry: Annotated[
        str,
        Element(name="expiry", title="Last month of the card", format=Format.MONTH, size=(4, 4),
                shown=Shown.HIDDEN),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PAReq(Record):
    """The MPI asks the ACS, through the browser, to authenticate the cardholder."""

    version: Annotated[str, _VERSION] = VERSION
    merchant: Annotated[ShownMerchant, Element(name="Merchant", title="Merchant")]
    purchase: Annotated[ShownPurchase, Element(name="Purchase", title="Purchase")]
    ch: Annotated[AskedCardholder, Element(name="CH", title="Cardholder")]
    extensions: Annotated[tuple[Extension, ...], _EXTENSION] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EchoedMerchant(Record):
    """`Merchant` of a PARes: as the PAReq had it."""

    acq_bin: Annotated[str, _ACQ_BIN]
    mer_id: Annotated[str, _MER_ID]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EchoedPurchase(Record):
    """`Purchase` of a PARes: as the PAReq had it."""

    xid: Annotated[str, _XID]
    date: Annotated[str, _MOMENT]
    purch_amount: Annotated[str, _PURCH_AMOUNT]
    currency: Annotated[str, _CURRENCY]
    exponent: Annotated[str, _EXPONENT]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Transaction(Record):
    """`TX`: the result of the authentication."""

    time: Annotated[
        str,
        Element(name="time", title="When it ended", format=Format.MOMENT, size=(17, 17),
                size_confidence=Confidence.MEDIUM),
    ]  # fmt: skip
    status: Annotated[Status, Element(name="status", title="Result", codes=STATUS_MEANINGS)]
    cavv: Annotated[
        str | None,
        Element(name="cavv", title="Proof for the issuer's authorization",
                format=Format.TWENTY_BYTES, size=(28, 28), needed=PROVEN, allowed=PROVEN,
                shown=Shown.SHORTENED, size_confidence=Confidence.MEDIUM),
    ] = None  # fmt: skip
    eci: Annotated[
        str | None,
        Element(name="eci", title="Electronic commerce indicator", format=Format.DIGITS,
                size=(2, 2), needed=PROVEN, allowed=PROVEN, size_confidence=Confidence.MEDIUM),
    ] = None  # fmt: skip
    cavv_algorithm: Annotated[
        CavvAlgorithm | None,
        Element(name="cavvAlgorithm", title="How the CAVV was made",
                codes=CAVV_ALGORITHM_MEANINGS, needed=PROVEN, allowed=PROVEN),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PARes(Record):
    """The ACS's signed answer, through the browser."""

    id: Annotated[
        str,
        Element(name="id", title="What the signature refers to", format=Format.TOKEN,
                size=(1, 128), attribute=True, confidence=Confidence.LOW),
    ]  # fmt: skip
    version: Annotated[str, _VERSION] = VERSION
    merchant: Annotated[EchoedMerchant, Element(name="Merchant", title="Merchant")]
    purchase: Annotated[EchoedPurchase, Element(name="Purchase", title="Purchase")]
    pan: Annotated[
        str,
        Element(name="pan", title="Card number, masked", format=Format.MASKED_PAN, size=(13, 19),
                shown=Shown.CARD),
    ]  # fmt: skip
    tx: Annotated[Transaction, Element(name="TX", title="Result")]
    i_req: Annotated[IReq | None, replace(_IREQ, allowed=UNPROVEN)] = None
    extensions: Annotated[tuple[Extension, ...], _EXTENSION] = ()


_SERIAL: Final = Element(
    name="serialNumber",
    title="State of the card ranges",
    format=Format.ASCII,
    size=(1, 20),
    confidence=Confidence.LOW,
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CRReq(Record):
    """The MPI asks the Directory Server for its card ranges, at most once a day."""

    version: Annotated[str, _VERSION] = VERSION
    merchant: Annotated[RequestingMerchant, Element(name="Merchant", title="Merchant")]
    serial_number: Annotated[str | None, _SERIAL] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CardRange(Record):
    """`CR`: one change of the card ranges; both bounds belong to the range."""

    begin: Annotated[
        str, Element(name="begin", title="First card number", format=Format.DIGITS, size=(13, 19))
    ]
    end: Annotated[
        str, Element(name="end", title="Last card number", format=Format.DIGITS, size=(13, 19))
    ]
    action: Annotated[
        RangeAction, Element(name="action", title="What to do", codes=ACTION_MEANINGS)
    ]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CRRes(Record):
    """The answer to a CRReq: all ranges, or what has changed since the serial number."""

    version: Annotated[str, _VERSION] = VERSION
    card_ranges: Annotated[tuple[CardRange, ...], Element(name="CR", title="Card range")] = ()
    serial_number: Annotated[str | None, _SERIAL] = None
    i_req: Annotated[IReq | None, _IREQ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ErrorMessage(Record):
    """`Error`: the peer could not read what was sent to it."""

    version: Annotated[str, _VERSION] = VERSION
    error_code: Annotated[
        ErrorCode, Element(name="errorCode", title="What is wrong", codes=ERROR_MEANINGS)
    ]
    error_message: Annotated[str, Element(name="errorMessage", title="The same in words")]
    error_detail: Annotated[str, Element(name="errorDetail", title="Which elements it concerns")]
    vendor_code: Annotated[str | None, _VENDOR_CODE] = None


Body: TypeAlias = VEReq | VERes | PAReq | PARes | CRReq | CRRes | ErrorMessage
"""What stands inside `Message`."""

MESSAGE_ID: Final = Element(
    name="id", title="Identifier: the answer has that of the request", format=Format.TOKEN,
    size=(1, 128), attribute=True, confidence=Confidence.LOW,
)  # fmt: skip

BODIES: Final[dict[MessageName, type[Body]]] = {
    MessageName.VEREQ: VEReq,
    MessageName.VERES: VERes,
    MessageName.PAREQ: PAReq,
    MessageName.PARES: PARes,
    MessageName.CRREQ: CRReq,
    MessageName.CRRES: CRRes,
    MessageName.ERROR: ErrorMessage,
}
"""Every message with its record."""
