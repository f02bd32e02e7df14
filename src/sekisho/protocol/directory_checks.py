"""What a Directory Server checks beyond the message: members, SDKs, merchant codes, card ranges.

Pure, in the order of protocol facts, section 8; lists and rules come in as arguments. The form of a
message comes before (`parse`), then signature and decryption (`jose`), then these; how often a PReq
may come is `card_ranges.cadence`.
"""

from collections.abc import Callable, Collection, Container
from dataclasses import dataclass

from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.recognition import known_ids
from sekisho.protocol.vocabulary import Channel, Version


def _anything(_text: str) -> bool:
    return True


def _every_version(_card: str) -> Collection[Version]:
    return tuple(Version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Whom and what a Directory Server knows; each test takes the element's text."""

    servers: Container[str]
    """Reference numbers of 3DS Servers (threeDSServerRefNumber)."""
    acss: Container[str]
    """Reference numbers of ACSs (acsReferenceNumber)."""
    sdks: Container[str] = ()
    """Reference numbers of SDKs (sdkReferenceNumber)."""
    routed: Callable[[str], bool] = _anything
    """Whether a card number lies in a range of an issuer."""
    versions_of: Callable[[str], Collection[Version]] = _every_version
    """The versions that are active for a card number's range."""
    mcc_allowed: Callable[[str], bool] = _anything
    requestor_allowed: Callable[[str], bool] = _anything
    """Whether a threeDSRequestorID is one that the Directory Server gave out."""


def check_areq(areq: Message, register: Register) -> None:
    """Refuse an AReq that the register does not cover; raises the first ProtocolFault of these:

    305 for an SDK that is not known, 303 for a 3DS Server or requestor that is not, 306 for the
    merchant's category, 305 for a card in no range, 102 for a version that its range does not have
    (with the list of those it has).
    """
    if areq.channel is Channel.APP and areq.text("sdkReferenceNumber") not in register.sdks:
        raise _refusal(areq, ErrorCode.TRANSACTION_DATA_INVALID, "sdkReferenceNumber")
    if areq.text("threeDSServerRefNumber") not in register.servers:
        raise _refusal(areq, ErrorCode.ACCESS_DENIED, "threeDSServerRefNumber")
    if not register.requestor_allowed(areq.text("threeDSRequestorID")):
        raise _refusal(areq, ErrorCode.ACCESS_DENIED, "threeDSRequestorID")
    mcc, card = areq.text_or_none("mcc"), areq.text("acctNumber")
    if mcc is not None and not register.mcc_allowed(mcc):
        raise _refusal(areq, ErrorCode.MCC_INVALID, "mcc")
    if not register.routed(card):
        raise _refusal(areq, ErrorCode.TRANSACTION_DATA_INVALID, "acctNumber")
    active = register.versions_of(card)
    if areq.version not in active:
        listed = ",".join(sorted(version.value for version in active))
        raise _refusal(areq, ErrorCode.VERSION_NOT_SUPPORTED, listed)


def check_ares(ares: Message, register: Register) -> None:
    """Refuse an ARes of an ACS that is not known (303); the Directory Server's own passes."""
    answered_by = ares.text("acsReferenceNumber")
    stands_in = answered_by == ares.text("dsReferenceNumber")
    if not stands_in and answered_by not in register.acss:
        raise _refusal(ares, ErrorCode.ACCESS_DENIED, "acsReferenceNumber")


def check_preq(preq: Message, register: Register, *, serials: Container[str]) -> None:
    """Refuse a PReq of a 3DS Server that is not known (303), or with a serial number that is not
    (307): the next one has to ask for everything.
    """
    if preq.text("threeDSServerRefNumber") not in register.servers:
        raise _refusal(preq, ErrorCode.ACCESS_DENIED, "threeDSServerRefNumber")
    serial = preq.text_or_none("serialNum")
    if serial is not None and serial not in serials:
        raise _refusal(preq, ErrorCode.SERIAL_NUMBER_INVALID, "serialNum")


def _refusal(message: Message, code: ErrorCode, detail: str) -> ProtocolFault:
    return ProtocolFault(
        code,
        detail=detail,
        message_type=message.type,
        version=message.version,
        ids=known_ids(message.elements),
    )
