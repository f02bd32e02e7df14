"""The closed lists of 3-D Secure 1.0.2: messages, statuses, codes (protocol facts, section 12)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

VERSION: Final = "1.0.2"
"""The one version that is spoken; older ones are error 6."""


class MessageName(StrEnum):
    """The element inside `Message`: what a message is."""

    VEREQ = "VEReq"
    VERES = "VERes"
    PAREQ = "PAReq"
    PARES = "PARes"
    CRREQ = "CRReq"
    CRRES = "CRRes"
    ERROR = "Error"


class Enrolled(StrEnum):
    """`VERes.CH.enrolled`: whether the card takes part."""

    YES = "Y"
    NO = "N"
    UNABLE = "U"


class Status(StrEnum):
    """`PARes.TX.status`: how the authentication ended."""

    AUTHENTICATED = "Y"
    FAILED = "N"
    UNABLE = "U"
    ATTEMPTED = "A"


class CavvAlgorithm(StrEnum):
    """`PARes.TX.cavvAlgorithm`: how the CAVV was made."""

    HMAC = "0"
    CVV = "1"
    CVV_WITH_ATN = "2"
    MASTERCARD_SPA = "3"


class DeviceCategory(StrEnum):
    """`VEReq.Browser.deviceCategory`."""

    PC = "0"
    MOBILE = "1"


class RangeAction(StrEnum):
    """`CRRes.CR.action`."""

    ADD = "A"
    DELETE = "D"


class ErrorCode(StrEnum):
    """`Error.errorCode`: why a message could not be read."""

    ROOT_INVALID = "1"
    MESSAGE_UNDEFINED = "2"
    ELEMENT_MISSING = "3"
    EXTENSION_NOT_RECOGNISED = "4"
    FORMAT_INVALID = "5"
    VERSION_TOO_OLD = "6"
    TRANSIENT_FAILURE = "98"
    PERMANENT_FAILURE = "99"


class IReqCode(StrEnum):
    """`IReq.iReqCode`: why a well-formed request could not be used."""

    ACQUIRER_UNKNOWN = "50"
    MERCHANT_UNKNOWN = "51"
    PASSWORD_REQUIRED = "52"
    PASSWORD_INVALID = "53"
    ISO_CODE_INVALID = "54"
    TRANSACTION_DATA_INVALID = "55"
    WRONGLY_ROUTED = "56"
    SERIAL_NUMBER_INVALID = "57"
    ACCESS_DENIED = "58"
    TRANSIENT_FAILURE = "98"
    PERMANENT_FAILURE = "99"


ENROLLED_MEANINGS: Final[Mapping[str, str]] = {
    Enrolled.YES: "enrolled",
    Enrolled.NO: "not enrolled",
    Enrolled.UNABLE: "could not be told",
}
STATUS_MEANINGS: Final[Mapping[str, str]] = {
    Status.AUTHENTICATED: "authenticated",
    Status.FAILED: "not authenticated: do not authorise",
    Status.UNABLE: "could not be tried",
    Status.ATTEMPTED: "attempted, with proof",
}
CAVV_ALGORITHM_MEANINGS: Final[Mapping[str, str]] = {
    CavvAlgorithm.HMAC: "HMAC",
    CavvAlgorithm.CVV: "CVV",
    CavvAlgorithm.CVV_WITH_ATN: "CVV with authentication transaction number",
    CavvAlgorithm.MASTERCARD_SPA: "Mastercard SPA",
}
DEVICE_MEANINGS: Final[Mapping[str, str]] = {
    DeviceCategory.PC: "a computer",
    DeviceCategory.MOBILE: "a mobile device",
}
ACTION_MEANINGS: Final[Mapping[str, str]] = {
    RangeAction.ADD: "add the range",
    RangeAction.DELETE: "delete the range",
}
CRITICAL_MEANINGS: Final[Mapping[str, str]] = {
    "true": "who does not know it refuses the message",
    "false": "who does not know it goes on",
}
ERROR_MEANINGS: Final[Mapping[str, str]] = {
    ErrorCode.ROOT_INVALID: "The root element is not the expected one.",
    ErrorCode.MESSAGE_UNDEFINED: "The message is none of those defined.",
    ErrorCode.ELEMENT_MISSING: "A required element is missing.",
    ErrorCode.EXTENSION_NOT_RECOGNISED: "A critical extension is not recognised.",
    ErrorCode.FORMAT_INVALID: "The format of an element is invalid.",
    ErrorCode.VERSION_TOO_OLD: "The protocol version is too old.",
    ErrorCode.TRANSIENT_FAILURE: "The system fails for the moment.",
    ErrorCode.PERMANENT_FAILURE: "The system fails until it is repaired.",
}
"""errorMessage, in our words."""
IREQ_MEANINGS: Final[Mapping[str, str]] = {
    IReqCode.ACQUIRER_UNKNOWN: "the acquirer does not participate",
    IReqCode.MERCHANT_UNKNOWN: "the merchant does not participate",
    IReqCode.PASSWORD_REQUIRED: "a password is required",
    IReqCode.PASSWORD_INVALID: "the password is wrong",
    IReqCode.ISO_CODE_INVALID: "a country or currency is not of ISO 3166-1 or 4217",
    IReqCode.TRANSACTION_DATA_INVALID: "the transaction data are not valid",
    IReqCode.WRONGLY_ROUTED: "the PAReq came to the wrong ACS",
    IReqCode.SERIAL_NUMBER_INVALID: "the serial number is not valid",
    IReqCode.ACCESS_DENIED: "access is denied",
    IReqCode.TRANSIENT_FAILURE: "the system fails for the moment",
    IReqCode.PERMANENT_FAILURE: "the system fails until it is repaired",
}
