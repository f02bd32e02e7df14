"""The token address: OAuth 2.0 client credentials, by Basic authentication or in the form."""

import base64
import binascii
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from litestar import Response, Router, post
from litestar.exceptions import HTTPException

from sekisho.acquirer.gateway.model.refusals import NotAuthorized
from sekisho.acquirer.gateway.service import Access
from sekisho.acquirer.gateway.service.access import scope_is_well_formed
from sekisho.acquirer.gateway.web.faults import Asked, Faults
from sekisho.acquirer.gateway.web.handlers import Handlers
from sekisho.adapters.http.limits import RateLimit
from sekisho.kernel.errors import TheyErred

PATHS: Final = ("/oauth2/token", "/am/oauth2/alpha/access_token")
FORM_BYTES_MAX: Final = 8 * 1024
FIELDS_MAX: Final = 20
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
GRANT: Final = "client_credentials"


class Unsuitable(TheyErred):
    """The token request is not one of RFC 6749; `code` is its word for what is wrong."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class TokenDesk(Handlers):
    """Answers token requests."""

    def __init__(self, access: Access, wrong_guesses: RateLimit) -> None:
        self._access = access
        self._wrong_guesses = wrong_guesses

    async def grant(self, request: Asked) -> Response[dict[str, str | int]]:
        """Give a token, or say what is wrong in the words of RFC 6749 section 5.2."""
        try:
            form = _form(await request.body())
            client_id, secret, basic = _client(request.headers.get("authorization"), form)
        except Unsuitable as error:
            return _refusal(400, error.code, str(error))
        try:
            granted = self._access.grant(client_id, secret, form.get("scope"))
        except NotAuthorized as error:
            if not self._wrong_guesses.allow(client_id):
                later = {"Retry-After": str(self._wrong_guesses.retry_after_s())}
                return _refusal(429, "invalid_client", "too many wrong guesses", later)
            challenge = {"WWW-Authenticate": 'Basic realm="token"'} if basic else {}
            return _refusal(401, "invalid_client", str(error), challenge)
        return Response(
            {
                "access_token": granted.access_token,
                "token_type": "Bearer",
                "expires_in": granted.expires_in,
                "scope": granted.scope,
            },
            headers=NO_STORE,
        )


def token_router(desk: TokenDesk, faults: Faults) -> Router:
    """Give the routes of the token address and its alias."""
    return Router(
        "/",
        route_handlers=[post(list(PATHS), status_code=200)(desk.grant)],
        exception_handlers={HTTPException: faults.http, Exception: faults.unforeseen},
        request_max_body_size=FORM_BYTES_MAX,
    )


def _form(octets: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(octets.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Unsuitable("invalid_request", "the body is not a form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Unsuitable("invalid_request", "a parameter is repeated")
    if "grant_type" not in form:
        raise Unsuitable("invalid_request", "grant_type is required")
    if form["grant_type"] != GRANT:
        raise Unsuitable("unsupported_grant_type", f"grant_type must be {GRANT}")
    if form.get("scope") and not scope_is_well_formed(form["scope"]):
        raise Unsuitable("invalid_scope", "scope is malformed")
    return form


def _client(authorization: str | None, form: dict[str, str]) -> tuple[str, str, bool]:
    """Give client id, secret, and whether they came by Basic authentication."""
    if authorization is None:
        if "client_id" not in form or "client_secret" not in form:
            raise Unsuitable("invalid_request", "client_id and client_secret are required")
        return form["client_id"], form["client_secret"], False
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise Unsuitable("invalid_request", "the client must use Basic authentication")
    if "client_secret" in form:
        raise Unsuitable("invalid_request", "the client must authenticate in one way only")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unsuitable("invalid_request", "the Basic credentials cannot be read") from error
    client_id, _, secret = text.partition(":")
    # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
    return unquote_plus(client_id), unquote_plus(secret), True


def _refusal(
    status: int, code: str, why: str, headers: dict[str, str] | None = None
) -> Response[dict[str, str | int]]:
    body: dict[str, str | int] = {"error": code, "error_description": why}
    return Response(body, status_code=status, headers={**NO_STORE, **(headers or {})})
