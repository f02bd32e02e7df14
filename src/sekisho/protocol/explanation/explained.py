"""What an explanation says: the message, its elements, its faults. Holds no card number."""

from dataclasses import dataclass

from sekisho.protocol.faults import NOT_A_MESSAGE, ErrorCode, ProtocolFault
from sekisho.protocol.threeds1 import ErrorCode as OldErrorCode
from sekisho.protocol.threeds1 import MessageName
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Json,
    MessageType,
    Reading,
    Version,
)


class NoMessage(ProtocolFault):
    """What was given is no message that could be explained; `saw` tells what it is instead."""

    def __init__(self, saw: str) -> None:
        self.saw = saw
        super().__init__(ErrorCode.MESSAGE_INVALID, detail=NOT_A_MESSAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedElement:
    """One member of the message, or of an object inside it, as it may be shown."""

    name: str
    value: Json
    """Card numbers masked, secrets hidden; None where children say it."""
    title: str
    inclusion: str | None
    """R, C or O at that place; None: the table does not list it there."""
    meaning: str | None
    """What a coded value means."""
    remark: str
    """Why the table does not list it; empty when it does."""
    children: tuple["ExplainedElement", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedFault:
    """One rule that the message breaks."""

    error_code: ErrorCode | OldErrorCode
    error_detail: str
    """What the Erro would say of this fault alone."""
    element: str
    """The path of the element it concerns; empty when it concerns the whole message."""
    expected: str
    found: str
    rule: str
    """Where the rule stands."""
    readings: tuple[Reading, ...]
    """Under which readings it is a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The one error that the receiver answers: one code, and every element it concerns."""

    error_code: ErrorCode | OldErrorCode
    error_detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A captured message, explained."""

    came_as: str
    """The form it was captured in."""
    subject: str
    """What it is, in a few words."""
    message_type: MessageType | MessageName | None
    """Of EMV 3DS, or of 3-D Secure 1.0.2; None: it could not be told, or there is none."""
    message_version: str | None
    """As the message says it."""
    read_as: Version | None
    """The version whose rules were applied; None: its rules could not be told."""
    listed_by: Version | None
    """The version whose table names the elements: the nearest one, where `read_as` is None."""
    channel: Channel | None
    category: Category | None
    receiver: Component | None
    """Who the rules took for its reader; None: nobody in particular."""
    elements: tuple[ExplainedElement, ...]
    faults: tuple[ExplainedFault, ...]
    """Every fault under either reading, those that the receiver reports first leading."""
    reported: dict[Reading, Reported]
    """What the receiver would answer; a reading without faults is not in it."""

    def faults_in(self, reading: Reading) -> tuple[ExplainedFault, ...]:
        """Give the faults of one reading."""
        return tuple(fault for fault in self.faults if reading in fault.readings)
