"""The pages inside the merchant's frame, which take a buyer through 3-D Secure and back.

No cookies: a frame on another site has none. Who may see what is said by signed addresses.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from litestar import Response, Router, get, post
from litestar.response import Redirect

from sekisho.acquirer.gateway.model import GatewaySettings, Payment, State, postback_status
from sekisho.acquirer.gateway.model.rules import origin_of
from sekisho.acquirer.gateway.service import GatewayService
from sekisho.acquirer.gateway.service.orchestration import AlreadyUsed
from sekisho.acquirer.gateway.service.signing import BadSignature, Lapsed
from sekisho.acquirer.gateway.web.faults import Asked
from sekisho.acquirer.gateway.web.handlers import Handlers
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.errors import NotThere, OutOfTurn, TheyErred
from sekisho.kernel.log import Log
from sekisho.protocol import Version
from sekisho.protocol.states.limits import METHOD

BODY_BYTES_MAX: Final = 128 * 1024
"""A CRes of 64 KiB in base64, and the form around it."""
FIELDS_MAX: Final = 10
SEE_OTHER: Final = 303
SELF: Final = "'self'"

WINDOWS: Final[dict[str, tuple[int | None, int | None]]] = {
    "01": (250, 400),
    "02": (390, 400),
    "03": (500, 600),
    "04": (600, 400),
    "05": (None, None),
}
"""Pixels of each challenge window size; None: all there is."""

REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    BadSignature: (400, "changed"),
    Lapsed: (410, "expired"),
    AlreadyUsed: (410, "used"),
    OutOfTurn: (410, "used"),
    NotThere: (404, "changed"),
}


class Frames(Handlers):
    """The handlers of /3ds."""

    def __init__(
        self, service: GatewayService, settings: GatewaySettings, pages: Pages, log: Log
    ) -> None:
        self._walk = service.orchestration
        self._links = service.links
        self._settings = settings
        self._pages = pages
        self._log = log

    async def open(self, request: Asked) -> Response[object]:
        """Take the orchestration address, once, and lead on to the payment's page."""
        query = request.scope["query_string"].decode("latin-1")
        try:
            parameters = parse_qsl(query, keep_blank_values=True, max_num_fields=FIELDS_MAX)
        except ValueError as error:
            raise BadSignature("the address has too many parameters") from error
        payment = await self._walk.open(parameters)
        return self._lead(payment)

    async def show(self, request: Asked, payment_id: str, token: str) -> Response[bytes]:
        """Show the payment as it stands: method, challenge, wait, or back to the shop."""
        returned = "returned" in request.query_params
        payment = await self._walk.look(payment_id, token, returned=returned)
        status = postback_status(payment)
        if status is not None:
            return self._returning(request, payment, status)
        if payment.state is State.METHOD:
            return self._method(request, payment)
        if payment.state is State.CHALLENGING and not returned:
            return self._challenge(request, payment)
        return self._waiting(request, payment)

    async def state(self, payment_id: str, token: str) -> dict[str, bool]:
        """Tell the challenge page whether the payment has moved on without the browser."""
        payment = await self._walk.look(payment_id, token, returned=False)
        return {"moved": payment.state is not State.CHALLENGING}

    async def go_on(self, payment_id: str, token: str) -> Response[object]:
        """The 3DS Method is done or too slow."""
        return self._lead(await self._walk.go_on(payment_id, token))

    async def method_notified(self, request: Asked, payment_id: str, token: str) -> Response[bytes]:
        """The issuer's 3DS Method posts here, in the hidden frame, when it is done."""
        form = await _form(request)
        payment = await self._walk.method_notified(
            payment_id, token, form.get("threeDSMethodData", "")
        )
        prepared = payment.preparation
        address = prepared.method_url if prepared else None
        return self._notified(request, payment, "method", address)

    async def challenge_notified(self, request: Asked, payment_id: str) -> Response[bytes]:
        """The issuer's challenge posts here, in the inner frame, when it is over."""
        form = await _form(request)
        payment = await self._walk.challenge_notified(
            payment_id, form.get("threeDSSessionData", ""), form.get("cres", "")
        )
        address = payment.challenge.acs_url if payment.challenge else None
        return self._notified(request, payment, "challenge", address)

    def refusal(self, request: Asked, error: Exception) -> Response[bytes]:
        """Show a refusal in whatever frame it stands: a blank frame would help nobody."""
        status, kind = REFUSALS.get(type(error), (400, "changed"))
        self._log.warning("page_refused", kind=kind, why=str(error))
        csp = Csp(frame_ancestors=(SELF, *self._settings.framing_sources), form_action=())
        return self._pages.response(request, "refused.html", status=status, csp=csp, kind=kind)

    def _lead(self, payment: Payment) -> Response[object]:
        return Redirect(self._links.page(payment.id), status_code=SEE_OTHER)

    def _method_limit_s(self, payment: Payment) -> int:
        """Give our limit, or the version's where that is shorter (protocol.md section 3)."""
        ours = self._settings.method_limit_s
        if payment.preparation is None:
            return ours
        theirs = METHOD.of(Version(payment.preparation.version))
        return min(ours, int(theirs.total_seconds()))

    def _method(self, request: Asked, payment: Payment) -> Response[bytes]:
        form = self._walk.method_form(payment)
        issuer = (origin_of(form.action),) if form else ()
        return self._stage(
            request,
            payment,
            "method.html",
            frame_src=issuer,
            form_action=(SELF, *issuer),
            view={"form": form, "limit_s": self._method_limit_s(payment)},
        )

    def _challenge(self, request: Asked, payment: Payment) -> Response[bytes]:
        form = self._walk.challenge_form(payment)
        issuer = (origin_of(form.action),) if form else ()
        size = payment.authentication.window_size if payment.authentication else "05"
        width, height = WINDOWS[size]
        return self._stage(
            request,
            payment,
            "challenge.html",
            frame_src=issuer,
            form_action=(SELF, *issuer),
            view={"form": form, "size": size, "width": width, "height": height},
        )

    def _waiting(self, request: Asked, payment: Payment) -> Response[bytes]:
        return self._stage(request, payment, "waiting.html")

    def _returning(self, request: Asked, payment: Payment, status: str) -> Response[bytes]:
        return_url = payment.authentication.return_url if payment.authentication else ""
        return self._stage(
            request,
            payment,
            "returning.html",
            form_action=(_shop(payment),),
            view={"status": status, "return_url": return_url},
        )

    def _stage(
        self,
        request: Asked,
        payment: Payment,
        template: str,
        *,
        frame_src: tuple[str, ...] = (),
        form_action: tuple[str, ...] = (SELF,),
        view: Mapping[str, object] | None = None,
    ) -> Response[bytes]:
        shop = _shop(payment)
        return self._pages.response(
            request,
            template,
            csp=Csp(frame_ancestors=(shop,), frame_src=frame_src, form_action=form_action),
            payment=payment,
            shop_origin=shop,
            page=self._links.page(payment.id),
            view=view or {},
        )

    def _notified(
        self, request: Asked, payment: Payment, kind: str, address: str | None
    ) -> Response[bytes]:
        """Answer inside the frames of the shop, of our own page, and perhaps of the issuer's."""
        issuer = (origin_of(address),) if address else ()
        csp = Csp(frame_ancestors=(SELF, _shop(payment), *issuer), form_action=())
        return self._pages.response(
            request, "notified.html", csp=csp, kind=kind, channel=payment.id
        )


def frames_router(frames: Frames, pages: Pages, log: Log, csp: Csp) -> Router:
    """Give the routes of the orchestration pages."""
    return Router(
        "/3ds",
        route_handlers=[
            get("/orchestration")(frames.open),
            get("/{payment_id:str}/{token:str}")(frames.show),
            get("/{payment_id:str}/{token:str}/state")(frames.state),
            post("/{payment_id:str}/{token:str}/continue")(frames.go_on),
            post("/{payment_id:str}/method/{token:str}", status_code=200)(frames.method_notified),
            post("/{payment_id:str}/challenge", status_code=200)(frames.challenge_notified),
        ],
        exception_handlers={
            **pages.exception_handlers(log, csp=csp),
            TheyErred: frames.refusal,
            NotThere: frames.refusal,
        },
        request_max_body_size=BODY_BYTES_MAX,
        include_in_schema=False,
    )


async def _form(request: Asked) -> dict[str, str]:
    octets = await request.body()
    try:
        return dict(parse_qsl(octets.decode("ascii"), max_num_fields=FIELDS_MAX))
    except ValueError as error:
        raise BadSignature("the body is not a form") from error


def _shop(payment: Payment) -> str:
    return origin_of(payment.authentication.return_url) if payment.authentication else "'none'"
