"""What the browser takes back to the requestor when a challenge is over. Pure."""

from dataclasses import dataclass

from sekisho.issuer.acs.model import Authentication, Ending
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.refusals import erro
from sekisho.protocol import ErrorCode, MessageType, ProtocolFault
from sekisho.protocol.forms import base64url


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A form to post to the requestor: always the same one, however often it is asked for."""

    notification_url: str
    requestor_url: str
    cres: str
    """base64url of the final CRes, or of an Erro."""
    session_data: str | None


def return_of(record: Authentication, writer: Writer) -> Return | None:
    """Give the form that ends a challenge; None while there is no end."""
    challenge, result = record.challenge, record.result
    if challenge is None or challenge.ending is None or result is None:
        return None
    if challenge.erro is not None:
        message = challenge.erro.encode()
    elif challenge.ending is Ending.NEVER_OPENED:
        message = _too_late(record)
    else:
        message = writer.final_cres(record, result).encode()
    return Return(
        notification_url=challenge.notification_url,
        requestor_url=challenge.requestor_url,
        cres=base64url(message),
        session_data=challenge.session_data,
    )


def _too_late(record: Authentication) -> bytes:
    """Give the Erro for a first CReq that came when its time was over (section 9)."""
    ids = {"threeDSServerTransID": record.server_trans_id, "acsTransID": record.id}
    fault = ProtocolFault(
        ErrorCode.TIMED_OUT,
        detail="The CReq came too late.",
        message_type=MessageType.CREQ,
        version=record.version,
        ids=ids,
    )
    return erro(fault)
