"""Typed access: a message's elements as a dictionary of which a type checker knows every member.

areq = elements(message, v231.AReq)
areq["purchaseAmount"]  # str, and a misspelt name is an error before anything runs
"""

from collections.abc import Mapping
from typing import Final, TypeVar, cast

from sekisho.kernel.errors import Misuse
from sekisho.protocol.messages import Message
from sekisho.protocol.typed_elements import v210, v220, v231
from sekisho.protocol.vocabulary import MessageType, Version

Elements = TypeVar("Elements")

TYPES: Final[Mapping[Version, Mapping[MessageType, type]]] = {
    Version.V210: v210.MESSAGES,
    Version.V220: v220.MESSAGES,
    Version.V231: v231.MESSAGES,
}
"""The type of each message of each version."""


def elements(message: Message, shape: type[Elements]) -> Elements:
    """Give the elements of a message as the type of its version has them.

    Raises Misuse when the type is that of another message or version: look at `message.version`
    first. What is not required may be absent: use `get` or `in`.
    """
    if TYPES[message.version].get(message.type) is not shape:
        raise Misuse(f"{message!r} does not have the elements of {shape.__qualname__}")
    return cast(
        Elements, message.elements
    )  # checked against the table that the type is printed from


__all__ = ["TYPES", "elements", "v210", "v220", "v231"]
