"""One message to be explained, with everything that is known of its transaction."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sekisho.protocol.aliases import renamed
from sekisho.protocol.elements import Scene
from sekisho.protocol.explanation.explained import Explanation, NoMessage
from sekisho.protocol.explanation.heading import Heading
from sekisho.protocol.explanation.inner import Means, looked_into
from sekisho.protocol.explanation.judging import Noted, Verdict, judged
from sekisho.protocol.explanation.listing import listed
from sekisho.protocol.explanation.masking import masked
from sekisho.protocol.explanation.ranges import range_faults
from sekisho.protocol.explanation.roads import channel_in
from sekisho.protocol.explanation.sealed import Unsealed, unsealed
from sekisho.protocol.explanation.told import Findings, Judgement, as_noted
from sekisho.protocol.explanation.unwrapping import Old, Token, unwrapped
from sekisho.protocol.places import Place, place_of
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Form,
    Json,
    MessageType,
    Reading,
    Version,
)


class Earlier(NamedTuple):
    """What an earlier message, or the caller, tells of the transaction."""

    members: Mapping[str, Json] | None
    version: Version | None
    channel: Channel | None
    category: Category | None


def earlier_in(
    data: bytes | None, means: Means, channel: Channel | None, category: Category | None
) -> Earlier:
    """Read the earlier message as far as it helps; raises NoMessage."""
    if data is None:
        return Earlier(None, None, channel, category)
    try:
        members = _members_in(data, means)
    except NoMessage as nothing:
        raise NoMessage(f"the earlier one is {nothing.saw}") from nothing
    said = members.get("messageCategory")
    if category is None and isinstance(said, str):
        category = Category.PAYMENT if said == Category.PAYMENT else Category.NON_PAYMENT
    version = _VERSIONS.get(str(members.get("messageVersion")))
    return Earlier(members, version, channel or channel_in(members), category)


class Case(NamedTuple):
    """A message, what it says of itself, and what others say of it."""

    found: Unsealed
    heading: Heading
    earlier: Earlier
    reader: Component | None
    understood: frozenset[str]

    def explained(self, reading: Reading, means: Means) -> Explanation:
        """Explain it; elements as the reading lists them, faults as both have them."""
        message, heading = self.found.message, self.heading
        asked = self._asked()
        place = self._place(heading.version, reading)
        listed_at = place or self._place(heading.listed_by, reading)
        elements, mismatched = looked_into(
            listed(message.members, listed_at), message.members, asked, means
        )
        told = Findings(
            first=[*map(as_noted, self.found.mismatched), *heading.faults],
            judged={each: self._judged(each) for each in Reading},
            last=[as_noted(each) for each in mismatched],
        )
        kind = heading.kind
        return Explanation(
            came_as=message.came_as,
            subject=kind.value if kind else "a message of no known type",
            message_type=kind,
            message_version=_text(message.members.get("messageVersion")),
            read_as=heading.version,
            listed_by=listed_at.version if listed_at else None,
            channel=place.channel if place else None,
            category=place.category if place else None,
            receiver=self.reader,
            elements=elements,
            faults=told.faults(),
            reported=told.reported(),
        )

    def _asked(self) -> Mapping[str, Json] | None:
        """Give the request; a PRes before a PRes is none, though it came earlier."""
        members = self.earlier.members
        if members is not None and self.heading.kind is MessageType.PRES:
            return None if members.get("messageType") == MessageType.PRES else members
        return members

    def _place(self, version: Version | None, reading: Reading) -> Place | None:
        kind = self.heading.kind
        if kind is None or version is None:
            return None
        _, _, channel, category = self.earlier
        return place_of(
            self.found.message.members, kind, version,
            channel=channel, category=category, reading=reading,
        )  # fmt: skip

    def _judged(self, reading: Reading) -> Judgement:
        place = self._place(self.heading.version, reading)
        if place is None:
            return Judgement([], None)
        members = _as_read(self.found.message.members, place)
        noted, verdict = self._held(members, place, self._asked())
        if noted or self.earlier.members is None or place.form is not Form.PRES:
            return Judgement([(each, each.path) for each in noted], verdict)
        before = _as_read(self.earlier.members, place)
        known = before.get("messageType") == MessageType.PRES
        if known and self._held(before, place, None)[0]:
            return Judgement([], None)  # ranges that cannot be relied on
        return _with_ranges(range_faults(members, before, place))

    def _held(
        self, members: dict[str, Json], place: Place, asked: Mapping[str, Json] | None
    ) -> tuple[list[Noted], Verdict]:
        scene = Scene(
            members=members,
            whole=members,
            form=place.form,
            version=place.version,
            channel=place.channel,
            category=place.category,
            to=self.reader,
            asked=asked,
            reading=place.reading,
        )
        return judged(scene, place, self.understood)


_VERSIONS: Final = {version.value: version for version in Version}


def _members_in(data: bytes, means: Means) -> dict[str, Json]:
    captured = unwrapped(data)
    if isinstance(captured, Old):
        raise NoMessage("a message of 3-D Secure 1.0.2, to which no EMV 3DS message belongs")
    if not isinstance(captured, Token):
        return captured.members
    found = unsealed(captured, means)
    if isinstance(found, Explanation):
        raise NoMessage(found.subject)
    return found.message.members


def _as_read(members: Mapping[str, Json], place: Place) -> dict[str, Json]:
    """Give the members under the names that the reading takes them for."""
    if place.reading is Reading.LENIENT and place.form is Form.PRES:
        return renamed(dict(members), MessageType.PRES, place.version)
    return dict(members)


def _with_ranges(found: list[tuple[Noted, str]]) -> Judgement:
    if not found:
        return Judgement([], None)
    noted, detail = found[0]
    return Judgement(found, (noted.code, (noted.path,)), detail)


def _text(value: Json) -> str | None:
    return masked(value) if isinstance(value, str) else None
