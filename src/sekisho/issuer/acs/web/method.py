"""The 3DS Method's pages: a hidden frame that describes the browser and says when it has."""

from typing import Any, Final, TypeAlias

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.pages import Pages
from sekisho.issuer.acs.service import Acs
from sekisho.issuer.acs.web.forms import field, read_form
from sekisho.issuer.acs.web.framing import WITHOUT_DATA, method_csp
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.log import Log
from sekisho.protocol import ProtocolFault

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here

REQUESTS_PER_MINUTE: Final = 120
"""From one source; a shop behind one address may send many buyers."""


class _Profile(msgspec.Struct):
    token: str
    facts: dict[str, object]


class MethodPages:
    """Serves the hidden frame."""

    def __init__(self, acs: Acs, pages: Pages, *, clock: Clock, log: Log) -> None:
        self._devices = acs.devices
        self._pages = pages
        self._log = log
        self._by_source = RateLimit(clock, most=REQUESTS_PER_MINUTE, per_s=60)

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""

        @post("/method", status_code=200)
        async def method(request: AnyRequest) -> Response[bytes]:
            """Look at the browser, in a hidden frame, and tell the 3DS Server when that is done."""
            return await self._method(request)

        @post("/method/silent", status_code=200)
        async def silent(request: AnyRequest) -> Response[bytes]:
            """Sandbox: test cards whose 3DS Method never answers are shown here."""
            return self._pages.response(request, "method_silent.html", csp=WITHOUT_DATA)

        @post("/method/profile", status_code=204)
        async def profile(request: AnyRequest) -> None:
            """Take what the hidden frame saw of the browser."""
            await self._keep(request)

        return [method, silent, profile]

    async def _method(self, request: AnyRequest) -> Response[bytes]:
        self._limit(request)
        form = await read_form(request)
        try:
            call = self._devices.begin(field(form, "threeDSMethodData"))
        except ProtocolFault as fault:
            self._log.warning("bad 3DS Method call", fault=str(fault))
            return self._pages.response(
                request, "refused.html", status=400, csp=WITHOUT_DATA, fault=fault
            )
        return self._pages.response(
            request, "method.html", csp=method_csp(call.notification_url), call=call
        )

    async def _keep(self, request: AnyRequest) -> None:
        self._limit(request)
        try:
            told = msgspec.json.decode(await request.body(), type=_Profile)
        except msgspec.DecodeError as error:
            raise TheyErred("the device profile is not a JSON object of token and facts") from error
        await self._devices.keep(told.token, told.facts)

    def _limit(self, request: AnyRequest) -> None:
        client = request.client
        if not self._by_source.allow(client.host if client else "unknown"):
            raise TooManyRequestsException("too many requests from this address")
