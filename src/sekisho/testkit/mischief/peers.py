"""A room that misbehaves: its answers and its calls, spoilt as the plans say. Never in production.

`Mischief` stands around both sides of a real room: `answers` around the application behind its
mutual-TLS port, `road` around its way to other rooms. What is not planned passes untouched.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.kernel.log import Log
from sekisho.protocol import Json, MessageType
from sekisho.testkit.mischief.deeds import OK, Arrival, Deed, Scene
from sekisho.testkit.mischief.faults import Fault
from sekisho.testkit.mischief.legs import ANSWER_TO, LEGS, Leg, Role, leg_of
from sekisho.testkit.mischief.switches import Plans

HEARD_MAX: Final = 1000
Wait = Callable[[float], Awaitable[None]]


class Way(Protocol):
    """A room's way to its peers, such as `clients.emv.EmvPeer`."""

    async def send(
        self, message: bytes, *, read_s: float, to: str | None = None, request_id: str | None = None
    ) -> bytes:
        """Post a message and give the answer; raises TimedOut and Unreachable."""
        ...

    async def fetch(self, url: str) -> bytes:
        """Get a file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a role that misbehaved was told about it."""

    role: Role
    fault: str
    message: bytes


class Mischief:
    """The misbehaviour of one network: its plans, and what came back."""

    def __init__(self, *, log: Log | None = None, wait: Wait = asyncio.sleep) -> None:
        self.plans = Plans()
        self.heard: deque[Heard] = deque(maxlen=HEARD_MAX)
        self.patience_s: dict[str, float] = {}
        """By role and message (`acs.ARes`): how long it is waited for, where a test has no time."""
        self._log = log
        self.wait = wait
        self._before: dict[Leg, bytes] = {}
        self._errands: set[asyncio.Task[None]] = set()

    def road(self, role: Role, way: Way, *, stranger: Way | None = None) -> "SpoiltRoad":
        """Put mischief around a role's calls; `stranger` sends under a foreign certificate."""
        return SpoiltRoad(self, role, way, stranger)

    def for_answer(self, role: Role, asked: Mapping[str, Json]) -> tuple[Leg, Fault] | None:
        """Say what is to happen to the answer to a request that has just come."""
        leg = next((leg for leg in LEGS if leg.role is role and _answers(leg, asked)), None)
        fault = None if leg is None else self.plans.due(leg, asked)
        return None if leg is None or fault is None else (leg, fault)

    def spoil(self, leg: Leg, fault: Fault, octets: bytes, asked: Mapping[str, Json]) -> Deed:
        """Give what is done instead of sending a message."""
        members = members_of(octets)
        if members.get("messageType") != leg.message.value:
            return Deed(octets=octets)  # an Erro of its own: nothing to spoil
        if self._log is not None:
            self._log.warning("mischief", where=str(leg), fault=fault.name)
        before = self._before.get(leg)
        return fault.spoil(Scene(octets=octets, members=members, asked=asked, before=before))

    def remember(self, role: Role, octets: bytes) -> None:
        """Keep an answer for the transaction that is to get it by mistake."""
        kind = members_of(octets).get("messageType")
        if kind in {each.value for each in ANSWER_TO.values()}:
            leg = leg_of(role, MessageType(str(kind)))
            if leg is not None:
                self._before[leg] = octets

    def told(self, role: Role, fault: str, message: bytes) -> None:
        """Keep what a role was answered, or complained to about."""
        self.heard.append(Heard(role=role, fault=fault, message=message))

    def overheard(self, role: Role, asked: Mapping[str, Json], body: bytes) -> None:
        """Keep an Erro that somebody posts to a role about its answer."""
        if asked.get("messageType") == MessageType.ERRO.value:
            self.told(role, "", body)

    def later(self, errand: Awaitable[object], *, after_s: float = 0) -> None:
        """Do something beside what is being answered, failing silently."""

        async def run() -> None:
            if after_s:
                await self.wait(after_s)
            try:
                await errand
            except Unreachable:
                return  # a message of a role that misbehaves: nobody waits for its answer

        task = asyncio.ensure_future(run())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def pause(self, seconds: float) -> None:
        """Wait as long as a peer would."""
        await self.wait(seconds)

    async def settle(self) -> None:
        """Wait until everything that was put off has been done."""
        while self._errands:
            await asyncio.gather(*self._errands)


class SpoiltRoad:
    """A role's calls, spoilt as planned. Stands where `EmvPeer` stands."""

    def __init__(self, mischief: Mischief, role: Role, way: Way, stranger: Way | None) -> None:
        self._mischief = mischief
        self._role = role
        self._way = way
        self._stranger = stranger

    async def send(
        self, message: bytes, *, read_s: float, to: str | None = None, request_id: str | None = None
    ) -> bytes:
        """Post a message, or what is planned instead; gives and raises what the road does."""

        async def post(octets: bytes, way: Way = self._way) -> bytes:
            return await way.send(octets, read_s=read_s, to=to, request_id=request_id)

        members = members_of(message)
        self._mischief.plans.note(members)
        leg = _leg(self._role, members)
        if leg is not None:
            answer_from = f"{leg.to.value}.{ANSWER_TO[leg.message].value}"
            read_s = min(read_s, self._mischief.patience_s.get(answer_from, read_s))
        fault = None if leg is None else self._mischief.plans.due(leg, members)
        if leg is None or fault is None:
            return await post(message)
        deed = self._mischief.spoil(leg, fault, message, {})
        answer = await self._do(deed, post, read_s)
        self._mischief.told(self._role, fault.name, answer)
        for octets in deed.then:
            try:
                self._mischief.told(self._role, fault.name, await post(octets))
            except Unreachable:
                continue  # the peer hung up on it: that is an answer too
        return answer

    async def _do(self, deed: Deed, post: Callable[..., Awaitable[bytes]], read_s: float) -> bytes:
        match deed.arrival:
            case Arrival.NEVER:
                await self._mischief.pause(read_s)
                raise TimedOut("mischief: it was never sent")
            case Arrival.LATE:
                self._mischief.later(post(deed.octets), after_s=read_s)
                await self._mischief.pause(read_s)
                raise TimedOut("mischief: it is sent when nobody waits any more")
            case Arrival.CUT:
                raise Unreachable("mischief: the connection broke")
            case Arrival.AS_A_STRANGER:
                if self._stranger is None:
                    raise Unreachable("mischief: nobody trusts this certificate")
                return await post(deed.octets, self._stranger)
        answer = await post(deed.octets)
        return await post(deed.octets) if deed.again else answer

    async def fetch(self, url: str) -> bytes:
        """Get a file, unspoilt."""
        return await self._way.fetch(url)


def members_of(octets: bytes) -> dict[str, Json]:
    """Read a message's members without judging it; nothing where there are none."""
    try:
        value = msgspec.json.decode(octets)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _leg(role: Role, members: Mapping[str, Json]) -> Leg | None:
    kind = members.get("messageType")
    legs = (leg for leg in LEGS if leg.role is role and not leg.is_answer)
    return next((leg for leg in legs if leg.message.value == kind), None)


def _answers(leg: Leg, asked: Mapping[str, Json]) -> bool:
    answered = {request.value: answer for request, answer in ANSWER_TO.items()}
    return leg.is_answer and answered.get(str(asked.get("messageType"))) is leg.message


__all__ = ["OK", "Heard", "Mischief", "SpoiltRoad", "Way", "members_of"]
