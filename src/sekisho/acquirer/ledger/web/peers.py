"""The mutual-TLS port: the storefront, and nobody else, tells of new orders."""

from typing import Any, Final, TypeAlias

from litestar import Litestar, Request, Response, post

from sekisho.acquirer.ledger.service import Orders
from sekisho.acquirer.ledger.web.order_body import read_order
from sekisho.adapters.http.peers import require_peer
from sekisho.adapters.http.problems import problem_handlers
from sekisho.kernel.log import Log

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: Litestar's user, auth and state are not used
BODY_BYTES_MAX: Final = 64 * 1024


def peers(orders: Orders, *, log: Log) -> Litestar:
    """Build the application: `POST /orders`, 201 for a new order, 200 for one already known."""

    @post("/orders", guards=[require_peer("storefront")])
    async def record(request: AnyRequest) -> Response[dict[str, str]]:
        """Take down an order: 201 when it is new, 200 when it is known already."""
        placed = read_order(await request.body())
        new = await orders.record(placed)
        return Response({"orderId": placed.order_id}, status_code=201 if new else 200)

    return Litestar(
        route_handlers=[record],
        exception_handlers=problem_handlers(log),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
