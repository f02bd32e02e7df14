"""The API for payment providers of 3-D Secure 1.0.2: `/mpi/enrolment` and `/mpi/result`, by API key."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from litestar.types import HTTPScope, Receive, Send

from sekisho.acquirer.server.model import Requestor
from sekisho.acquirer.server.service.threeds1 import PlugIn
from sekisho.acquirer.server.web.threeds1_body import (
    enrolment_members,
    read_enquiry,
    read_result,
    result_members,
)
from sekisho.adapters.http.emv import posted_message
from sekisho.adapters.http.json_fields import BadFields
from sekisho.adapters.http.problems import PROBLEM, problem_document
from sekisho.adapters.http.raw import respond
from sekisho.kernel.errors import NotThere, OutOfTurn, SekishoError, TheyErred
from sekisho.protocol.threeds1.forms import FIELD_CHARACTERS_MAX

JSON: Final = "application/json; charset=utf-8"
BODY_BYTES_MAX: Final = FIELD_CHARACTERS_MAX + 16 * 1024
ENROLMENT: Final = "/mpi/enrolment"
RESULT: Final = "/mpi/result"
STATUSES: Final[Mapping[type[SekishoError], int]] = {NotThere: 404, OutOfTurn: 409}
NO_STORE: Final = ((b"cache-control", b"no-store"),)

Call = Callable[[str, bytes], Awaitable[dict[str, object]]]


class PlugInApi:
    """Serves payment providers whose API key was looked at before."""

    def __init__(self, plug_in: PlugIn) -> None:
        self._plug_in = plug_in
        self._calls: dict[str, Call] = {ENROLMENT: self._enrolment, RESULT: self._result}

    def knows(self, path: str) -> bool:
        """Tell whether a path is one of ours."""
        return path in self._calls

    async def serve(
        self, requestor: Requestor, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        """Read, call, answer."""
        body = await posted_message(
            scope, receive, send, limit=BODY_BYTES_MAX, too_large=_too_large
        )
        if body is None:
            return
        try:
            answer = await self._calls[scope["path"]](requestor.name, body)
        except (TheyErred, NotThere) as error:
            status = STATUSES.get(type(error), 400)
            faults = error.faults if isinstance(error, BadFields) else ()
            document = problem_document(status, str(error), errors=faults)
            await respond(send, status, document, PROBLEM, NO_STORE)
        else:
            await respond(send, 200, msgspec.json.encode(answer), JSON, NO_STORE)

    async def _enrolment(self, owner: str, body: bytes) -> dict[str, object]:
        return enrolment_members(await self._plug_in.enrolment(owner, read_enquiry(body)))

    async def _result(self, owner: str, body: bytes) -> dict[str, object]:
        return result_members(await self._plug_in.result(owner, *read_result(body)))


def _too_large() -> bytes:
    return problem_document(413, f"the body is longer than {BODY_BYTES_MAX} bytes")
