"""The mutual-TLS port of a room that misbehaves, and the header that asks for it. Sandbox and tests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, read_body, respond
from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.protocol import Json
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX
from sekisho.testkit.mischief import spoiling
from sekisho.testkit.mischief.deeds import OK, Arrival, Deed
from sekisho.testkit.mischief.legs import Role
from sekisho.testkit.mischief.peers import Mischief, SpoiltRoad, members_of
from sekisho.testkit.mischief.switches import HEADER, WANTED, UnknownSwitch, read_switches

MESSAGES: Final = "/3ds"
TEXT: Final = "text/plain; charset=utf-8"
HOLD_S: Final = 60.0
"""A peer that still waits after this long has more patience than the protocol allows."""
RESULT_READ_S: Final = 5.0
AFTERWARDS_S: Final = 1.0
"""When a result follows that was not asked for: the answer before it has been read by then."""

Handler = Callable[[str, bytes], Awaitable[bytes]]


def spoilt_port(
    app: ASGIApp, mischief: Mischief, role: Role, road: SpoiltRoad, *, hold_s: float = HOLD_S
) -> ASGIApp:
    """Put mischief around the answers of a room."""

    async def port(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] != MESSAGES:
            await app(scope, receive, send)
            return
        try:
            body = await read_body(receive, limit=2 * APP_MESSAGE_BYTES_MAX)
        except (BodyCut, BodyTooLarge):
            return  # what the sender sent is not worth an answer of a role that misbehaves
        asked = members_of(body)
        mischief.overheard(role, asked, body)
        due = mischief.for_answer(role, asked)
        answer = _Answer(app, scope, body)
        if due is None:
            mischief.remember(role, await answer.passed(receive, send))
            return
        never = due[1].name == spoiling.never.__name__
        octets = b"" if never else await answer.kept()
        if not octets:
            await _until_gone(receive, hold_s)
            return
        deed = mischief.spoil(*due, octets, asked)
        report = _Report(mischief=mischief, role=role, fault=due[1].name, road=road, asked=asked)
        await report.send(deed.first)
        await _arrive(deed, receive, send, hold_s)
        await report.send(deed.then)

    return port


def asks_for_mischief(app: ASGIApp) -> ASGIApp:
    """Let a program ask for mischief by header at the raw EMV API."""

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        wanted = _wanted(scope) if scope["type"] == ScopeType.HTTP else None
        if wanted is None:
            await app(scope, receive, send)
            return
        try:
            token = WANTED.set(read_switches(wanted))
        except UnknownSwitch as unknown:
            await respond(send, 400, str(unknown).encode(), TEXT)
            return
        try:
            await app(scope, receive, send)
        finally:
            WANTED.reset(token)

    return site


def spoilt_handler(handler: Handler, mischief: Mischief, role: Role, road: SpoiltRoad) -> Handler:
    """Put mischief around the answers of a room that is called without HTTP (`Wire`)."""

    async def handle(caller: str, body: bytes) -> bytes:
        asked = members_of(body)
        mischief.overheard(role, asked, body)
        due = mischief.for_answer(role, asked)
        if due is None:
            answer = await handler(caller, body)
            mischief.remember(role, answer)
            return answer
        if due[1].name == spoiling.never.__name__:
            raise TimedOut("mischief: it is not read")
        deed = mischief.spoil(*due, await handler(caller, body), asked)
        report = _Report(mischief=mischief, role=role, fault=due[1].name, road=road, asked=asked)
        await report.send(deed.first)
        if deed.then:
            mischief.later(report.send(deed.then), after_s=AFTERWARDS_S)
        if deed.arrival is Arrival.LATE:
            raise TimedOut("mischief: the answer comes when nobody waits any more")
        if deed.arrival is Arrival.CUT or deed.status != OK:
            raise Unreachable("mischief: no connection, or no answer with HTTP status 200")
        return deed.octets

    return handle


class _Answer:
    """What the room itself answers to a request."""

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        self._app = app
        self._scope = scope
        self._asked = body
        self._sent: list[Message] = []

    @property
    def body(self) -> bytes:
        """The answer's octets."""
        return b"".join(
            message["body"] for message in self._sent if message["type"] == "http.response.body"
        )

    async def kept(self) -> bytes:
        """Have the room answer, and keep the answer back."""
        given = False

        async def receive() -> HTTPReceiveMessage:
            nonlocal given
            if given:
                return {"type": "http.disconnect"}
            given = True
            return {"type": "http.request", "body": self._asked, "more_body": False}

        async def send(message: Message) -> None:
            self._sent.append(message)

        await self._app(self._scope, receive, send)
        return self.body

    async def passed(self, receive: Receive, send: Send) -> bytes:
        """Have the room answer as if nobody stood between."""
        given = False

        async def receive_again() -> HTTPReceiveMessage:
            nonlocal given
            if given:
                return await receive()  # type: ignore[return-value]  # HTTP scopes only
            given = True
            return {"type": "http.request", "body": self._asked, "more_body": False}

        async def send_on(message: Message) -> None:
            self._sent.append(message)
            await send(message)

        await self._app(self._scope, receive_again, send_on)
        return self.body


async def _arrive(deed: Deed, receive: Receive, send: Send, hold_s: float) -> None:
    if deed.arrival is Arrival.LATE:
        await _until_gone(receive, hold_s)
    if deed.arrival is Arrival.CUT:
        raise ConnectionAbortedError("mischief: the connection breaks here")
    await respond(send, deed.status, deed.octets, deed.content_type)


async def _until_gone(receive: Receive, hold_s: float) -> None:
    try:
        async with asyncio.timeout(hold_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """Results that an ACS reports on its own account, beside its answer."""

    mischief: Mischief
    role: Role
    fault: str
    road: SpoiltRoad
    asked: Mapping[str, Json]

    async def send(self, results: tuple[bytes, ...]) -> None:
        to = self.asked.get("dsURL")
        for octets in results:
            try:
                answer = await self.road.send(octets, read_s=RESULT_READ_S, to=str(to))
            except Unreachable:
                continue  # the Directory Server hung up on it: that is an answer too
            self.mischief.told(self.role, self.fault, answer)


def _wanted(scope: HTTPScope) -> str | None:
    found = (value for name, value in scope["headers"] if name == HEADER)
    value = next(found, None)
    return None if value is None else value.decode("latin-1")
