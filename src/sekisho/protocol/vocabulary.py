"""The specification's closed lists: who speaks, about what, in which message and version."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
    """A value as JSON knows it."""
else:
    # A name that refers to itself cannot be read back from JSON by its type; whatever JSON can.
    Json = Any


class _Word(StrEnum):
    """A closed list of words; each hashes as the text it is, which is quicker than by its name."""

    __hash__ = str.__hash__


class MessageType(_Word):
    """`messageType`: the eleven messages of EMV 3DS."""

    AREQ = "AReq"
    ARES = "ARes"
    CREQ = "CReq"
    CRES = "CRes"
    RREQ = "RReq"
    RRES = "RRes"
    PREQ = "PReq"
    PRES = "PRes"
    ERRO = "Erro"
    OREQ = "OReq"
    ORES = "ORes"


class Form(_Word):
    """What the element table distinguishes: the message types, and the last CRes apart."""

    AREQ = "AReq"
    ARES = "ARes"
    CREQ = "CReq"
    CRES = "CRes"
    FINAL_CRES = "FinalCRes"
    RREQ = "RReq"
    RRES = "RRes"
    PREQ = "PReq"
    PRES = "PRes"
    ERRO = "Erro"
    OREQ = "OReq"
    ORES = "ORes"


class Version(_Word):
    """`messageVersion`: the protocol versions that Sekisho speaks, in order."""

    V210 = "2.1.0"
    V220 = "2.2.0"
    V231 = "2.3.1"


class Channel(_Word):
    """`deviceChannel`: how the cardholder came, if at all."""

    APP = "01"
    BROWSER = "02"
    THREE_RI = "03"


class Category(_Word):
    """`messageCategory`: whether money is to move."""

    PAYMENT = "01"
    NON_PAYMENT = "02"


class Component(_Word):
    """`errorComponent`: the four parties that exchange messages."""

    SDK = "C"
    SERVER = "S"
    DIRECTORY = "D"
    ACS = "A"


class Reading(_Word):
    """How to read where the sources of the protocol disagree (see the reference page).

    What we write is STRICT; what we read is LENIENT unless somebody asks otherwise.
    """

    STRICT = "strict"
    LENIENT = "lenient"


ACCEPTED_BY: dict[Component, frozenset[MessageType]] = {
    Component.SDK: frozenset({MessageType.CRES, MessageType.ERRO}),
    Component.SERVER: frozenset(
        {
            MessageType.ARES,
            MessageType.RREQ,
            MessageType.PRES,
            MessageType.OREQ,
            MessageType.ERRO,
            # The browser brings the 3DS Server's side (the 3DS Requestor) the final CRes.
            MessageType.CRES,
        }
    ),
    Component.DIRECTORY: frozenset(
        {
            MessageType.AREQ,
            MessageType.ARES,
            MessageType.RREQ,
            MessageType.RRES,
            MessageType.PREQ,
            MessageType.ORES,
            MessageType.ERRO,
        }
    ),
    Component.ACS: frozenset(
        {
            MessageType.AREQ,
            MessageType.CREQ,
            MessageType.RRES,
            MessageType.OREQ,
            MessageType.ERRO,
        }
    ),
}
"""Who takes what; anything else is error 101."""
