"""The pages of 1.0.2: the same questions as in EMV 3DS, in the whole window or in a pop-up (B16).

Nobody frames them. The forms that every question's page has lead here, since the page says under
which root it stands; what was typed, chosen or pressed becomes the protocol library's `Answered`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import LANGUAGES, Csp, Pages
from sekisho.issuer.acs.model import ChallengeKind, MessageChannel
from sekisho.issuer.acs.service.threeds1 import OldAcs, OldView
from sekisho.issuer.acs.web.challenge import ENDINGS, ERRORED, READING_S, RELOAD_AFTER_S, TEMPLATES
from sekisho.issuer.acs.web.challenge_forms import answered_with, turn_in, typed_in
from sekisho.issuer.acs.web.door import SEE_OTHER, AnyRequest
from sekisho.issuer.acs.web.forms import field, read_form
from sekisho.issuer.acs.web.framing import SELF, origin_of
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.protocol.states.screens import Answer, InfoContinued
from sekisho.protocol.threeds1 import ThreeDS1Fault

ROOT: Final = "/threeds1"
ALONE: Final = Csp(in_popup=True)
"""Framed by nobody; in a pop-up it keeps its opener, to which the shop's next page must report."""


class OldChallengePages:
    """Serves the pages of 1.0.2."""

    def __init__(self, acs: OldAcs, pages: Pages, *, clock: Clock, log: Log) -> None:
        self._acs = acs
        self._asking = acs.pages
        self._pages = pages
        self._clock = clock
        self._log = log
        settings = acs.settings
        self._by_source = RateLimit(clock, most=settings.requests_per_minute_from_source, per_s=60)
        self._by_card = RateLimit(clock, most=settings.requests_per_minute_for_card, per_s=60)

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""

        @post(f"{ROOT}/pareq", status_code=SEE_OTHER)
        async def opened(request: AnyRequest) -> Response[bytes]:
            """1.0.2: take the PAReq that the shop's page posts, and show the page."""
            return await self._opened(request)

        @get(f"{ROOT}/challenge/page/{{token:str}}")
        async def page(request: AnyRequest, token: str) -> Response[bytes]:
            """1.0.2: show the page as it stands, or take the PARes back to the shop."""
            return await self._page(request, token)

        @post(f"{ROOT}/challenge/code", status_code=SEE_OTHER)
        async def code(request: AnyRequest) -> Response[bytes]:
            """1.0.2: take the code or the password that the cardholder typed."""
            return await self._answered(request, typed_in)

        @post(f"{ROOT}/challenge/continue", status_code=SEE_OTHER)
        async def proceed(request: AnyRequest) -> Response[bytes]:
            """1.0.2: take the press on a page that asks for nothing else."""
            return await self._answered(request, lambda _: InfoContinued())

        @post(f"{ROOT}/challenge/resend", status_code=SEE_OTHER)
        async def resend(request: AnyRequest) -> Response[bytes]:
            """1.0.2: send another code."""
            return await self._pressed(request, self._resend, said=True)

        @post(f"{ROOT}/challenge/way", status_code=SEE_OTHER)
        async def way(request: AnyRequest) -> Response[bytes]:
            """1.0.2: ask in another way."""
            return await self._pressed(request, self._ask_otherwise)

        @post(f"{ROOT}/challenge/cancel", status_code=SEE_OTHER)
        async def cancel(request: AnyRequest) -> Response[bytes]:
            """1.0.2: give it up."""
            return await self._pressed(request, self._cancel)

        return [opened, page, code, proceed, resend, way, cancel]

    async def _opened(self, request: AnyRequest) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        try:
            view = await self._acs.opening.open(dict(form))
        except ThreeDS1Fault as fault:
            self._log.warning("bad PAReq", fault=str(fault))
            return self._pages.response(request, "refused.html", status=400, csp=ALONE, fault=fault)
        return self._to_page(request, view.token, language=None)

    async def _page(self, request: AnyRequest, token: str) -> Response[bytes]:
        self._limit_source(request)
        view = await self._asking.look(token)
        if view.back is not None:
            return self._back(request, view)
        question, until = view.record.question, view.record.stage.until
        here = self._address(request, token, language=self._pages.language(request))
        left_s = 0 if until is None else int((until - self._clock.now()).total_seconds())
        return self._pages.response(
            request,
            TEMPLATES[question.kind],
            csp=ALONE,
            headers={"Refresh": f"{max(left_s, 0) + RELOAD_AFTER_S}; url={here}"},
            root=mount_of(request.scope) + ROOT,
            view=view,
            challenge=view.record,
            question=question,
            purchase=view.record.purchase,
            zone=self._acs.settings.time_zone,
            code_minutes=self._acs.settings.code_s // 60,
            page="",
            passkey_request=None,
            help_url=self._acs.settings.help_url,
        )

    def _back(self, request: AnyRequest, view: OldView) -> Response[bytes]:
        """Show how it ended, and take the PARes back to the shop: the same at every call."""
        state = ERRORED if view.ending is None else ENDINGS.get(view.ending, ERRORED)
        target = origin_of(view.back.term_url) if view.back else None
        return self._pages.response(
            request,
            "pares.html",
            csp=Csp(in_popup=True, form_action=(SELF, *((target,) if target else ()))),
            view=view,
            purchase=view.record.purchase,
            state=state,
            submit_after_s=READING_S.get(state, 0),
        )

    async def _answered(
        self, request: AnyRequest, answer_in: Callable[[Mapping[str, str]], Answer]
    ) -> Response[bytes]:
        async def take(form: Mapping[str, str]) -> None:
            answered = answered_with(form, answer_in(form))
            await self._asking.answer(field(form, "token"), answered)

        return await self._pressed(request, take, said=True)

    async def _resend(self, form: Mapping[str, str]) -> None:
        channels = {channel.value: channel for channel in MessageChannel}
        channel = channels.get(form.get("channel", ""))
        await self._asking.send_again(field(form, "token"), turn=turn_in(form), channel=channel)

    async def _ask_otherwise(self, form: Mapping[str, str]) -> None:
        kinds = {kind.name: kind for kind in ChallengeKind}
        kind = kinds.get(field(form, "way"))
        if kind is not None:
            await self._asking.ask_otherwise(field(form, "token"), turn=turn_in(form), kind=kind)

    async def _cancel(self, form: Mapping[str, str]) -> None:
        await self._asking.cancel(field(form, "token"))

    async def _pressed(
        self,
        request: AnyRequest,
        press: Callable[[Mapping[str, str]], Awaitable[None]],
        *,
        said: bool = False,
    ) -> Response[bytes]:
        self._limit_source(request)
        form = await read_form(request)
        token = field(form, "token")
        if not self._by_card.allow(await self._asking.card_of(token)):
            raise TooManyRequestsException("too many requests for this card")
        await press(form)
        return self._to_page(request, token, language=form.get("lang"), said=said)

    def _to_page(
        self, request: AnyRequest, token: str, *, language: str | None, said: bool = False
    ) -> Response[bytes]:
        address = self._address(request, token, language=language)
        return Response(
            b"",
            status_code=SEE_OTHER,
            headers={
                "Location": f"{address}#said" if said else address,
                "Cache-Control": "no-store",
                "Referrer-Policy": "strict-origin",
            },
        )

    def _address(self, request: AnyRequest, token: str, *, language: str | None) -> str:
        path = f"{mount_of(request.scope)}{ROOT}/challenge/page/{quote(token)}"
        return f"{path}?{urlencode({'lang': language})}" if language in LANGUAGES else path

    def _limit_source(self, request: AnyRequest) -> None:
        client = request.client
        if not self._by_source.allow(client.host if client else "unknown"):
            raise TooManyRequestsException("too many requests from this address")
