"""The ACS's public site: the 3DS Method's hidden frame, challenges in browsers and in apps."""

from typing import Final

from litestar import Litestar

from sekisho.adapters.pages import Pages
from sekisho.issuer.acs.service import Acs
from sekisho.issuer.acs.service.threeds1 import OldAcs
from sekisho.issuer.acs.web.app_challenge import AppRoutes
from sekisho.issuer.acs.web.challenge import ChallengePages
from sekisho.issuer.acs.web.framing import WITHOUT_DATA
from sekisho.issuer.acs.web.method import MethodPages
from sekisho.issuer.acs.web.threeds1 import OldChallengePages
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log

BODY_BYTES_MAX: Final = 128 * 1024
"""A CReq of the largest size in base64url, and session data beside it."""


def site(acs: Acs, *, clock: Clock, log: Log, threeds1: OldAcs | None = None) -> Litestar:
    """Build the application behind `/acs` of the bank's site; with `threeds1` its 1.0.2 as well."""
    pages = Pages("sekisho.issuer.acs")
    challenges = ChallengePages(acs, pages, clock=clock, log=log)
    methods = MethodPages(acs, pages, clock=clock, log=log)
    apps = AppRoutes(acs, clock=clock)
    old = (
        []
        if threeds1 is None
        else OldChallengePages(threeds1, pages, clock=clock, log=log).routes()
    )
    return Litestar(
        route_handlers=[
            *challenges.routes(),
            *old,
            *methods.routes(),
            *apps.routes(),
            pages.static_handler(),
        ],
        exception_handlers=pages.exception_handlers(log, csp=WITHOUT_DATA),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
