"""A room made for the test, with pages of its own in two languages."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.testing import TestClient

from sekisho.adapters.log import get_log
from sekisho.adapters.pages import Csp, Pages
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Conflict, NotThere, Unreachable
from sekisho.kernel.money import Amount

PURCHASE = """\
{% extends "base.html" %}
{% block title %}{{ _("Purchase") }}{% endblock %}
{% block head %}<link rel="stylesheet" href="{{ static('room.css') }}">{% endblock %}
{% block main %}
<h1>{{ _("Purchase") }}</h1>
<p>{% trans shop=shop %}
  You buy from {{ shop }}.
{% endtrans %}</p>
<p>{% trans n=2 %}{{ n }} item{% pluralize %}{{ n }} items{% endtrans %}</p>
<a href="{{ url('/next?step=2#top') }}">{{ _("Skip to the content") }}</a>
{% endblock %}
{% block script %}<script nonce="{{ nonce }}">document.title = document.title</script>{% endblock %}
"""
FRAMED = """\
{% extends "frame.html" %}
{% block title %}Framed{% endblock %}
{% block needs_javascript %}<noscript>{{ _("Purchase") }}</noscript>{% endblock %}
{% block main %}<h1>Framed</h1>{% endblock %}
"""
CATALOG = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Purchase"
msgstr "お買い物"

msgid "%(n)s item"
msgid_plural "%(n)s items"
msgstr[0] "%(n)s点"

msgid "You buy from %(shop)s."
msgstr "%(shop)sでのお買い物です。"
"""

AT = datetime(2026, 11, 5, 5, 3, tzinfo=UTC)
AMOUNT = Amount(minor=123_456_789, currency="JPY")
STATES = ("shifted", "was_shifted", "subscription")
ROWS = [(brand.value, STATES[at % 3], ("shield", "seal")[at % 2]) for at, brand in enumerate(Brand)]


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an importable package with pages."""
    folder = tmp_path_factory.mktemp("rooms")
    pages = folder / "paper_room" / "pages"
    (pages / "locale").mkdir(parents=True)
    (pages.parent / "__init__.py").write_text("")
    (pages / "purchase.html").write_text(PURCHASE)
    (pages / "framed.html").write_text(FRAMED)
    (pages / "everything.html").write_bytes(
        (Path(__file__).parent / "everything.html").read_bytes()
    )
    (pages / "missing.html").write_text("{{ nobody_gave_this }}")
    (pages / "room.css").write_text("main { margin: 0 }")
    (pages / "locale" / "ja.po").write_text(CATALOG)
    sys.path.insert(0, str(folder))
    yield "paper_room"
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def room_folder(room: str) -> Path:
    """Where that package lies."""
    module = __import__(room)
    return Path(module.__file__ or "").parent


@pytest.fixture(scope="session")
def pages(room: str) -> Pages:
    """The room's pages."""
    return Pages(room)


@pytest.fixture
def browser(pages: Pages) -> Iterator[TestClient[Litestar]]:
    """Somebody who looks at the room's pages."""

    @get("/purchase")
    async def purchase(request: Request[None, None, None]) -> Response[bytes]:
        return pages.response(request, "purchase.html", shop="<Yamabuki & Co>")

    @post("/purchase")
    async def purchased(
        request: Request[None, None, None], back: str | None = None
    ) -> Response[bytes]:
        return pages.response(request, "purchase.html", status=422, switch_path=back, shop="Y")

    @get("/framed")
    async def framed(request: Request[None, None, None]) -> Response[bytes]:
        csp = Csp(frame_ancestors=("http://shop.localhost:8080",))
        return pages.response(request, "framed.html", csp=csp, headers={"Cache-Control": "private"})

    @get("/everything")
    async def everything(request: Request[None, None, None]) -> Response[bytes]:
        return pages.response(request, "everything.html", at=AT, amount=AMOUNT, rows=ROWS)

    @get("/fails/{how:str}")
    async def fails(how: str) -> None:
        raise {
            "not-there": NotThere(), "conflict": Conflict(), "unreachable": Unreachable("x"),
            "busy": TooManyRequestsException(headers={"Retry-After": "12"}), "bug": RuntimeError("inside"),
        }[how]  # fmt: skip

    app = Litestar(
        [purchase, purchased, framed, everything, fails, pages.static_handler()],
        exception_handlers=pages.exception_handlers(get_log("paper")),
        request_max_body_size=1000,
        logging_config=None,
    )
    with TestClient(app) as client:
        client.headers["Accept"] = "text/html"
        yield client
