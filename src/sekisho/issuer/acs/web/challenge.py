"""The challenge's pages. Every button posts a form; every answer is a page with an address.

No cookie and no script is needed: the page's token travels in the address and in hidden fields. A
form that was posted leads to the page by 303, so that reloading it never repeats what was done.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import LANGUAGES, Pages
from sekisho.issuer.acs.model import Challenge, ChallengeKind, Ending, MessageChannel
from sekisho.issuer.acs.service import Acs, View
from sekisho.issuer.acs.web.forms import field, read_form
from sekisho.issuer.acs.web.framing import WITHOUT_DATA, challenge_csp
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.protocol import ProtocolFault

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here

SEE_OTHER: Final = 303
NOT_DIGITS: Final = "digits"
"""`?check=` on the page's address: what was typed cannot be a code."""

TURN: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
NO_TURN: Final = -1
"""The turn of a page that we never showed."""

ERRORED: Final = "ERRORED"

TEMPLATES: Final = {
    ChallengeKind.ONE_TIME_CODE: "one_time_code.html",
    ChallengeKind.PASSES_BY_ITSELF: "by_itself.html",
    ChallengeKind.FAILS_BY_ITSELF: "by_itself.html",
}
"""A new way of asking is a row here and a template."""

ENDINGS: Final = {
    Ending.PASSED: "PASSED",
    Ending.FALLS_BACK: "FALLS_BACK",
    Ending.WRONG_ANSWERS: "FAILED",
    Ending.LOCKED: "FAILED",
    Ending.DENIED: "DENIED",
    Ending.CANCELLED: "CANCELLED",
    Ending.NEVER_OPENED: "TIMED_OUT",
    Ending.LEFT_ALONE: "TIMED_OUT",
    Ending.FAULTED: ERRORED,
}
"""What the last page says of each ending."""

READING_S: Final = {"TIMED_OUT": 4, ERRORED: 4}
"""Seconds to read the last page before it goes back by itself; otherwise the shop says the same."""

WAITING_S: Final = 1
"""Seconds after which the page of a result on its way loads itself again."""

RELOAD_AFTER_S: Final = 2
"""A page left alone loads itself again, that much after its time is over, and says so."""


class ChallengePages:
    """Serves challenges."""

    def __init__(self, acs: Acs, pages: Pages, *, clock: Clock, log: Log) -> None:
        self._acs = acs
        self._challenges = acs.challenges
        self._pages = pages
        self._clock = clock
        self._log = log
        settings = acs.settings
        self._by_source = RateLimit(clock, most=settings.requests_per_minute_from_source, per_s=60)
        self._by_card = RateLimit(clock, most=settings.requests_per_minute_for_card, per_s=60)

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""

        @post("/challenge", status_code=SEE_OTHER)
        async def opened(request: AnyRequest) -> Response[bytes]:
            """Take the CReq that the shop's page posts into its frame, and begin the challenge."""
            return await self._opened(request)

        @get("/challenge/page/{token:str}")
        async def page(request: AnyRequest, token: str) -> Response[bytes]:
            """Show the page of the challenge as it stands."""
            return await self._page(request, token)

        @post("/challenge/code", status_code=SEE_OTHER)
        async def code(request: AnyRequest) -> Response[bytes]:
            """Take the code that the cardholder typed."""
            return await self._code(request)

        @post("/challenge/resend", status_code=SEE_OTHER)
        async def resend(request: AnyRequest) -> Response[bytes]:
            """Send another code."""
            return await self._resend(request)

        @post("/challenge/continue", status_code=SEE_OTHER)
        async def proceed(request: AnyRequest) -> Response[bytes]:
            """Take the press on a page that asks for nothing else."""
            return await self._pressed(request, self._challenges.proceed)

        @post("/challenge/cancel", status_code=SEE_OTHER)
        async def cancel(request: AnyRequest) -> Response[bytes]:
            """Give the challenge up."""
            return await self._pressed(request, self._challenges.cancel)

        return [opened, page, code, resend, proceed, cancel]

    async def _opened(self, request: AnyRequest) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        try:
            view = await self._acs.opening.open(
                field(form, "creq"),
                form.get("threeDSSessionData"),
                agent=request.headers.get("user-agent", ""),
            )
        except ProtocolFault as fault:
            # Nobody to send an Erro to: neither identifier alone tells us where (attack 1).
            self._log.warning("bad CReq", fault=str(fault))
            return self._pages.response(
                request, "refused.html", status=400, csp=WITHOUT_DATA, fault=fault
            )
        if view.is_passing:
            return self._back(request, view)
        return self._to_page(request, view.token, language=view.challenge.language)

    async def _page(self, request: AnyRequest, token: str) -> Response[bytes]:
        self._limit_source(request)
        view = await self._challenges.look(token)
        if view.back is not None:
            return self._back(request, view)
        challenge = view.challenge
        question = challenge.question
        # Named in full: a page whose address has a fragment would not be loaded again.
        here = self._address(request, token, language=self._pages.language(request))
        return self._pages.response(
            request,
            "waiting.html" if question.ending else TEMPLATES[question.kind],
            csp=challenge_csp(challenge),
            headers={"Refresh": f"{self._reload_after_s(challenge)}; url={here}"},
            root=mount_of(request.scope),
            view=view,
            challenge=challenge,
            question=question,
            purchase=challenge.purchase,
            zone=self._acs.settings.time_zone,
            code_minutes=self._acs.settings.code_s // 60,
            not_digits=request.query_params.get("check") == NOT_DIGITS,
        )

    def _reload_after_s(self, challenge: Challenge) -> int:
        until = challenge.browser.until if challenge.browser else None
        if challenge.question.ending is not None or until is None:
            return WAITING_S
        left_s = int((until - self._clock.now()).total_seconds())
        return max(left_s, 0) + RELOAD_AFTER_S

    async def _code(self, request: AnyRequest) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        token = field(form, "token")
        await self._limit_card(token)
        view = await self._challenges.enter_code(token, field(form, "code"))
        check = NOT_DIGITS if view is None else None
        return self._to_page(request, token, language=form.get("lang"), check=check, said=True)

    async def _resend(self, request: AnyRequest) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        token = field(form, "token")
        await self._limit_card(token)
        turn = field(form, "turn")
        by_mail = form.get("channel") == MessageChannel.EMAIL.value
        await self._challenges.send_again(
            token,
            turn=int(turn) if TURN.fullmatch(turn) else NO_TURN,
            channel=MessageChannel.EMAIL if by_mail else MessageChannel.SMS,
        )
        return self._to_page(request, token, language=form.get("lang"), said=True)

    async def _pressed(
        self, request: AnyRequest, press: Callable[[str], Awaitable[View]]
    ) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        token = field(form, "token")
        await self._limit_card(token)
        await press(token)
        return self._to_page(request, token, language=form.get("lang"))

    def _back(self, request: AnyRequest, view: View) -> Response[bytes]:
        """Show how it ended, and take the result back to the requestor: the same at every call."""
        challenge = view.challenge
        ending = None if view.is_passing else challenge.question.ending
        state = ERRORED if ending is None else ENDINGS[ending]
        return self._pages.response(
            request,
            "back.html",
            csp=challenge_csp(challenge, returning=True),
            view=view,
            challenge=challenge,
            purchase=challenge.purchase,
            state=state,
            submit_after_s=READING_S.get(state, 0),
        )

    def _to_page(
        self,
        request: AnyRequest,
        token: str,
        *,
        language: str | None,
        check: str | None = None,
        said: bool = False,
    ) -> Response[bytes]:
        """Send the browser to the page; with `said`, to what the page then has to say."""
        address = self._address(request, token, language=language, check=check)
        return Response(
            b"",
            status_code=SEE_OTHER,
            headers={
                "Location": f"{address}#said" if said else address,
                "Cache-Control": "no-store",
                "Referrer-Policy": "strict-origin",
            },
        )

    def _address(
        self, request: AnyRequest, token: str, *, language: str | None, check: str | None = None
    ) -> str:
        said = {"lang": language if language in LANGUAGES else None, "check": check}
        query = urlencode({name: value for name, value in said.items() if value})
        path = f"{mount_of(request.scope)}/challenge/page/{quote(token)}"
        return f"{path}?{query}" if query else path

    def _limit_source(self, request: AnyRequest) -> None:
        client = request.client
        if not self._by_source.allow(client.host if client else "unknown"):
            raise TooManyRequestsException("too many requests from this address")

    async def _limit_card(self, token: str) -> None:
        if not self._by_card.allow(await self._challenges.card_of(token)):
            raise TooManyRequestsException("too many requests for this card")
