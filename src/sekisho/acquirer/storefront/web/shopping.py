"""The shop's front, its goods and the cart."""

from litestar import get, post

from sekisho.acquirer.storefront.model import QUANTITY_MAX
from sekisho.acquirer.storefront.web.desk import Desk, form_of, go
from sekisho.acquirer.storefront.web.sessions import AnyRequest, AnyResponse
from sekisho.kernel.errors import NotThere


@get("/")
async def front(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Show all the goods."""
    return await desk.page(request, "front.html", products=desk.settings.products)


@get("/products/{sku:str}")
async def product(request: AnyRequest, desk: Desk, sku: str) -> AnyResponse:
    """Show one thing."""
    found = desk.settings.product(sku)
    if found is None:
        raise NotThere("the shop does not sell that")
    return await desk.page(request, "product.html", product=found, most=QUANTITY_MAX)


@get("/cart")
async def cart(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Show the cart."""
    view = await desk.carts.see(desk.sessions.of(request))
    return await desk.page(request, "cart.html", cart=view, most=QUANTITY_MAX)


@post("/cart/add")
async def add(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Put something into the cart."""
    form = await form_of(request)
    session = desk.sessions.check(request, form.get("form_token", ""))
    await desk.carts.add(session, form.get("sku", ""), _quantity(form.get("quantity", "1")))
    return go("/cart")


@post("/cart/change")
async def change(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Change how many of a thing are in the cart; none takes it out."""
    form = await form_of(request)
    session = desk.sessions.check(request, form.get("form_token", ""))
    await desk.carts.put(session, form.get("sku", ""), _quantity(form.get("quantity", "0")))
    return go("/cart")


def _quantity(text: str) -> int:
    """Read a number of pieces; what is no number is one piece."""
    return min(int(text), QUANTITY_MAX) if text.isascii() and text.isdigit() else 1
