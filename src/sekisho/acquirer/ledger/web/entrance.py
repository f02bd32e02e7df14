"""Signing in and out."""

from litestar import get, post

from sekisho.acquirer.ledger.web.desk import AnyRequest, AnyResponse, Desk, form_of, go

EVERYBODY = "everybody"


@get("/sign-in")
async def sign_in_page(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Ask for the password."""
    return desk.page(request, "sign_in.html", desk.secret_of(request) or desk.fresh(), said=None)


@post("/sign-in")
async def sign_in(request: AnyRequest, desk: Desk) -> AnyResponse:
    """Let in whoever knows the password, slowly, and not too often from one address."""
    form = await form_of(request)
    before = desk.check_form(request, form.get("form_token", ""))
    address = request.client.host if request.client else "unknown"
    if not (desk.sign_ins.allow(address) and desk.guesses.allow(EVERYBODY)):
        return desk.page(request, "sign_in.html", before, status=429, said="too_many")
    secret = await desk.staff.sign_in(form.get("password", ""), address=address)
    if secret is None:
        return desk.page(request, "sign_in.html", before, status=403, said="wrong")
    response = go(request, "/")
    desk.keep(response, secret)
    return response


@post("/sign-out")
async def sign_out(request: AnyRequest, desk: Desk) -> AnyResponse:
    """End the session at once."""
    form = await form_of(request)
    await desk.staff.sign_out(desk.check_form(request, form.get("form_token", "")))
    response = go(request, "/sign-in")
    desk.forget(response)
    return response
