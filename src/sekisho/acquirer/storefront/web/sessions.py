"""The buyer's session: an opaque cookie, and a form token that only its owner can have."""

import hashlib
import hmac
import re
from typing import Any, Final, TypeAlias

from litestar import Request, Response

from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import TheyErred

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: Litestar's user, auth and state are not used
AnyResponse: TypeAlias = Response[Any]  # Any: whatever body the page has

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32}")
SECRET_OCTETS: Final = 24
LIFE_S: Final = 14 * 24 * 3600


class NotYourForm(TheyErred):
    """A form without the token of the session that it came with: made by another site, or old."""


class NoCookie(TheyErred):
    """A form came without a cookie: the browser keeps none."""


class Sessions:
    """Reads and sets the shop's session cookie.

    SameSite=Lax: it comes with every navigation to the shop, and not with what other sites post.
    """

    def __init__(self, chance: Chance, *, secure: bool) -> None:
        self._chance = chance
        self._secure = secure
        self._name = "__Host-cart" if secure else "cart"

    def of(self, request: AnyRequest) -> str | None:
        """The session that the browser shows; None when it shows none of ours."""
        secret = request.cookies.get(self._name, "")
        return secret if SECRET.fullmatch(secret) else None

    def fresh(self) -> str:
        """Make a session that nobody can guess."""
        return self._chance.token(SECRET_OCTETS)

    def keep(self, response: AnyResponse, session: str) -> None:
        """Have the browser keep the session."""
        response.set_cookie(
            self._name,
            session,
            max_age=LIFE_S,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def check(self, request: AnyRequest, form_token: str) -> str:
        """Give the session of a form, once its token proves that our own page sent it.

        Raises NoCookie, NotYourForm.
        """
        session = self.of(request)
        if session is None:
            raise NoCookie("the browser sent no session cookie")
        if not hmac.compare_digest(form_token_of(session).encode(), form_token.encode()):
            raise NotYourForm("the form does not carry its session's token")
        return session


def form_token_of(session: str) -> str:
    """The token that every form of a session carries; it does not give the session away."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()
