"""The back office as one ASGI application, for its path under the shop's host."""

from typing import Final

from litestar import Litestar
from litestar.di import Provide

from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.ledger.service import Orders, Staff
from sekisho.acquirer.ledger.web import entrance, order_pages
from sekisho.acquirer.ledger.web.desk import (
    AnyRequest,
    AnyResponse,
    Desk,
    NotSignedIn,
    NotYourForm,
    go,
)
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.pages import Pages
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log

PACKAGE: Final = "sekisho.acquirer.ledger"
BODY_BYTES_MAX: Final = 8 * 1024
"""A password and a token."""
TRIES_PER_ADDRESS: Final = 5
TRIES_OF_EVERYBODY: Final = 60
TRIES_WITHIN_S: Final = 300


def site(
    *,
    settings: LedgerSettings,
    orders: Orders,
    staff: Staff,
    clock: Clock,
    chance: Chance,
    log: Log,
) -> Litestar:
    """Build the staff's pages."""
    desk = Desk(
        settings=settings,
        orders=orders,
        staff=staff,
        pages=Pages(PACKAGE),
        chance=chance,
        sign_ins=RateLimit(clock, most=TRIES_PER_ADDRESS, per_s=TRIES_WITHIN_S),
        guesses=RateLimit(clock, most=TRIES_OF_EVERYBODY, per_s=TRIES_WITHIN_S),
    )

    def to_sign_in(request: AnyRequest, _: NotSignedIn) -> AnyResponse:
        return go(request, "/sign-in")

    def old_form(request: AnyRequest, _: NotYourForm) -> AnyResponse:
        secret = desk.secret_of(request) or desk.fresh()
        return desk.page(request, "sign_in.html", secret, status=403, said="old_form")

    return Litestar(
        route_handlers=[
            entrance.sign_in_page,
            entrance.sign_in,
            entrance.sign_out,
            order_pages.order_list,
            order_pages.order_page,
            desk.pages.static_handler(),
        ],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False, use_cache=True)},
        exception_handlers={
            **desk.pages.exception_handlers(log),
            NotSignedIn: to_sign_in,
            NotYourForm: old_form,
        },
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
