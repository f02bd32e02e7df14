"""The edge of the emulated SDK: posts what the session says, shows what comes, asks the cardholder."""

import base64
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from sekisho.adapters.http.client import Peer
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse, TimedOut, Unreachable
from sekisho.protocol.jose.secure_channel import RANDOM_OCTETS
from sekisho.protocol.states import sdk_challenge_events as on
from sekisho.protocol.states.sdk_challenge_table import State
from sekisho.testkit.sdk import session as playing
from sekisho.testkit.sdk.cardholder import Move, Reply, Script, Touch, move_of
from sekisho.testkit.sdk.screen import Screen, read_screen
from sekisho.testkit.sdk.session import (
    Action,
    Ended,
    OpenApp,
    Post,
    Report,
    Session,
    Show,
    ShowAgain,
)

CRES_WITHIN_S: Final = 10.0
"""How long an SDK waits for a CRes (protocol facts, section 9)."""

ANSWERS_MAX: Final = 64
"""A scripted cardholder that is asked more often than that has lost the thread."""


class Road(Protocol):
    """How the SDK reaches the ACS."""

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        """Post a body and give the answer's.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection.
        """
        ...


class Cardholder(Protocol):
    """Who looks at the screens."""

    async def look(self, screen: Screen) -> Move:
        """Answer a screen, with what it allows."""
        ...

    async def told(self, action: Action) -> None:
        """See what else happens: an app opened, the end."""
        ...


class ScriptedCardholder:
    """Answers by a function, and remembers every screen."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.screens: list[Screen] = []
        self.saw: list[Action] = []

    async def look(self, screen: Screen) -> Move:
        """Answer as the script says."""
        self.screens.append(screen)
        if len(self.screens) > ANSWERS_MAX:
            raise Misuse("the script answers and answers, and the challenge never ends")
        return move_of(screen, self._script(screen))

    async def told(self, action: Action) -> None:
        """Remember what happened."""
        self.saw.append(action)


class HttpRoad:
    """Posts to an ACS over HTTP; each address has its own connections."""

    def __init__(self, *, read_s: float = CRES_WITHIN_S) -> None:
        self._read_s = read_s
        self._peers: dict[str, Peer] = {}

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        """Post a body and give the answer's, whatever its status."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._peers:
            self._peers[origin] = Peer(origin, identity=None, read_s=self._read_s)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"X-Request-ID": request_id}
        reply = await self._peers[origin].post(
            path, body, content_type=content_type, headers=headers
        )
        return reply.body

    async def close(self) -> None:
        """Close the connections."""
        for peer in self._peers.values():
            await peer.close()


@dataclass(kw_only=True)
class Player:
    """Plays one challenge to its end."""

    road: Road
    cardholder: Cardholder
    clock: Clock
    chance: Chance

    async def play(self, session: Session, actions: tuple[Action, ...]) -> tuple[Session, Ended]:
        """Do what must be done until the app is told the end; give that."""
        ended: Ended | None = None
        while ended is None:
            if not actions:
                raise Misuse(f"nothing is to be done while {session.challenge.state.value}")
            waiting, actions = actions, ()
            for action in waiting:
                if isinstance(action, Ended):
                    ended = action
                    await self.cardholder.told(action)
                    continue
                session, further = await self._done(session, action)
                actions += further
        return session, ended

    async def _done(self, session: Session, action: Action) -> tuple[Session, tuple[Action, ...]]:
        match action:
            case Post():
                return await self._posted(session, action)
            case Report(url=url, body=body, content_type=kind):
                await self._reported(session, url, body, kind)
            case Show(cres=cres):
                return await self._shown(session, read_screen(cres))
            case ShowAgain() | OpenApp():
                await self.cardholder.told(action)
                return await self._shown(session, self._screen_of(session))
        return session, ()

    async def _posted(self, session: Session, post: Post) -> tuple[Session, tuple[Action, ...]]:
        random = self.random()
        request_id = session.transaction.sdk_trans_id
        try:
            body = await self.road.post(
                post.url, post.body, content_type=post.content_type, request_id=request_id
            )
        except TimedOut:
            if session.is_over:
                return session, ()
            return playing.silent(session, random=random)
        except Unreachable:
            event = on.AcsUnreachable(at=self.clock.now(), attempt=post.attempt)
            return playing.tell(session, event, random=random)
        if session.is_over:
            return session, ()  # the SDK has left; what the ACS says to that is not heard
        return playing.answered(session, body, at=self.clock.now(), random=random)

    async def _reported(self, session: Session, url: str, body: bytes, kind: str) -> None:
        request_id = session.transaction.sdk_trans_id
        with suppress(Unreachable):  # an Erro that does not arrive is not sent again
            await self.road.post(url, body, content_type=kind, request_id=request_id)

    async def _shown(self, session: Session, screen: Screen) -> tuple[Session, tuple[Action, ...]]:
        """Ask the cardholder until something follows: what changes nothing is asked again."""
        further: tuple[Action, ...] = ()
        while not further and session.challenge.state is State.SHOWING:
            session, further = self._moved(session, await self.cardholder.look(screen))
        return session, further

    def _moved(self, session: Session, move: Move) -> tuple[Session, tuple[Action, ...]]:
        at, random = self.clock.now(), self.random()
        match move:
            case Reply(answered=answered):
                return playing.tell(session, on.Replied(at=at, answered=answered), random=random)
            case Touch.CANCEL:
                return playing.tell(session, on.CancelPressed(at=at), random=random)
            case Touch.OPEN_APP:
                return playing.tell(session, on.OobAppWanted(at=at), random=random)
            case Touch.APP_FAILED:
                return playing.tell(session, on.OobAppNotOpened(at=at), random=random)
            case Touch.RETURN:
                return playing.tell(session, on.AppReturned(at=at), random=random)
        return playing.silent(session, random=random)

    def _screen_of(self, session: Session) -> Screen:
        shown = session.shown
        if shown is None:
            raise Misuse("no screen is shown")
        return read_screen(shown)

    def random(self) -> bytes:
        """Give the octets for one message."""
        return octets(self.chance, RANDOM_OCTETS)


def octets(chance: Chance, count: int) -> bytes:
    """Give random octets."""
    text = chance.token(count)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
