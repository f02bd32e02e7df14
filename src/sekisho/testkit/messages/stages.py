"""Stages: every place, road and question at which a message of the protocol can be made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    Reading,
    Version,
    build,
)
from sekisho.protocol.checks import TRANSACTION_IDS
from sekisho.protocol.elements import BY_NAME, Element, Scene, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form

_C, _S, _D, _A = Component

ROADS: Final[Mapping[MessageType, tuple[Component, Component]]] = {
    MessageType.AREQ: (_S, _D),
    MessageType.ARES: (_A, _D),
    MessageType.CREQ: (_C, _A),
    MessageType.CRES: (_A, _C),
    MessageType.RREQ: (_A, _D),
    MessageType.RRES: (_D, _A),
    MessageType.PREQ: (_S, _D),
    MessageType.PRES: (_D, _S),
    MessageType.ERRO: (_D, _S),
    MessageType.OREQ: (_D, _A),
    MessageType.ORES: (_A, _D),
}
"""Who sends a message to whom, on one of its ways."""

SECOND_ROADS: Final[Mapping[MessageType, tuple[Component, Component]]] = {
    MessageType.AREQ: (_D, _A),
    MessageType.ARES: (_D, _S),
    MessageType.RREQ: (_D, _S),
}
"""The other way, where a message is not the same on both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a message is made: its column of the table, its road, and what it answers."""

    kind: MessageType
    place: Place
    sender: Component
    receiver: Component
    request: Message | None = None

    @property
    def rows(self) -> dict[str, tuple[Element, str]]:
        """What the message may hold there, with the letter of each."""
        return elements_of(*self.place)

    def read(self, reading: Reading) -> "Stage":
        """Give the same stage as it is read strictly or leniently."""
        return replace(self, place=self.place._replace(reading=reading))

    def told(self) -> dict[str, Json]:
        """Give what says that a message belongs here: type, version, channel, category, ids."""
        place, rows = self.place, self.rows
        members: dict[str, Json] = {
            "messageType": self.kind.value,
            "messageVersion": place.version.value,
        }
        if "deviceChannel" in rows:
            members["deviceChannel"] = place.channel.value
        if "messageCategory" in rows:
            members["messageCategory"] = place.category.value
        if "challengeCompletionInd" in rows:
            members["challengeCompletionInd"] = "Y" if place.form is Form.FINAL_CRES else "N"
        asked = self.request.elements if self.request is not None else {}
        return members | {
            name: asked[name] for name in TRANSACTION_IDS if name in rows and name in asked
        }

    def scene(self, members: Mapping[str, Json], inner: Mapping[str, Json] | None = None) -> Scene:
        """Give what a condition may look at."""
        place = self.place
        return Scene(
            members=members if inner is None else inner,
            whole=members,
            form=place.form,
            version=place.version,
            channel=place.channel,
            category=place.category,
            to=self.receiver,
            asked=self.request.elements if self.request is not None else None,
            reading=place.reading,
        )

    def built(self, members: Mapping[str, Json]) -> Message:
        """Make the message; Misuse when it is not sound."""
        return build(
            self.kind,
            self.place.version,
            members,
            sender=self.sender,
            receiver=self.receiver,
            channel=self.place.channel,
            category=self.place.category,
            request=self.request,
        )


def stage(
    kind: MessageType,
    version: Version,
    channel: Channel,
    category: Category,
    *,
    last: bool = False,
    second_road: bool = False,
) -> Stage:
    """Give one stage; `last` is the last CRes of an app, `second_road` the way after the first."""
    final = kind is MessageType.CRES and (last or channel is not Channel.APP)
    form = Form.FINAL_CRES if final else Form(kind.value)
    sender, receiver = (SECOND_ROADS if second_road else ROADS)[kind]
    if channel is not Channel.APP and kind in (MessageType.CREQ, MessageType.CRES):
        # The browser carries both for the 3DS Server's side.
        sender, receiver = (_S, _A) if kind is MessageType.CREQ else (_A, _S)
    place = Place(form, version, channel, category, Reading.STRICT)
    return Stage(kind=kind, place=place, sender=sender, receiver=receiver)


def exists(kind: MessageType, version: Version, channel: Channel, category: Category) -> bool:
    """Tell whether there is such a message at all."""
    known = kind.value in BY_NAME["messageType"].codes_for(None, version)
    too_old = version is Version.V210 and channel is Channel.THREE_RI
    return (
        known
        and not (too_old and category is Category.PAYMENT)
        and not (channel is Channel.THREE_RI and kind in (MessageType.CREQ, MessageType.CRES))
    )


def stages(kind: MessageType, version: Version) -> Iterator[Stage]:
    """Give every stage of a message: channels, categories, roads, and the last CRes of an app."""
    for channel in Channel:
        for category in Category:
            if not exists(kind, version, channel, category):
                continue
            yield stage(kind, version, channel, category)
            if kind in SECOND_ROADS:
                yield stage(kind, version, channel, category, second_road=True)
            if kind is MessageType.CRES and channel is Channel.APP:
                yield stage(kind, version, channel, category, last=True)
