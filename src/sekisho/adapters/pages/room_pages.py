"""The pages of one room: finds templates, chooses the language, sets the headers."""

import base64
import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, ExceptionHandlersMap

from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import failures, wording
from sekisho.adapters.pages.catalogs import translations
from sekisho.adapters.pages.csp import PERMISSIONS, Csp
from sekisho.adapters.pages.language import (
    COOKIE,
    LANGUAGES,
    NAMES,
    PARAMETER,
    Language,
    choose_language,
    known,
    switched,
)
from sekisho.adapters.pages.static import FOREVER, StaticFiles
from sekisho.kernel.brands import BRANDS
from sekisho.kernel.log import Log

PageRequest: TypeAlias = Request[Any, Any, Any]  # Any: pages serve every application
HTML: Final = "text/html"
"""Litestar adds the charset itself."""
SHARED: Final = Path(__file__).parent / "shared"
SHARED_LOCALE: Final = Path(__file__).parent / "locale"
NO_HEADERS: Final[Mapping[str, str]] = {}
COOKIE_LIFE_S: Final = 365 * 24 * 3600


class Pages:
    """Renders a room's templates in Japanese and English, the same template in both."""

    def __init__(
        self,
        package: str,
        *,
        catalog: str = "ja",
        nonce: Callable[[], str] | None = None,
    ) -> None:
        folder = Path(str(files(package))) / "pages"
        catalogs = (folder / "locale" / f"{catalog}.po", SHARED_LOCALE / f"{catalog}.po")
        self.static = StaticFiles((folder, SHARED))
        self._translations = {language: translations(language, *catalogs) for language in LANGUAGES}
        self._environments = {
            language: self._environment(folder, language) for language in LANGUAGES
        }
        self._nonce = nonce or _fresh_nonce

    @property
    def static_app(self) -> ASGIApp:
        """The ASGI application of the room's and the shared static files, for `/static/`."""
        return self.static.app

    def static_handler(self) -> HTTPRouteHandler:
        """The same as a route for a Litestar application."""
        static = self.static

        @get("/static/{name:str}", sync_to_thread=False, include_in_schema=False)
        def serve_static(name: str) -> Response[bytes]:
            file = static.find(name)
            if file is None:
                raise NotFoundException
            headers = {"Cache-Control": FOREVER.decode(), "X-Content-Type-Options": "nosniff"}
            return Response(file.body, media_type=file.kind.partition(";")[0], headers=headers)

        return serve_static

    def exception_handlers(
        self,
        log: Log,
        *,
        csp: Csp = Csp(),  # noqa: B008 - frozen: a default that nobody can change
    ) -> ExceptionHandlersMap:
        """Give Litestar error pages in the shared look, and problem documents for programs.

        A site whose pages stand in frames says by `csp` who may frame its error pages: a refusal
        that the browser hides helps nobody.
        """
        return failures.handlers(self, log, csp)

    def language(self, request: PageRequest) -> Language:
        """Give the language of this request's page."""
        return choose_language(
            asked=request.query_params.get(PARAMETER),
            cookie=request.cookies.get(COOKIE),
            accepted=request.headers.get("accept-language"),
        )

    def translator(self, language: Language) -> Callable[[str], str]:
        """Give the translation of message ids for texts that Python makes: `_ = …; _("Text")`."""
        return self._translations[language].gettext

    def response(
        self,
        request: PageRequest,
        template: str,
        /,
        *,
        status: int = 200,
        csp: Csp = Csp(),  # noqa: B008 - frozen: a default that nobody can change
        headers: Mapping[str, str] = NO_HEADERS,
        switch_path: str | None = None,
        **values: object,
    ) -> Response[bytes]:
        """Render a template and give it with nonce, language and security headers.

        The page's language switch leads to the same path and query. A page that answers a POST has
        no address to come back to: it has a switch only where `switch_path` (from the site's root,
        with its query) says where the same page can be fetched.
        """
        language = self.language(request)
        nonce = self._nonce()
        body = self.render(
            language,
            template,
            nonce=nonce,
            **self._links(request, language, switch_path),
            **values,
        )
        return Response(
            body,
            media_type=HTML,
            status_code=status,
            headers={**_security(csp, nonce), **_about(language), **headers},
            cookies=_chosen(request),
        )

    def render(self, language: Language, template: str, /, **values: object) -> bytes:
        """Render a template to UTF-8; for whoever sends the bytes by other ways than Litestar."""
        return self._environments[language].get_template(template).render(values).encode()

    def _links(
        self, request: PageRequest, language: Language, switch_path: str | None
    ) -> dict[str, object]:
        scope = request.scope
        root = mount_of(scope)
        query = scope["query_string"].decode("latin-1")
        asked = known(request.query_params.get(PARAMETER))

        def url(path: str) -> str:
            # Where the language came with the address there may be no cookie (in a frame).
            if asked is None:
                return root + path
            path, mark, fragment = path.partition("#")
            joint = "&" if "?" in path else "?"
            return f"{root}{path}{joint}{PARAMETER}={asked}{mark}{fragment}"

        if switch_path is None and scope["method"] in {"GET", "HEAD"}:
            switch_path = f"{scope['path']}?{query}"
        return {
            "url": url,
            "static": lambda name: root + self.static.path(name),
            "language": language,
            "language_switch": _switch(root, switch_path),
        }

    def _environment(self, folder: Path, language: Language) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(SHARED)]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_translations(  # type: ignore[attr-defined]  # the i18n extension's
            self._translations[language], newstyle=True
        )
        environment.filters["money"] = lambda amount: wording.money(amount, language)
        environment.filters["moment"] = lambda at, zone="JST": wording.moment(at, language, zone)
        environment.globals["brands"] = {brand.value: facts for brand, facts in BRANDS.items()}
        return environment


def _fresh_nonce() -> str:
    return base64.urlsafe_b64encode(os.urandom(16)).decode("ascii")


def _switch(root: str, path: str | None) -> list[dict[str, str]]:
    if path is None:
        return []
    path, _, query = path.partition("?")
    return [
        {"code": code, "name": NAMES[code], "href": f"{root}{path}?{switched(query, code)}"}
        for code in LANGUAGES
    ]


def _security(csp: Csp, nonce: str) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": csp.header(nonce),
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "strict-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if not csp.framed:
        if not csp.in_popup:
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
    return headers


def _about(language: Language) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language, Cookie"}


def _chosen(request: PageRequest) -> list[Cookie]:
    """Remember a language that was asked for by name."""
    asked = known(request.query_params.get(PARAMETER))
    if asked is None or request.cookies.get(COOKIE) == asked:
        return []
    return [
        Cookie(
            key=COOKIE, value=asked, path="/", max_age=COOKIE_LIFE_S, httponly=True, samesite="lax"
        )
    ]
