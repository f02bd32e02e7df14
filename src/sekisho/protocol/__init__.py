"""EMV 3-D Secure as pure code: the element table, messages, checks, faults. No I/O, no clock.

Read with `parse`, make with `build`, refuse with `erro_for`, look into what was captured with
`explain`; `forms`, `selection`, `card_ranges`, `threeds_method` and `authentication_value` hold what
goes on around the messages.
"""

from sekisho.protocol.codec import MESSAGE_BYTES_MAX
from sekisho.protocol.erro import erro_for
from sekisho.protocol.explanation import Explanation, NoMessage, explain
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message, build, check, parse
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Json,
    MessageType,
    Reading,
    Version,
)

__all__ = [
    "MESSAGE_BYTES_MAX",
    "Category",
    "Channel",
    "Component",
    "ErrorCode",
    "Explanation",
    "Json",
    "Message",
    "MessageType",
    "NoMessage",
    "ProtocolFault",
    "Reading",
    "Version",
    "build",
    "check",
    "erro_for",
    "explain",
    "parse",
]
