"""The first look at a message: is it one of ours, in a version that we speak?"""

from collections.abc import Collection, Mapping
from typing import Final

from sekisho.protocol.checks import TRANSACTION_IDS, well_formed
from sekisho.protocol.elements import Shape
from sekisho.protocol.faults import UNKNOWN_TYPE, WRONG_RECEIVER, ErrorCode, ProtocolFault
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import ACCEPTED_BY, Component, Form, Json, MessageType, Version


def recognise(members: Mapping[str, Json], receiver: Component) -> MessageType:
    """Tell the type of a message; 101 when there is none such, or it is not for this receiver."""
    given = members.get("messageType")
    kind = _TYPES.get(given) if isinstance(given, str) else None
    if kind is None:
        raise _fault(ErrorCode.MESSAGE_INVALID, members, detail=UNKNOWN_TYPE)
    if kind not in ACCEPTED_BY[receiver]:
        raise _fault(ErrorCode.MESSAGE_INVALID, members, kind, detail=WRONG_RECEIVER)
    return kind


def version_of(
    members: Mapping[str, Json],
    kind: MessageType,
    supported: Collection[Version],
    agreed: Version | None,
) -> Version:
    """Tell the version of a message: 102 when we do not speak it, 203 when it is not the agreed.

    An Erro is read whatever its version says: it ends a transaction and must not start a quarrel.
    """
    given = members.get("messageVersion")
    version = _VERSIONS.get(given) if isinstance(given, str) else None
    if version is not None and version is agreed and kind not in _YOUNGER_TYPES:
        return version
    if given is None or given == "":
        raise _fault(ErrorCode.ELEMENT_MISSING, members, kind, elements=("messageVersion",))
    if version is None and not (isinstance(given, str) and well_formed(Shape.VERSION, given)):
        raise _fault(ErrorCode.FORMAT_INVALID, members, kind, elements=("messageVersion",))
    if kind is MessageType.ERRO:
        return version or agreed or Version.V220
    if version is None or version not in supported:
        listed = ",".join(sorted(each.value for each in supported))
        raise _fault(ErrorCode.VERSION_NOT_SUPPORTED, members, kind, detail=listed)
    if kind in _YOUNGER_TYPES and version < Version.V231:
        raise _fault(ErrorCode.MESSAGE_INVALID, members, kind, detail=UNKNOWN_TYPE)
    if agreed is not None and version is not agreed:
        raise _fault(ErrorCode.FORMAT_INVALID, members, kind, elements=("messageVersion",))
    return version


def is_spoken(place: Place, supported: Collection[Version], agreed: Version | None) -> bool:
    """Tell whether `version_of` would take the version of a message that stands there."""
    version = place.version
    return (
        version in supported
        and (agreed is None or version is agreed)
        and (version >= Version.V231 or place.form not in _YOUNGER_FORMS)
    )


def known_ids(members: Mapping[str, Json]) -> dict[str, str]:
    """Give the transaction identifiers that are in good form, for the Erro that may follow."""
    return {
        name: value
        for name in TRANSACTION_IDS
        if isinstance(value := members.get(name), str) and well_formed(Shape.UUID, value)
    }


_TYPES: Final = {kind.value: kind for kind in MessageType}
_VERSIONS: Final = {version.value: version for version in Version}
_YOUNGER_TYPES: Final = frozenset({MessageType.OREQ, MessageType.ORES})
_YOUNGER_FORMS: Final = frozenset({Form.OREQ, Form.ORES})


def _fault(
    code: ErrorCode,
    members: Mapping[str, Json],
    kind: MessageType | None = None,
    *,
    elements: tuple[str, ...] = (),
    detail: str = "",
) -> ProtocolFault:
    given = members.get("messageVersion")
    version = given if isinstance(given, str) and well_formed(Shape.VERSION, given) else None
    return ProtocolFault(
        code,
        elements=elements,
        detail=detail,
        message_type=kind,
        version=version,
        ids=known_ids(members),
    )
