"""From what a requestor asks to the AReq that goes out: reading, version, own elements. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from sekisho.acquirer.server.model import DirectoryServer, Requestor, ServerSettings
from sekisho.acquirer.server.service.ports import RangeFacts
from sekisho.protocol import (
    Category,
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
from sekisho.protocol.fitting import fitted
from sekisho.protocol.places import place_of
from sekisho.protocol.vocabulary import Json, Reading

OWN: Final = frozenset(
    {
        "messageType",
        "messageVersion",
        "threeDSServerTransID",
        "threeDSServerRefNumber",
        "threeDSServerOperatorID",
        "threeDSServerURL",
        "acquirerCountryCodeSource",
        "dsTransID",
        "dsReferenceNumber",
        "dsURL",
        "directoryServer",
        "sdkProtocolVersions",
    }
)
"""Members that are no requestor's elements: what it sends under these names is for us, or dropped."""

BY_THE_SERVER: Final = "01"
"""acquirerCountryCodeSource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a requestor wants to know, as read from the body of /preauth or /auth."""

    body: Mapping[str, Json]
    acct_number: str
    trans_id: str | None
    wanted_version: str | None
    sdk_versions: tuple[str, ...] | None
    """What the app's SDK speaks; None: the requestor does not say."""
    directory: str | None
    """Name of the Directory Server that the requestor chose of several."""
    method_id: str | None
    """threeDSMethodId: whose 3DS Method is to count for this one."""

    def canonical(self) -> bytes:
        """Write the body so that the same question always has the same octets."""
        return _CANONICAL.encode(self.body)

    @property
    def channel(self) -> Json:
        """deviceChannel, as it is."""
        return self.body.get("deviceChannel")

    @property
    def without_cardholder(self) -> bool:
        """Whether a payment is to be authenticated without its cardholder: not before 2.2.0."""
        category = self.body.get("messageCategory")
        return self.channel == Channel.THREE_RI and category == Category.PAYMENT


_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def read_question(body: bytes) -> Question:
    """Read the body of /preauth or /auth as far as we must understand it ourselves."""
    members = read_object(body, limit=APP_MESSAGE_BYTES_MAX)
    return Question(
        body=members,
        acct_number=_acct_number(members),
        trans_id=_optional(members, "threeDSServerTransID"),
        wanted_version=_optional(members, "messageVersion"),
        sdk_versions=_versions(members, "sdkProtocolVersions"),
        directory=_optional(members, "directoryServer"),
        method_id=_optional(members, "threeDSMethodId"),
    )


def read_trans_id(body: bytes) -> str:
    """Read the body of /postauth."""
    return required(read_object(body), "threeDSServerTransID")


def common_versions(
    settings: ServerSettings, facts: RangeFacts, question: Question
) -> tuple[str, ...]:
    """List the versions that everybody on the road speaks, oldest first, and that can do it."""
    sdk = question.sdk_versions
    return tuple(
        version
        for version in settings.versions
        if version in facts.versions
        and version in facts.ds_versions
        and (sdk is None or version in sdk)
        and not (question.without_cardholder and version == Version.V210.value)
    )


def choose_version(settings: ServerSettings, facts: RangeFacts, question: Question) -> Version:
    """Take the version that the requestor names, else the highest in common.

    Raises 305 when there is none in common and 102, naming the possible ones, for another.
    """
    common = common_versions(settings, facts, question)
    if not common:
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID,
            detail="acctNumber: the card range has no protocol version in common with this server",
        )
    wanted = question.wanted_version
    if wanted is None:
        return Version(common[-1])
    if wanted not in common:
        raise ProtocolFault(ErrorCode.VERSION_NOT_SUPPORTED, detail=",".join(common))
    return Version(wanted)


def method_said(question: Question, *, exists: bool, may_have_run: bool) -> Json:
    """Give threeDSCompInd as it is true, whatever the requestor made of it.

    Nothing runs where there is no 3DS Method (U), nor under an id that nobody was told (N).
    """
    said = question.body.get("threeDSCompInd")
    if question.channel != Channel.BROWSER or said not in ("Y", "N", "U"):
        return said
    if not exists:
        return "U"
    return "Y" if said == "Y" and may_have_run else "N"


def make_areq(
    settings: ServerSettings,
    directory: DirectoryServer,
    requestor: Requestor,
    question: Question,
    *,
    trans_id: str,
    version: Version,
    comp_ind: Json,
) -> Message:
    """Make the AReq and hold it against every rule that the Directory Server will hold it against.

    Raises ProtocolFault for what the requestor must put right.
    """
    elements: dict[str, Json] = {
        name: value for name, value in question.body.items() if name not in OWN
    }
    for name, default in _defaults(requestor, elements, version).items():
        if default is not None:
            elements.setdefault(name, default)
    if comp_ind is not None:
        elements["threeDSCompInd"] = comp_ind
    elements |= {
        "messageType": MessageType.AREQ.value,
        "messageVersion": version.value,
        "threeDSServerTransID": trans_id,
        "threeDSServerRefNumber": settings.reference_number,
        "threeDSServerOperatorID": directory.operator_id or settings.operator_id,
        "threeDSServerURL": settings.url,
    }
    if version >= Version.V231 and "acquirerCountryCode" in elements:
        elements["acquirerCountryCodeSource"] = BY_THE_SERVER
        elements |= _shaped(elements)
    areq = parse(write_object(elements), receiver=Component.DIRECTORY)
    _require_registered(requestor, areq)
    return areq


def _shaped(elements: Mapping[str, Json]) -> dict[str, Json]:
    """Give the elements the shape of 2.3.1, which lists what was one value before."""
    place = place_of(
        elements,
        MessageType.AREQ,
        Version.V231,
        channel=None,
        category=None,
        reading=Reading.LENIENT,
    )
    return fitted(elements, place)


def _require_registered(requestor: Requestor, areq: Message) -> None:
    """Raise 203 for a notificationURL elsewhere than the requestor registered."""
    url = areq.text_or_none("notificationURL")
    if url is None or not requestor.notification_origins:
        return
    at = urlsplit(url)
    if f"{at.scheme}://{at.netloc}" not in requestor.notification_origins:
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("notificationURL",))


def _defaults(
    requestor: Requestor, given: Mapping[str, Json], version: Version
) -> Mapping[str, Json]:
    """Say what stands in where the request names none."""
    defaults: dict[str, Json] = {
        "threeDSRequestorID": requestor.requestor_id,
        "threeDSRequestorName": requestor.requestor_name,
        "threeDSRequestorURL": requestor.requestor_url,
    }
    if version >= Version.V231:
        country = requestor.acquirer_country_code
        defaults["acquirerCountryCode"] = country or given.get("merchantCountryCode")
        if given.get("deviceChannel") == Channel.BROWSER and given.get("browserLanguage"):
            defaults["acceptLanguage"] = [given["browserLanguage"]]
    return defaults


def required(members: Mapping[str, Json], name: str) -> str:
    """Read a text that must be there. Raises ProtocolFault."""
    value = _optional(members, name)
    if value is None:
        raise ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=(name,))
    return value


def _acct_number(members: Mapping[str, Json]) -> str:
    digits = required(members, "acctNumber")
    if not (DIGITS_MIN <= len(digits) <= DIGITS_MAX and digits.isascii() and digits.isdigit()):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("acctNumber",))
    return digits


def _optional(members: Mapping[str, Json], name: str) -> str | None:
    value = members.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=(name,))


def _versions(members: Mapping[str, Json], name: str) -> tuple[str, ...] | None:
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(str(each) for each in value)
    raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=(name,))
