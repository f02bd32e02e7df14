"""The rules that a mutation can break, and what a mutation is."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.protocol import ErrorCode, Message, ProtocolFault, parse
from sekisho.testkit.messages.stages import Stage


class Rule(Enum):
    """What is broken, in words."""

    MISSING = "an element that must be there is not"
    NULL = "an element is null"
    EMPTY = "an element is empty"
    FORBIDDEN = "an element is there though its condition does not hold"
    TOO_LONG = "a text is too long"
    TOO_SHORT = "a text is too short"
    OTHER_TYPE = "a value has another JSON type"
    NOT_TRUE = "a boolean that may only be true is false"
    MALFORMED = "a text has another form"
    UNREAL_DATE = "a date has the right form, but no calendar has it"
    UNLISTED = "a value is not listed"
    RESERVED = "a value is reserved for EMVCo"
    NO_ISO_CODE = "three digits are no code of ISO 3166-1 or ISO 4217"
    TOO_MANY = "an array has too many items"
    ITEM_TWICE = "an array has an item twice"
    TOO_HEAVY = "an object or array has too many characters as JSON"
    MEMBER_TWICE = "an object has a member twice"
    NOT_A_PAIR = "an item that is to be one pair of code and text is not"
    NOT_A_MESSAGE = "the bytes are no JSON object"
    UNKNOWN_TYPE = "no message has that type"
    WRONG_RECEIVER = "the message is not for this component"
    UNKNOWN_VERSION = "nobody here speaks that version"
    OTHER_VERSION = "the version is not the agreed one"
    OTHER_TRANSACTION = "an identifier is not that of the request"
    CRITICAL_EXTENSION = "a critical extension is not understood"
    EXTENSION_TWICE = "an extension id stands twice"
    OTHER_EXPONENT = "a currency has another exponent"
    IMPOSSIBLE_STATUS = "a transStatus answers what was not asked"
    TRUST_UNPLAIN = "a 3DS Requestor says of the trust list more than yes or no"
    UNFIT_TEMPLATE = "the native interface has no HTML template"
    TIMEOUT_UNNAMED = "a timeout does not say which"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A message with one rule broken, and the error that must come back."""

    rule: Rule
    path: str
    """The element in question, as an errorDetail names it; empty for the message as such."""
    data: bytes
    """The message as it travels."""
    error_code: ErrorCode
    error_detail: str
    stage: Stage
    """Where it is read; its place says with which reading."""

    def read(self) -> Message:
        """Read it as its receiver does; raises the ProtocolFault that is to come."""
        place = self.stage.place
        return parse(
            self.data,
            receiver=self.stage.receiver,
            channel=place.channel,
            category=place.category,
            request=self.stage.request,
            reading=place.reading,
        )

    def fault(self) -> ProtocolFault:
        """Give the fault that its receiver finds; AssertionError when it finds none."""
        try:
            self.read()
        except ProtocolFault as fault:
            return fault
        raise AssertionError(f"taken for sound: {self}")

    def __str__(self) -> str:
        place = self.stage.place
        where = f"{place.form.value} {place.version.value} {place.channel.value}"
        return (
            f"{where} {place.category.value} {place.reading.value}: {self.rule.value}: {self.path}"
        )


REPORTED_FIRST: Final = (
    ErrorCode.ELEMENT_MISSING,
    ErrorCode.FORMAT_INVALID,
    ErrorCode.DUPLICATE,
    ErrorCode.RESERVED_VALUE,
    ErrorCode.ISO_CODE_INVALID,
    ErrorCode.EXTENSION_NOT_RECOGNISED,
    ErrorCode.TRANSACTION_UNKNOWN,
)
"""An Erro reports one code: the first of these, as the reference page guarantees it."""
