"""Where SDKs post: encrypted CReq in, encrypted CRes or a plain Erro out; and the signs on their screens.

An Erro too is HTTP status 200 (protocol facts, section 1). No cookie, no page, no script: an SDK is a
program.
"""

import re
from typing import Any, Final, TypeAlias

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, TooManyRequestsException
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.emv import MESSAGE
from sekisho.adapters.http.limits import RateLimit
from sekisho.issuer.acs.service import APP_PATH, Acs
from sekisho.issuer.acs.service.app_channel.images import SIZES
from sekisho.issuer.acs.web.pictures import picture
from sekisho.kernel.clock import Clock

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here

JOSE: Final = "application/jose; charset=utf-8"
FOREVER: Final = "public, max-age=86400"
PICTURE: Final = re.compile(r"([a-z]+)-([a-z]+)-([a-zA-Z]+)\.png", re.ASCII)


class AppRoutes:
    """Serves SDKs."""

    def __init__(self, acs: Acs, *, clock: Clock) -> None:
        self._apps = acs.apps
        most = acs.settings.requests_per_minute_from_source
        self._by_source = RateLimit(clock, most=most, per_s=60)

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""

        @post(APP_PATH, status_code=200)
        async def challenge(request: AnyRequest) -> Response[bytes]:
            """Take an SDK's CReq as JWE, or its Erro; answer with the CRes, or with an Erro."""
            return await self._challenge(request)

        @get("/images/{name:str}", sync_to_thread=False)
        def image(name: str) -> Response[bytes]:
            """Give a sign for the screens of an app."""
            return _image(name)

        return [challenge, image]

    async def _challenge(self, request: AnyRequest) -> Response[bytes]:
        client = request.client
        if not self._by_source.allow(client.host if client else "unknown"):
            raise TooManyRequestsException("too many requests from this address")
        reply = await self._apps.receive(await request.body())
        headers = {"Cache-Control": "no-store"}
        if reply.acs_trans_id is not None:
            headers["X-Response-ID"] = reply.acs_trans_id
        return Response(
            reply.body, media_type=JOSE if reply.is_encrypted else MESSAGE, headers=headers
        )


def _image(name: str) -> Response[bytes]:
    found = PICTURE.fullmatch(name)
    sign, look, size = found.groups() if found else ("", "", "")
    scale = SIZES.get(size)
    drawn = None if scale is None else picture(sign, look, scale)
    if drawn is None:
        raise NotFoundException("there is no such picture")
    return Response(drawn, media_type="image/png", headers={"Cache-Control": FOREVER})
