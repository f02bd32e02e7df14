"""Messages: read with `parse`, made with `build`, refused with `erro_for`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.aliases import renamed
from sekisho.protocol.checks import inspect, typed_reading
from sekisho.protocol.codec import (
    APP_MESSAGE_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    RANGES_BYTES_MAX,
    not_a_message,
    read_object,
    write_object,
)
from sekisho.protocol.elements import Scene
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.fitting import fitted
from sekisho.protocol.hints import hinted_place
from sekisho.protocol.places import Place, place_of
from sekisho.protocol.recognition import known_ids, recognise, version_of
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import (
    ACCEPTED_BY,
    Category,
    Channel,
    Component,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
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
    place = hinted_place(data, channel=channel, category=category, reading=reading)
    members = _typed(data, place, receiver)
    if members is None:
        place, members = None, read_object(data, limit=_LARGEST[receiver])
    kind = recognise(members, receiver)
    if len(data) > BYTES_MAX[kind]:
        raise not_a_message()
    spoken = version_of(members, kind, supported, version)
    if place is None and reading is Reading.LENIENT:
        members = renamed(members, kind, spoken)
    return _checked(
        members,
        kind=kind,
        version=spoken,
        channel=channel,
        category=category,
        to=receiver,
        asked=request,
        understood=understood,
        reading=reading,
        typed_at=place,
        scheme=scheme,
        now=now,
    )


def check(message: Message, *, receiver: Component, reading: Reading = Reading.STRICT) -> None:
    """Check a message again, as another component would read it; raises ProtocolFault."""
    _checked(
        dict(message.elements),
        kind=message.type,
        version=message.version,
        channel=message.channel,
        category=message.category,
        to=receiver,
        asked=None,
        understood=_extension_ids(message.elements),
        reading=reading,
    )


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
    if fit:
        members = fitted(
            members,
            place_of(
                members, kind, version, channel=channel, category=category, reading=Reading.STRICT
            ),
        )
    try:
        return _checked(
            members,
            kind=kind,
            version=version,
            channel=channel,
            category=category,
            to=receiver or _RECEIVERS.get((kind, sender)),
            asked=request,
            understood=_extension_ids(members),
            reading=Reading.STRICT,
            scheme=scheme,
        )
    except ProtocolFault as fault:
        raise Misuse(f"our own {kind.value} breaks the protocol: {fault}") from fault


_LARGEST: Final[Mapping[Component, int]] = {
    component: max(BYTES_MAX[kind] for kind in kinds) for component, kinds in ACCEPTED_BY.items()
}
"""What each component reads before it knows the type of a message."""

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


def _typed(data: bytes, place: Place | None, receiver: Component) -> dict[str, Json] | None:
    """Read a message by the types of the place that it seems to stand at; None if it does not."""
    if place is None or len(data) > _LARGEST[receiver]:
        return None
    return typed_reading(place).decoded(data)


def _checked(
    members: dict[str, Json],
    *,
    kind: MessageType,
    version: Version,
    channel: Channel | None,
    category: Category | None,
    to: Component | None,
    asked: Message | None,
    understood: Collection[str],
    reading: Reading,
    typed_at: Place | None = None,
    scheme: SchemeRules | None = None,
    now: datetime | None = None,
) -> Message:
    place = place_of(members, kind, version, channel=channel, category=category, reading=reading)
    scene = Scene(
        members=members,
        whole=members,
        form=place.form,
        version=version,
        channel=place.channel,
        category=place.category,
        to=to,
        asked=asked.elements if asked is not None else None,
        reading=reading,
        scheme=scheme,
        now=now,
    )
    findings, elements = inspect(
        scene, place, understood=understood, typed=members if typed_at == place else None
    )
    verdict = findings.verdict()
    if verdict is not None:
        code, names = verdict
        raise ProtocolFault(
            code, elements=names, message_type=kind, version=version, ids=known_ids(members)
        )
    return Message(
        type=kind,
        version=version,
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
