"""Refusals as problem documents: one translation for every room."""

import json
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.exceptions import NotFoundException, TooManyRequestsException

from sekisho.adapters.http.json_fields import BadFields, FieldFault
from sekisho.adapters.http.problems import problem, problem_handlers
from sekisho.kernel.errors import Conflict, Misuse, NotThere, OutOfTurn, TheyErred, Unreachable
from sekisho.testkit.asgi_peer import Asgi


class _Lines:
    def __init__(self) -> None:
        self.errors: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        """Say nothing."""

    def warning(self, event: str, **facts: object) -> None:
        """Say nothing."""

    def error(self, event: str, **facts: object) -> None:
        self.errors.append((event, facts))


async def _answer(error: Exception) -> tuple[Any, _Lines]:
    log = _Lines()

    @get("/", sync_to_thread=False)
    def fail() -> None:
        raise error

    app = Litestar([fail], exception_handlers=problem_handlers(log), logging_config=None)
    reply = await Asgi(app=app).send("GET", "/", b"")
    assert reply is not None
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    return reply, log


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (TheyErred("why"), 400, "bad_request"),
        (OutOfTurn("why"), 400, "bad_request"),
        (NotThere("why"), 404, "not_found"),
        (Conflict("why"), 409, "conflict"),
        (Unreachable("why"), 503, "unavailable"),
        (NotFoundException("why"), 404, "not_found"),
    ],
)
async def test_each_family_of_errors_has_its_status(
    error: Exception, status: int, code: str
) -> None:
    """A program goes by `code`, a person reads `detail`."""
    reply, log = await _answer(error)
    assert reply.status == status
    assert json.loads(reply.body) == {"status": status, "code": code, "detail": "why"}
    assert log.errors == []


async def test_bad_fields_are_listed() -> None:
    """Each by its path."""
    reply, _ = await _answer(BadFields((FieldFault("a.b", "is required"),)))
    assert json.loads(reply.body)["errors"] == [{"field": "a.b", "message": "is required"}]


@pytest.mark.parametrize("error", [Misuse("secret"), ValueError("secret"), KeyError("secret")])
async def test_our_mistake_is_logged_and_says_nothing_outside(error: Exception) -> None:
    """What went wrong inside is nobody's business but ours."""
    reply, log = await _answer(error)
    assert reply.status == 500
    assert b"secret" not in reply.body
    [(event, facts)] = log.errors
    assert (event, facts["exc_info"]) == ("request failed", error)


async def test_headers_of_a_refusal_are_kept() -> None:
    """A caller that came too often is told when to come again."""
    reply, _ = await _answer(TooManyRequestsException("slow", headers={"Retry-After": "3"}))
    assert (reply.status, reply.headers["retry-after"]) == (429, "3")


def test_a_code_of_our_own_can_be_given() -> None:
    """Where one status stands for two reasons."""
    assert json.loads(problem(403, "why", code="form_expired").content)["code"] == "form_expired"
