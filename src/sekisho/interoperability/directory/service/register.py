"""The register in memory: who takes part, and where each card leads. Asked at every message."""

from collections.abc import Iterable

from sekisho.interoperability.directory.model import (
    Acs,
    DirectorySettings,
    Participant,
    RangeBook,
    Road,
    Role,
)
from sekisho.interoperability.directory.model.ranges import Row
from sekisho.interoperability.directory.model.settings import CardRange
from sekisho.interoperability.directory.service.refusals import about
from sekisho.protocol import ErrorCode, Message, Version
from sekisho.protocol.card_ranges import AcsVersion, RangeAttributes
from sekisho.protocol.directory_checks import Register as Rules
from sekisho.protocol.selection import versions_listed


class Register:
    """Members by certificate, cards by number. Changed whole: a look-up never sees half a change."""

    def __init__(self, participants: Iterable[Participant], book: RangeBook, *, ds: str) -> None:
        self._by_id = {each.id: each for each in participants}
        self._by_certificate = _by_certificate(self._by_id.values())
        self.book = book
        self._reference_number = ds

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Every member, those that were removed as well."""
        return tuple(self._by_id.values())

    def get(self, name: str) -> Participant | None:
        """Give the active member of that name."""
        found = self._by_id.get(name)
        return found if found is not None and found.active else None

    def put(self, participant: Participant) -> None:
        """Take a member as it stands now."""
        by_id = {**self._by_id, participant.id: participant}
        self._by_id, self._by_certificate = by_id, _by_certificate(by_id.values())

    def holder(self, role: Role, certificate: str | None) -> Participant | None:
        """Give the active member whose certificate it is."""
        return self._by_certificate.get((role, certificate or ""))

    def is_server(self, peer: str | None) -> bool:
        """Tell whether a certificate is that of a 3DS Server of ours."""
        return self.holder(Role.SERVER, peer) is not None

    def server(self, peer: str | None, request: Message) -> Participant:
        """Find the 3DS Server that sent a request; 303 unless all its marks are its own."""
        member = self.holder(Role.SERVER, peer)
        if member is None:
            raise about(
                request, ErrorCode.ACCESS_DENIED, "The sender is not a registered 3DS Server."
            )
        foreign = [
            name
            for name, own in (
                ("threeDSServerRefNumber", member.reference_numbers),
                ("threeDSServerOperatorID", member.operator_ids),
            )
            if request.get(name) not in own
        ]
        if "threeDSServerURL" in request and request["threeDSServerURL"] not in member.urls:
            # Results are posted there: any other address would let a member aim our requests.
            foreign.append("threeDSServerURL")
        if foreign:
            raise about(request, ErrorCode.ACCESS_DENIED, ",".join(foreign))
        return member

    def rules(self, member: Participant, settings: DirectorySettings) -> Rules:
        """Say what the protocol library's checks of a member's AReq must know."""
        sdks, requestors = settings.sdk_reference_numbers, settings.requestor_ids
        return Rules(
            servers=member.reference_numbers,
            acss=(),
            sdks=sdks or _Everything(),
            routed=lambda card: self.book.road_of(card) is not None,
            versions_of=self._versions_of,
            mcc_allowed=lambda mcc: mcc not in settings.mccs_refused,
            requestor_allowed=lambda requestor: not requestors or requestor in requestors,
        )

    def _versions_of(self, card: str) -> tuple[Version, ...]:
        road = self.book.road_of(card)
        return () if road is None else tuple(each.version for each in road.attributes.acs)

    def check_acs(self, acs: Participant, ares: Message) -> None:
        """Hold an ARes against the registration of the ACS that sent it; 303."""
        foreign = [
            name
            for name, own in (
                ("acsReferenceNumber", acs.reference_numbers),
                ("acsOperatorID", acs.operator_ids),
                ("dsReferenceNumber", (self._reference_number,)),
            )
            if name in ares and ares[name] not in own
        ]
        if foreign:
            raise about(ares, ErrorCode.ACCESS_DENIED, ",".join(foreign))


class _Everything:
    """A list that nobody has written: whatever is asked for is on it."""

    def __contains__(self, _name: object) -> bool:
        return True


def seeded(settings: DirectorySettings) -> Register:
    """Make the register that the settings describe. Raises BadRanges when their ranges overlap."""
    acss = {row.acs.certificate_name: _acs(row.acs) for row in settings.ranges}
    servers = [
        Participant(
            id=_free(member.certificate_name, acss),
            role=Role.SERVER,
            certificate_names=(member.certificate_name,),
            reference_numbers=(member.reference_number,),
            operator_ids=(member.operator_id,),
            urls=member.result_urls,
            by_settings=True,
        )
        for member in settings.members
    ]
    book = RangeBook.of(tuple(_row(row, settings) for row in settings.ranges))
    return Register([*servers, *acss.values()], book, ds=settings.reference_number)


def _free(name: str, taken: Iterable[str]) -> str:
    """A company that is both, under one certificate, is still two members."""
    return f"{name}-server" if name in taken else name


def _acs(acs: Acs) -> Participant:
    return Participant(
        id=acs.certificate_name,
        role=Role.ACS,
        certificate_names=(acs.certificate_name,),
        reference_numbers=(acs.reference_number,),
        operator_ids=(acs.operator_id,),
        urls=(acs.url,),
        by_settings=True,
    )


def _row(row: CardRange, settings: DirectorySettings) -> Row:
    versions = versions_listed(row.versions)
    attributes = RangeAttributes(
        acs=tuple(
            AcsVersion(
                version=version,
                method_url=row.three_ds_method_url,
                info=row.acs_info_ind if version >= Version.V220 else (),
            )
            for version in versions
        ),
        ds_versions=versions_listed(settings.versions),
    )
    road = Road(
        acs=row.acs.certificate_name,
        directory_server_id=row.directory_server_id,
        attributes=attributes,
        stand_in=row.stand_in,
    )
    return row.start, row.end, road


def _by_certificate(
    participants: Iterable[Participant],
) -> dict[tuple[Role, str], Participant]:
    return {
        (each.role, name): each
        for each in participants
        if each.active
        for name in each.certificate_names
    }
