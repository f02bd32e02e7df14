"""What can be broken about a message as such, and by elements that do not fit each other.

The rules that a row of the table states are broken in `breaking`; here stand those that no row
states: what a message is recognised by, what it is read beside, and the rules across elements.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from sekisho.protocol import Channel, Component, ErrorCode, Json, MessageType, Version
from sekisho.protocol.codec import write_object
from sekisho.protocol.faults import NOT_A_MESSAGE, UNKNOWN_TYPE, WRONG_RECEIVER
from sekisho.protocol.vocabulary import ACCEPTED_BY, Form
from sekisho.testkit.messages.arranging import Members
from sekisho.testkit.messages.specimens import simplest, with_elements
from sekisho.testkit.messages.stages import Stage
from sekisho.testkit.mutations.rules import Mutation, Rule

LISTED_VERSIONS: Final = "2.1.0,2.2.0,2.3.1"
"""What errorDetail answers to a version that nobody speaks: those that the receiver does."""


def whole_mutants(stage: Stage) -> Iterator[Mutation]:
    """List what can be broken about the simplest message of a stage."""
    members = simplest(stage)
    yield from _bytes(stage, write_object(members))
    yield from _recognition(stage, members)
    yield from _extensions(stage, members)
    if stage.request is not None:
        yield from _identifiers(stage, members)
    for rule in _ACROSS.get(stage.place.form, ()):
        yield from rule(stage)


def _bytes(stage: Stage, data: bytes) -> Iterator[Mutation]:
    """Cut it, lengthen it, wrap it, spoil its characters: 101, and nothing of it is looked at."""
    spoilt = (
        data[:-1],
        data[: len(data) // 2],
        b"",
        data + b"}",
        b"[" + data + b"]",
        b"\xff" + data,
        b"\xef\xbb\xbf" + data,
        data.replace(b":", b"=", 1),
        data[:-1] + b',"unknownToAll":NaN}',
        data[:-1] + b',"unknownToAll":"\\ud800"}',
        data[:-1] + b',"unknownToAll":' + b"[" * 100 + b"]" * 100 + b"}",
    )
    for each in spoilt:
        yield _told(stage, Rule.NOT_A_MESSAGE, "", each, (ErrorCode.MESSAGE_INVALID, NOT_A_MESSAGE))


def _recognition(stage: Stage, members: Members) -> Iterator[Mutation]:
    """Say another type or version, or take it to whom it is not for."""
    invalid, missing = ErrorCode.MESSAGE_INVALID, ErrorCode.ELEMENT_MISSING
    strange: tuple[Json, ...] = ("ABCD", stage.kind.value.lower(), "", None, 5, [stage.kind.value])
    for value in strange:
        after = write_object({**members, "messageType": value})
        yield _told(stage, Rule.UNKNOWN_TYPE, "messageType", after, (invalid, UNKNOWN_TYPE))
    for receiver in Component:
        if stage.kind not in ACCEPTED_BY[receiver]:
            there, data = replace(stage, receiver=receiver), write_object(members)
            yield _told(there, Rule.WRONG_RECEIVER, "", data, (invalid, WRONG_RECEIVER))
    name = "messageVersion"
    for empty in (None, ""):
        after = write_object({**members, name: empty})
        yield _told(stage, Rule.MISSING, name, after, (missing, name))
    malformed: tuple[Json, ...] = ("2.2", "2.2.0.1", "a.b.c", 2, [stage.place.version.value])
    for value in malformed:
        after = write_object({**members, name: value})
        yield _told(stage, Rule.MALFORMED, name, after, (ErrorCode.FORMAT_INVALID, name))
    if stage.kind is MessageType.ERRO:
        return  # it is read whatever its version says: a quarrel about it would help nobody
    unspoken = ErrorCode.VERSION_NOT_SUPPORTED
    for version in ("2.0.1", "2.3.0", "9.9.9"):
        after = write_object({**members, name: version})
        yield _told(stage, Rule.UNKNOWN_VERSION, name, after, (unspoken, LISTED_VERSIONS))
    if stage.kind in (MessageType.OREQ, MessageType.ORES):
        after = write_object({**members, name: Version.V220.value})
        yield _told(stage, Rule.UNKNOWN_TYPE, "messageType", after, (invalid, UNKNOWN_TYPE))
    elif stage.request is not None:
        other = next(each for each in Version if each is not stage.place.version)
        after = write_object({**members, name: other.value})
        yield _told(stage, Rule.OTHER_VERSION, name, after, (ErrorCode.FORMAT_INVALID, name))


def _extensions(stage: Stage, members: Members) -> Iterator[Mutation]:
    if "messageExtension" not in stage.rows:
        return
    ours: dict[str, Json] = {
        "name": "ours",
        "id": "A000000802-999",
        "criticalityIndicator": False,
        "data": {"a": "b"},
    }
    named = "messageExtension"
    twice: Json = [ours, {**ours, "name": "again"}]
    data = write_object({**members, named: twice})
    yield _told(stage, Rule.EXTENSION_TWICE, named, data, (ErrorCode.DUPLICATE, named))
    critical: Json = [{**ours, "criticalityIndicator": True}]
    data = write_object({**members, named: critical})
    code = ErrorCode.EXTENSION_NOT_RECOGNISED
    yield _told(stage, Rule.CRITICAL_EXTENSION, named, data, (code, str(ours["id"])))


def _identifiers(stage: Stage, members: Members) -> Iterator[Mutation]:
    """Answer with another's identifiers, one at a time."""
    asked = stage.request.elements if stage.request is not None else {}
    for name in ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID"):
        if name in asked and name in stage.rows:
            data = write_object({**members, name: "00000000-0000-4000-8000-000000000000"})
            code = ErrorCode.TRANSACTION_UNKNOWN
            yield _told(stage, Rule.OTHER_TRANSACTION, name, data, (code, name))


def _exponents(stage: Stage) -> Iterator[Mutation]:
    for of in ("purchase", "recurring"):
        names = (f"{of}Currency", f"{of}Exponent")
        if names[0] not in stage.rows:
            continue
        members = with_elements(stage, {names[0]: "392", f"{of}Amount": "14500"})
        if members is not None:
            after = {**members, names[1]: "2"}
            code = ErrorCode.ISO_CODE_INVALID
            yield _wrong(stage, Rule.OTHER_EXPONENT, names[1], after, (code, *names))


def _trust(stage: Stage) -> Iterator[Mutation]:
    for name in ("whiteListStatus", "trustListStatus"):
        members = with_elements(stage, {name: "Y"}) if name in stage.rows else None
        for code in "EPRU" if members is not None else "":
            after = {**(members or {}), name: code}
            yield _wrong(stage, Rule.TRUST_UNPLAIN, name, after, (ErrorCode.FORMAT_INVALID, name))


def _foreign_channel(stage: Stage) -> Iterator[Mutation]:
    """A Directory Server's own channel is nothing that we could check."""
    younger = stage.place.version >= Version.V231
    code = ErrorCode.RESERVED_VALUE if younger else ErrorCode.FORMAT_INVALID
    for channel in ("80", "99"):
        after = {**simplest(stage), "deviceChannel": channel}
        yield _wrong(stage, Rule.RESERVED, "deviceChannel", after, (code, "deviceChannel"))


def _templates(stage: Stage) -> Iterator[Mutation]:
    name = "acsRenderingType"
    members = with_elements(stage, _rendering(stage)) if name in stage.rows else None
    rendering = members.get(name) if members is not None else None
    if members is not None and isinstance(rendering, dict):
        after = {**members, name: {**rendering, "acsInterface": "01", "acsUiTemplate": "05"}}
        path = f"{name}.acsUiTemplate"
        yield _wrong(stage, Rule.UNFIT_TEMPLATE, path, after, (ErrorCode.FORMAT_INVALID, path))


def _rendering(stage: Stage) -> Members:
    mode: Members = {"deviceUserInterfaceMode": "01"} if stage.place.version >= Version.V231 else {}
    return {"acsRenderingType": {"acsInterface": "01", "acsUiTemplate": "01", **mode}}


def _challenge_on_3ri(stage: Stage) -> Iterator[Mutation]:
    """Nobody is there to be challenged."""
    if stage.place.channel is Channel.THREE_RI and stage.place.version >= Version.V220:
        members = with_elements(stage, {"transStatus": "D"})
        if members is not None:
            after = {**members, "transStatus": "C"}
            after.pop("acsDecConInd", None)  # it confirms what is decoupled, and nothing else
            code, name = ErrorCode.FORMAT_INVALID, "transStatus"
            yield _wrong(stage, Rule.IMPOSSIBLE_STATUS, name, after, (code, name))


def _timeouts(stage: Stage) -> Iterator[Mutation]:
    wanted: Members = {"transStatus": "N", "transStatusReason": "14"}
    members = with_elements(stage, wanted) if "challengeCancel" in stage.rows else None
    if members is not None:
        name = "challengeCancel"
        after = {**members, name: "01"}
        yield _wrong(stage, Rule.TIMEOUT_UNNAMED, name, after, (ErrorCode.FORMAT_INVALID, name))


def _wrong(
    stage: Stage, rule: Rule, path: str, members: Members, error: tuple[ErrorCode, *tuple[str, ...]]
) -> Mutation:
    code, *names = error
    return _told(stage, rule, path, write_object(members), (code, ",".join(names)))


def _told(
    stage: Stage, rule: Rule, path: str, data: bytes, error: tuple[ErrorCode, str]
) -> Mutation:
    return Mutation(
        rule=rule, path=path, data=data, error_code=error[0], error_detail=error[1], stage=stage
    )


_ACROSS: Final[dict[Form, tuple[Callable[[Stage], Iterator[Mutation]], ...]]] = {
    Form.AREQ: (_exponents, _trust, _foreign_channel),
    Form.ARES: (_templates, _challenge_on_3ri),
    Form.RREQ: (_templates, _timeouts),
}
"""The rules across elements that a message shows by itself."""
