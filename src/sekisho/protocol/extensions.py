"""Typed access to the extensions of a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.protocol.checks.extensions import BRIDGING, TRAVEL
from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Json

__all__ = ["BRIDGING", "TRAVEL", "Extension", "extension", "extensions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension: what its owner has put beside the elements of the protocol."""

    id: str
    """Its owner's RID, and a number where EMVCo gave it out."""
    name: str
    critical: bool
    """Whoever does not understand it must refuse the message (202)."""
    data: Mapping[str, Json]

    def part(self, name: str) -> Mapping[str, Json]:
        """Give an object of the data, such as recurringData of a bridging extension; else empty."""
        found = self.data.get(name)
        return found if isinstance(found, dict) else {}


def extension(message: Message, id: str) -> Extension | None:
    """Give the extension with this id, or None when the message does not carry it."""
    return next((each for each in extensions(message) if each.id == id), None)


def extensions(message: Message) -> tuple[Extension, ...]:
    """Give every extension of a message, in its order."""
    listed = message.get("messageExtension")
    return tuple(
        Extension(
            id=str(each["id"]),
            name=str(each["name"]),
            critical=each["criticalityIndicator"] is True,
            data=data if isinstance(data := each["data"], dict) else {},
        )
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    )
