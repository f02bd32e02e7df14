"""Refusals of JSON APIs as RFC 9457 problem documents, translated from errors in one place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from sekisho.adapters.http.json_fields import BadFields, FieldFault
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log

PROBLEM: Final = "application/problem+json"
NO_HEADERS: Final[Mapping[str, str]] = {}
AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: a handler serves every application

_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[FieldFault] = (),
    headers: Mapping[str, str] = NO_HEADERS,
) -> Response[bytes]:
    """Make the refusal that a program understands by `code` and a person by `detail`."""
    return Response(
        problem_document(status, detail, code=code, errors=errors),
        status_code=status,
        media_type=PROBLEM,
        headers={"Cache-Control": "no-store", **headers},
    )


def problem_document(
    status: int, detail: str, *, code: str | None = None, errors: Sequence[FieldFault] = ()
) -> bytes:
    """Write the document of a refusal, for whoever sends it without a framework."""
    document = {
        "status": status,
        "code": code or _CODES.get(status, "refused"),
        "detail": detail,
    }
    named = [{"field": fault.field, "message": fault.message} for fault in errors]
    return msgspec.json.encode(document | ({"errors": named} if named else {}))


class _Problem(msgspec.Struct):
    detail: str = ""
    errors: list[dict[str, str]] = []


def reason_in(body: bytes) -> str:
    """Read why a peer refused from the problem document that it answered with."""
    try:
        found = msgspec.json.decode(body, type=_Problem)
    except msgspec.DecodeError:
        return "without a reason that can be read"
    named = "; ".join(f"{each.get('field')}: {each.get('message')}" for each in found.errors)
    return named or found.detail or "without a reason"


def problem_handlers(log: Log) -> ExceptionHandlersMap:
    """Give Litestar the translation of our errors; what is not ours is logged and says nothing."""

    def failed(request: AnyRequest, error: Exception) -> Response[bytes]:
        log.error(
            "request failed", path=request.scope["path"], error=type(error).__name__, exc_info=error
        )
        return problem(500, "something went wrong on our side")

    return {
        BadFields: _bad_fields,
        TheyErred: lambda _, error: problem(400, str(error)),
        NotThere: lambda _, error: problem(404, str(error) or "there is none"),
        Conflict: lambda _, error: problem(409, str(error) or "it is taken"),
        Unreachable: lambda _, error: problem(503, str(error), headers={"Retry-After": "5"}),
        HTTPException: _http,
        Exception: failed,
    }


def _bad_fields(_: AnyRequest, error: BadFields) -> Response[bytes]:
    return problem(400, "the body has missing or wrong members", errors=error.faults)


def _http(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    return problem(error.status_code, error.detail, headers=error.headers or NO_HEADERS)
