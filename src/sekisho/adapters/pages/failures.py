"""Errors as pages: what went wrong and what to do next, for people; a problem document for programs."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from sekisho.adapters.http.json_fields import BadFields
from sekisho.adapters.http.problems import problem_handlers
from sekisho.adapters.http.raw import BodyTooLarge
from sekisho.adapters.pages.csp import Csp
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log

if TYPE_CHECKING:
    from sekisho.adapters.pages.room_pages import Pages

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: a handler serves every application
Answer: TypeAlias = Response[Any]  # Any: pages are bytes, problems whatever they say
Handler: TypeAlias = Callable[[AnyRequest, Any], Answer]  # Any: each handles its own class
NO_HEADERS: Final[Mapping[str, str]] = {}

STATUSES: Final[Mapping[type[Exception], int]] = {
    BodyTooLarge: 413,
    BadFields: 400,
    TheyErred: 400,
    NotThere: 404,
    Conflict: 409,
    Unreachable: 503,
}
"""What a person is told; the most particular class that an error is of counts."""


def handlers(pages: "Pages", log: Log, csp: Csp) -> ExceptionHandlersMap:
    """Make the handlers of one room: pages for browsers, problem documents for whoever takes JSON."""
    problems = problem_handlers(log)
    layout = "frame.html" if csp.framed else "base.html"

    def handler(kind: type[Exception]) -> Handler:
        as_problem: Handler = problems.get(kind) or problems[TheyErred]

        def handle(request: AnyRequest, error: Exception) -> Answer:
            if not wants_page(request):
                return as_problem(request, error)
            status, headers = _status(error)
            if status == HTTPStatus.INTERNAL_SERVER_ERROR:
                log.error("page failed", path=request.scope["path"], exc_info=error)
            return pages.response(
                request,
                "error.html",
                status=status,
                csp=csp,
                headers=headers,
                code=status,
                layout=layout,
            )

        return handle

    kinds: tuple[type[Exception], ...] = (HTTPException, Exception, *STATUSES)
    return {kind: handler(kind) for kind in kinds}


def wants_page(request: AnyRequest) -> bool:
    """Tell a browser that navigates from a program or a script of ours."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted or "application/xhtml+xml" in accepted


def _status(error: Exception) -> tuple[int, Mapping[str, str]]:
    if isinstance(error, HTTPException):
        return error.status_code, error.headers or NO_HEADERS
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind], NO_HEADERS
    return HTTPStatus.INTERNAL_SERVER_ERROR, NO_HEADERS
