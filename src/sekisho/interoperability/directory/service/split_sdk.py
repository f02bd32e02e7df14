"""sdkServerSignedContent: that a split SDK's server has signed for this transaction (308 otherwise)."""

from datetime import datetime

from sekisho.interoperability.directory.service.refusals import about
from sekisho.protocol import ErrorCode, Message, ProtocolFault
from sekisho.protocol.jose.signed_content import verify_sdk_server_content
from sekisho.protocol.jose.trust import Roots


def check_sdk_server(areq: Message, roots: Roots | None, *, at: datetime) -> None:
    """Refuse an AReq whose split SDK's server did not sign it, under a certificate of the programme.

    How old the signature may be is held against the clock when the AReq is read.
    """
    signed = areq.text_or_none("sdkServerSignedContent")
    if signed is None:
        return
    if roots is None:
        raise about(areq, ErrorCode.SIGNATURE_INVALID, "sdkServerSignedContent")
    try:
        verify_sdk_server_content(
            signed,
            roots=roots,
            at=at,
            sdk_trans_id=areq.text("sdkTransID"),
            sdk_reference_number=areq.text("sdkReferenceNumber"),
        )
    except ProtocolFault as fault:
        raise about(areq, fault.error_code, fault.error_detail) from fault
