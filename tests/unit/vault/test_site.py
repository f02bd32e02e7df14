"""The vault for browsers, in this process: headers, scripts, refusals."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import httpx
import pytest

from sekisho.acquirer.vault.web import site
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest
ORIGIN = "http://pay.localhost:8080"
SHOP = "http://shop.localhost:8080"
DIGITS = sandbox_card(Brand.JCB, "0103").digits


def _browser(room: Room) -> httpx.AsyncClient:
    app = site(room.vault, clock=room.clock, log=room.log)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN)


async def _facts(browser: httpx.AsyncClient, lang: str = "en") -> dict[str, Any]:
    page = await browser.get("/fields", params={"key": "pk_sakura", "lang": lang})
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page.text)
    assert found
    facts: dict[str, Any] = json.loads(found.group(1))
    return facts


async def _body(browser: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return {
        "key": "pk_sakura",
        "ticket": (await _facts(browser))["ticket"],
        "parentOrigin": SHOP,
        "accountNumber": DIGITS,
        "expiry": {"month": 12, "year": 2030},
        "securityCode": "123",
    } | changes


async def _post(
    browser: httpx.AsyncClient, body: dict[str, Any], origin: str | None = ORIGIN
) -> httpx.Response:
    headers = {} if origin is None else {"origin": origin}
    return await browser.post("/tokens", json=body, headers=headers)


async def test_the_form_makes_a_token(room: Room) -> None:
    """E1: from the browser straight to the vault; the answer holds no digit but the last four."""
    async with _browser(room) as browser:
        reply = await _post(browser, await _body(browser))
    assert reply.status_code == 201
    made = reply.json()
    assert made["token"].startswith("tok_")
    assert (made["brand"], made["lastFour"]) == ("jcb", "0103")
    assert made["expiry"] == {"month": 12, "year": 2030}
    assert reply.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in reply.headers
    assert DIGITS not in reply.text


@pytest.mark.parametrize("origin", [SHOP, "null", "http://evil.example", None])
async def test_tokens_are_made_by_our_own_form_only(room: Room, origin: str | None) -> None:
    """E5: a copied form on another site cannot use us to test cards."""
    async with _browser(room) as browser:
        reply = await _post(browser, await _body(browser), origin)
    assert reply.status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": "pk_none"}, 401, "unauthorized"),
        ({"key": "pk_other"}, 403, "form_expired"),
        ({"ticket": "1.x.y"}, 403, "form_expired"),
        ({"parentOrigin": "https://other.example"}, 403, "forbidden"),
    ],
)
async def test_the_forms_papers_must_fit_together(
    room: Room, changes: dict[str, Any], status: int, code: str
) -> None:
    """E5: key, ticket and the page around the form belong to one merchant."""
    async with _browser(room) as browser:
        reply = await _post(browser, await _body(browser, **changes))
    assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_bad_members_are_named_and_digits_never_repeated(room: Room) -> None:
    """The form then shows the error where it belongs."""
    async with _browser(room) as browser:
        bad = await _body(
            browser,
            accountNumber="4111111111111112",
            expiry={"month": 2, "year": 1999},
            securityCode=None,
        )
        reply = await _post(browser, bad)
        past = await _post(browser, await _body(browser, expiry={"month": 2, "year": 2026}))
    assert {error["field"] for error in reply.json()["errors"]} == {
        "accountNumber",
        "expiry.year",
        "securityCode",
    }
    assert "4111" not in reply.text
    assert past.json()["errors"] == [{"field": "expiry", "message": "the card has expired"}]


async def test_card_testing_is_slowed_down(room: Room) -> None:
    """Bad cards count as good ones do; a minute later an honest buyer may try again."""
    async with _browser(room) as browser:
        body = await _body(browser, accountNumber="4111111111111112")
        statuses = [(await _post(browser, body)).status_code for _ in range(21)]
        refused = await _post(browser, body)
    assert statuses == [400] * 20 + [429]
    assert refused.headers["retry-after"] == "3"
    assert "too many" in refused.json()["detail"]


async def test_the_form_may_be_framed_by_its_shop_only(room: Room) -> None:
    """E5: the origins of that key, and of no other merchant."""
    async with _browser(room) as browser:
        page = await browser.get("/fields", params={"key": "pk_sakura"})
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {SHOP};" in policy
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe" not in policy
    assert "x-frame-options" not in page.headers
    assert page.headers["cache-control"] == "no-store"


async def test_the_form_speaks_both_languages(room: Room) -> None:
    """B15: labels, hints and everything the script may say."""
    async with _browser(room) as browser:
        japanese, english = await _facts(browser, "ja"), await _facts(browser, "en")
        page = await browser.get("/fields", params={"key": "pk_sakura", "lang": "ja"})
    assert japanese["words"].keys() == english["words"].keys()
    assert all(japanese["words"][word] != english["words"][word] for word in english["words"])
    assert "カード番号" in page.text
    assert "Card number" not in page.text


async def test_an_unknown_key_is_explained(room: Room) -> None:
    """Even inside the frame of the page that got it wrong, and without echoing anything."""
    async with _browser(room) as browser:
        page = await browser.get("/fields", params={"key": "<script>", "lang": "en"})
    assert page.status_code == 404
    assert "publishable key that we do not know" in page.text
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "<script>" not in page.text


async def test_the_script_can_be_pinned(room: Room) -> None:
    """E5: immutable, readable across origins, and its digest is published beside it."""
    async with _browser(room) as browser:
        script = await browser.get("/js/sekisho.1.js")
        integrity = await browser.get("/js/sekisho.1.js.integrity")
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["content-type"].startswith("text/javascript")
    digest = base64.b64encode(hashlib.sha384(script.content).digest()).decode()
    assert integrity.text == f"sha384-{digest}\n"


async def test_the_script_is_a_few_lines_for_the_shop_and_small(room: Room) -> None:
    """E7: under fifteen kilobytes on the wire, and nothing to load beside it."""
    async with _browser(room) as browser:
        script = (await browser.get("/js/sekisho.1.js")).content
    assert len(gzip.compress(script)) < 15_000
    assert b"import" not in re.sub(rb"/\*.*?\*/", b"", script, flags=re.DOTALL)


async def test_nothing_of_the_card_is_logged(room: Room) -> None:
    """E1: neither a good card nor a bad one."""
    async with _browser(room) as browser:
        await _post(browser, await _body(browser))
        await _post(browser, await _body(browser, accountNumber="4111111111111112"))
    text = repr(room.log.lines)
    assert DIGITS not in text
    assert "4111" not in text
