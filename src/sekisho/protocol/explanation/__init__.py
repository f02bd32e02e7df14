"""Explains a captured message to whoever has to find out what went wrong with it.

`explain` takes the bytes as they were captured and gives every element with its meaning and every
fault with its rule, while a receiver would stop at the first. Nothing it gives holds a card number.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sekisho.protocol.aliases import renamed
from sekisho.protocol.elements import Scene
from sekisho.protocol.explanation.explained import (
    ExplainedElement,
    ExplainedFault,
    Explanation,
    NoMessage,
    Reported,
)
from sekisho.protocol.explanation.heading import (
    METHOD_ROW,
    Heading,
    heading_of,
    is_method_data,
    method_faults,
)
from sekisho.protocol.explanation.judging import Noted, judged
from sekisho.protocol.explanation.listing import listed, listed_by
from sekisho.protocol.explanation.masking import masked
from sekisho.protocol.explanation.roads import channel_in, reader_of
from sekisho.protocol.explanation.unwrapping import Unwrapped, unwrapped
from sekisho.protocol.faults import ErrorCode, ProtocolFault
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


def explain(
    data: bytes,
    *,
    from_component: Component | None = None,
    to_component: Component | None = None,
    reply_to: bytes | None = None,
    channel: Channel | None = None,
    category: Category | None = None,
    understood: Collection[str] = (),
    reading: Reading = Reading.STRICT,
) -> Explanation:
    """Explain a captured message: JSON, base64url of it, or a form or URL that carries it.

    Who sent and who reads it follow from its type where nobody says; `reply_to` is the message that
    it answers or belongs to, in any of the same forms; `understood` the ids of critical extensions
    known to the reader. Elements are listed as the given reading has them; faults as both have.

    Raises NoMessage and nothing else, whatever the bytes.
    """
    captured = unwrapped(data)
    if is_method_data(captured):
        return _method_data(captured)
    earlier = _earlier(reply_to, channel, category)
    given = captured.members.get("messageType")
    kind = _KINDS.get(given) if isinstance(given, str) else None
    if to_component is None and kind is not None:
        to_component = reader_of(kind, captured.members, from_component)
    heading = heading_of(captured, kind, to_component, earlier.version)
    case = _Case(captured, heading, earlier, to_component, frozenset(understood))
    outcomes = {each: _judged(case, each) for each in Reading}
    place = _place(case, reading)
    return Explanation(
        came_as=captured.came_as,
        subject=kind.value if kind else "a message of no known type",
        message_type=kind,
        message_version=_text(captured.members.get("messageVersion")),
        read_as=heading.version,
        channel=place.channel if place else None,
        category=place.category if place else None,
        receiver=to_component,
        elements=listed(captured.members, place),
        faults=_faults(heading, outcomes),
        reported=_reported(heading, outcomes),
    )


class _Earlier(NamedTuple):
    """What an earlier message, or the caller, tells of the transaction."""

    members: Mapping[str, Json] | None
    version: Version | None
    channel: Channel | None
    category: Category | None


class _Case(NamedTuple):
    """Everything that a reading needs."""

    captured: Unwrapped
    heading: Heading
    earlier: _Earlier
    receiver: Component | None
    understood: frozenset[str]


_Verdict = tuple[ErrorCode, tuple[str, ...]] | None
_Outcomes = Mapping[Reading, tuple[list[Noted], _Verdict]]
_KINDS: Final = {kind.value: kind for kind in MessageType}
_VERSIONS: Final = {version.value: version for version in Version}


def _earlier(data: bytes | None, channel: Channel | None, category: Category | None) -> _Earlier:
    if data is None:
        return _Earlier(None, None, channel, category)
    members = unwrapped(data).members
    said = members.get("messageCategory")
    if category is None and isinstance(said, str):
        category = Category.PAYMENT if said == Category.PAYMENT else Category.NON_PAYMENT
    version = _VERSIONS.get(str(members.get("messageVersion")))
    return _Earlier(members, version, channel or channel_in(members), category)


def _place(case: _Case, reading: Reading) -> Place | None:
    kind, version = case.heading.kind, case.heading.version
    if kind is None or version is None:
        return None
    _, _, channel, category = case.earlier
    return place_of(
        case.captured.members, kind, version, channel=channel, category=category, reading=reading
    )


def _judged(case: _Case, reading: Reading) -> tuple[list[Noted], _Verdict]:
    place = _place(case, reading)
    if place is None:
        return [], None
    members = case.captured.members
    if reading is Reading.LENIENT and place.form is Form.PRES:
        members = renamed(members, MessageType.PRES, place.version)
    scene = Scene(
        members=members,
        whole=members,
        form=place.form,
        version=place.version,
        channel=place.channel,
        category=place.category,
        to=case.receiver,
        asked=case.earlier.members,
        reading=reading,
    )
    return judged(scene, place, case.understood)


def _faults(heading: Heading, outcomes: _Outcomes) -> tuple[ExplainedFault, ...]:
    readings: dict[tuple[ErrorCode, str], list[Reading]] = {}
    firsts: dict[tuple[ErrorCode, str], tuple[Noted, str]] = {}
    for noted, detail in heading.faults:
        key = (noted.code, noted.path)
        readings.setdefault(key, list(Reading))
        firsts.setdefault(key, (noted, detail))
    for reading, (found, _) in outcomes.items():
        for noted in found:
            key = (noted.code, noted.path)
            if reading not in readings.setdefault(key, []):
                readings[key].append(reading)
            firsts.setdefault(key, (noted, noted.path))
    return tuple(
        _fault(noted, detail, tuple(readings[key])) for key, (noted, detail) in firsts.items()
    )


def _fault(noted: Noted, detail: str, readings: tuple[Reading, ...]) -> ExplainedFault:
    return ExplainedFault(
        error_code=noted.code,
        error_detail=masked(detail),
        element=masked(noted.path),
        expected=noted.words.expected,
        found=noted.words.found,
        rule=masked(noted.rule),
        readings=readings,
    )


def _reported(heading: Heading, outcomes: _Outcomes) -> dict[Reading, Reported]:
    if heading.faults:
        noted, detail = heading.faults[0]
        return dict.fromkeys(Reading, Reported(error_code=noted.code, error_detail=masked(detail)))
    return {
        reading: Reported(error_code=verdict[0], error_detail=_detail(*verdict))
        for reading, (_, verdict) in outcomes.items()
        if verdict is not None
    }


def _detail(code: ErrorCode, names: tuple[str, ...]) -> str:
    return masked(ProtocolFault(code, elements=names).error_detail)


def _method_data(captured: Unwrapped) -> Explanation:
    found = method_faults(captured.members)
    heading = Heading(None, None, [(each, each.path) for each in found])
    reply = "threeDSMethodNotificationURL" not in captured.members
    return Explanation(
        came_as=captured.came_as,
        subject="3DS Method data: " + ("the ACS's notification" if reply else "the request"),
        message_type=None,
        message_version=None,
        read_as=None,
        channel=None,
        category=None,
        receiver=Component.SERVER if reply else Component.ACS,
        elements=listed_by({row.name: row for row in METHOD_ROW.children}, captured.members),
        faults=_faults(heading, {}),
        reported=_reported(heading, {}),
    )


def _text(value: Json) -> str | None:
    return masked(value) if isinstance(value, str) else None


__all__ = [
    "ExplainedElement",
    "ExplainedFault",
    "Explanation",
    "NoMessage",
    "Reported",
    "explain",
]
