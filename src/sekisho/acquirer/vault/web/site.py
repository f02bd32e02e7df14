"""The vault for browsers: the shop's script, the card form in its frame, tokens for cards."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException

from sekisho.acquirer.vault.model import Merchant, VaultSettings
from sekisho.acquirer.vault.service import Vault
from sekisho.acquirer.vault.web.card_body import read_card, tokenized
from sekisho.acquirer.vault.web.form_facts import brand_facts, words
from sekisho.acquirer.vault.web.scripts import load_script
from sekisho.adapters.http.json_fields import JsonFields
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.http.problems import problem
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere
from sekisho.kernel.log import Log

BODY_BYTES_MAX: Final = 8 * 1024
"""A card and its ticket are half a kilobyte."""
KEY: Final = r"[A-Za-z0-9_.-]{1,100}"
MINUTE_S: Final = 60

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here


class FormExpired(PermissionDeniedException):
    """The form's ticket is not ours, not for this key, or too old."""


class TooManyTokens(HTTPException):
    """More tokens than an honest shop or buyer makes."""

    status_code = 429


class Doorkeeper:
    """Lets tokens be made only from our own form, and not faster than people pay."""

    def __init__(self, settings: VaultSettings, *, clock: Clock, log: Log) -> None:
        self._origin = settings.site_origin
        self._log = log
        self._by_address = RateLimit(
            clock, most=settings.tokens_per_minute_and_address, per_s=MINUTE_S
        )
        self._by_key = RateLimit(clock, most=settings.tokens_per_minute_and_key, per_s=MINUTE_S)

    def admit(self, request: AnyRequest) -> None:
        """Refuse other sites' pages, and an address that tries card after card."""
        if request.headers.get("origin") != self._origin:
            raise PermissionDeniedException("tokens are made by the vault's own form")
        address = request.client.host if request.client else "unknown"
        self._require(self._by_address, "address", address)

    def admit_key(self, key: str) -> None:
        """Refuse a key through which too many tokens are made, from wherever."""
        self._require(self._by_key, "key", key)

    def _require(self, limit: RateLimit, kind: str, name: str) -> None:
        if not limit.allow(name):
            self._log.warning("too many tokens asked for", by=kind)
            wait_s = limit.retry_after_s()
            raise TooManyTokens(
                f"too many tries; wait {wait_s} seconds", headers={"Retry-After": str(wait_s)}
            )


def site(vault: Vault, *, clock: Clock, log: Log) -> Litestar:
    """Build the application behind `pay.localhost/vault`."""
    door = Doorkeeper(vault.settings, clock=clock, log=log)
    pages = Pages("sekisho.acquirer.vault")

    @post("/tokens")
    async def make(request: AnyRequest) -> Response[bytes]:
        """Make a token from what was typed into the vault's own form."""
        door.admit(request)
        fields = JsonFields.of(await request.body())
        key = fields.text("key", most=100, pattern=KEY)
        ticket = fields.text("ticket", most=300)
        parent_origin = fields.text("parentOrigin", most=300)
        card = read_card(fields, code_required=True)
        fields.done()
        merchant = _merchant(vault, key)
        door.admit_key(key)
        if not vault.tickets.good(ticket, key):
            raise FormExpired("the form has been open too long; open it anew")
        if parent_origin not in merchant.origins:
            raise PermissionDeniedException("the form stands in a page that is not the shop's")
        return await tokenized(vault, merchant.merchant_id, card)

    return Litestar(
        route_handlers=[make, _form(vault, pages), *_scripts(), pages.static_handler()],
        exception_handlers={
            **pages.exception_handlers(log),
            FormExpired: lambda _, error: problem(403, error.detail, code="form_expired"),
        },
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def _merchant(vault: Vault, key: str) -> Merchant:
    try:
        return vault.merchant_of_key(key)
    except NotThere as error:
        raise NotAuthorizedException("the publishable key is not known") from error


def _form(
    vault: Vault, pages: Pages
) -> Any:  # Any: Litestar's handler type has four parameters of its own
    @get("/fields", sync_to_thread=False)
    def fields(request: AnyRequest) -> Response[Any]:  # Any: what a page renders to is its own
        """Show the card form, to be framed by the shop that the `key` names."""
        key = request.query_params.get("key", "")
        try:
            merchant = vault.merchant_of_key(key)
        except NotThere:
            # Shown in any frame: it holds nothing, and says to the shop's maker what is wrong.
            anywhere = Csp(frame_ancestors=("*",), form_action=())
            return pages.response(request, "unknown_key.html", status=404, csp=anywhere)
        facts: Mapping[str, object] = {
            "key": key,
            "ticket": vault.tickets.issue(key),
            "tokens": "tokens",
            "origins": merchant.origins,
            "brands": brand_facts(),
            "words": words(pages.translator(pages.language(request))),
        }
        return pages.response(
            request,
            "fields.html",
            csp=Csp(frame_ancestors=merchant.origins, form_action=()),
            facts=facts,
        )

    return fields


def _scripts() -> list[Any]:  # Any: as above
    shops = load_script("sekisho.1.js")

    @get("/js/sekisho.1.js", sync_to_thread=False)
    def shop_script() -> Response[bytes]:
        """Give the script that puts the card form into a shop's page."""
        return shops.response()

    @get("/js/sekisho.1.js.integrity", sync_to_thread=False)
    def integrity() -> Response[str]:
        """Give the script's subresource integrity value."""
        return Response(
            shops.integrity + "\n",
            media_type="text/plain",
            headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"},
        )

    return [shop_script, integrity]
