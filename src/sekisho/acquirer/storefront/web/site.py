"""The shop as one ASGI application."""

from collections.abc import Callable
from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ExceptionHandlersMap

from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.storefront.service import Carts, Checkouts
from sekisho.acquirer.storefront.web import checking_out, paying, shopping
from sekisho.acquirer.storefront.web.desk import Desk
from sekisho.acquirer.storefront.web.sessions import (
    AnyRequest,
    AnyResponse,
    NoCookie,
    NotYourForm,
    Sessions,
)
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.pages import Pages
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere, OutOfTurn
from sekisho.kernel.log import Log

PACKAGE: Final = "sekisho.acquirer.storefront"
BODY_BYTES_MAX: Final = 64 * 1024


def site(
    *,
    settings: StorefrontSettings,
    carts: Carts,
    checkouts: Checkouts,
    clock: Clock,
    chance: Chance,
    log: Log,
) -> Litestar:
    """Build the shop's site, for the root of its host."""
    desk = Desk(
        settings=settings,
        carts=carts,
        checkouts=checkouts,
        sessions=Sessions(chance, secure=settings.origin.startswith("https:")),
        pages=Pages(PACKAGE),
        orders_limit=RateLimit(clock, most=settings.orders_per_minute, per_s=60),
        returns_limit=RateLimit(clock, most=settings.returns_per_minute, per_s=60),
        log=log,
    )
    return Litestar(
        route_handlers=[
            shopping.front,
            shopping.product,
            shopping.cart,
            shopping.add,
            shopping.change,
            checking_out.checkout_page,
            checking_out.give_details,
            checking_out.confirmation,
            checking_out.place_order,
            paying.payment_page,
            paying.status,
            paying.cancel,
            paying.come_back,
            paying.come_back_by_link,
            paying.outcome,
            paying.complete,
            desk.pages.static_handler(),
        ],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False, use_cache=True)},
        exception_handlers=_handlers(desk),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def _handlers(desk: Desk) -> ExceptionHandlersMap:
    """The shared error pages, and the shop's own words where a buyer needs others."""

    def page(status: int, said: str) -> Callable[[AnyRequest, Exception], AnyResponse]:
        def show(request: AnyRequest, _: Exception) -> AnyResponse:
            return desk.notice(request, said, status=status)

        return show

    return {
        **desk.pages.exception_handlers(desk.log),
        NotThere: page(404, "not_found"),
        OutOfTurn: page(409, "out_of_turn"),
        NoCookie: page(403, "no_cookie"),
        NotYourForm: page(403, "old_form"),
    }
