"""EMV 3-D Secure as pure code: messages read, made, checked and explained. No I/O, no clock.

Read what came, answer what is wrong with it, make what goes out, look into what was captured:

>>> data = b'{"messageType":"PReq","messageVersion":"2.2.0","threeDSServerTransID":"x"}'
>>> try:
...     message = parse(data, receiver=Component.DIRECTORY)
... except ProtocolFault as fault:
...     answer = erro_for(fault, component=Component.DIRECTORY).encode()
>>> [(fault.error_code.value, fault.element) for fault in explain(data).faults]
[('201', 'threeDSServerRefNumber'), ('203', 'threeDSServerTransID')]

`build` makes a message, `check` holds one against the rules of another reader. What goes on around the
messages lies in modules of its own: `forms`, `threeds_method`, `selection`, `card_ranges`, `jose`,
`authentication_value`, `states`, and `threeds1` for 3-D Secure 1.0.2.
"""

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
