"""Judges what a message says of itself: its type, its reader, its version, its size."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sekisho.protocol.checks import well_formed
from sekisho.protocol.elements import BY_NAME, Element, Shape
from sekisho.protocol.explanation.carrying import METHOD_FIELD
from sekisho.protocol.explanation.judging import Noted
from sekisho.protocol.explanation.unwrapping import Unwrapped
from sekisho.protocol.explanation.wording import Words, found_in
from sekisho.protocol.faults import (
    NOT_A_MESSAGE,
    UNKNOWN_TYPE,
    WRONG_RECEIVER,
    ErrorCode,
    ProtocolFault,
)
from sekisho.protocol.messages import BYTES_MAX, VERSIONS
from sekisho.protocol.recognition import version_of
from sekisho.protocol.selection import number_of
from sekisho.protocol.vocabulary import (
    ACCEPTED_BY,
    Component,
    Json,
    MessageType,
    Version,
)


class Heading(NamedTuple):
    """What a message is, and the faults that a receiver finds before it looks at any element."""

    kind: MessageType | None
    version: Version | None
    """The version whose rules the message may be held against."""
    listed_by: Version | None
    """The version whose table names the elements, at least."""
    faults: list[tuple[Noted, str]]
    """Each with its errorDetail, the one that is reported leading."""


def heading_of(
    captured: Unwrapped, kind: MessageType | None, reader: Component | None, agreed: Version | None
) -> Heading:
    """Judge the heading of a message as a receiver does, but go on where that one stops."""
    members = captured.members
    faults = list(_form_faults(captured))
    if kind is None:
        unknown = ProtocolFault(ErrorCode.MESSAGE_INVALID, detail=UNKNOWN_TYPE)
        kinds = ", ".join(MessageType)
        faults.append(_noted(unknown, "messageType", f"one of {kinds}", members))
        return Heading(None, None, None, faults)
    if reader is not None and kind not in ACCEPTED_BY[reader]:
        astray = ProtocolFault(ErrorCode.MESSAGE_INVALID, detail=WRONG_RECEIVER)
        readers = ", ".join(each.name for each in Component if kind in ACCEPTED_BY[each])
        expected = f"a message for {reader.name}; {kind.value} is read by {readers}"
        faults.append(_noted(astray, "messageType", expected, members))
    if captured.size > BYTES_MAX[kind]:
        said = Words(f"{BYTES_MAX[kind]} bytes at most", f"{captured.size} bytes")
        note = Noted(ErrorCode.MESSAGE_INVALID, "", said, "size of a message")
        faults.append((note, NOT_A_MESSAGE))
        return Heading(kind, None, None, faults)
    given = members.get("messageVersion")
    nearest = nearest_version(given if isinstance(given, str) else "")
    version: Version | None = _VERSIONS.get(str(given))
    try:
        version = version_of(members, kind, VERSIONS, agreed)
    except ProtocolFault as fault:
        faults.append(_version_fault(fault, agreed, members))
        if fault.error_detail == UNKNOWN_TYPE:
            return Heading(kind, None, Version.V231, faults)
        version = version or agreed
    return Heading(kind, version, version or nearest, faults)


def nearest_version(said: str) -> Version | None:
    """Give the version of ours that is nearest to one we may not speak: the next older, if any."""
    if not well_formed(Shape.VERSION, said) or len(said) > _VERSION_CHARACTERS_MAX:
        return None
    older = [version for version in Version if number_of(version.value) <= number_of(said)]
    return older[-1] if older else Version.V210


def is_method_data(captured: Unwrapped) -> bool:
    """Tell 3DS Method data, which name no message type, by its field or its members."""
    if "messageType" in captured.members:
        return False
    names = {child.name for child in METHOD_ROW.children}
    return captured.field == METHOD_FIELD or (
        captured.field is None and bool(captured.members) and names >= set(captured.members)
    )


METHOD_ROW: Final[Element] = BY_NAME[METHOD_FIELD]
_VERSION_CHARACTERS_MAX: Final = 32
_VERSIONS: Final = {version.value: version for version in Version}


def _form_faults(captured: Unwrapped) -> list[tuple[Noted, str]]:
    faults = []
    if captured.plain_base64:
        said = Words("base64url: - and _ in place of + and /", "base64 with + or /")
        noted = Noted(ErrorCode.MESSAGE_INVALID, captured.field or "", said, "form fields")
        faults.append((noted, NOT_A_MESSAGE))
    for name in captured.repeated:
        detail = captured.refusal.error_detail if captured.refusal else name
        said = Words("each member once in its object", "a member that occurs again")
        faults.append((Noted(ErrorCode.DUPLICATE, name, said, "JSON of a message"), detail))
    return faults


def _version_fault(
    fault: ProtocolFault, agreed: Version | None, members: Mapping[str, Json]
) -> tuple[Noted, str]:
    if fault.error_detail == UNKNOWN_TYPE:
        return _noted(fault, "messageType", "OReq and ORes in 2.3.1 only", members)
    expected = " or ".join(Version)
    if agreed is not None and fault.error_code is ErrorCode.FORMAT_INVALID:
        expected = f"{agreed.value}, as in the earlier message"
    return _noted(fault, "messageVersion", expected, members)


def _noted(
    fault: ProtocolFault, name: str, expected: str, members: Mapping[str, Json]
) -> tuple[Noted, str]:
    found = found_in(members, (name,)) if name in members else "absent"
    noted = Noted(fault.error_code, name, Words(expected, found), "heading of a message")
    return noted, fault.error_detail
