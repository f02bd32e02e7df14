"""1.0.2 at the Directory Server's port: a document in, a document out, and the history for operators.

An Error too is HTTP status 200.
"""

from typing import Annotated, Final, TypeAlias

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from litestar.types import HTTPScope, Receive, Send

from sekisho.adapters.http.emv import posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.interoperability.directory.model.threeds1 import Inquiry
from sekisho.interoperability.directory.service.threeds1 import BYTES_MAX, ThreeDS1, too_large

DOCUMENT: Final = "application/xml; charset=utf-8"


PAGE: Final = 100
Limit: TypeAlias = Annotated[int, Parameter(ge=1, le=PAGE)]


def history_handlers(threeds1: ThreeDS1) -> list[HTTPRouteHandler]:
    """Give what an operator may read of 1.0.2."""

    @get("/operator/inquiries")
    async def inquiries(limit: Limit = PAGE) -> Response[bytes]:
        """List the last VEReqs of 1.0.2 and what became of them."""
        listed = [inquiry_members(each) for each in await threeds1.history(limit)]
        body = msgspec.json.encode({"inquiries": listed})
        return Response(body, media_type="application/json")

    return [inquiries]


def inquiry_members(inquiry: Inquiry) -> dict[str, object]:
    """Write an inquiry."""
    members = {
        "id": inquiry.id,
        "at": inquiry.at.isoformat(),
        "member": inquiry.member,
        "messageID": inquiry.message_id,
        "acqBIN": inquiry.acq_bin,
        "merID": inquiry.mer_id,
        "pan": inquiry.masked_number,
        "acs": inquiry.acs,
        "enrolled": inquiry.enrolled,
        "iReqCode": inquiry.i_req_code,
        "because": inquiry.because,
    }
    return {name: value for name, value in members.items() if value is not None}


async def threeds1_message(
    threeds1: ThreeDS1, scope: HTTPScope, receive: Receive, send: Send
) -> None:
    """Take a VEReq or a CRReq and send the answer."""
    body = await posted_message(scope, receive, send, limit=BYTES_MAX, too_large=too_large)
    if body is not None:
        await respond(send, 200, await threeds1.receive(peer_name(scope), body), DOCUMENT)
