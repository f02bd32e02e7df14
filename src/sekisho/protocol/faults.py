"""What is wrong with a peer's message, in the words of the error table.

* SekishoError
  * TheyErred
    * ProtocolFault   one error code, and the names of every element it concerns
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from sekisho.kernel.errors import TheyErred
from sekisho.protocol.vocabulary import MessageType

DETAIL_CHARACTERS_MAX: Final = 2048
"""Longest errorDetail and errorDescription."""


class ErrorCode(StrEnum):
    """`errorCode`; 401 does not exist. Codes above 204 and 307 are younger than 2.2.0."""

    MESSAGE_INVALID = "101"
    VERSION_NOT_SUPPORTED = "102"
    TOO_MANY_MESSAGES = "103"
    ELEMENT_MISSING = "201"
    EXTENSION_NOT_RECOGNISED = "202"
    FORMAT_INVALID = "203"
    DUPLICATE = "204"
    RANGES_OVERLAP = "205"
    RANGE_ACTION_IMPOSSIBLE = "206"
    RESERVED_VALUE = "207"
    TRANSACTION_UNKNOWN = "301"
    DECRYPTION_FAILED = "302"
    ACCESS_DENIED = "303"
    ISO_CODE_INVALID = "304"
    TRANSACTION_DATA_INVALID = "305"
    MCC_INVALID = "306"
    SERIAL_NUMBER_INVALID = "307"
    SIGNATURE_INVALID = "308"
    CONTENT_POLICY_VIOLATED = "309"
    ALGORITHM_WRONG = "310"
    KEY_ID_UNKNOWN = "311"
    MESSAGE_REPEATED = "312"
    RESULT_INCONSISTENT = "313"
    CHALLENGE_REPEATED = "314"
    CHALLENGE_OVER = "315"
    TIMED_OUT = "402"
    TRANSIENT_FAILURE = "403"
    PERMANENT_FAILURE = "404"
    CONNECTION_FAILED = "405"


DESCRIPTIONS: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.MESSAGE_INVALID: "The message is not one that this component recognises.",
    ErrorCode.VERSION_NOT_SUPPORTED: "This component does not support the message version.",
    ErrorCode.TOO_MANY_MESSAGES: "More messages were sent than the limit allows.",
    ErrorCode.ELEMENT_MISSING: "A required element is missing.",
    ErrorCode.EXTENSION_NOT_RECOGNISED: "A critical message extension is not recognised.",
    ErrorCode.FORMAT_INVALID: "An element is not in the required format or has an invalid value.",
    ErrorCode.DUPLICATE: "An element occurs twice.",
    ErrorCode.RANGES_OVERLAP: "Card ranges overlap.",
    ErrorCode.RANGE_ACTION_IMPOSSIBLE: "The action on a card range cannot be carried out.",
    ErrorCode.RESERVED_VALUE: "A reserved value is not recognised.",
    ErrorCode.TRANSACTION_UNKNOWN: "The transaction identifier is not recognised.",
    ErrorCode.DECRYPTION_FAILED: "The data could not be decrypted.",
    ErrorCode.ACCESS_DENIED: "Access is denied, or the endpoint is invalid.",
    ErrorCode.ISO_CODE_INVALID: "An ISO code is not valid here.",
    ErrorCode.TRANSACTION_DATA_INVALID: "The transaction data are not valid.",
    ErrorCode.MCC_INVALID: "The merchant category code is not valid for the payment system.",
    ErrorCode.SERIAL_NUMBER_INVALID: "The serial number is not valid.",
    ErrorCode.SIGNATURE_INVALID: "A signature could not be verified.",
    ErrorCode.CONTENT_POLICY_VIOLATED: "The content security policy was violated.",
    ErrorCode.ALGORITHM_WRONG: "The cryptographic algorithm is not the expected one.",
    ErrorCode.KEY_ID_UNKNOWN: "The key identifier is missing or unknown.",
    ErrorCode.MESSAGE_REPEATED: "The message was received before.",
    ErrorCode.RESULT_INCONSISTENT: "The result does not follow from the authentication.",
    ErrorCode.CHALLENGE_REPEATED: "The challenge request was received before.",
    ErrorCode.CHALLENGE_OVER: "The challenge has ended.",
    ErrorCode.TIMED_OUT: "The time allowed has passed.",
    ErrorCode.TRANSIENT_FAILURE: "The system fails for the moment.",
    ErrorCode.PERMANENT_FAILURE: "The system fails until it is repaired.",
    ErrorCode.CONNECTION_FAILED: "No connection could be made to the next component.",
}
"""errorDescription, in our words."""

YOUNGER_THAN_220: Final = frozenset(
    {
        ErrorCode.RANGES_OVERLAP,
        ErrorCode.RANGE_ACTION_IMPOSSIBLE,
        ErrorCode.RESERVED_VALUE,
        ErrorCode.SIGNATURE_INVALID,
        ErrorCode.CONTENT_POLICY_VIOLATED,
        ErrorCode.ALGORITHM_WRONG,
        ErrorCode.KEY_ID_UNKNOWN,
        ErrorCode.MESSAGE_REPEATED,
        ErrorCode.RESULT_INCONSISTENT,
        ErrorCode.CHALLENGE_REPEATED,
        ErrorCode.CHALLENGE_OVER,
    }
)
"""Codes that only 2.3.1 knows."""

NOT_A_MESSAGE: Final = "Invalid Formatted Message"
UNKNOWN_TYPE: Final = "Invalid Message Type"
WRONG_RECEIVER: Final = "Invalid Message for the receiving component"


class ProtocolFault(TheyErred):
    """The peer broke a rule of the protocol; `erro_for` turns it into the Erro that says which.

    Never holds a value of the message other than its transaction identifiers.
    """

    def __init__(
        self,
        error_code: ErrorCode,
        *,
        elements: Iterable[str] = (),
        detail: str = "",
        message_type: MessageType | None = None,
        version: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        self.error_code = error_code
        self.elements = tuple(elements)
        self.error_detail = (detail or ",".join(self.elements))[:DETAIL_CHARACTERS_MAX]
        self.message_type = message_type
        """What the faulty message called itself, when that is a message type."""
        self.version = version
        """What the faulty message gave as messageVersion, when it looks like one."""
        self.ids: Mapping[str, str] = dict(ids or {})
        """The transaction identifiers that the faulty message carried in good form."""
        super().__init__(f"{error_code.value} {self.error_detail}")

    @property
    def error_description(self) -> str:
        """Say in a sentence what the error code means."""
        return DESCRIPTIONS[self.error_code]

    @property
    def answerable(self) -> bool:
        """Tell whether an Erro may answer it.

        An Erro is never answered with an Erro. A final CRes with a transStatus that it may not have
        ends the processing in silence: what counts is the RReq (protocol facts, section 7).
        """
        silent = (
            self.message_type is MessageType.CRES
            and self.elements == ("transStatus",)
            and self.error_code is not ErrorCode.ELEMENT_MISSING
        )
        return self.message_type is not MessageType.ERRO and not silent
