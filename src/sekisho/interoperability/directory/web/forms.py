"""Members and card ranges as operators write them, in JSON: read with every bad member named."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from sekisho.adapters.http.json_fields import BadFields, JsonFields
from sekisho.interoperability.directory.model import Operation, Participant, Road, Role
from sekisho.interoperability.directory.model.ranges import Row
from sekisho.interoperability.directory.service import Notice
from sekisho.interoperability.directory.service.imports import LineRefused
from sekisho.kernel.errors import TheyErred
from sekisho.protocol import Version
from sekisho.protocol.card_ranges import AcsVersion, BadRanges, RangeAttributes
from sekisho.protocol.card_ranges.spans import checked_digits
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.selection import versions_listed

NAME: Final = r"[A-Za-z0-9._-]+"
PRINTABLE: Final = r"[\x21-\x7e]+"
SECURE_URL: Final = r"https://[\x21-\x7e]+"
WEB_URL: Final = r"https?://[\x21-\x7e]+"
RID: Final = r"[0-9A-F]{10}"
VERSIONS: Final = tuple(version.value for version in Version)
NOTICES_MAX: Final = 99
"""seqTotal has two digits."""
CATEGORIES: Final = tuple(BY_NAME["opCategory"].codes)
SEVERITIES: Final = tuple(BY_NAME["opSeverity"].codes)
STAND_INS: Final = ("A", "U")
_ROLES: Final = tuple(role.value for role in Role)
_RANGE: Final = frozenset(
    {
        "startRange",
        "endRange",
        "acs",
        "directoryServerID",
        "dsProtocolVersions",
        "acsProtocolVersions",
        "issuerCountryCode",
        "standIn",
    }
)


def read_member(name: str, body: bytes) -> Participant:
    """Read a member of that name; raises BadFields."""
    fields = JsonFields.of(body)
    fields.only("role", "certificateNames", "referenceNumbers", "operatorIDs", "urls")
    member = Participant(
        id=name,
        role=Role(fields.one_of("role", _ROLES)),
        certificate_names=fields.texts("certificateNames", most=255),
        reference_numbers=fields.texts("referenceNumbers", most=32, pattern=PRINTABLE),
        operator_ids=fields.texts("operatorIDs", most=32, pattern=PRINTABLE),
        urls=fields.texts("urls", most=2048, pattern=SECURE_URL),
    )
    fields.done()
    return member


def member_members(member: Participant) -> dict[str, object]:
    """Write a member."""
    return {
        "id": member.id,
        "role": member.role.value,
        "certificateNames": member.certificate_names,
        "referenceNumbers": member.reference_numbers,
        "operatorIDs": member.operator_ids,
        "urls": member.urls,
    }


def read_notices(body: bytes) -> tuple[Notice, ...]:
    """Read the notices of a sequence; raises BadFields."""
    fields = JsonFields.of(body)
    fields.only("notices")
    listed = fields.objects("notices")
    if len(listed) > NOTICES_MAX:
        fields.refuse("notices", f"must be at most {NOTICES_MAX}")
    notices = []
    for each in listed:
        each.only("opCategory", "opSeverity", "opDescription", "opExpDate")
        notices.append(
            Notice(
                category=each.one_of("opCategory", CATEGORIES),
                severity=each.one_of("opSeverity", SEVERITIES),
                description=each.text("opDescription", most=20000),
                expires=each.text("opExpDate", most=8, check=_date),
            )
        )
    fields.done()
    return tuple(notices)


def operation_members(operation: Operation) -> dict[str, object]:
    """Write what became of a sequence."""
    settled = operation.settled_at
    return {
        "seqId": operation.id,
        "member": operation.member,
        "state": operation.state.value,
        "sent": operation.sent,
        "seqTotal": operation.total,
        "begunAt": operation.begun_at.isoformat(),
        "settledAt": None if settled is None else settled.isoformat(),
    }


class RowReader:
    """Reads card ranges; what many of them say alike is read once."""

    def __init__(self, is_acs: Callable[[str], bool]) -> None:
        self._is_acs = is_acs
        self._roads: dict[bytes, Road] = {}

    def read(self, body: bytes) -> Row:
        """Read a card range; raises BadFields."""
        members = _members(body)
        key = _encode([(name, members[name]) for name in sorted(members) if name not in _BOUNDS])
        fields = JsonFields(members, faults=[])
        start = fields.text("startRange", most=19, least=13, pattern="[0-9]+")
        end = fields.text(
            "endRange", most=19, least=13, pattern="[0-9]+", check=lambda end: _bounds(start, end)
        )
        road = self._roads.get(key)
        if road is None:
            road = _road(fields, self._is_acs)
        fields.done()
        self._roads[key] = road
        return start, end, road

    def line(self, line: bytes) -> Row:
        """Read a line of a file; raises LineRefused."""
        try:
            return self.read(line)
        except BadFields as error:
            faults = tuple((fault.field, fault.message) for fault in error.faults)
            raise LineRefused(faults) from error


def row_members(row: Row) -> dict[str, object]:
    """Write a card range, as it can be read again."""
    start, end, road = row
    members: dict[str, object] = {
        "startRange": start,
        "endRange": end,
        "acs": road.acs,
        "directoryServerID": road.directory_server_id,
        "dsProtocolVersions": [version.value for version in road.attributes.ds_versions],
        "acsProtocolVersions": [_version_members(each) for each in road.attributes.acs],
        "issuerCountryCode": road.attributes.country,
        "standIn": road.stand_in,
    }
    return {name: value for name, value in members.items() if value is not None}


_BOUNDS: Final = frozenset({"startRange", "endRange"})
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(dict[str, object]).decode


def _date(text: str) -> None:
    try:
        datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise TheyErred("must be a date as YYYYMMDD") from error


def _members(body: bytes) -> dict[str, object]:
    try:
        return _decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        JsonFields.of(body)
        raise


def _bounds(start: str, end: str) -> None:
    try:
        checked_digits(start or end, end)
    except BadRanges as error:
        raise TheyErred("must be as long as startRange and not smaller") from error


def _road(fields: JsonFields, is_acs: Callable[[str], bool]) -> Road:
    fields.only(*_RANGE)
    acs = fields.optional_text("acs", most=64, pattern=NAME)
    if acs is not None and not is_acs(acs):
        fields.refuse("acs", "is no ACS that is enrolled")
    stand_in = fields.optional_text("standIn", most=1)
    if stand_in not in {None, *STAND_INS}:
        fields.refuse("standIn", f"must be one of {', '.join(STAND_INS)}")
    if acs is None and stand_in is None:
        fields.refuse("acs", "is required where nobody stands in")
    return Road(
        acs=acs,
        directory_server_id=fields.text("directoryServerID", most=10, pattern=RID),
        attributes=RangeAttributes(
            acs=_acs_versions(fields),
            ds_versions=_versions(fields, "dsProtocolVersions"),
            country=fields.optional_text("issuerCountryCode", most=3, pattern="[0-9]{3}"),
        ),
        stand_in=stand_in,
    )


def _acs_versions(fields: JsonFields) -> tuple[AcsVersion, ...]:
    told = []
    for each in fields.objects("acsProtocolVersions"):
        each.only("version", "threeDSMethodURL", "acsInfoInd")
        told.append(
            AcsVersion(
                version=Version(each.one_of("version", VERSIONS)),
                method_url=each.optional_text("threeDSMethodURL", most=256, pattern=WEB_URL),
                info=each.texts("acsInfoInd", most=2, least_items=0, pattern="[0-9]{2}"),
            )
        )
    versions = [each.version for each in told]
    if len(set(versions)) < len(versions):
        fields.refuse("acsProtocolVersions", "must not say the same twice")
    return tuple(sorted(told, key=lambda each: each.version))


def _versions(fields: JsonFields, name: str) -> tuple[Version, ...]:
    named = fields.texts(name, most=8)
    if set(named) - set(VERSIONS):
        fields.refuse(name, f"must be of {', '.join(VERSIONS)}")
    return versions_listed(named)


def _version_members(each: AcsVersion) -> dict[str, object]:
    members: dict[str, object] = {
        "version": each.version.value,
        "threeDSMethodURL": each.method_url,
        "acsInfoInd": each.info or None,
    }
    return {name: value for name, value in members.items() if value is not None}
