"""Who may ask and who may report: every mark of a participant must come together. Pure."""

from sekisho.interoperability.directory.model import Acs, CardRange, DirectorySettings, Member
from sekisho.interoperability.directory.service.refusals import about
from sekisho.protocol import ErrorCode, Message, Version
from sekisho.protocol.card_ranges import RangeIndex


class Participants:
    """The members and card ranges of the settings, ready to be looked up."""

    def __init__(self, settings: DirectorySettings) -> None:
        self._members = {member.certificate_name: member for member in settings.members}
        self._acss = {row.acs.certificate_name for row in settings.ranges}
        self._index = RangeIndex(settings.ranges, bounds=lambda row: (row.start, row.end))
        self._reference_number = settings.reference_number

    def knows_acs(self, peer: str | None) -> bool:
        """Tell whether a certificate name is that of an ACS of ours."""
        return peer in self._acss

    def member(self, peer: str | None, request: Message) -> Member:
        """Find the 3DS Server that sent a request; 303 unless all its marks are its own."""
        member = self._members.get(peer or "")
        if member is None:
            raise about(
                request, ErrorCode.ACCESS_DENIED, "The sender is not a registered 3DS Server."
            )
        foreign = [
            name
            for name, own in (
                ("threeDSServerRefNumber", member.reference_number),
                ("threeDSServerOperatorID", member.operator_id),
            )
            if request.get(name) != own
        ]
        if "threeDSServerURL" in request and request["threeDSServerURL"] not in member.result_urls:
            # Results are posted there: any other address would let a member aim our requests.
            foreign.append("threeDSServerURL")
        if foreign:
            raise about(request, ErrorCode.ACCESS_DENIED, ",".join(foreign))
        return member

    def range_of(self, areq: Message) -> CardRange:
        """Find the card's range; 305 when there is none, 102 when it lacks the version."""
        row = self._index.find(areq.text("acctNumber"))
        if row is None:
            raise about(areq, ErrorCode.TRANSACTION_DATA_INVALID, "acctNumber")
        if areq.version.value not in row.versions:
            known = ",".join(version for version in row.versions if version in set(Version))
            raise about(areq, ErrorCode.VERSION_NOT_SUPPORTED, known)
        return row

    def check_acs(self, acs: Acs, ares: Message) -> None:
        """Hold an ARes against the registration of the ACS that sent it; 303."""
        foreign = [
            name
            for name, own in (
                ("acsReferenceNumber", acs.reference_number),
                ("acsOperatorID", acs.operator_id),
                ("dsReferenceNumber", self._reference_number),
            )
            if name in ares and ares[name] != own
        ]
        if foreign:
            raise about(ares, ErrorCode.ACCESS_DENIED, ",".join(foreign))
