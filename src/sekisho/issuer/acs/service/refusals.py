"""What the ACS says when it refuses: Erro messages in its own name."""

from sekisho.protocol import Component, ErrorCode, Message, ProtocolFault, erro_for
from sekisho.protocol.codec import not_a_message

CARRIED = ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID")


def erro(fault: ProtocolFault) -> bytes:
    """Put a fault into an Erro; nothing, where the message was an Erro itself."""
    if not fault.answerable:
        return b""
    return erro_for(fault, component=Component.ACS).encode()


def about(message: Message, code: ErrorCode, detail: str) -> ProtocolFault:
    """Make a fault of a message that was read, under the identifiers that it carries."""
    return ProtocolFault(
        code,
        detail=detail,
        message_type=message.type,
        version=message.version.value,
        ids={name: message.text(name) for name in CARRIED if name in message},
    )


def too_large() -> bytes:
    """Give what a body above the limit is answered with."""
    return erro(not_a_message())
