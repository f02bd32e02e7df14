"""CReq: read, matched with the authentication that called for it, and answered if it is wrong.

Only the pair of identifiers opens a challenge. Whoever has but one of them, or neither, learns
nothing and changes nothing: not even the address that a transaction reports to (attack 1).
"""

from collections.abc import Mapping

from sekisho.issuer.acs.model import Authentication
from sekisho.issuer.acs.service.challenges import Challenges, View
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.errors import NotThere
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
from sekisho.protocol.faults import WRONG_RECEIVER
from sekisho.protocol.forms import check_session_data, decode_form_bytes


class Opening:
    """Takes the form that a requestor posts through the browser."""

    def __init__(self, around: Surroundings, *, challenges: Challenges) -> None:
        self._store = around.stores.authentications
        self._challenges = challenges
        self._supported = tuple(Version(version) for version in around.settings.versions)

    async def open(self, creq: str, session_data: str | None, *, agent: str) -> View:
        """Open a challenge, or show it again.

        A fault in the CReq of a challenge that we know ends it, and goes back to the requestor.
        Raises ProtocolFault when there is nobody to send it back to.
        """
        data = decode_form_bytes(creq)
        try:
            message = parse(
                data,
                receiver=Component.ACS,
                channel=Channel.BROWSER,
                supported=self._supported,
            )
        except ProtocolFault as fault:
            return await self._refuse(await self._find(fault.ids), fault)
        if message.type is not MessageType.CREQ:
            raise about(message, ErrorCode.MESSAGE_INVALID, WRONG_RECEIVER)
        record = await self._find(message.elements)
        if record is None:
            raise about(message, ErrorCode.TRANSACTION_UNKNOWN, "threeDSServerTransID,acsTransID")
        if record.challenge is None or record.challenge.browser is None:
            raise about(message, ErrorCode.TRANSACTION_DATA_INVALID, "No challenge is due.")
        try:
            _check(message, record, session_data)
        except ProtocolFault as fault:
            return await self._refuse(record, fault)
        try:
            return await self._challenges.requested(
                record, message, session_data=session_data, agent=agent
            )
        except ProtocolFault as fault:
            return self._challenges.refused(record, fault)

    async def _find(self, ids: Mapping[str, object]) -> Authentication | None:
        """Find the authentication that carries both identifiers."""
        acs_trans_id, server_trans_id = ids.get("acsTransID"), ids.get("threeDSServerTransID")
        if not isinstance(acs_trans_id, str):
            return None
        try:
            record = await self._store.get(acs_trans_id)
        except NotThere:
            return None
        own = record.transaction.server_trans_id
        return record if own == server_trans_id else None

    async def _refuse(self, record: Authentication | None, fault: ProtocolFault) -> View:
        challenge = record.challenge if record else None
        if record is None or challenge is None or not challenge.browser or not fault.answerable:
            raise fault
        return await self._challenges.faulted(record, fault)


def _check(message: Message, record: Authentication, session_data: str | None) -> None:
    if message.version is not record.transaction.version:
        raise about(message, ErrorCode.FORMAT_INVALID, "messageVersion")
    if session_data is not None:
        try:
            check_session_data(session_data)
        except ProtocolFault as fault:
            raise about(message, fault.error_code, fault.error_detail) from fault
