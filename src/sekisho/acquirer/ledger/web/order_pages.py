"""The list of orders and the page of one order."""

import re
from dataclasses import dataclass

from babel import Locale
from litestar import get

from sekisho.acquirer.ledger.flow import Icon, Liability, liability
from sekisho.acquirer.ledger.model import Order
from sekisho.acquirer.ledger.web.desk import AnyRequest, AnyResponse, Desk
from sekisho.kernel.errors import NotThere
from sekisho.kernel.money import Amount

NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}")
MARKS = {
    Icon.AUTHENTICATED: "shifted",
    Icon.WAS_AUTHENTICATED: "was_shifted",
    Icon.SUBSCRIPTION: "subscription",
    Icon.NONE: "none",
}
"""The shared mark of each icon; none is drawn for NONE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order with who bears its fraud, worked out now from its facts."""

    order: Order
    liability: Liability
    mark: str


def shown(order: Order) -> Shown:
    """Work out what the pages show of an order."""
    worked_out = liability(order.facts)
    return Shown(order=order, liability=worked_out, mark=MARKS[worked_out.icon])


@get("/")
async def order_list(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Show the orders, newest first."""
    secret = await desk.require(request)
    after = request.query_params.get("after")
    if after is not None and not NUMBER.fullmatch(after):
        raise NotThere("no such place in the list")
    page = await desk.orders.page(limit=desk.settings.page_size, after=after)
    return desk.page(
        request,
        "orders.html",
        secret,
        rows=[shown(order) for order in page.orders],
        older=page.older,
        first=after is None,
    )


@get("/orders/{number:str}")
async def order_page(request: AnyRequest, desk: Desk, number: str) -> AnyResponse:
    """Show one order: payment, authentication, who bears its fraud and why, and what happened."""
    secret = await desk.require(request)
    if not NUMBER.fullmatch(number):
        raise NotThere("no such order")
    order = await desk.orders.show(number)
    currency = order.placed.amount.currency
    return desk.page(
        request,
        "order.html",
        secret,
        row=shown(order),
        amount_of=lambda minor: Amount(minor=minor, currency=currency),
        country_name=country_name,
    )


def country_name(code: str, language: str) -> str:
    """Name a country by its two letters."""
    return str(Locale.parse(language).territories.get(code, code))
