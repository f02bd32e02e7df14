"""What every address of a challenge does: count the knocks, and lead back to the page."""

from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

from litestar import Request, Response
from litestar.exceptions import TooManyRequestsException

from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import LANGUAGES
from sekisho.issuer.acs.service import Acs
from sekisho.kernel.clock import Clock

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here

SEE_OTHER: Final = 303


class Door:
    """Stands before the challenge pages: nobody hammers them from one address, or about one card."""

    def __init__(self, acs: Acs, *, clock: Clock) -> None:
        settings = acs.settings
        self._challenges = acs.challenges
        self._by_source = RateLimit(clock, most=settings.requests_per_minute_from_source, per_s=60)
        self._by_card = RateLimit(clock, most=settings.requests_per_minute_for_card, per_s=60)

    def limit_source(self, request: AnyRequest) -> None:
        """Count a request against its address."""
        client = request.client
        if not self._by_source.allow(client.host if client else "unknown"):
            raise TooManyRequestsException("too many requests from this address")

    async def limit_card(self, token: str) -> None:
        """Count a form against the card that its page is about."""
        if not self._by_card.allow(await self._challenges.card_of(token)):
            raise TooManyRequestsException("too many requests for this card")

    def to_page(
        self, request: AnyRequest, token: str, *, language: str | None, said: bool = False
    ) -> Response[bytes]:
        """Send the browser to the page; with `said`, to what the page then has to say."""
        address = self.address(request, token, language=language)
        return Response(
            b"",
            status_code=SEE_OTHER,
            headers={
                "Location": f"{address}#said" if said else address,
                "Cache-Control": "no-store",
                "Referrer-Policy": "strict-origin",
            },
        )

    def address(self, request: AnyRequest, token: str, *, language: str | None) -> str:
        """Give the page's address, in a language where one was chosen."""
        path = f"{mount_of(request.scope)}/challenge/page/{quote(token)}"
        return f"{path}?{urlencode({'lang': language})}" if language in LANGUAGES else path
