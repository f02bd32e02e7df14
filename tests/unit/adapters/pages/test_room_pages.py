"""What a person and a browser get of a page: the words, the headers, the way to the other language."""

import re

import httpx
import pytest
from jinja2 import UndefinedError
from litestar import Litestar
from litestar.testing import TestClient

from sekisho.adapters.http.sites import Paths
from sekisho.adapters.pages import Pages
from sekisho.kernel.errors import Misuse

Browser = TestClient[Litestar]


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language", "heading"),
    [
        ("", None, None, "en", "Purchase"),
        ("", None, "ja,en;q=0.8", "ja", "お買い物"),
        ("", "en", "ja", "en", "Purchase"),
        ("?lang=ja", "en", "en", "ja", "お買い物"),
        ("?lang=fr", "ja", "en", "ja", "お買い物"),
        ("", "xx", "de", "en", "Purchase"),
    ],
)
def test_the_language_is_the_persons(  # noqa: PLR0917 - columns of the table above
    browser: Browser,
    query: str,
    cookie: str | None,
    accepted: str | None,
    language: str,
    heading: str,
) -> None:
    """The parameter, then the cookie, then what the browser prefers, else English (B15)."""
    headers = {"Accept-Language": accepted or ""} | ({"Cookie": f"lang={cookie}"} if cookie else {})
    page = browser.get(f"/purchase{query}", headers=headers)
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{heading}</h1>" in page.text
    assert page.headers["Content-Language"] == language
    assert page.headers["Vary"] == "Accept-Language, Cookie"


def test_a_language_that_was_chosen_is_remembered(browser: Browser) -> None:
    """The next page without the parameter speaks it too."""
    cookie = browser.get("/purchase?lang=ja").headers["Set-Cookie"]
    assert cookie.startswith("lang=ja;")
    assert "httponly" in cookie.lower()
    assert "お買い物" in browser.get("/purchase").text
    assert "Set-Cookie" not in browser.get("/purchase?lang=ja").headers


def test_the_switch_leads_to_the_same_page(browser: Browser) -> None:
    """Path and query are kept; a purchase under way is not lost (B15)."""
    text = browser.get("/purchase?order=7&lang=en&note=a%26b%20c").text
    links = dict(re.findall(r'<a href="([^"]+)" lang="(\w\w)" hreflang', text))
    assert list(links) == [
        "/purchase?order=7&amp;note=a%26b+c&amp;lang=ja",
        "/purchase?order=7&amp;note=a%26b+c&amp;lang=en",
    ]
    assert text.count('aria-current="true">English') == 1


def test_a_page_that_answers_a_post_has_a_switch_only_where_it_was_told_one(
    browser: Browser,
) -> None:
    """Its own address answers to no GET."""
    assert "hreflang" not in browser.post("/purchase").text
    assert (
        'href="/purchase?order=7&amp;lang=ja"'
        in browser.post("/purchase?back=/purchase%3Forder=7").text
    )


def test_links_carry_the_language_where_no_cookie_may(browser: Browser) -> None:
    """Inside a frame of another site the browser keeps no cookie of ours."""
    assert 'href="/next?step=2#top"' in browser.get("/purchase").text
    assert 'href="/next?step=2&amp;lang=ja#top"' in browser.get("/purchase?lang=ja").text


async def test_everything_lies_under_the_root_the_site_is_mounted_at(pages: Pages) -> None:
    """The same room answers on its own host and under a prefix."""
    from litestar import Request, Response, get  # noqa: PLC0415 - only here

    @get("/purchase")
    async def purchase(request: Request[None, None, None]) -> Response[bytes]:
        return pages.response(request, "purchase.html", shop="Y")

    room = Litestar([purchase], logging_config=None)
    transport = httpx.ASGITransport(app=Paths({"/acs": room}))  # type: ignore[arg-type]  # the same protocol
    async with httpx.AsyncClient(transport=transport, base_url="http://bank.localhost") as client:
        text = (await client.get("/acs/purchase")).text
    assert 'href="/acs/next?step=2#top"' in text
    assert f'href="/acs{pages.static.path("room.css")}"' in text
    assert 'href="/acs/purchase?lang=ja"' in text


def test_a_plural_is_chosen_by_the_language(browser: Browser) -> None:
    """Japanese has one form, and a catalogue need not say so."""
    assert "<p>2 items</p>" in browser.get("/purchase").text
    assert "<p>2点</p>" in browser.get("/purchase?lang=ja").text


def test_what_is_put_into_a_page_cannot_become_markup(browser: Browser) -> None:
    """A shop's name comes from its registration."""
    assert "You buy from &lt;Yamabuki &amp; Co&gt;." in browser.get("/purchase").text
    assert "&lt;Yamabuki &amp; Co&gt;でのお買い物です。" in browser.get("/purchase?lang=ja").text


def test_the_nonce_in_the_page_is_the_one_in_the_policy_and_never_the_same(
    browser: Browser,
) -> None:
    """A nonce that can be guessed lets an injected script run."""
    nonces = []
    for _ in range(2):
        page = browser.get("/purchase")
        (nonce,) = re.findall(r'<script nonce="([^"]+)">', page.text)
        assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
        nonces.append(nonce)
    assert nonces[0] != nonces[1]
    assert min(map(len, nonces)) >= 22


def test_a_page_is_neither_framed_nor_cached_unless_said(browser: Browser) -> None:
    """The defaults close everything."""
    headers = browser.get("/purchase").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_framed_page_says_by_whom_and_has_no_chrome(browser: Browser) -> None:
    """In the cart it is a part of the shop's page (D2); the language can be changed there too."""
    page = browser.get("/framed?lang=ja")
    assert "frame-ancestors http://shop.localhost:8080" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert "Cross-Origin-Opener-Policy" not in page.headers
    assert page.headers["Cache-Control"] == "private"
    assert "<header" not in page.text
    assert "<footer" not in page.text
    assert "hreflang" in page.text
    assert "<noscript>お買い物</noscript>" in page.text


def test_a_page_has_landmarks_and_a_way_past_them(browser: Browser) -> None:
    """Who listens to a page jumps by these."""
    text = browser.get("/purchase").text
    assert '<a class="skip-link" href="#main">' in text
    assert '<main id="main"' in text
    assert "<header" in text
    assert "<footer" in text
    assert '<nav class="languages" aria-label="Language">' in text
    assert 'name="viewport"' in text


def test_the_stylesheet_is_linked_by_its_content(browser: Browser, pages: Pages) -> None:
    """An address never changes its content, so it may be kept for ever."""
    (path,) = re.findall(
        r'href="(/static/style\.[0-9a-f]{12}\.css)"', browser.get("/purchase").text
    )
    sheet = browser.get(path)
    assert sheet.status_code == 200
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert sheet.content == pages.static.file("style.css").body
    assert browser.get("/static/style.000000000000.css").status_code == 404
    assert browser.get(pages.static.path("room.css")).text == "main { margin: 0 }"


def test_a_value_that_was_not_given_is_a_bug_and_not_an_empty_space(pages: Pages) -> None:
    """An amount must not vanish from a page."""
    with pytest.raises(UndefinedError):
        pages.render("ja", "missing.html")


def test_a_static_file_that_is_not_there_is_misuse(pages: Pages) -> None:
    """Found by the first test that renders the page."""
    with pytest.raises(Misuse):
        pages.static.path("nothing.css")


def test_python_texts_are_translated_by_the_same_catalogue(pages: Pages) -> None:
    """A message that a handler makes is in the page's language."""
    assert pages.translator("ja")("Purchase") == "お買い物"
    assert pages.translator("ja")("Language") == "言語"
    assert pages.translator("en")("Purchase") == "Purchase"


@pytest.mark.parametrize(
    ("path", "status", "words", "japanese"),
    [
        ("/nowhere", 404, "This page does not exist", "ページが見つかりません"),
        ("/fails/not-there", 404, "This page does not exist", "ページが見つかりません"),
        ("/fails/conflict", 409, "Something changed", "更新されました"),
        ("/fails/unreachable", 503, "Nothing was charged", "請求は発生していません"),
        ("/fails/busy", 429, "Wait a minute", "1分ほど待って"),
        ("/fails/bug", 500, "Something went wrong on our side", "システムエラー"),
    ],
)
def test_an_error_says_what_to_do_next_in_both_languages(
    browser: Browser, path: str, status: int, words: str, japanese: str
) -> None:
    """In the shared look, and never with what went wrong inside."""
    page = browser.get(path)
    assert page.status_code == status
    assert words in page.text
    assert "inside" not in page.text
    assert japanese in browser.get(f"{path}?lang=ja").text


def test_refusals_keep_their_headers(browser: Browser) -> None:
    """`Retry-After` and `Allow` are part of the answer."""
    assert browser.get("/fails/busy").headers["Retry-After"] == "12"
    refused = browser.delete("/purchase")
    assert refused.status_code == 405
    assert "POST" in refused.headers["Allow"]
    assert "cannot be opened like that" in refused.text


def test_programs_get_a_problem_document(browser: Browser) -> None:
    """Scripts of our pages and API clients read JSON, not a page."""
    for accept in ("*/*", "application/json"):
        refused = browser.get("/fails/not-there", headers={"Accept": accept})
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == 404
    assert browser.get("/fails/bug", headers={"Accept": "*/*"}).json()["detail"] == (
        "something went wrong on our side"
    )
