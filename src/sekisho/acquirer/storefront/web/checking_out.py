"""The checkout page and the confirmation page."""

from collections.abc import Mapping
from typing import Final

from litestar import get, post

from sekisho.acquirer.storefront.flow import StaleConfirmation, TooManyAttempts
from sekisho.acquirer.storefront.model import Browser, Checkout, State
from sekisho.acquirer.storefront.model.places import PREFECTURES
from sekisho.acquirer.storefront.web.browser_form import read_browser
from sekisho.acquirer.storefront.web.desk import Desk, address_of, form_of, go
from sekisho.acquirer.storefront.web.details_form import FIELDS, read_details
from sekisho.acquirer.storefront.web.sessions import AnyRequest, AnyResponse
from sekisho.adapters.pages import Csp
from sekisho.kernel.errors import NotThere, OutOfTurn

STATUSES: Final[Mapping[str | None, int]] = {
    "no_script": 422,
    "no_consent": 422,
    "changed": 409,
    "too_many": 429,
}
"""What the confirmation page answers with when it must object."""


@get("/checkout")
async def checkout_page(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Ask who buys, where to deliver, and for the card, which goes into the vault's frame."""
    try:
        checkout = await desk.checkouts.begin(_session(request, desk))
    except NotThere:
        return go("/cart")
    if checkout.state is State.PAYING:
        return go(f"/checkout/{checkout.number}/payment")
    return await _ask(request, desk, checkout, _known(checkout), {})


@post("/checkout")
async def give_details(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Take what the checkout page asked for."""
    form = await form_of(request)
    session = desk.sessions.check(request, form.get("form_token", ""))
    reading = read_details(form, desk.settings)
    try:
        if reading.details is not None:
            await desk.checkouts.give_details(session, reading.details)
            return go("/checkout/confirm")
        checkout = await desk.checkouts.begin(session)
    except NotThere:
        return go("/cart")
    except OutOfTurn:
        return go("/checkout")  # a payment runs: the checkout page knows where it is
    values = {name: form.get(name, "") for name in FIELDS}
    return await _ask(request, desk, checkout, values, reading.faults)


@get("/checkout/confirm")
async def confirmation(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Show everything once more, with what the card company will be told, and the button."""
    try:
        checkout = await desk.checkouts.begin(_session(request, desk))
    except NotThere:
        return go("/cart")
    if checkout.state is not State.CONFIRMED:
        return go("/checkout")
    return await _confirm(request, desk, checkout)


@post("/checkout/confirm")
async def place_order(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Place the order: the gateway is asked for the payment."""
    form = await form_of(request)
    session = desk.sessions.check(request, form.get("form_token", ""))
    browser = read_browser(
        form,
        accept=request.headers.get("accept", ""),
        user_agent=request.headers.get("user-agent", ""),
        address=address_of(request),
    )
    try:
        checkout = await desk.checkouts.begin(session)
        said = _objection(desk, form, browser)
        if browser is None or said:
            return await _confirm(request, desk, checkout, said=said)
        checkout = await desk.checkouts.order(
            session,
            mark=form.get("mark", ""),
            browser=browser,
            language=desk.pages.language(request),
        )
    except NotThere:
        return go("/cart")
    except (StaleConfirmation, TooManyAttempts) as error:
        said = "changed" if isinstance(error, StaleConfirmation) else "too_many"
        return await _confirm(request, desk, checkout, said=said)
    except OutOfTurn:
        return go("/checkout?changed=yes")
    return go(f"/checkout/{checkout.number}/payment")


def _objection(desk: Desk, form: Mapping[str, str], browser: Browser | None) -> str | None:
    """Why the button did nothing; None when nothing speaks against it."""
    if browser is None:
        return "no_script"
    if not form.get("consent"):
        return "no_consent"
    return None if desk.orders_limit.allow(browser.ip_address) else "too_many"


async def _ask(
    request: AnyRequest,
    desk: Desk,
    checkout: Checkout,
    values: Mapping[str, str],
    faults: Mapping[str, str],
) -> AnyResponse:
    attempt = checkout.current
    return await desk.page(
        request,
        "checkout.html",
        status=422 if faults else 200,
        csp=Csp(script_src=desk.gateway, frame_src=desk.gateway),
        switch_path="/checkout",
        checkout=checkout,
        values=values,
        faults=faults,
        changed="changed" in request.query_params,
        outcome=attempt.outcome.name if attempt and attempt.outcome else None,
        prefectures=PREFECTURES,
    )


async def _confirm(
    request: AnyRequest,
    desk: Desk,
    checkout: Checkout,
    *,
    said: str | None = None,
) -> AnyResponse:
    if checkout.state is not State.CONFIRMED:
        return go("/checkout")
    return await desk.page(
        request,
        "confirm.html",
        status=STATUSES.get(said, 200),
        csp=Csp(script_src=desk.gateway),
        switch_path="/checkout/confirm",
        checkout=checkout,
        said=said,
    )


def _session(request: AnyRequest, desk: Desk) -> str:
    session = desk.sessions.of(request)
    if session is None:
        raise NotThere("no session, no cart")
    return session


def _known(checkout: Checkout) -> dict[str, str]:
    """Fill the form with what the buyer said before a card failed."""
    buyer, delivery = checkout.buyer, checkout.delivery
    if buyer is None or delivery is None:
        return {"phone_country": "81", "country": "JP"}
    values = {
        "family_name": buyer.family_name,
        "given_name": buyer.given_name,
        "email": buyer.email,
        "phone_country": buyer.phone_country,
        "phone": f"0{buyer.phone}" if buyer.phone_country == "81" else buyer.phone,
    }
    places = [("", buyer.address)]
    if delivery.address != buyer.address or delivery.family_name != buyer.family_name:
        values |= {
            "elsewhere": "yes",
            "to_family_name": delivery.family_name,
            "to_given_name": delivery.given_name,
        }
        places.append(("to_", delivery.address))
    for prefix, place in places:
        values |= {
            f"{prefix}country": place.country,
            f"{prefix}postal_code": place.postal_code,
            f"{prefix}state": place.state or "",
            f"{prefix}city": place.city,
            f"{prefix}line1": place.line1,
            f"{prefix}line2": place.line2 or "",
        }
    return values
