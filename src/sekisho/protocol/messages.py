"""Messages: read with `parse`, made with `build`, refused with `erro_for`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import msgspec

from sekisho.kernel.errors import Misuse
from sekisho.protocol.aliases import renamed
from sekisho.protocol.checks import Reader, inspect, read_at_once
from sekisho.protocol.codec import (
    APP_MESSAGE_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    RANGES_BYTES_MAX,
    not_a_message,
    read_object,
    write_object,
)
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.fitting import fitted
from sekisho.protocol.hints import hinted_place
from sekisho.protocol.places import Place, place_of
from sekisho.protocol.recognition import is_spoken, known_ids, recognise, version_of
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import (
    ACCEPTED_BY,
    Category,
    Channel,
    Component,
    Form,
    Json,
    MessageType,
    Reading,
    Version,
)

VERSIONS: Final = tuple(Version)
"""What Sekisho supports, oldest first."""

BYTES_MAX: Final[Mapping[MessageType, int]] = {
    **dict.fromkeys(MessageType, APP_MESSAGE_BYTES_MAX),
    MessageType.PRES: RANGES_BYTES_MAX,
    MessageType.ERRO: MESSAGE_BYTES_MAX,
}
"""The largest message of each type that is read at all."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message that satisfies every rule of its version, channel and category."""

    type: MessageType
    version: Version
    channel: Channel
    category: Category
    elements: Mapping[str, Json]
    """The elements that the table knows for such a message."""
    received: Mapping[str, Json]
    """All members as received, unknown ones included."""

    def __getitem__(self, name: str) -> Json:
        return self.elements[name]

    def __contains__(self, name: object) -> bool:
        return name in self.elements

    def get(self, name: str, default: Json = None) -> Json:
        """Give an element, or the default when the message does not carry it."""
        return self.elements.get(name, default)

    def text(self, name: str) -> str:
        """Give an element that is a text; KeyError when the message does not carry it."""
        value = self.elements[name]
        if not isinstance(value, str):
            raise Misuse(f"{name} is not a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Give an element that is a text, or None when the message does not carry it."""
        return self.text(name) if name in self.elements else None

    def encode(self) -> bytes:
        """Write the known elements as compact JSON."""
        return write_object(self.elements)

    def __repr__(self) -> str:
        return f"<{self.type.value} {self.version.value}>"


def parse(
    data: bytes,
    *,
    receiver: Component,
    channel: Channel | None = None,
    category: Category | None = None,
    version: Version | None = None,
    request: Message | None = None,
    supported: Collection[Version] = VERSIONS,
    understood: Collection[str] = (),
    reading: Reading = Reading.LENIENT,
    scheme: SchemeRules | None = None,
    now: datetime | None = None,
) -> Message:
    """Read a message as the component that receives it.

    An AReq tells its channel and category itself; for its successors the caller gives those of the
    AReq. `version` is what the transaction has agreed on; `request` the message this one answers
    (or the AReq or ARes that a result belongs to); `understood` the ids of critical extensions;
    `scheme` what the card scheme adds; `now` the moment that times in the message are held against.
    Raises ProtocolFault and nothing else, whatever the bytes.
    """
    if request is not None:
        version = version or request.version
        channel = channel or request.channel
        category = category or request.category
    asked = None if request is None else request.elements
    reader = Reader(receiver, asked, understood, scheme, now)
    place = hinted_place(data, channel=channel, category=category, reading=reading)
    if place is not None and is_spoken(place, supported, version):
        message = _at_once(data, place, channel, receiver, reader)
        if message is not None:
            return message
    members = read_object(data, limit=_LARGEST[receiver])
    kind = recognise(members, receiver)
    if len(data) > BYTES_MAX[kind]:
        raise not_a_message()
    spoken = version_of(members, kind, supported, version)
    if reading is Reading.LENIENT:
        members = renamed(members, kind, spoken)
    place = place_of(members, kind, spoken, channel=channel, category=category, reading=reading)
    return _checked(members, kind, place, reader)


def check(message: Message, *, receiver: Component, reading: Reading = Reading.STRICT) -> None:
    """Check a message again, as another component would read it; raises ProtocolFault."""
    elements, kind = dict(message.elements), message.type
    place = place_of(
        elements,
        kind,
        message.version,
        channel=message.channel,
        category=message.category,
        reading=reading,
    )
    _checked(elements, kind, place, Reader(receiver, None, _extension_ids(elements)))


def build(
    kind: MessageType,
    version: Version,
    elements: Mapping[str, Json],
    *,
    sender: Component,
    channel: Channel | None = None,
    category: Category | None = None,
    receiver: Component | None = None,
    request: Message | None = None,
    fit: bool = False,
    scheme: SchemeRules | None = None,
) -> Message:
    """Make a message; messageType and messageVersion are filled in.

    With `fit`, what the table does not allow for that version, channel and category is left out, as
    is what is None, and one value becomes a list of one (or back) where the versions differ.
    Raises Misuse when the result breaks a rule: what we send is always sound.
    """
    members: dict[str, Json] = {
        "messageType": kind.value,
        "messageVersion": version.value,
        **{name: value for name, value in elements.items() if value is not None or not fit},
    }
    there = partial(
        place_of, kind=kind, version=version, channel=channel, category=category,
        reading=Reading.STRICT,
    )  # fmt: skip
    if fit:
        members = fitted(members, there(members))
    reader = Reader(
        receiver or _RECEIVERS.get((kind, sender)),
        None if request is None else request.elements,
        _extension_ids(members),
        scheme,
    )
    try:
        return _checked(members, kind, there(members), reader)
    except ProtocolFault as fault:
        raise Misuse(f"our own {kind.value} breaks the protocol: {fault}") from fault


_LARGEST: Final[Mapping[Component, int]] = {
    component: max(BYTES_MAX[kind] for kind in kinds) for component, kinds in ACCEPTED_BY.items()
}
"""What each component reads before it knows the type of a message."""

_KINDS: Final = {
    **{Form(kind.value): kind for kind in MessageType},
    Form.FINAL_CRES: MessageType.CRES,
}

_RECEIVERS: Final[Mapping[tuple[MessageType, Component], Component]] = {
    (MessageType.AREQ, Component.SERVER): Component.DIRECTORY,
    (MessageType.AREQ, Component.DIRECTORY): Component.ACS,
    (MessageType.ARES, Component.ACS): Component.DIRECTORY,
    (MessageType.ARES, Component.DIRECTORY): Component.SERVER,
    (MessageType.RREQ, Component.ACS): Component.DIRECTORY,
    (MessageType.RREQ, Component.DIRECTORY): Component.SERVER,
    (MessageType.RRES, Component.SERVER): Component.DIRECTORY,
    (MessageType.RRES, Component.DIRECTORY): Component.ACS,
}
"""Whom a message goes to, where its rules depend on that."""


def _at_once(
    data: bytes,
    place: Place,
    channel: Channel | None,
    receiver: Component,
    reader: Reader,
) -> Message | None:
    """Read a message that stands where it seems to and is sound; None: look closer."""
    kind = _KINDS[place.form]
    if kind not in ACCEPTED_BY[receiver] or len(data) > BYTES_MAX[kind]:
        return None
    members = read_at_once(data, place, reader)
    if members is None:
        return None
    if channel is None and place.form is not Form.AREQ:
        _, version, _, category, reading = place
        if place != place_of(
            members, kind, version, channel=None, category=category, reading=reading
        ):
            return None
    return Message(
        type=kind,
        version=place.version,
        channel=place.channel,
        category=place.category,
        elements=members,
        received=members,
    )


def _checked(members: dict[str, Json], kind: MessageType, place: Place, reader: Reader) -> Message:
    findings, elements = inspect(members, place, reader)
    verdict = findings.verdict()
    if verdict is not None:
        code, names = verdict
        raise ProtocolFault(
            code,
            elements=names,
            message_type=kind,
            version=place.version,
            ids=known_ids(members),
        )
    return Message(
        type=kind,
        version=place.version,
        channel=place.channel,
        category=place.category,
        elements=elements,
        received=members,
    )


def _extension_ids(members: Mapping[str, Json]) -> frozenset[str]:
    """What we send we understand, our critical extensions included."""
    extensions = members.get("messageExtension")
    if not isinstance(extensions, list):
        return frozenset()
    return frozenset(
        str(extension.get("id")) for extension in extensions if isinstance(extension, dict)
    )
