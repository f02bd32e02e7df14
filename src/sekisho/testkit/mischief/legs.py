"""Who can misbehave, and at which message: every leg of an authentication between two roles."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.protocol import MessageType


class Role(Enum):
    """A role of the network, by the name of its room."""

    SERVER = "server"
    DIRECTORY = "directory"
    ACS = "acs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One message on its way: who sends it, to whom, and whether it is an answer."""

    role: Role
    message: MessageType
    to: Role
    is_answer: bool

    def __str__(self) -> str:
        """Write it as a switch is written: `acs.ARes`."""
        return f"{self.role.value}.{self.message.value}"


def _asks(role: Role, message: MessageType, to: Role) -> Leg:
    return Leg(role=role, message=message, to=to, is_answer=False)


def _answers(role: Role, message: MessageType, to: Role) -> Leg:
    return Leg(role=role, message=message, to=to, is_answer=True)


SERVER_AREQ: Final = _asks(Role.SERVER, MessageType.AREQ, Role.DIRECTORY)
SERVER_PREQ: Final = _asks(Role.SERVER, MessageType.PREQ, Role.DIRECTORY)
SERVER_RRES: Final = _answers(Role.SERVER, MessageType.RRES, Role.DIRECTORY)
DIRECTORY_ARES: Final = _answers(Role.DIRECTORY, MessageType.ARES, Role.SERVER)
DIRECTORY_PRES: Final = _answers(Role.DIRECTORY, MessageType.PRES, Role.SERVER)
DIRECTORY_AREQ: Final = _asks(Role.DIRECTORY, MessageType.AREQ, Role.ACS)
DIRECTORY_RREQ: Final = _asks(Role.DIRECTORY, MessageType.RREQ, Role.SERVER)
DIRECTORY_RRES: Final = _answers(Role.DIRECTORY, MessageType.RRES, Role.ACS)
ACS_ARES: Final = _answers(Role.ACS, MessageType.ARES, Role.DIRECTORY)
ACS_RREQ: Final = _asks(Role.ACS, MessageType.RREQ, Role.DIRECTORY)

LEGS: Final = (
    ACS_ARES,
    ACS_RREQ,
    DIRECTORY_ARES,
    DIRECTORY_AREQ,
    DIRECTORY_RREQ,
    DIRECTORY_RRES,
    DIRECTORY_PRES,
    SERVER_AREQ,
    SERVER_RRES,
    SERVER_PREQ,
)
"""In the order in which a switch that names no message finds its own: answers before requests."""

ANSWER_TO: Final = {
    MessageType.AREQ: MessageType.ARES,
    MessageType.RREQ: MessageType.RRES,
    MessageType.PREQ: MessageType.PRES,
}
"""What a request is answered with, when all is well."""


def leg_of(role: Role, message: MessageType) -> Leg | None:
    """Give a role's leg for a message; None where the role sends no such message."""
    return next((leg for leg in LEGS if leg.role is role and leg.message is message), None)
