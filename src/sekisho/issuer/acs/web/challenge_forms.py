"""What cardholders post from challenge pages. Every button posts a form, and is led to the page by 303.

What was typed, chosen or pressed becomes the protocol library's `Answered`, as an app's CReq does: what
is made of it does not depend on where it came from.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from sekisho.issuer.acs.model import ChallengeKind, MessageChannel
from sekisho.issuer.acs.service import Acs
from sekisho.issuer.acs.web.door import SEE_OTHER, AnyRequest, Door
from sekisho.issuer.acs.web.forms import field, read_form
from sekisho.kernel.secret import Secret
from sekisho.protocol.states.screens import (
    Answer,
    Answered,
    Chosen,
    InfoContinued,
    NothingEntered,
    OobContinued,
    TextEntered,
)

TURN: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
NO_TURN: Final = -1
"""The turn of a page that we never showed."""
CHOICE: Final = "choice."
"""Boxes to tick have names of their own: no field comes twice."""
YES: Final = "yes"


class ChallengeForms:
    """Takes the forms of challenge pages."""

    def __init__(self, acs: Acs, door: Door) -> None:
        self._challenges = acs.challenges
        self._door = door

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""
        return [*self._answers(), *self._wishes()]

    def _answers(self) -> list[HTTPRouteHandler]:
        @post("/challenge/code", status_code=SEE_OTHER)
        async def code(request: AnyRequest) -> Response[bytes]:
            """Take the code or the password that the cardholder typed."""
            return await self._answered(request, typed_in)

        @post("/challenge/choose", status_code=SEE_OTHER)
        async def choose(request: AnyRequest) -> Response[bytes]:
            """Take what the cardholder chose."""
            return await self._answered(request, chosen_in)

        @post("/challenge/passkey", status_code=SEE_OTHER)
        async def passkey(request: AnyRequest) -> Response[bytes]:
            """Take what the cardholder's passkey said."""
            return await self._by_passkey(request)

        @post("/challenge/approved", status_code=SEE_OTHER)
        async def came_back(request: AnyRequest) -> Response[bytes]:
            """Take the press of who has answered in the bank's app."""
            return await self._answered(request, lambda _: OobContinued(automatic=False))

        @post("/challenge/continue", status_code=SEE_OTHER)
        async def proceed(request: AnyRequest) -> Response[bytes]:
            """Take the press on a page that asks for nothing else."""
            return await self._answered(request, lambda _: InfoContinued())

        return [code, choose, passkey, came_back, proceed]

    def _wishes(self) -> list[HTTPRouteHandler]:
        @post("/challenge/resend", status_code=SEE_OTHER)
        async def resend(request: AnyRequest) -> Response[bytes]:
            """Send another code, or have the bank's app ask again."""
            return await self._pressed(request, self._resend, said=True)

        @post("/challenge/way", status_code=SEE_OTHER)
        async def way(request: AnyRequest) -> Response[bytes]:
            """Ask in another way."""
            return await self._pressed(request, self._ask_otherwise)

        @post("/challenge/cancel", status_code=SEE_OTHER)
        async def cancel(request: AnyRequest) -> Response[bytes]:
            """Give the challenge up."""
            return await self._pressed(request, self._cancel)

        @post("/challenge/later", status_code=SEE_OTHER)
        async def later(request: AnyRequest) -> Response[bytes]:
            """Let the bank ask again outside of this page."""
            return await self._pressed(request, self._later)

        return [resend, way, cancel, later]

    async def _answered(
        self, request: AnyRequest, answer_in: Callable[[Mapping[str, str]], Answer]
    ) -> Response[bytes]:
        async def take(form: Mapping[str, str]) -> None:
            client = request.client
            await self._challenges.answer(
                field(form, "token"),
                answered_with(form, answer_in(form)),
                agent=request.headers.get("user-agent", ""),
                address=client.host if client else None,
            )

        return await self._pressed(request, take, said=True)

    async def _by_passkey(self, request: AnyRequest) -> Response[bytes]:
        async def take(form: Mapping[str, str]) -> None:
            await self._challenges.answer_by_passkey(
                field(form, "token"),
                field(form, "response"),
                answered_with(form, NothingEntered()),
            )

        return await self._pressed(request, take, said=True)

    async def _resend(self, form: Mapping[str, str]) -> None:
        channels = {channel.value: channel for channel in MessageChannel}
        await self._challenges.send_again(
            field(form, "token"), turn=turn_in(form), channel=channels.get(form.get("channel", ""))
        )

    async def _ask_otherwise(self, form: Mapping[str, str]) -> None:
        kinds = {kind.name: kind for kind in ChallengeKind}
        kind = kinds.get(field(form, "way"))
        if kind is not None:
            await self._challenges.ask_otherwise(
                field(form, "token"), turn=turn_in(form), kind=kind
            )

    async def _cancel(self, form: Mapping[str, str]) -> None:
        await self._challenges.cancel(field(form, "token"))

    async def _later(self, form: Mapping[str, str]) -> None:
        await self._challenges.later(field(form, "token"))

    async def _pressed(
        self,
        request: AnyRequest,
        press: Callable[[Mapping[str, str]], Awaitable[None]],
        *,
        said: bool = False,
    ) -> Response[bytes]:
        self._door.limit_source(request)
        form = await read_form(request)
        token = field(form, "token")
        await self._door.limit_card(token)
        await press(form)
        return self._door.to_page(request, token, language=form.get("lang"), said=said)


def typed_in(form: Mapping[str, str]) -> Answer:
    """Give what was typed."""
    text = field(form, "code")
    return TextEntered(entry=Secret(text), second=None) if text.strip() else NothingEntered()


def chosen_in(form: Mapping[str, str]) -> Answer:
    """Give what was chosen: one of a list, or boxes that were ticked."""
    one = form.get("choice")
    ticked = tuple(name.removeprefix(CHOICE) for name in form if name.startswith(CHOICE))
    codes = ticked if one is None else (one,)
    return Chosen(codes) if codes else NothingEntered()


def answered_with(form: Mapping[str, str], answer: Answer) -> Answered:
    """Put the consents beside an answer: a box that was shown and not ticked is a no."""
    return Answered(answer=answer, trusts=_consent(form, "trust"), binds=_consent(form, "bind"))


def turn_in(form: Mapping[str, str]) -> int:
    """Give the turn of the page on which a button was pressed."""
    turn = field(form, "turn")
    return int(turn) if TURN.fullmatch(turn) else NO_TURN


def _consent(form: Mapping[str, str], name: str) -> bool | None:
    if f"{name}-asked" not in form:
        return None
    return form.get(name) == YES
