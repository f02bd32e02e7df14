"""What every page of the back office has at hand: the session behind a cookie, forms, pages."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from litestar import Request, Response
from litestar.response import Redirect

from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.ledger.service import Orders, Staff
from sekisho.adapters.http.limits import RateLimit
from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import TheyErred

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: Litestar's user, auth and state are not used
AnyResponse: TypeAlias = Response[Any]  # Any: whatever body the page has

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
SECRET_OCTETS: Final = 32
DESIGNS: Final = {1: "shield", 2: "seal"}
"""The shared marks that the settings' icon patterns stand for."""


class NotSignedIn(TheyErred):
    """The page is for the staff."""


class NotYourForm(TheyErred):
    """A form without the token of the session that it came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The ledger's services with its pages and doors."""

    settings: LedgerSettings
    orders: Orders
    staff: Staff
    pages: Pages
    chance: Chance
    sign_ins: RateLimit
    """How often one address may try the password."""
    guesses: RateLimit
    """How often anybody may, from wherever: a botnet guesses from a thousand addresses."""

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS only."""
        return self.settings.origin.startswith("https:")

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix keeps other hosts from planting one."""
        return "__Secure-ledger" if self.secure else "ledger"

    def secret_of(self, request: AnyRequest) -> str | None:
        """The secret that the browser shows; None when it shows none of ours."""
        secret = request.cookies.get(self.cookie, "")
        return secret if SECRET.fullmatch(secret) else None

    async def require(self, request: AnyRequest) -> str:
        """Let in whoever is signed in; raises NotSignedIn."""
        secret = self.secret_of(request)
        if secret is None or not await self.staff.is_in(secret):
            raise NotSignedIn("sign in first")
        return secret

    def check_form(self, request: AnyRequest, form_token: str) -> str:
        """Give the secret of a form's browser, once the form proves to be ours."""
        secret = self.secret_of(request)
        if secret is None:
            raise NotYourForm("the browser sent no cookie")
        if not hmac.compare_digest(form_token_of(secret).encode(), form_token.encode()):
            raise NotYourForm("the form does not carry its session's token")
        return secret

    def page(
        self,
        request: AnyRequest,
        template: str,
        secret: str,
        *,
        status: int = 200,
        **values: object,
    ) -> AnyResponse:
        """Show a page; the browser keeps the secret, whether it opens anything or not."""
        response = self.pages.response(
            request,
            template,
            status=status,
            csp=Csp(),
            headers={},
            switch_path=None,
            form_token=form_token_of(secret),
            zone=self.settings.time_zone,
            design=DESIGNS[self.settings.icon_pattern],
            **values,
        )
        if self.secret_of(request) != secret:
            self.keep(response, secret)
        return response

    def keep(self, response: AnyResponse, secret: str) -> None:
        """Have the browser keep a secret, for the ledger's path alone and for this visit."""
        response.set_cookie(
            self.cookie,
            secret,
            path=self.settings.path,
            httponly=True,
            secure=self.secure,
            samesite="strict",
        )

    def forget(self, response: AnyResponse) -> None:
        """Have the browser forget its secret."""
        response.delete_cookie(self.cookie, path=self.settings.path)

    def fresh(self) -> str:
        """A secret that opens nothing, to tie a form to its browser before anybody signs in."""
        return self.chance.token(SECRET_OCTETS)


def form_token_of(secret: str) -> str:
    """The token that every form of a session carries; it does not give the session away."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


async def form_of(request: AnyRequest) -> dict[str, str]:
    """Read a form's texts."""
    form = await request.form()
    return {name: value for name in list(form)[:20] if isinstance(value := form.get(name), str)}


def go(request: AnyRequest, path: str) -> AnyResponse:
    """Send the browser on with GET, to a path of the ledger."""
    return Redirect(mount_of(request.scope) + path, status_code=303)
