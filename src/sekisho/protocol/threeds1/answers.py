"""How a receiver says no: an Error for what it cannot read, an IReq for what it cannot use."""

from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.messages import Message, build
from sekisho.protocol.threeds1.records import ErrorMessage

UNKNOWN_ID = "unknown"
"""The id of an Error about a message whose own id could not be read."""


def error_for(fault: ThreeDS1Fault, *, message_id: str | None = None) -> Message[ErrorMessage]:
    """Make the Error that answers a fault (section 12.4), under the id of the faulty message.

    `message_id` stands in where that could not be read. Raises Misuse for a fault in an Error,
    which is never answered with an Error: ask `fault.answerable` first.
    """
    if not fault.answerable:
        raise Misuse("an Error is never answered with an Error")
    return build(
        fault.message_id or message_id or UNKNOWN_ID,
        ErrorMessage(
            error_code=fault.error_code,
            error_message=fault.error_message,
            error_detail=fault.error_detail or fault.error_message,
        ),
    )
