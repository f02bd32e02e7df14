"""The faults of the preparation flow, each about a message whose identifiers the Erro repeats."""

from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.recognition import known_ids


def fault_in(
    message: Message, code: ErrorCode, element: str = "", detail: str = ""
) -> ProtocolFault:
    """Make the fault that refuses a PReq, a PRes or the file that it names."""
    return ProtocolFault(
        code,
        elements=(element,) if element else (),
        detail=detail,
        message_type=message.type,
        version=message.version,
        ids=known_ids(message.elements),
    )
