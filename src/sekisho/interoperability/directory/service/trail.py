"""Messages as they may be kept and shown: nothing in them pays, proves or points at a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sekisho.interoperability.directory.model import TrailEntry
from sekisho.kernel.cards import mask_digits
from sekisho.protocol import Message
from sekisho.protocol.codec import write_object
from sekisho.protocol.vocabulary import Json

HIDDEN: Final = "•••"
"""What stands for a value that is not kept."""

NOT_KEPT: Final = frozenset(
    {
        "authenticationValue",
        "cardExpiryDate",
        "acctID",
        "threeDSReqAuthData",
        "threeDSReqPriorAuthData",
        "sdkEncData",
        "deviceInfo",
        "payTokenInfo",
        "cardholderName",
        "email",
        "homePhone",
        "mobilePhone",
        "workPhone",
        "deliveryEmailAddress",
        "browserIP",
        "appIp",
        *(
            f"{kind}Addr{part}"
            for kind in ("bill", "ship")
            for part in ("City", "Line1", "Line2", "Line3", "PostCode", "State")
        ),
    }
)
"""Elements, at whatever depth, whose value proves an authentication or describes a person."""


def entry(message: Message, *, at: datetime, peer: str, inbound: bool) -> TrailEntry:
    """Make the trail's line about a message."""
    shown = write_object(_shown(message.elements))
    return TrailEntry(at=at, peer=peer, inbound=inbound, message=shown.decode())


def told(erro: bytes, *, at: datetime, peer: str) -> tuple[TrailEntry, ...]:
    """Make the trail's line about an Erro that we send; none when nothing was sent."""
    if not erro:
        return ()
    return (TrailEntry(at=at, peer=peer, inbound=False, message=erro.decode()),)


def _shown(members: Mapping[str, Json]) -> dict[str, Json]:
    return {name: _value(name, value) for name, value in members.items()}


def _value(name: str, value: Json) -> Json:
    if name in NOT_KEPT:
        return HIDDEN
    if name == "acctNumber":
        return mask_digits(str(value))
    if name == "messageExtension":
        return _extensions(value)
    if isinstance(value, dict):
        return _shown(value)
    if isinstance(value, list):
        return [_value("", item) for item in value]
    return value


def _extensions(value: Json) -> Json:
    """Keep which extensions there were; what is in them may be anything."""
    if not isinstance(value, list):
        return HIDDEN
    return [{**item, "data": HIDDEN} if isinstance(item, dict) else HIDDEN for item in value]
