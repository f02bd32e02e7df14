"""What the 3DS Server says when it refuses: Erro messages in its own name."""

from typing import Final

from sekisho.kernel.errors import SekishoError
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    erro_for,
)
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, not_a_message, read_object
from sekisho.protocol.states.transaction import fault_in

VERSION_OF_LAST_RESORT: Final = Version.V220
"""What an Erro speaks when the message it answers named no version that we know."""


class StillAsking(SekishoError):
    """The transaction is being asked by somebody who cannot be waited for; repeat the request."""

    def __init__(self, erro: bytes) -> None:
        super().__init__("the authentication is under way")
        self.erro = erro


def erro(fault: ProtocolFault, version: str | None = None) -> bytes:
    """Put a fault into an Erro, of the version of the message that had it where that is known.

    Nothing, where the message was an Erro itself: an Erro is never answered with an Erro.
    """
    if not fault.answerable:
        return b""
    known = VERSION_OF_LAST_RESORT if version is None else Version(version)
    return erro_for(fault, component=Component.SERVER, version=known).encode()


def unknown_transaction() -> ProtocolFault:
    """Make the fault for an id that is unknown, or another's: nobody learns which."""
    return ProtocolFault(ErrorCode.TRANSACTION_UNKNOWN, elements=("threeDSServerTransID",))


def about(message: Message, code: ErrorCode, detail: str) -> ProtocolFault:
    """Make the fault that a whole message is refused with, under its own ids."""
    return fault_in(message, code, detail)


def type_of(body: bytes) -> MessageType | None:
    """Tell what a message calls itself, for an Erro about something else than its content."""
    try:
        return MessageType(str(read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("messageType")))
    except (ProtocolFault, ValueError):
        return None  # nothing that could be named


def too_large() -> bytes:
    """Give what a body above the limit is answered with."""
    return erro(not_a_message())
