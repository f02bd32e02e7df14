"""The Erro message: how a fault is told to the peer."""

from sekisho.kernel.errors import Misuse
from sekisho.protocol.faults import YOUNGER_THAN_220, ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message, build
from sekisho.protocol.vocabulary import Component, Json, MessageType, Version


def erro_for(
    fault: ProtocolFault, *, component: Component, version: Version | None = None
) -> Message:
    """Make the Erro that `component` answers to a fault.

    It carries what identifiers the faulty message had, and the version of that message if we speak
    it, else the given one. Raises Misuse for a fault that is not answered with an Erro, such as one
    in an Erro: ask `fault.answerable` first.
    """
    if not fault.answerable:
        raise Misuse("not every fault is answered with an Erro: ask `answerable` first")
    spoken = _spoken(fault.version) or version or Version.V220
    members: dict[str, Json] = {
        **fault.ids,
        "errorCode": _code_in(spoken, fault.error_code).value,
        "errorComponent": component.value,
        "errorDescription": fault.error_description,
        "errorDetail": fault.error_detail or fault.error_description,
    }
    if fault.message_type is not None:
        members["errorMessageType"] = fault.message_type.value
    return build(MessageType.ERRO, spoken, members, sender=component)


def _spoken(version: str | None) -> Version | None:
    return Version(version) if version in set(Version) else None


def _code_in(version: Version, code: ErrorCode) -> ErrorCode:
    """Give the nearest code that the version knows."""
    if version >= Version.V231 or code not in YOUNGER_THAN_220:
        return code
    return _OLDER.get(code, ErrorCode.FORMAT_INVALID)


_OLDER = {
    ErrorCode.RANGE_ACTION_IMPOSSIBLE: ErrorCode.FORMAT_INVALID,
    ErrorCode.RANGES_OVERLAP: ErrorCode.FORMAT_INVALID,
    ErrorCode.RESERVED_VALUE: ErrorCode.FORMAT_INVALID,
    ErrorCode.SIGNATURE_INVALID: ErrorCode.DECRYPTION_FAILED,
    ErrorCode.ALGORITHM_WRONG: ErrorCode.DECRYPTION_FAILED,
    ErrorCode.KEY_ID_UNKNOWN: ErrorCode.DECRYPTION_FAILED,
    ErrorCode.MESSAGE_REPEATED: ErrorCode.TRANSACTION_UNKNOWN,
    ErrorCode.RESULT_INCONSISTENT: ErrorCode.TRANSACTION_UNKNOWN,
    ErrorCode.CHALLENGE_REPEATED: ErrorCode.TRANSACTION_DATA_INVALID,
    ErrorCode.CHALLENGE_OVER: ErrorCode.TRANSACTION_DATA_INVALID,
}
