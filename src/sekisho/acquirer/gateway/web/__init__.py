"""The gateway's way to the world: one site for merchants' programs and for buyers' browsers."""

from typing import Final

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from sekisho.acquirer.gateway.model import GatewaySettings
from sekisho.acquirer.gateway.service import GatewayService
from sekisho.acquirer.gateway.web.api import BASES, payments_router
from sekisho.acquirer.gateway.web.faults import Faults
from sekisho.acquirer.gateway.web.frames import Frames, frames_router
from sekisho.acquirer.gateway.web.oauth import TokenDesk, token_router
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log

__all__ = ["site"]

PACKAGE: Final = "sekisho.acquirer.gateway"
WRONG_GUESSES_MOST: Final = 20
WRONG_GUESSES_PER_S: Final = 60


def site(service: GatewayService, settings: GatewaySettings, *, clock: Clock, log: Log) -> ASGIApp:
    """Build the site: the payment API, the token address and the pages of 3-D Secure."""
    pages = Pages(PACKAGE)
    faults = Faults(log)
    frames = Frames(service, settings, pages, log)
    guesses = RateLimit(clock, most=WRONG_GUESSES_MOST, per_s=WRONG_GUESSES_PER_S)
    shops = Csp(frame_ancestors=("'self'", *settings.framing_sources))
    return Litestar(
        route_handlers=[
            *(payments_router(base, service, faults) for base in BASES),
            token_router(TokenDesk(service.access, guesses), faults),
            frames_router(frames, pages, log, shops),
            pages.static_handler(),
        ],
        exception_handlers={HTTPException: faults.http, Exception: faults.unforeseen},
        openapi_config=None,
        logging_config=None,
    )
