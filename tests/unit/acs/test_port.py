"""The mutual-TLS port as the Directory Server meets it."""

import asyncio
import json
from typing import Any

import pytest

from sekisho.issuer.acs.web import peers
from sekisho.kernel.brands import Brand
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.cards import sandbox_card

from .conftest import Bench, areq, make_bench

SILENT = sandbox_card(Brand.VISA, "0063").digits


def directory(bench: Bench, **facts: Any) -> Asgi:  # Any: fields of the caller
    return Asgi(app=peers(bench.acs), caller="directory", **facts)


async def test_an_areq_is_answered_with_an_ares(bench: Bench) -> None:
    """Section 1: HTTP 200 and JSON in UTF-8."""
    reply = await directory(bench).send("POST", "/3ds", areq())
    assert reply is not None
    assert reply.status == 200
    assert reply.headers["content-type"].lower() == "application/json; charset=utf-8"
    assert json.loads(reply.body)["messageType"] == "ARes"


async def test_an_erro_is_status_200_too(bench: Bench) -> None:
    """Section 1."""
    reply = await directory(bench).send("POST", "/3ds", b"{}")
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["errorCode"]) == (200, "101")


@pytest.mark.parametrize("caller", [None, "server", "gateway"])
async def test_whoever_is_not_the_directory_server_is_refused(
    bench: Bench, caller: str | None
) -> None:
    """Attack 40: the name is the one in the certificate."""
    reply = await Asgi(app=peers(bench.acs), caller=caller).send("POST", "/3ds", areq())
    assert reply is not None
    assert json.loads(reply.body)["errorCode"] == "303"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/3ds", 405), ("POST", "/", 404), ("PUT", "/3ds", 405)]
)
async def test_there_is_one_address_and_one_method(
    bench: Bench, method: str, path: str, status: int
) -> None:
    """Nothing else is served behind mutual TLS."""
    reply = await directory(bench).send(method, path, areq())
    assert reply is not None
    assert reply.status == status


async def test_ten_megabytes_are_not_read(bench: Bench) -> None:
    """Attack 39: the body is left as soon as it is too long."""
    caller = directory(bench)
    reply = await caller.send("POST", "/3ds", b"x" * 10_000_000)
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["errorCode"]) == (413, "101")
    assert caller.pieces_read < 20


async def test_a_peer_that_hangs_up_is_not_answered(bench: Bench) -> None:
    """Nobody is left to read it."""
    assert await directory(bench, cut=True).send("POST", "/3ds", areq()) is None


async def test_silence_lasts_until_the_peer_gives_up() -> None:
    """F4: no answer, and no task left behind."""
    bench = make_bench(silence_s=30)
    gone = asyncio.Event()
    sent: list[object] = []
    body = [{"type": "http.request", "body": areq(acctNumber=SILENT), "more_body": False}]

    async def receive() -> Any:  # Any: ASGI messages are of many shapes
        if body:
            return body.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope: Any = {  # Any: ASGI scopes hold values of many types
        "type": "http",
        "method": "POST",
        "path": "/3ds",
        "headers": [],
        "extensions": {"sekisho.peer": {"name": "directory"}},
    }
    asking = asyncio.ensure_future(peers(bench.acs)(scope, receive, send))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not asking.done()
    gone.set()
    await asking
    assert sent == []


async def test_silence_ends_for_a_peer_that_never_gives_up() -> None:
    """No connection is held for ever: a transport failure, not an answer."""
    bench = make_bench(silence_s=0.01)
    never = asyncio.Event()
    body = [{"type": "http.request", "body": areq(acctNumber=SILENT), "more_body": False}]
    statuses: list[int] = []

    async def receive() -> Any:  # Any: ASGI messages are of many shapes
        if body:
            return body.pop()
        return await never.wait()

    async def send(message: Any) -> None:  # Any: see above
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope: Any = {  # Any: ASGI scopes hold values of many types
        "type": "http",
        "method": "POST",
        "path": "/3ds",
        "headers": [],
        "extensions": {"sekisho.peer": {"name": "directory"}},
    }
    await peers(bench.acs)(scope, receive, send)
    assert statuses == [504]


@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_an_answer_of_the_newest_version_names_both_transactions_in_headers(
    bench: Bench, version: str
) -> None:
    """Section 1: X-Request-ID comes back, X-Response-ID is acsTransID."""
    asked = json.loads(areq())["dsTransID"]
    message = areq(messageVersion=version)
    reply = await directory(bench).send("POST", "/3ds", message, {"X-Request-ID": asked})
    assert reply is not None
    answer = json.loads(reply.body)
    expected = (asked, answer["acsTransID"]) if version == "2.3.1" else (None, None)
    names = ("x-request-id", "x-response-id")
    assert tuple(reply.headers.get(name) for name in names) == expected
