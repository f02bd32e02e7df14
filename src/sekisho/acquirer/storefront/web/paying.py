"""The payment page, the way back from the gateway, and the order's last page."""

from litestar import MediaType, Response, get, post

from sekisho.acquirer.storefront.model import Checkout, State
from sekisho.acquirer.storefront.web.desk import Desk, form_of, go
from sekisho.acquirer.storefront.web.sessions import AnyRequest, AnyResponse
from sekisho.adapters.pages import Csp
from sekisho.kernel.errors import NotThere


@get("/checkout/{number:str}/payment")
async def payment_page(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Wait for the card company: the order stays in view, its frame opens when it asks."""
    checkout = await desk.checkouts.see(desk.sessions.of(request), number)
    attempt = checkout.current
    if checkout.state is not State.PAYING or attempt is None:
        return go(_next(checkout))
    return await desk.page(
        request,
        "payment.html",
        csp=Csp(
            script_src=desk.gateway,
            frame_src=desk.gateway,
            form_action=("'self'", *desk.gateway),
        ),
        checkout=checkout,
        attempt=attempt,
    )


@get("/checkout/{number:str}/status")
async def status(request: AnyRequest, desk: Desk, number: str) -> Response[dict[str, str | None]]:
    """Tell the waiting page where it stands; it asks again and again, in case a message is lost."""
    checkout = await desk.checkouts.see(desk.sessions.of(request), number)
    waiting = checkout.state is State.PAYING
    attempt = checkout.current
    opened = attempt.orchestration_url if attempt else None
    return Response(
        {
            "state": "paying" if waiting else "ended",
            "next": None if waiting else _next(checkout),
            "url": opened if waiting else None,
        },
        media_type=MediaType.JSON,
        headers={"Cache-Control": "no-store"},
    )


@post("/checkout/{number:str}/cancel")
async def cancel(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Give the attempt up; the buyer is free to choose another card at once."""
    form = await form_of(request)
    session = desk.sessions.check(request, form.get("form_token", ""))
    checkout = await desk.checkouts.give_up(session, number, form.get("attempt", ""))
    return go(_next(checkout))


@post("/checkout/{number:str}/return")
async def come_back(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Take the gateway's postback: a form from another site, in a frame, without a cookie.

    Anybody can send it, with any words. It makes the shop ask the gateway, and nothing else; the
    answer tells the page around it to move on and carries nothing that it did not know.
    """
    form = await form_of(request)
    attempt = request.query_params.get("attempt", "")
    if not desk.returns_limit.allow(attempt):
        return _returned(request, desk, number, status=429)
    await desk.checkouts.came_back(
        number,
        attempt,
        request.query_params.get("key", ""),
        payment_id=form.get("paymentRequestId"),
    )
    return _returned(request, desk, number)


@get("/checkout/{number:str}/return")
async def come_back_by_link(number: str) -> AnyResponse:
    """Somebody opened or reloaded the return address: show where the checkout stands."""
    return go(f"/checkout/{number}/outcome")


@get("/checkout/{number:str}/outcome")
async def outcome(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Go where the checkout now stands."""
    return go(_next(await desk.checkouts.see(desk.sessions.of(request), number)))


@get("/orders/{number:str}")
async def complete(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Thank for the order and say its number."""
    checkout = await desk.checkouts.see(desk.sessions.of(request), number)
    if checkout.state is not State.PLACED:
        raise NotThere("no such order")
    return await desk.page(request, "complete.html", order=checkout, paid=checkout.current)


def _next(checkout: Checkout) -> str:
    match checkout.state:
        case State.PLACED:
            return f"/orders/{checkout.number}"
        case State.PAYING:
            return f"/checkout/{checkout.number}/payment"
        case State.CONFIRMED:
            return "/checkout/confirm"
        case State.OPEN:
            return "/checkout"


def _returned(request: AnyRequest, desk: Desk, number: str, *, status: int = 200) -> AnyResponse:
    """The small page in the frame: it speaks to its own site only, and sets no cookie."""
    return desk.pages.response(
        request,
        "returned.html",
        status=status,
        csp=Csp(frame_ancestors=("'self'", *desk.gateway)),
        outcome=f"/checkout/{number}/outcome",
        origin=desk.settings.origin,
    )
