"""What every handler of the shop has at hand, and how it reads forms and shows pages."""

from dataclasses import dataclass, field
from typing import Final

from litestar.response import Redirect

from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.storefront.service import Carts, Checkouts
from sekisho.acquirer.storefront.web.sessions import (
    AnyRequest,
    AnyResponse,
    Sessions,
    form_token_of,
)
from sekisho.acquirer.storefront.web.wording import country_name, state_name
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.log import Log
from sekisho.kernel.money import Amount

FIELDS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The shop's services with its pages and doors."""

    settings: StorefrontSettings
    carts: Carts
    checkouts: Checkouts
    sessions: Sessions
    pages: Pages
    orders_limit: RateLimit
    """How often one address may press the button: a thief tries cards by the hundred."""
    returns_limit: RateLimit
    """How often one attempt may come back."""
    log: Log
    plain: Csp = field(default_factory=Csp)

    async def page(
        self,
        request: AnyRequest,
        template: str,
        *,
        status: int = 200,
        csp: Csp | None = None,
        switch_path: str | None = None,
        **values: object,
    ) -> AnyResponse:
        """Show a page of the shop, with the cart's count, in a session that is kept."""
        session = self.sessions.of(request)
        cart = await self.carts.see(session)
        current = session or self.sessions.fresh()
        response = self.pages.response(
            request,
            template,
            status=status,
            csp=csp or self.plain,
            headers={},
            switch_path=switch_path,
            form_token=form_token_of(current),
            cart_pieces=cart.pieces,
            shop=self.settings,
            amount_of=self._amount,
            country_name=country_name,
            state_name=state_name,
            **values,
        )
        if session is None:
            self.sessions.keep(response, current)
        return response

    def notice(self, request: AnyRequest, said: str, *, status: int) -> AnyResponse:
        """Say why something cannot be shown, and what to do; needs neither cart nor store."""
        return self.pages.response(
            request,
            "notice.html",
            status=status,
            csp=self.plain,
            said=said,
            shop=self.settings,
        )

    def _amount(self, minor: int) -> Amount:
        return Amount(minor=minor, currency=self.settings.currency)

    @property
    def gateway(self) -> tuple[str, ...]:
        """The one foreign site that the shop's pages may load, frame and open."""
        return (self.settings.gateway_origin,)


async def form_of(request: AnyRequest) -> dict[str, str]:
    """Read a form's texts; files and repetitions are of no interest."""
    form = await request.form()
    texts = {}
    for name in list(form)[:FIELDS_MAX]:
        value = form.get(name)
        if isinstance(value, str):
            texts[name] = value
    return texts


def go(path: str) -> AnyResponse:
    """Send the browser on with GET after a form was taken."""
    return Redirect(path, status_code=303)


def address_of(request: AnyRequest) -> str:
    """The address that the browser called from, as the server saw it."""
    return request.client.host if request.client else "0.0.0.0"  # noqa: S104  no peer: a test's
