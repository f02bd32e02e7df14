"""From what a requestor asks to the AReq that goes out: reading, version, own elements. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from sekisho.acquirer.server.model import Requestor, ServerSettings
from sekisho.acquirer.server.service.ports import RangeFacts
from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol.card_ranges import DIGITS_MAX, DIGITS_MIN
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.protocol.vocabulary import Json

CHANNELS: Final = frozenset({Channel.BROWSER})
"""Device channels offered."""

OWN: Final = frozenset(
    {
        "messageType",
        "messageVersion",
        "threeDSServerTransID",
        "threeDSServerRefNumber",
        "threeDSServerOperatorID",
        "threeDSServerURL",
        "dsTransID",
        "dsReferenceNumber",
        "dsURL",
    }
)
"""Elements that no requestor decides: whatever it sends under these names is replaced or dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a requestor wants to know, as read from the body of /auth."""

    body: Mapping[str, Json]
    acct_number: str
    trans_id: str | None
    wanted_version: str | None

    def canonical(self) -> bytes:
        """Write the body so that the same question always has the same octets."""
        return _CANONICAL.encode(self.body)


_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def read_question(body: bytes) -> Question:
    """Read the body of /auth as far as we must understand it ourselves."""
    members = read_object(body, limit=APP_MESSAGE_BYTES_MAX)
    return Question(
        body=members,
        acct_number=_acct_number(members),
        trans_id=_optional(members, "threeDSServerTransID"),
        wanted_version=_optional(members, "messageVersion"),
    )


def read_acct_number(body: bytes) -> str:
    """Read the body of /preauth."""
    return _acct_number(read_object(body))


def read_trans_id(body: bytes) -> str:
    """Read the body of /postauth."""
    return _required(read_object(body), "threeDSServerTransID")


def common_versions(settings: ServerSettings, facts: RangeFacts) -> tuple[str, ...]:
    """List the versions that we, the Directory Server and the card's ACS all speak, oldest first."""
    return tuple(
        version
        for version in settings.versions
        if version in facts.versions and version in facts.ds_versions
    )


def choose_version(settings: ServerSettings, facts: RangeFacts, wanted: str | None) -> Version:
    """Take the version that the requestor names, else the highest in common.

    Raises 305 when there is none in common and 102, naming the possible ones, for another.
    """
    common = common_versions(settings, facts)
    if not common:
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID,
            detail="acctNumber: the card range has no protocol version in common with this server",
        )
    if wanted is None:
        return Version(common[-1])
    if wanted not in common:
        raise ProtocolFault(ErrorCode.VERSION_NOT_SUPPORTED, detail=",".join(common))
    return Version(wanted)


def make_areq(
    settings: ServerSettings,
    requestor: Requestor,
    question: Question,
    *,
    trans_id: str,
    version: Version,
) -> Message:
    """Make the AReq and hold it against every rule that the Directory Server will hold it against.

    Raises ProtocolFault for what the requestor must put right.
    """
    elements: dict[str, Json] = {
        name: value for name, value in question.body.items() if name not in OWN
    }
    for name, default in (
        ("threeDSRequestorID", requestor.requestor_id),
        ("threeDSRequestorName", requestor.requestor_name),
        ("threeDSRequestorURL", requestor.requestor_url),
    ):
        if default is not None:
            elements.setdefault(name, default)
    elements |= {
        "messageType": MessageType.AREQ.value,
        "messageVersion": version.value,
        "threeDSServerTransID": trans_id,
        "threeDSServerRefNumber": settings.reference_number,
        "threeDSServerOperatorID": settings.operator_id,
        "threeDSServerURL": settings.url,
    }
    areq = parse(write_object(elements), receiver=Component.DIRECTORY)
    if areq["deviceChannel"] not in CHANNELS:
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("deviceChannel",))
    return areq


def _acct_number(members: Mapping[str, Json]) -> str:
    digits = _required(members, "acctNumber")
    if not (DIGITS_MIN <= len(digits) <= DIGITS_MAX and digits.isascii() and digits.isdigit()):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("acctNumber",))
    return digits


def _required(members: Mapping[str, Json], name: str) -> str:
    value = _optional(members, name)
    if value is None:
        raise ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=(name,))
    return value


def _optional(members: Mapping[str, Json], name: str) -> str | None:
    value = members.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=(name,))
