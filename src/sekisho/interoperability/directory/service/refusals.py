"""What the Directory Server says when it refuses: Erro messages in its own name."""

from collections.abc import Mapping

from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, erro_for
from sekisho.protocol.checks import TRANSACTION_IDS
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, not_a_message, read_object


def erro(fault: ProtocolFault) -> bytes:
    """Put a fault into an Erro; nothing, where the message was an Erro itself."""
    if not fault.answerable:
        return b""
    return erro_for(fault, component=Component.DIRECTORY).encode()


def about(
    message: Message,
    code: ErrorCode,
    detail: str,
    *,
    ids: Mapping[str, str] | None = None,
    kind: MessageType | None = None,
) -> ProtocolFault:
    """Make a fault of a message that was read, under the ids that it carries and any others."""
    carried = {name: message.text(name) for name in TRANSACTION_IDS if name in message}
    return ProtocolFault(
        code,
        detail=detail,
        message_type=kind or message.type,
        version=message.version.value,
        ids={**carried, **(ids or {})},
    )


def type_of(body: bytes) -> MessageType | None:
    """Tell what a message calls itself; None for what is no message of the protocol."""
    try:
        return MessageType(str(read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("messageType")))
    except (ProtocolFault, ValueError):
        return None  # whoever reads the message properly will say what is wrong with it


def too_large() -> bytes:
    """Give what a body above the limit is answered with."""
    return erro(not_a_message())
