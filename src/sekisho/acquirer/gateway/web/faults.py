"""Every refusal of the payment API in its own form of error: `messages` of the API's documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from litestar import Request, Response
from litestar.exceptions import HTTPException

from sekisho.acquirer.gateway.model.refusals import (
    Flaw,
    Forbidden,
    NotAuthorized,
    Refused,
    RequestInFlight,
    RequestReused,
)
from sekisho.acquirer.gateway.web.handlers import Handlers
from sekisho.kernel.errors import Conflict, NotThere, Unreachable
from sekisho.kernel.log import Log
from sekisho.protocol import Json

Asked: TypeAlias = Request[Any, Any, Any]  # Any: users, tokens and app state are not used here
Told: TypeAlias = Response[Mapping[str, Json]]

NO_STORE: Final = {"Cache-Control": "no-store"}
CODES: Final = {
    400: "INVALID_DATA",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_TOO_LARGE",
    415: "INVALID_DATA",
}
WORDS: Final = {
    400: "The request cannot be read.",
    401: "An access token is required.",
    403: "The access token is not for this.",
    404: "There is no such resource.",
    405: "The resource does not know this method.",
    413: "The request is too large.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How one kind of refusal is told."""

    status: int
    code: str
    words: str = ""
    """Empty: the error's own."""
    entity: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


REFUSALS: Final[Mapping[type[object], Refusal]] = {
    NotAuthorized: Refusal(
        status=401, code="UNAUTHORIZED", headers={"WWW-Authenticate": 'Bearer realm="payments"'}
    ),
    Forbidden: Refusal(status=403, code="FORBIDDEN", entity="merchant-id"),
    NotThere: Refusal(
        status=404, code="NOT_FOUND", words="There is no such payment or verification."
    ),
    RequestInFlight: Refusal(status=409, code="IN_PROGRESS", headers={"Retry-After": "1"}),
    Conflict: Refusal(
        status=409,
        code="IN_PROGRESS",
        words="The payment is changed by others at this moment; send the request again.",
        headers={"Retry-After": "1"},
    ),
    RequestReused: Refusal(status=412, code="DUPLICATE_REQUEST_ID", entity="request-id"),
    Unreachable: Refusal(
        status=503,
        code="SERVICE_UNAVAILABLE",
        words="A part of the payment network does not answer; send the request again.",
        headers={"Retry-After": "2"},
    ),
}


def problem(
    status: int,
    code: str,
    message: str,
    *,
    flaws: Sequence[Flaw] = (),
    headers: Mapping[str, str] | None = None,
) -> Told:
    """Answer with an error of the payment API."""
    body: dict[str, Json] = {
        "responseStatus": "ERROR",
        "responseCode": code,
        "responseMessage": message,
    }
    if flaws:
        body["validationErrors"] = [
            {"code": flaw.code, "message": flaw.message, "entity": flaw.entity} for flaw in flaws
        ]
    return Response(body, status_code=status, headers={**NO_STORE, **(headers or {})})


class Faults(Handlers):
    """Turns what a handler raises into an answer."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def refusal(self, _: Asked, error: Exception) -> Told:
        """Answer what our own code refused on purpose."""
        match error:
            case Refused(flaws=flaws):
                words = "The request has members that are missing or wrong."
                return problem(400, "VALIDATION_ERROR", words, flaws=flaws)
            case Unreachable():
                self._log.warning("peer_unreachable", why=str(error))
        refusal = REFUSALS.get(type(error)) or REFUSALS.get(type(error).__base__ or object)
        if refusal is None:
            return self.unforeseen(_, error)
        words = refusal.words or str(error)
        flaws = ()
        if refusal.entity:
            flaws = (Flaw(code=refusal.code, message=words, entity=refusal.entity),)
        return problem(refusal.status, refusal.code, words, flaws=flaws, headers=refusal.headers)

    def http(self, _: Asked, error: Exception) -> Told:
        """Answer what the framework refused: a wrong path, method or size."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status not in CODES:
            return self.unforeseen(_, error)
        return problem(status, CODES[status], WORDS.get(status, "The request cannot be read."))

    def unforeseen(self, _: Asked, error: Exception) -> Told:
        """Answer our own mistakes without telling what they are."""
        self._log.error("unforeseen", kind=type(error).__name__, why=str(error))
        return problem(500, "SYSTEM_ERROR", "The gateway has a disturbance.")
